import { parseScopeToken, type ScopeTokenSyntax, strayBracket } from "../grammar/scope-syntax.js";
import { compileTemplate, type Template, templatesOverlap } from "../grammar/template.js";
import { ANY_TIER, type CompiledScope, type Implied } from "./compiled.js";
import type { PolicyDefinition, ScopeOptions } from "./definition.js";
import { nearest, type Path, type Report } from "./findings.js";
import { type NamedScope, overlapCandidates } from "./matching.js";

/** The plans and kinds of account that a policy declares. */
export interface Gates {
  readonly tierRank: ReadonlyMap<string, number>;
  readonly accountTypes: ReadonlySet<string>;
}

/** The declared scopes, and how a rule's text finds them. */
export interface ScopeTable {
  readonly scopes: readonly CompiledScope[];
  /** Every name by which a token may hold a scope: its own and those it replaces. */
  readonly names: readonly NamedScope[];
  /** The scope that a rule names; reports an undeclared one. Both spellings of a placeholder mean the same. */
  find(name: unknown, path: Path): CompiledScope | undefined;
}

interface Draft {
  readonly id: number;
  readonly path: Path;
  readonly token: ScopeTokenSyntax;
  readonly template: Template;
  readonly options: ScopeOptions;
  /** Scopes implied in one step. */
  readonly implies: Implied[];
}

/** Reads `tiers` and `accountTypes`. */
export function compileGates(definition: PolicyDefinition, report: Report): Gates {
  reportDuplicates(definition.tiers, ["tiers"], report);
  reportDuplicates(definition.accountTypes, ["accountTypes"], report);
  return {
    tierRank: new Map((definition.tiers ?? []).map((tier, rank) => [tier, rank])),
    accountTypes: new Set(definition.accountTypes ?? []),
  };
}

/** The rank of a plan; reports an undeclared one. */
export function rankOf(tier: string | undefined, gates: Gates, path: Path, report: Report): number {
  if (tier === undefined) return ANY_TIER;
  const rank = gates.tierRank.get(tier);
  if (rank !== undefined) return rank;
  report.add("unknown_tier", path, `undeclared tier \`${tier}\``, nearest(tier, gates.tierRank.keys()));
  return ANY_TIER;
}

/** Reports undeclared and repeated kinds of account. */
export function checkAccountTypes(
  types: readonly string[] | undefined,
  gates: Gates,
  path: Path,
  report: Report,
): readonly string[] | undefined {
  reportDuplicates(types, path, report);
  for (const [index, type] of (types ?? []).entries()) {
    if (type === undefined || gates.accountTypes.has(type)) continue;
    const meant = nearest(type, gates.accountTypes);
    report.add("unknown_account_type", [...path, index], `undeclared account type \`${type}\``, meant);
  }
  return types;
}

/** Reports what stands twice in a list; `undefined` stands where a wrong item was. */
export function reportDuplicates(
  list: readonly unknown[] | undefined,
  path: Path,
  report: Report,
  show: (item: unknown) => string = String,
): void {
  const seen = new Set<string>();
  for (const [index, item] of (list ?? []).entries()) {
    if (item === undefined) continue;
    const text = show(item);
    if (seen.has(text)) report.add("duplicate", [...path, index], `\`${text}\` stands twice`);
    seen.add(text);
  }
}

/** Compiles `scopes`: grammar, overlaps, implications, older names. */
export function compileScopes(definition: PolicyDefinition, gates: Gates, report: Report): ScopeTable {
  const drafts: Draft[] = [];
  const byText = new Map<string, Draft>();
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
  const draftOf = (name: unknown, path: Path): Draft | undefined => {
    if (typeof name !== "string") return undefined;
    const found = byText.get(printed(name));
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
    const accountTypes = checkAccountTypes(options.accountTypes, gates, [...path, "accountTypes"], report);
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
      closure: closureOf(draft, drafts),
    });
    names.push({ scope: id, template, values: template.names.map((_, index) => index), old: false });
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
    report.add("scope_syntax", path, `\`${name}\` is no scope-token: ${parsed.reason} (RFC 6749, section 3.3)`);
    return undefined;
  }
  const stray = strayBracket(name);
  if (stray !== -1) {
    report.add("stray_bracket", path, `\`${name[stray]}\` at ${stray} belongs to no placeholder: a placeholder is a whole segment, as \`{accountID}\``);
    return undefined;
  }
  if (new Set(parsed.token.params).size < parsed.token.params.length) {
    report.add("duplicate", path, "a placeholder stands twice: one value could not fill both in a scope that is held");
    return undefined;
  }
  return parsed.token;
}

function printed(name: string): string {
  const parsed = parseScopeToken(name);
  return parsed.ok ? parsed.token.text : name;
}

