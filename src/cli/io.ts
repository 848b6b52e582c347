import pico from "picocolors";

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

/** Colours for people; each is the identity where there are none. */
export type Colours = ReturnType<typeof pico.createColors>;

/** The colours that a terminal may have. */
export function coloursOf(io: Io): Colours {
  return pico.createColors(io.colours);
}

// what picocolors writes for the few colours used here
const ESCAPE = String.fromCharCode(0x1b);
const OWN_COLOUR = new RegExp(`(${ESCAPE}\\[(?:[0124]|22|24|3[1-69])m)`);

/**
 * Text for people: what a policy holds must not steer the terminal, so control characters and marks that turn the
 * direction of text are written as escapes; only line breaks and colours of our own are passed on.
 */
export function forTerminal(text: string, colours: boolean): string {
  const parts = colours ? text.split(OWN_COLOUR) : [text];
  return parts.map((part, index) => (index % 2 === 1 ? part : visible(part))).join("");
}

const UNSEEN = /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

function visible(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16).toUpperCase()}}`;
  });
}

/** Writes text for people to the standard output, and ends the line. */
export function say(io: Io, text: string): void {
  io.stdout(`${forTerminal(text, io.colours)}\n`);
}

/** Writes text for people to the standard error output, and ends the line. */
export function complain(io: Io, text: string): void {
  io.stderr(`${forTerminal(text, io.colours)}\n`);
}

/** Writes data for programs to the standard output. */
export function sayJson(io: Io, data: unknown): void {
  io.stdout(`${JSON.stringify(data, undefined, 2)}\n`);
}
