import type { AcceptedFinding, PolicyDefinition } from "./definition.js";
import { LINT_CODES } from "./lint-codes.js";
import type { Report } from "./report.js";

/**
 * Checks the accepted findings of a definition: their codes, their reasons, and that none is listed twice. Whether they occur is a
 * question of `lintPolicy`.
 */
export function checkAcceptedFindings({ lint }: PolicyDefinition, report: Report): void {
  // invalid parts were removed, with findings of their own
  const entries: readonly (Partial<AcceptedFinding> | undefined)[] = lint ?? [];
  const seen = new Set<string>();
  for (const [index, { code, path, reason } = {}] of entries.entries()) {
    const at = ["lint", index];
    if (code !== undefined && !LINT_CODES.includes(code)) {
      const message = `unknown lint code \`${code}\``;
      report.add("unknown_lint_code", [...at, "code"], message, (meant) => meant(code, LINT_CODES));
    }
    if (reason?.trim() === "") report.add("empty_text", [...at, "reason"], "must not be empty");
    if (code === undefined || path === undefined) continue;
    const key = `${code} ${path}`;
    if (seen.has(key)) report.add("duplicate", at, `\`${code}\` at \`${path}\` is accepted twice`);
    seen.add(key);
  }
}
