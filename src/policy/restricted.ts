import { printedScope } from "../grammar/scope-syntax.js";
import { shapeKey } from "../grammar/template.js";
import type { CompiledScope } from "./compiled-policy.js";
import type { ScopeDraft } from "./implications.js";
import type { Path, Report } from "./report.js";
import type { NamedScope } from "./scope-lookup.js";

// A restricted scope is for approved clients only, so nothing may give it to every client. What `implies` may name is checked in
// `implications.ts`.

/** Reports options with which every client would get a restricted scope. */
export function checkRestrictedOptions({ path, options }: ScopeDraft, report: Report): void {
  if (options.restricted !== true) return;
  if (options.default === "on") {
    const message =
      "a restricted scope is offered to approved clients only, so it cannot be on by default";
    report.add("restricted_default", [...path, "default"], message);
  }
  if (options.required === true) {
    const message =
      "a restricted scope is offered to approved clients only, so it cannot be required";
    report.add("restricted_required", [...path, "required"], message);
  }
}

interface ListedScopeName {
  readonly scope: CompiledScope;
  readonly path: Path;
}

/** Reports restricted scopes in the lists of scopes for every client. */
export function reportRestrictedLists(
  baseline: readonly ListedScopeName[],
  defaults: readonly ListedScopeName[],
  report: Report,
): void {
  const add = (code: string, listed: readonly ListedScopeName[], role: string) => {
    for (const { scope, path } of listed) {
      if (scope.restricted) {
        report.add(code, path, `\`${scope.name}\` is restricted, so it cannot be ${role}`);
      }
    }
  };
  add("restricted_required", baseline, "in the baseline");
  add("restricted_default", defaults, "a default scope");
}

/** Reports older names of restricted scopes that another scope replaces too: a token with such a name would open both. */
export function reportSharedNames(
  names: readonly NamedScope[],
  drafts: readonly ScopeDraft[],
  report: Report,
): void {
  const restricted = new Map<string, string>();
  for (const { old, template, declared } of names) {
    const { options, token } = drafts[declared] as ScopeDraft;
    if (old && options.restricted === true) restricted.set(shapeKey(template), token.text);
  }
  if (restricted.size === 0) return;
  for (const { old, template, text, declared } of names) {
    const { path, options } = drafts[declared] as ScopeDraft;
    const owner = old && options.restricted !== true && restricted.get(shapeKey(template));
    if (!owner) continue;
    const older = options.replaces as readonly string[];
    const index = older.findIndex((name) => printedScope(name) === text);
    const message = `\`${older[index]}\` is an older name of the restricted scope \`${owner}\`, and only a restricted scope may share it`;
    report.add("replaced_restricted", [...path, "replaces", index], message);
  }
}
