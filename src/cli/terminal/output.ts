import { createColors } from "picocolors";
import type { Io } from "./io.js";
import { visible, visibleJson } from "./visible.js";
import { shorten } from "./wrap.js";

/** Colours and weights of text. */
type Style = "bold" | "dim" | "green" | "red";

/** A text with a style. Only {@link render} writes escape sequences. */
export interface StyledText {
  readonly style: Style;
  readonly text: string | StyledText;
}

/** One line for people: texts with or without a style. A line break in a text is escaped, so a line stays one line. */
export type Line = string | StyledText | readonly (string | StyledText)[];

/** Returns a text in a style. */
export function styled(style: Style, text: string | StyledText): StyledText {
  return { style, text };
}

/** The output of a command. */
export type Output =
  /** Lines for people. */
  | { readonly kind: "lines"; readonly lines: readonly Line[] }
  /** A Markdown or HTML document in which all values are escaped already. */
  | { readonly kind: "document"; readonly text: string }
  /** Data for programs. */
  | { readonly kind: "json"; readonly data: unknown };

/**
 * Returns an output as text. No character of a policy, an argument or an error can control the terminal or hide text:
 * every invisible character becomes an escape, whatever its source. Only the layout adds line breaks, and only the styles of
 * this program add escape sequences, if `colours` is `true`.
 */
export function render(output: Output, colours: boolean): string {
  switch (output.kind) {
    case "lines":
      return output.lines.map((line) => `${lineText(line, colours)}\n`).join("");
    case "document":
      return output.text.split("\n").map(visible).join("\n");
    case "json":
      return `${visibleJson(JSON.stringify(output.data, undefined, 2))}\n`;
  }
}

function lineText(line: Line, colours: boolean): string {
  if (typeof line === "string") return visible(line);
  if ("style" in line) return paint(line, colours);
  return line.map((part) => lineText(part, colours)).join("");
}

function paint({ style, text }: StyledText, colours: boolean): string {
  return createColors(colours)[style](lineText(text, colours));
}

/** The output streams of a run. All output goes through {@link render}. */
export interface Screen {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** The width of the terminal, in columns. */
  readonly columns: number;
  /** Writes an output to standard output. */
  readonly write: (output: Output) => void;
  /** Writes lines for people to standard output. */
  readonly say: (...lines: readonly Line[]) => void;
  /** Writes lines for people to standard error. */
  readonly complain: (...lines: readonly Line[]) => void;
  /** Writes data for programs to standard output. */
  readonly sayJson: (data: unknown) => void;
  /** Shows what takes time, in one line of standard error that the next output replaces. Does nothing unless it is a terminal. */
  readonly showProgress: (text: string) => void;
}

/** Returns to the start of the line and erases it. */
const ERASE_LINE = "\r\u001B[K";
/** Columns of a line of progress. A line that the terminal breaks could not be erased. */
const PROGRESS_COLUMNS = 70;

/** Creates the screen of a run. */
export function createScreen(io: Io): Screen {
  const { stdout, stderr, cwd, columns, colours, showsProgress = false } = io;
  let isShown = false;
  const erase = () => {
    if (isShown) stderr(ERASE_LINE);
    isShown = false;
  };
  const write = (output: Output) => {
    erase();
    stdout(render(output, colours));
  };
  return {
    cwd,
    columns,
    write,
    say: (...lines) => write({ kind: "lines", lines }),
    complain: (...lines) => {
      erase();
      stderr(render({ kind: "lines", lines }, colours));
    },
    sayJson: (data) => write({ kind: "json", data }),
    showProgress: (text) => {
      if (!showsProgress) return;
      stderr(`${ERASE_LINE}${shorten(visible(text), PROGRESS_COLUMNS)}`);
      isShown = true;
    },
  };
}
