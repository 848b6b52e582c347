import type { Finding } from "../../errors.js";
import type { DocumentFinding } from "../openapi/document.js";
import { placeOf } from "../openapi/texts.js";
import { type Line, styled } from "../terminal/output.js";

/** Returns the findings of a document as lines for people: `file:line:column  error  message  code`. */
export function documentFindingLines(findings: readonly DocumentFinding[]): readonly Line[] {
  return findings.map((finding) => [
    styled("bold", placeOf(finding)),
    "  ",
    styled("red", "error"),
    `  ${finding.message}  `,
    styled("dim", finding.code),
  ]);
}

/** Returns the findings of a definition that is in no file as lines for people: `error  path: message  code`. */
export function definitionFindingLines(findings: readonly Finding[]): readonly Line[] {
  return findings.map(({ path, message, code }) => [
    styled("red", "error"),
    `  ${path}: ${message}  `,
    styled("dim", code),
  ]);
}
