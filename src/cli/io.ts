/** What the command line touches of the world, handed in so that tests run it in their own process. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Paths are relative to this folder. */
  readonly cwd: string;
  /** Whether colours may be used: a terminal, and no `NO_COLOR`. */
  readonly colours: boolean;
  /** The width of the terminal, in characters. */
  readonly columns: number;
}

/** What a run ends with, as `--help` tells it. */
export const EXIT = { fine: 0, findings: 1, usage: 2, denied: 3 } as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line was used wrongly, or a file cannot be read: told in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
