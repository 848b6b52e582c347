// npm run attacks -- FILE...: runs corpora of attacks through the library and its adapters.
import { runFiles } from "./harness/main.js";

process.exitCode = await runFiles(process.argv.slice(2), (line) => console.log(line));
