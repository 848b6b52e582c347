import { EXIT, UsageError } from "./io.js";

/** The functions of `process` that end it: `exit` runs the handlers and calls `reallyExit`. */
type Ending = "exit" | "reallyExit";
const ENDINGS: readonly Ending[] = ["exit", "reallyExit"];
const endings = process as unknown as Record<Ending, unknown>;

/**
 * Loads a module that must neither end the process nor keep it waiting: a policy that calls `process.exit(0)` would end
 * the command with success, and one that awaits a promise which nothing can settle would end it without a message.
 *
 * @throws {@link UsageError} in the module where it ends the process; for a module that Node can no longer finish
 */
export async function loadGuarded(file: string, load: () => Promise<unknown>): Promise<unknown> {
  const fault = (what: string) => new UsageError(`cannot run \`${file}\`: it ${what}`);
  const refuse = () => {
    throw fault("calls process.exit");
  };
  let giveUp = () => {};
  const idle = new Promise<never>((_, reject) => {
    giveUp = () => reject(fault("waits for something that never happens"));
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
 * Makes sure that the process does not end with success before the command does. A policy module can leave a timer that
 * calls `process.exit(0)`, or a handler that changes the exit code: neither counts.
 *
 * Not covered: a module that takes Node's own functions from elsewhere, one that adds a handler after the command has
 * finished, and one that loops for ever. A signal ends the process without success.
 *
 * @param report - reports that a module ended the process; must not wait for anything
 * @returns the function that sets the exit code of the finished command
 */
export function guardExitCode(report: () => void): (code: number) => void {
  let finished: number | undefined;
  const guard = (code: number) => {
    // a crash after the command has finished keeps its own code
    process.exitCode = finished === undefined ? EXIT.usage : finished || code;
    if (finished === undefined) report();
  };
  process.on("exit", guard);
  return (code) => {
    finished = code;
    process.exitCode = code;
    // the last handler decides
    process.off("exit", guard).on("exit", guard);
  };
}
