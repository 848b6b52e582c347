#!/usr/bin/env node
import { UsageError } from "./cli/io.js";
import { main, tell } from "./cli/main.js";
import { guardExitCode } from "./cli/module-exit.js";
import { newScreen } from "./cli/output.js";
import { processIo } from "./cli/process-io.js";

const io = processIo();
const argv = process.argv.slice(2);
const finish = guardExitCode(() => {
  tell(new UsageError("a policy module ended the process"), newScreen(io), argv.includes("--json"));
});
finish(await main(argv, io));
