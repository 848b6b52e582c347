#!/usr/bin/env node
import { main, reportError } from "./cli/main.js";
import { protectExitCode } from "./cli/policy-file/module-exit.js";
import { UsageError } from "./cli/terminal/io.js";
import { createScreen } from "./cli/terminal/output.js";
import { processIo } from "./cli/terminal/process-io.js";

const io = processIo();
const argv = process.argv.slice(2);
const finish = protectExitCode(() => {
  reportError(
    new UsageError("a policy module ended the process"),
    createScreen(io),
    argv.includes("--json"),
  );
});
finish(await main(argv, io));
