import { createColors } from "picocolors";
import type { Io } from "./io.js";
import { visible, visibleJson } from "./visible.js";

/** The colours and weights that the program uses. */
type Style = "bold" | "dim" | "green" | "red";

/** A text with a style. The escape sequences are written by {@link rendered} alone. */
export interface Styled {
  readonly style: Style;
  readonly text: string | Styled;
}

/** One line for people: texts, styled or not. A line break within a text is escaped, so a line stays one line. */
export type Line = string | Styled | readonly (string | Styled)[];

/** Returns a text in a style. */
export function styled(style: Style, text: string | Styled): Styled {
  return { style, text };
}

/** What a command writes. */
export type Output =
  /** Lines for people. */
  | { readonly kind: "lines"; readonly lines: readonly Line[] }
  /** A document whose values were escaped when it was composed: Markdown or HTML. */
  | { readonly kind: "document"; readonly text: string }
  /** Data for programs. */
  | { readonly kind: "json"; readonly data: unknown };

/**
 * Returns an output as text. No character of a policy, an argument or an error steers the terminal or hides text: what is
 * invisible is written as an escape, whatever wrote it. Line breaks are those of the layout, and escape sequences are the
 * program's own styles, written only with `colours`.
 */
export function rendered(output: Output, colours: boolean): string {
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

function paint({ style, text }: Styled, colours: boolean): string {
  return createColors(colours)[style](lineText(text, colours));
}

/** What commands write to. All of it goes through {@link rendered}. */
export interface Screen {
  /** Paths are relative to this folder. */
  readonly cwd: string;
  /** The width of the terminal, in columns. */
  readonly columns: number;
  /** Writes to the standard output. */
  readonly write: (output: Output) => void;
  /** Writes lines for people to the standard output. */
  readonly say: (...lines: readonly Line[]) => void;
  /** Writes lines for people to the standard error output. */
  readonly complain: (...lines: readonly Line[]) => void;
  /** Writes data for programs to the standard output. */
  readonly sayJson: (data: unknown) => void;
}

/** Creates the screen of a run. */
export function newScreen({ stdout, stderr, cwd, columns, colours }: Io): Screen {
  const write = (output: Output) => stdout(rendered(output, colours));
  return {
    cwd,
    columns,
    write,
    say: (...lines) => write({ kind: "lines", lines }),
    complain: (...lines) => stderr(rendered({ kind: "lines", lines }, colours)),
    sayJson: (data) => write({ kind: "json", data }),
  };
}
