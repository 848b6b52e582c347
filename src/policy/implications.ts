import { printedScope, type ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Template } from "../grammar/template.js";
import type { ImpliedScope } from "./compiled-policy.js";
import { reportDuplicates } from "./conditions.js";
import type { ScopeOptions } from "./definition.js";
import type { Path, Report } from "./report.js";

/** A parsed scope whose implications are not resolved yet. */
export interface ScopeDraft {
  /** The id of the scope. Twins, which differ in placeholder names alone, have one. */
  id: number;
  /** The index among the declared scopes. */
  readonly declared: number;
  readonly path: Path;
  readonly token: ScopeTokenSyntax;
  readonly template: Template;
  readonly options: ScopeOptions;
  /** The scopes that it implies directly. Twins share the list. */
  implies: ImpliedScope[];
}

/** Maximum total number of implied scopes: for each scope, the scope itself and all that it implies directly or indirectly. */
const MAX_IMPLIED = 1_000_000;

/** Resolves the scopes that one scope implies directly. */
export function resolveImpliedScopes(
  draft: ScopeDraft,
  draftOf: (name: unknown, path: Path) => ScopeDraft | undefined,
  report: Report,
): void {
  const names = draft.options.implies;
  if (names === undefined) return;
  const path = [...draft.path, "implies"];
  reportDuplicates(names, path, report, printedScope);
  for (const [index, name] of names.entries()) {
    const at = [...path, index];
    const implied = draftOf(name, at);
    if (implied === undefined) continue;
    const values = placesIn(draft.template, implied.template.names);
    const lost = implied.template.names[values.indexOf(-1)];
    if (lost !== undefined) {
      report.add(
        "implied_placeholder",
        at,
        `\`{${lost}}\` of the implied scope has no value: the implying scope has no such placeholder`,
      );
    } else if (values.length > 0 && !isSameRule(draft, implied)) {
      const { match = "exact" } = draft.options;
      const message = `a scope with the matching rule \`${match}\` implies only scopes with the same rule, or without placeholders`;
      report.add("match_rule", at, message);
    } else if (implied.options.reserved === true && draft.options.reserved !== true) {
      report.add("implied_reserved", at, "only a reserved scope may imply a reserved one");
    } else if (implied.options.restricted === true && draft.options.restricted !== true) {
      const message = "only a restricted scope may imply a restricted one";
      report.add("implied_restricted", at, message);
    } else {
      draft.implies.push({ scope: implied.id, values });
    }
  }
}

/** Returns whether what a value of a scope covers is covered by the same value of the implied scope. */
function isSameRule({ template, options }: ScopeDraft, implied: ScopeDraft): boolean {
  return template.coverage === undefined || options.match === implied.options.match;
}

const NO_VALUES: readonly number[] = Object.freeze([]);

function placesIn({ names }: Template, placeholders: readonly string[]): readonly number[] {
  if (placeholders.length === 0) return NO_VALUES;
  return placeholders.map((placeholder) => names.indexOf(placeholder));
}

/**
 * Creates a function that returns a scope and every scope that it implies directly or indirectly, each once. Values are passed
 * by placeholder name, so every path from one scope to another passes the same values. With twins, two paths can pass different ones,
 * and the scope is returned for each.
 *
 * If all scopes together imply more than {@link MAX_IMPLIED}, the function reports it once, and from then on returns an empty
 * list.
 */
export function createClosureReader(
  drafts: readonly ScopeDraft[],
  hasTwins: boolean,
  report: Report,
): (start: ScopeDraft) => readonly ImpliedScope[] {
  // by scope: the last start that reached it, instead of one set for each start
  const reachedFrom = new Int32Array(drafts.length).fill(-1);
  // an entry without values is shared by all implying scopes
  const plain = drafts.map(({ id }): ImpliedScope => ({ scope: id, values: NO_VALUES }));
  let left = MAX_IMPLIED;
  let isReported = false;
  const closureOf = (start: ScopeDraft): readonly ImpliedScope[] => {
    if (start.implies.length === 0 && start.template.names.length === 0)
      return [plain[start.id] as ImpliedScope];
    const closure: ImpliedScope[] = [];
    const reached = new Set<string>();
    const isReached = (scope: number, own: readonly number[]): boolean => {
      if (hasTwins && own.length > 0) {
        const key = [scope, ...own].join(" ");
        return reached.size === reached.add(key).size;
      }
      if (reachedFrom[scope] === start.declared) return true;
      reachedFrom[scope] = start.declared;
      return false;
    };
    const reach = ({ scope, values }: ImpliedScope, given: readonly number[]) => {
      const own = values.map((at) => given[at] as number);
      if (isReached(scope, own)) return;
      closure.push(own.length === 0 ? (plain[scope] as ImpliedScope) : { scope, values: own });
    };
    const places = [...start.template.names.keys()];
    reach({ scope: start.id, values: places }, places);
    for (const { scope, values } of closure) {
      for (const next of (drafts[scope] as ScopeDraft).implies) reach(next, values);
      if (closure.length > left) break;
    }
    return closure;
  };
  return (start) => {
    const closure = closureOf(start);
    left -= closure.length;
    if (left >= 0) return closure;
    if (!isReported) {
      isReported = true;
      const message = `the scopes up to this one imply more than ${MAX_IMPLIED} scopes, directly or indirectly: at most ${MAX_IMPLIED} are allowed in total`;
      report.add("too_large", [...start.path, "implies"], message);
    }
    return [];
  };
}

/** Maximum number of scopes of a cycle that its finding names. */
const MAX_NAMED = 10;

/**
 * Reports each cycle once, with the names of its scopes. Uses an explicit stack, so that a long chain cannot exhaust the call
 * stack.
 */
export function reportCycle(drafts: readonly ScopeDraft[], report: Report): void {
  const done = new Set<number>();
  // the index in the trail of each scope in it
  const places = new Map<number, number>();
  for (const root of drafts) {
    if (root.implies.length === 0) continue; // part of no cycle
    const trail: { readonly draft: ScopeDraft; next: number }[] = [];
    const enter = (draft: ScopeDraft) => {
      places.set(draft.id, trail.length);
      trail.push({ draft, next: 0 });
    };
    if (!done.has(root.id)) enter(root);
    while (trail.length > 0) {
      const step = trail[trail.length - 1] as { readonly draft: ScopeDraft; next: number };
      const implied = step.draft.implies[step.next];
      step.next += 1;
      if (implied === undefined) {
        done.add(step.draft.id);
        places.delete(step.draft.id);
        trail.pop();
        continue;
      }
      const from = places.get(implied.scope);
      if (from !== undefined) {
        const message = `scope implies itself: ${cycleOf(trail, from)}`;
        const option = step.draft.options.implies === undefined ? "match" : "implies";
        report.add("implication_cycle", [...step.draft.path, option], message);
      } else if (!done.has(implied.scope)) {
        enter(drafts[implied.scope] as ScopeDraft);
      }
    }
  }
}

/** Returns the names of a cycle, which begins at an index of the trail. A long cycle is abbreviated with a count. */
function cycleOf(trail: readonly { readonly draft: ScopeDraft }[], from: number): string {
  const names = trail.slice(from, from + MAX_NAMED).map(({ draft }) => draft.token.text);
  const others = trail.length - from - names.length;
  const middle = others === 0 ? [] : [`(${others} more)`];
  return [...names, ...middle, names[0]].join(" > ");
}
