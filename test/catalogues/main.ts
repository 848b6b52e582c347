// npm run catalogues -- DIR_OR_FILE...: checks catalogues of scopes and operations against the library.
import { runCatalogues } from "./harness/run.js";

process.exitCode = await runCatalogues(process.argv.slice(2), (line) => console.log(line));
