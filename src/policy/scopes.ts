import { strayBracket } from "../grammar/placeholder.js";
import { parseScopeToken, printedScope, type ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import { isCommon } from "../grammar/template-overlap.js";
import type { CompiledScope } from "./compiled-policy.js";
import {
  type ConditionNames,
  checkAccountTypes,
  entitlementsOf,
  rankOf,
  reportDuplicates,
} from "./conditions.js";
import type { PolicyDefinition, ScopeOptions } from "./definition.js";
import {
  createClosureReader,
  reportCycle,
  resolveImpliedScopes,
  type ScopeDraft,
} from "./implications.js";
import { implyCoveredNames, reportRuleFault, templateOf } from "./matched-names.js";
import { isComparedApart, literalOverlaps, spreadNames } from "./matching-overlaps.js";
import { MAX_OVERLAP_STEPS, overlapsOf } from "./overlaps.js";
import { withoutPrototype } from "./own-members.js";
import type { Path, Report } from "./report.js";
import { checkRestrictedOptions, reportSharedNames } from "./restricted.js";
import type { NamedScope } from "./scope-lookup.js";
import { declaredNames, type StepBudget } from "./suggest.js";
import { checkOldTwins, joinTwins } from "./twins.js";

/** Maximum number of characters in the name of a scope. */
const MAX_SCOPE_LENGTH = 1_024;
/** Maximum number of placeholders in the name of a scope. */
const MAX_PLACEHOLDERS = 32;

/** The declared scopes, with lookup by name. */
export interface ScopeTable {
  readonly scopes: readonly CompiledScope[];
  /** All names of scopes in tokens: current names and older names. */
  readonly names: readonly NamedScope[];
  readonly twins: ReadonlyMap<number, readonly CompiledScope[]>;
  /** Returns the scope that a rule names, in either spelling of placeholders. Reports an undeclared scope. */
  find(name: unknown, path: Path): CompiledScope | undefined;
}

/** Compiles `scopes` of a definition. Checks grammar, overlaps, implications and older names. */
export function compileScopes(
  definition: PolicyDefinition,
  gates: ConditionNames,
  report: Report,
): ScopeTable {
  const drafts: ScopeDraft[] = [];
  const byText = new Map<string, ScopeDraft>();
  const { scopes = {} } = definition;
  for (const name of Object.keys(scopes)) {
    const path = ["scopes", name];
    const entry = scopes[name] as string | ScopeOptions;
    const options: ScopeOptions =
      typeof entry === "string" ? withoutPrototype({ description: entry }) : entry;
    const token = readName(name, path, report);
    if (token === undefined) continue;
    const template = templateOf(token, options.match);
    const id = drafts.length;
    const draft = { id, declared: id, path, token, template, options, implies: [] };
    const twin = byText.get(token.text);
    if (twin !== undefined) {
      report.add("duplicate", path, `duplicate of \`${token.text}\` in another spelling`);
      continue;
    }
    drafts.push(draft);
    byText.set(token.text, draft);
  }
  const draftOf = (name: unknown, path: Path): ScopeDraft | undefined => {
    if (typeof name !== "string") return undefined;
    const found = byText.get(name) ?? byText.get(printedScope(name));
    if (found === undefined) reportUnknown(name, path);
    return found;
  };
  const reportUnknown = createUnknownReporter(definition, byText, report);
  const names: NamedScope[] = [];
  const compiled: CompiledScope[] = [];
  const twins = joinTwins(drafts, report);
  for (const draft of drafts) resolveImpliedScopes(draft, draftOf, report);
  implyCoveredNames(drafts, report);
  reportCycle(drafts, report);
  const closureOf = createClosureReader(drafts, twins.size > 0, report);
  for (const draft of drafts) {
    const { id, declared, path, token, template, options } = draft;
    const tier = rankOf(options, gates, path, report);
    const accountTypes = checkAccountTypes(options, gates, path, report);
    if (options.reserved === true && options.default === "on") {
      report.add(
        "reserved_default",
        [...path, "default"],
        "a reserved scope is never offered, so it cannot be on by default",
      );
    }
    checkRestrictedOptions(draft, report);
    compiled.push({
      id,
      name: token.text,
      template,
      options,
      reserved: options.reserved === true,
      restricted: options.restricted === true,
      tier,
      accountTypes,
      entitlements: entitlementsOf(options, gates, path, report),
      implies: draft.implies,
      closure: closureOf(draft),
    });
    names.push({
      scope: id,
      declared,
      template,
      text: token.text,
      matching: options.match ?? "exact",
      values: template.names.length === 0 ? NO_VALUES : [...template.names.keys()],
      old: false,
    });
    if (options.replaces !== undefined)
      names.push(...replacedNames(options.replaces, draft, byText, report));
  }
  reportOverlaps(names, drafts, report);
  reportSharedNames(names, drafts, report);
  return {
    scopes: compiled,
    names,
    twins: new Map(
      [...twins].map(([id, list]) => [id, list.map((at) => compiled[at] as CompiledScope)]),
    ),
    find(name, path) {
      const draft = draftOf(name, path);
      return draft && compiled[draft.declared];
    },
  };
}

const NO_VALUES: readonly number[] = Object.freeze([]);

function readName(name: string, path: Path, report: Report): ScopeTokenSyntax | undefined {
  if (name.length > MAX_SCOPE_LENGTH) {
    report.add(
      "too_large",
      path,
      `a scope of ${name.length} characters: at most ${MAX_SCOPE_LENGTH} are allowed`,
    );
    return undefined;
  }
  const parsed = parseScopeToken(name);
  if (!parsed.ok) {
    report.add(
      "scope_syntax",
      path,
      `\`${name}\` is not a scope-token: ${parsed.reason} (RFC 6749, section 3.3)`,
    );
    return undefined;
  }
  const stray = strayBracket(name);
  if (stray !== -1) {
    report.add(
      "stray_bracket",
      path,
      `stray \`${name[stray]}\` at character ${stray}: a placeholder is a name in brackets, as in \`{accountID}\``,
    );
    return undefined;
  }
  if (parsed.token.params.length === 0) return parsed.token;
  // every bracket is that of a placeholder here
  const apart = name.replace(/([}>])(?=[{<])/g, "$1-");
  if (apart !== name) {
    report.add(
      "stray_bracket",
      path,
      "two placeholders need at least one literal character between them: without it, the end of a value is unknown",
      () => apart,
    );
    return undefined;
  }
  if (new Set(parsed.token.params).size < parsed.token.params.length) {
    report.add(
      "duplicate",
      path,
      "a placeholder appears twice: a scope in a token could have a different value in each place",
    );
    return undefined;
  }
  if (parsed.token.params.length > MAX_PLACEHOLDERS) {
    report.add(
      "too_large",
      path,
      `a scope with ${parsed.token.params.length} placeholders: at most ${MAX_PLACEHOLDERS} are allowed`,
    );
    return undefined;
  }
  return parsed.token;
}

/** Creates a function that reports an undeclared scope and suggests the scope that replaced it or was probably meant. */
function createUnknownReporter(
  { scopes }: PolicyDefinition,
  declared: ReadonlyMap<string, ScopeDraft>,
  report: Report,
): (name: string, path: Path) => void {
  let successors: ReadonlyMap<string, string> | undefined;
  return (name, path) => {
    // unreadable `scopes`, or an entry with an invalid name, already have a finding
    if (report.removed.has("scopes") || Object.hasOwn(scopes, name)) return;
    successors ??= successorsIn(scopes);
    const successor = successors.get(printedScope(name));
    if (successor === undefined) {
      report.add(
        "unknown_scope",
        path,
        (meant) =>
          meant === undefined
            ? `undeclared scope \`${name}\`: ${declaredNames("scopes", declared)}`
            : `undeclared scope \`${name}\``,
        (suggest) => suggest(name, declared.keys()),
      );
    } else {
      const message = `\`${name}\` is an older name of a scope: use the current name`;
      report.add("replaced_scope", path, message, () => successor);
    }
  };
}

/** Returns the first scope that replaces each older name. */
function successorsIn(scopes: PolicyDefinition["scopes"]): ReadonlyMap<string, string> {
  const successors = new Map<string, string>();
  for (const [successor, entry] of Object.entries(scopes)) {
    if (typeof entry === "string") continue;
    entry.replaces?.forEach((name) => {
      const older = printedScope(name);
      if (!successors.has(older)) successors.set(older, successor);
    });
  }
  return successors;
}

function replacedNames(
  replaces: readonly string[],
  draft: ScopeDraft,
  declared: ReadonlyMap<string, ScopeDraft>,
  report: Report,
): readonly NamedScope[] {
  const path = [...draft.path, "replaces"];
  reportDuplicates(replaces, path, report, printedScope);
  return replaces.flatMap((name, index) => {
    const at = [...path, index];
    const token = name === undefined ? undefined : readName(name, at, report);
    if (token === undefined) return [];
    if (declared.has(token.text)) {
      report.add(
        "replaced_declared",
        at,
        `\`${name}\` is a declared scope, so it cannot be an older name`,
      );
      return [];
    }
    const { match } = draft.options;
    reportRuleFault(match, token, at, report);
    const template = templateOf(token, match);
    const values = draft.template.names.map((placeholder) => template.names.indexOf(placeholder));
    if (values.includes(-1) || template.names.length !== draft.template.names.length) {
      report.add(
        "replaced_placeholders",
        at,
        `the placeholders of \`${name}\` differ from those of \`${draft.token.text}\``,
      );
      return [];
    }
    const { id: scope, declared: own } = draft;
    const { text } = token;
    const matching = match ?? "exact";
    return [{ scope, declared: own, template, text, matching, values, old: true }];
  });
}

/**
 * Reports names that overlap. If a text were an instance of two names, the meaning of a scope in a token would depend on the
 * reader.
 */
function reportOverlaps(
  names: readonly NamedScope[],
  drafts: readonly ScopeDraft[],
  report: Report,
): void {
  const reportOverlap = (first: NamedScope, later: NamedScope, text: string | undefined) => {
    const { path, options } = drafts[later.declared] as ScopeDraft;
    const at = (options.replaces ?? []).findIndex((name) => printedScope(name) === later.text);
    report.add(
      "overlap",
      later.old ? [...path, "replaces", at] : path,
      `\`${later.text}\` and \`${first.text}\` overlap: ${text === undefined ? "some scope token" : `the scope token \`${text}\``} would match both`,
    );
  };
  const steps: StepBudget = { left: MAX_OVERLAP_STEPS };
  checkOldTwins(names, (old, current) => reportOverlap(current, old, undefined));
  const seen = new Set<string>();
  for (const [name, literal] of literalOverlaps(names)) {
    const [first, later] = inOrder(name, literal);
    reportOverlap(first, later, literal.text);
  }
  for (const { left, right, text } of overlapsOf(spreadNames(names, steps), steps)) {
    // counting the others costs as much as finding them
    if (report.isFull) {
      report.stop();
      return;
    }
    if (isComparedApart(left, right) || isComparedApart(right, left)) continue;
    // twins with different rules have a finding
    if (!left.old && !right.old && left.scope === right.scope) continue;
    const [first, later] = inOrder(left, right);
    // two paths overlap for each number of segments
    const key = `${first.declared} ${first.text} ${later.declared} ${later.text}`;
    if (seen.has(key)) continue;
    seen.add(key);
    reportOverlap(first, later, isCommon(text, left.template, right.template) ? text : undefined);
  }
  if (steps.left < 0) {
    report.add(
      "too_large",
      ["scopes"],
      `scope names have placeholders in too many different positions: checking them for overlaps takes more than ${MAX_OVERLAP_STEPS} steps`,
    );
  }
}

/** Returns two names in declared order. An older name of a scope follows its current name. */
function inOrder(one: NamedScope, other: NamedScope): readonly [NamedScope, NamedScope] {
  const isLater = one.declared > other.declared || (one.declared === other.declared && one.old);
  return isLater ? [other, one] : [one, other];
}
