import { Command, CommanderError } from "commander";
import { check } from "./check.js";
import type { CliCommand } from "./command.js";
import { diff } from "./diff/diff.js";
import { docs } from "./docs/docs.js";
import { explain } from "./explain/explain.js";
import { exportPolicy } from "./export/export.js";
import { importCommand } from "./import/import.js";
import { init } from "./init/init.js";
import { lint } from "./lint/lint.js";
import { matrix } from "./matrix/matrix.js";
import { mcp } from "./mcp/mcp.js";
import { plan } from "./plan/plan.js";
import { loadPolicyFile } from "./policy-file/load-policy-file.js";
import { packageVersion } from "./policy-file/package-info.js";
import { schema } from "./schema.js";
import { EXIT, type Io, UsageError } from "./terminal/io.js";
import { createScreen, type Screen, styled } from "./terminal/output.js";
import { test } from "./test/test.js";
import { token } from "./token/token.js";
import { types } from "./types.js";

/** The commands, in the order in which the help lists them. */
const COMMANDS: readonly CliCommand[] = [
  init,
  check,
  lint,
  diff,
  explain,
  plan,
  test,
  matrix,
  docs,
  schema,
  types,
  token,
  importCommand,
  exportPolicy,
  mcp,
];

const EXIT_CODES = `
Exit codes:
  0  success; explain: the call is allowed; plan: all operations can be reached; token: the token is accepted
  1  the policy has findings, also of lint; diff: --fail-on is reached; test: a case fails, or the coverage is below --min;
     token: the token is rejected
  2  wrong usage, or a file that cannot be read, run or written
  3  explain: the call is denied; plan: an operation cannot be reached
  4  check --against: the policy and the source differ

Every command accepts --json: data on standard output, errors included. Only terminals get colours; NO_COLOR turns them off.
`;

/**
 * Runs the command line and returns its exit code. Does not end the process and does not throw: it reports every error.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const screen = createScreen(io);
  let code: number = EXIT.fine;
  const program = new Command("scope-policy")
    .description("Checks, explains and documents a scope policy.")
    .version(packageVersion())
    .addHelpText("after", EXIT_CODES);
  for (const { name, summary, shape, run } of COMMANDS) {
    const command = program.command(name).description(summary);
    shape(command).option("--json", "print data for programs on standard output");
    command.action(async (...received: unknown[]) => {
      // commander passes the arguments, then the options, then the command
      const args = received.slice(0, -2) as (string | readonly string[])[];
      const options = received.at(-2) as Readonly<Record<string, unknown>>;
      code = await run(args, options, {
        screen,
        json,
        load: (file) => loadPolicyFile(file, screen.cwd),
        ...(io.stdin && { stdin: io.stdin }),
        ...(io.host && { host: io.host }),
      });
    });
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError("(run scope-policy --help for usage)");
    command.configureOutput({
      // commander writes the help, whose lines are kept, and errors, which quote arguments
      writeOut: (text) => screen.say(...linesOf(text)),
      writeErr: (text) => {
        if (!json) screen.complain(...linesOf(text));
      },
      outputError: (text) => {
        if (!json) screen.complain(messageLine(text));
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return reportError(error, screen, json);
  }
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** Reports an error and returns its exit code. */
export function reportError(error: unknown, screen: Screen, json: boolean): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.fine;
    const message = withoutLabel(messageLine(error.message));
    if (json) screen.sayJson({ ok: false, error: { code: "usage", message } });
    return EXIT.usage;
  }
  const message = withoutLabel(messageLine(error instanceof Error ? error.message : String(error)));
  const kind = error instanceof UsageError ? "usage" : "internal";
  if (json) screen.sayJson({ ok: false, error: { code: kind, message } });
  else screen.complain([styled("red", "error"), `: ${message}`]);
  return EXIT.usage;
}

function messageLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

function withoutLabel(text: string): string {
  return text.replace(/^error: /, "");
}
