import type { DocumentFinding } from "../openapi/document.js";
import { type Line, styled } from "../terminal/output.js";

/** Returns the findings of a document as lines for people: `file:line:column  error  message  code`. */
export function documentFindingLines(findings: readonly DocumentFinding[]): readonly Line[] {
  return findings.map(({ file, line, column, message, code }) => [
    styled("bold", [file, line, column].filter((part) => part !== undefined).join(":")),
    "  ",
    styled("red", "error"),
    `  ${message}  `,
    styled("dim", code),
  ]);
}
