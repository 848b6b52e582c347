import type { Readable, Writable } from "node:stream";

/** The process that runs a command, for commands that need more of it than its output. */
export interface Host {
  /** Opens standard input and output for a protocol. No other output may be written to standard output from then on. */
  readonly openStreams: () => { readonly input: Readable; readonly output: Writable };
  /** The program and the first arguments that start this command line again. */
  readonly program: readonly [path: string, ...args: readonly string[]];
}

/** The environment of the command line, passed in so that tests can run it in their own process. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Returns all text of standard input; missing if there is none. */
  readonly stdin?: () => Promise<string>;
  /** The process; missing if there is none. */
  readonly host?: Host;
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** Whether colours may be used: the output is a terminal and `NO_COLOR` is not set. */
  readonly colours: boolean;
  /** Whether standard error is a terminal that shows progress. Default: `false`. */
  readonly showsProgress?: boolean;
  /** The width of the terminal, in characters. */
  readonly columns: number;
}

/** The exit codes, as `--help` lists them. */
export const EXIT = { fine: 0, findings: 1, usage: 2, denied: 3, drift: 4 } as const;

/** One of the codes in {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error of usage, or of a file that cannot be read, run or written. It is reported in one line, with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
