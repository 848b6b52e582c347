import { EXIT, UsageError } from "../terminal/io.js";

/** Names of the functions of `process` that end it: `exit` runs the handlers and calls `reallyExit`. */
type Ending = "exit" | "reallyExit";
const ENDINGS: readonly Ending[] = ["exit", "reallyExit"];
const endings = process as unknown as Record<Ending, unknown>;

/**
 * Loads a module and prevents it from ending the process. A policy that calls `process.exit(0)` would end the command with
 * success, and one that awaits a promise that never settles would end it without a message.
 *
 * @throws {@link UsageError} inside the module where it calls `process.exit`; for a module that awaits a promise that never settles
 */
export async function loadWithoutExit(
  file: string,
  load: () => Promise<unknown>,
): Promise<unknown> {
  const fault = (what: string) => new UsageError(`cannot run \`${file}\`: it ${what}`);
  const refuse = () => {
    throw fault("calls process.exit");
  };
  let giveUp = () => {};
  const idle = new Promise<never>((_, reject) => {
    giveUp = () => reject(fault("awaits a promise that never settles"));
  });
  const before = ENDINGS.map((name) => [name, endings[name]] as const);
  for (const name of ENDINGS) endings[name] = refuse;
  process.once("beforeExit", giveUp);
  try {
    return await Promise.race([load(), idle]);
  } finally {
    process.off("beforeExit", giveUp);
    for (const [name, own] of before) endings[name] = own;
  }
}

/**
 * Prevents the process from ending with success before the command has finished. A policy module can leave a timer that
 * calls `process.exit(0)`, or a handler that changes the exit code. Neither has an effect.
 *
 * Not covered: a module that obtains Node's own functions in another way, one that adds a handler after the command has
 * finished, and one with an infinite loop. A signal ends the process without success.
 *
 * @param report - reports that a module ended the process; must be synchronous
 * @returns a function that sets the exit code of the finished command
 */
export function protectExitCode(report: () => void): (code: number) => void {
  let finished: number | undefined;
  const onExit = (code: number) => {
    // a crash after the command has finished keeps its own code
    process.exitCode = finished === undefined ? EXIT.usage : finished || code;
    if (finished === undefined) report();
  };
  process.on("exit", onExit);
  return (code) => {
    finished = code;
    process.exitCode = code;
    // the last handler wins
    process.off("exit", onExit).on("exit", onExit);
  };
}
