import {
  parseScopeToken,
  printedScope,
  type ScopeTokenSyntax,
  strayBracket,
} from "../grammar/scope-syntax.js";
import { compileTemplate, templatesOverlap } from "../grammar/template.js";
import type { CompiledScope } from "./compiled.js";
import type { PolicyDefinition } from "./definition.js";
import { nearest, type Path, type Report } from "./findings.js";
import { checkAccountTypes, type Gates, rankOf, reportDuplicates } from "./gates.js";
import { closureOf, linkImplied, reportCycle, type ScopeDraft } from "./implications.js";
import { type NamedScope, overlapCandidates } from "./scope-lookup.js";

/** The declared scopes, and how a rule's text finds them. */
export interface ScopeTable {
  readonly scopes: readonly CompiledScope[];
  /** Every name by which a token may hold a scope: its own and those it replaces. */
  readonly names: readonly NamedScope[];
  /** The scope that a rule names; reports an undeclared one. Both spellings of a placeholder mean the same. */
  find(name: unknown, path: Path): CompiledScope | undefined;
}

/** Compiles `scopes`: grammar, overlaps, implications, older names. */
export function compileScopes(
  definition: PolicyDefinition,
  gates: Gates,
  report: Report,
): ScopeTable {
  const drafts: ScopeDraft[] = [];
  const byText = new Map<string, ScopeDraft>();
  for (const [name, entry] of Object.entries(definition.scopes ?? {})) {
    const path = ["scopes", name];
    const options = typeof entry === "string" ? { description: entry } : entry;
    const token = readName(name, path, report);
    if (token === undefined) continue;
    const template = compileTemplate(token);
    const draft = { id: drafts.length, path, token, template, options, implies: [] };
    const twin = byText.get(token.text);
    if (twin !== undefined) {
      report.add("duplicate", path, `this is \`${token.text}\` once more, in another spelling`);
      continue;
    }
    drafts.push(draft);
    byText.set(token.text, draft);
  }
  const draftOf = (name: unknown, path: Path): ScopeDraft | undefined => {
    if (typeof name !== "string") return undefined;
    const found = byText.get(name) ?? byText.get(printedScope(name));
    if (found === undefined) reportUnknown(name, path, definition, byText.keys(), report);
    return found;
  };
  const names: NamedScope[] = [];
  const compiled: CompiledScope[] = [];
  for (const draft of drafts) linkImplied(draft, draftOf, report);
  reportCycle(drafts, report);
  for (const draft of drafts) {
    const { id, path, token, template, options } = draft;
    const tier = rankOf(options.tier, gates, [...path, "tier"], report);
    const accountTypes = checkAccountTypes(
      options.accountTypes,
      gates,
      [...path, "accountTypes"],
      report,
    );
    if (options.reserved === true && options.default === "on") {
      report.add("reserved_default", [...path, "default"], "a reserved scope is offered to nobody");
    }
    compiled.push({
      id,
      name: token.text,
      template,
      options,
      reserved: options.reserved === true,
      tier,
      accountTypes,
      implies: draft.implies,
      closure: closureOf(draft, drafts),
    });
    names.push({
      scope: id,
      template,
      text: token.text,
      matching: "exact",
      values: template.names.map((_, index) => index),
      old: false,
    });
    names.push(...replacedNames(draft, byText, report));
  }
  reportOverlaps(names, drafts, report);
  return {
    scopes: compiled,
    names,
    find(name, path) {
      const draft = draftOf(name, path);
      return draft && compiled[draft.id];
    },
  };
}

function readName(name: string, path: Path, report: Report): ScopeTokenSyntax | undefined {
  const parsed = parseScopeToken(name);
  if (!parsed.ok) {
    report.add(
      "scope_syntax",
      path,
      `\`${name}\` is no scope-token: ${parsed.reason} (RFC 6749, section 3.3)`,
    );
    return undefined;
  }
  const stray = strayBracket(name);
  if (stray !== -1) {
    report.add(
      "stray_bracket",
      path,
      `\`${name[stray]}\` at ${stray} belongs to no placeholder: a placeholder is a whole segment, as \`{accountID}\``,
    );
    return undefined;
  }
  if (new Set(parsed.token.params).size < parsed.token.params.length) {
    report.add(
      "duplicate",
      path,
      "a placeholder stands twice: one value could not fill both in a scope that is held",
    );
    return undefined;
  }
  return parsed.token;
}

function reportUnknown(
  name: string,
  path: Path,
  definition: PolicyDefinition,
  declared: Iterable<string>,
  report: Report,
): void {
  // `scopes` that could not be read, or an entry with a wrong name, have a finding of their own
  if (report.removed.has("scopes") || Object.hasOwn(definition.scopes, name)) return;
  const successor = Object.entries(definition.scopes).find(
    ([, entry]) =>
      typeof entry !== "string" && entry.replaces?.map(printedScope).includes(printedScope(name)),
  );
  if (successor !== undefined) {
    report.add(
      "replaced_scope",
      path,
      `\`${name}\` is an older name: rules use the new one`,
      () => successor[0],
    );
  } else {
    report.add("unknown_scope", path, `undeclared scope \`${name}\``, () =>
      nearest(name, declared),
    );
  }
}

function replacedNames(
  draft: ScopeDraft,
  declared: ReadonlyMap<string, ScopeDraft>,
  report: Report,
): readonly NamedScope[] {
  const path = [...draft.path, "replaces"];
  reportDuplicates(draft.options.replaces, path, report, printedScope);
  return (draft.options.replaces ?? []).flatMap((name, index) => {
    const at = [...path, index];
    const token = name === undefined ? undefined : readName(name, at, report);
    if (token === undefined) return [];
    if (declared.has(token.text)) {
      report.add("replaced_declared", at, `\`${name}\` is declared: an older name is not`);
      return [];
    }
    const template = compileTemplate(token);
    const values = draft.template.names.map((placeholder) => template.names.indexOf(placeholder));
    if (values.includes(-1) || template.names.length !== draft.template.names.length) {
      report.add(
        "replaced_placeholders",
        at,
        `\`${name}\` has other placeholders than \`${draft.token.text}\``,
      );
      return [];
    }
    return [{ scope: draft.id, template, text: token.text, matching: "exact", values, old: true }];
  });
}

/** No text may be an instance of two names: what a held scope means would depend on who looks. */
function reportOverlaps(
  names: readonly NamedScope[],
  drafts: readonly ScopeDraft[],
  report: Report,
): void {
  for (const [left, right] of overlapCandidates(names)) {
    // two scopes may replace the same older name: a token that holds it holds both
    const shared = left.old && right.old && left.text === right.text;
    if (shared || !templatesOverlap(left.template, right.template)) continue;
    const isLeftLater = left.scope > right.scope || (left.scope === right.scope && left.old);
    const [first, later] = isLeftLater ? [right, left] : [left, right];
    const { path, options } = drafts[later.scope] as ScopeDraft;
    const at = (options.replaces ?? []).findIndex((name) => printedScope(name) === later.text);
    report.add(
      "overlap",
      later.old ? [...path, "replaces", at] : path,
      `some text would be an instance of \`${later.text}\` and of \`${first.text}\``,
    );
  }
}