function reportUnknown(
  name: string,
  path: Path,
  definition: PolicyDefinition,
  declared: Iterable<string>,
  report: Report,
): void {
  // an entry whose name is at fault has its own finding
  if (Object.hasOwn(definition.scopes ?? {}, name)) return;
  const successor = Object.entries(definition.scopes ?? {}).find(
    ([, entry]) => typeof entry !== "string" && entry.replaces?.includes(name),
  );
  if (successor !== undefined) {
    report.add("replaced_scope", path, `\`${name}\` is an older name: rules use the new one`, successor[0]);
  } else {
    report.add("unknown_scope", path, `undeclared scope \`${name}\``, nearest(name, declared));
  }
}

function linkImplied(
  draft: Draft,
  draftOf: (name: unknown, path: Path) => Draft | undefined,
  report: Report,
): void {
  const path = [...draft.path, "implies"];
  reportDuplicates(draft.options.implies, path, report);
  for (const [index, name] of (draft.options.implies ?? []).entries()) {
    const at = [...path, index];
    const implied = draftOf(name, at);
    if (implied === undefined) continue;
    const values = implied.template.names.map((placeholder) => draft.template.names.indexOf(placeholder));
    const lost = implied.template.names[values.indexOf(-1)];
    if (lost !== undefined) {
      report.add("implied_placeholder", at, `\`{${lost}}\` of the implied scope would have no value: the implier has no such placeholder`);
    } else if (implied.options.reserved === true && draft.options.reserved !== true) {
      report.add("implied_reserved", at, "only a reserved scope may imply a reserved one");
    } else {
      draft.implies.push({ scope: implied.id, values });
    }
  }
}

/** Itself, and what it implies in any number of steps, each once for each way its values can come. */
function closureOf(start: Draft, drafts: readonly Draft[]): readonly Implied[] {
  const closure: Implied[] = [{ scope: start.id, values: start.template.names.map((_, index) => index) }];
  const seen = new Set(closure.map(keyOf));
  for (const { scope, values } of closure) {
    for (const next of (drafts[scope] as Draft).implies) {
      const reached = { scope: next.scope, values: next.values.map((index) => values[index] as number) };
      if (seen.has(keyOf(reached))) continue;
      seen.add(keyOf(reached));
      closure.push(reached);
    }
  }
  return closure;
}

function keyOf({ scope, values }: Implied): string {
  return `${scope}:${values.join(",")}`;
}

/** Reports each cycle once, by its names. Walks with a stack of its own, so that a long chain costs no call stack. */
function reportCycle(drafts: readonly Draft[], report: Report): void {
  const done = new Set<number>();
  for (const root of drafts) {
    const trail: { readonly draft: Draft; next: number }[] = [];
    if (!done.has(root.id)) trail.push({ draft: root, next: 0 });
    while (trail.length > 0) {
      const step = trail[trail.length - 1] as { readonly draft: Draft; next: number };
      const implied = step.draft.implies[step.next];
      step.next += 1;
      if (implied === undefined) {
        done.add(step.draft.id);
        trail.pop();
        continue;
      }
      const from = trail.findIndex(({ draft }) => draft.id === implied.scope);
      if (from !== -1) {
        const names = [...trail.slice(from).map(({ draft }) => draft.token.text)];
        const cycle = [...names, names[0]].join(" > ");
        report.add("implication_cycle", [...step.draft.path, "implies"], `scope implies itself: ${cycle}`);
      } else if (!done.has(implied.scope)) {
        trail.push({ draft: drafts[implied.scope] as Draft, next: 0 });
      }
    }
  }
}

function replacedNames(
  draft: Draft,
  declared: ReadonlyMap<string, Draft>,
  report: Report,
): readonly NamedScope[] {
  const path = [...draft.path, "replaces"];
  reportDuplicates(draft.options.replaces, path, report);
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
      report.add("replaced_placeholders", at, `\`${name}\` has other placeholders than \`${draft.token.text}\``);
      return [];
    }
    return [{ scope: draft.id, template, values, old: true }];
  });
}

/** No text may be an instance of two names: what a held scope means would depend on who looks. */
function reportOverlaps(names: readonly NamedScope[], drafts: readonly Draft[], report: Report): void {
  for (const [left, right] of overlapCandidates(names)) {
    // two scopes may replace the same older name: a token that holds it holds both
    const shared = left.scope === right.scope || (left.old && right.old);
    if (shared || !templatesOverlap(left.template, right.template)) continue;
    const path = (drafts[Math.max(left.scope, right.scope)] as Draft).path;
    const first = (drafts[Math.min(left.scope, right.scope)] as Draft).token.text;
    report.add("overlap", path, `some text would be an instance of this and of \`${first}\``);
  }
}
