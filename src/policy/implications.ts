import { printedScope, type ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Template } from "../grammar/template.js";
import type { Implied } from "./compiled.js";
import type { ScopeOptions } from "./definition.js";
import { reportDuplicates } from "./gates.js";
import type { Path, Report } from "./report.js";

/** A scope that has been read, while its implications are being linked. */
export interface ScopeDraft {
  readonly id: number;
  readonly path: Path;
  readonly token: ScopeTokenSyntax;
  readonly template: Template;
  readonly options: ScopeOptions;
  /** Scopes implied in one step. */
  readonly implies: Implied[];
}

/** How many scopes all scopes may imply together, each counted with itself and with what it implies in any number of steps. */
const MOST_IMPLIED = 1_000_000;

/** Resolves `implies` of one scope, one step far. */
export function linkImplied(
  draft: ScopeDraft,
  draftOf: (name: unknown, path: Path) => ScopeDraft | undefined,
  report: Report,
): void {
  const path = [...draft.path, "implies"];
  reportDuplicates(draft.options.implies, path, report, printedScope);
  for (const [index, name] of (draft.options.implies ?? []).entries()) {
    const at = [...path, index];
    const implied = draftOf(name, at);
    if (implied === undefined) continue;
    const values = placesIn(draft.template, implied.template.names);
    const lost = implied.template.names[values.indexOf(-1)];
    if (lost !== undefined) {
      report.add(
        "implied_placeholder",
        at,
        `\`{${lost}}\` of the implied scope would have no value: the implier has no such placeholder`,
      );
    } else if (implied.options.reserved === true && draft.options.reserved !== true) {
      report.add("implied_reserved", at, "only a reserved scope may imply a reserved one");
    } else {
      draft.implies.push({ scope: implied.id, values });
    }
  }
}

const NO_VALUES: readonly number[] = Object.freeze([]);

function placesIn({ names }: Template, placeholders: readonly string[]): readonly number[] {
  if (placeholders.length === 0) return NO_VALUES;
  return placeholders.map((placeholder) => names.indexOf(placeholder));
}

/**
 * Creates a function that returns a scope and what it implies in any number of steps, each once: values are handed on by
 * the names of placeholders, so that every way from one scope to another hands on the same ones.
 *
 * Where the scopes together imply more than {@link MOST_IMPLIED}, reports it once and returns no more than the scope itself.
 */
export function newClosures(
  drafts: readonly ScopeDraft[],
  report: Report,
): (start: ScopeDraft) => readonly Implied[] {
  // by scope: the start that has reached it last, which saves a set for each start
  const reachedFrom = new Int32Array(drafts.length).fill(-1);
  // without values, one entry serves every implier
  const plain = drafts.map(({ id }): Implied => ({ scope: id, values: NO_VALUES }));
  let left = MOST_IMPLIED;
  let isReported = false;
  const closureOf = (start: ScopeDraft): readonly Implied[] => {
    const closure: Implied[] = [];
    const reach = ({ scope, values }: Implied, given: readonly number[]) => {
      if (reachedFrom[scope] === start.id) return;
      reachedFrom[scope] = start.id;
      const own = values.map((at) => given[at] as number);
      closure.push(own.length === 0 ? (plain[scope] as Implied) : { scope, values: own });
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
      const message = `up to this one, the scopes imply more than ${MOST_IMPLIED} scopes in any number of steps: at most ${MOST_IMPLIED} are allowed for all together`;
      report.add("too_large", [...start.path, "implies"], message);
    }
    return closure.slice(0, 1);
  };
}

/** How many scopes of a cycle its finding names. */
const MOST_NAMED = 10;

/** Reports each cycle once, by its names. Walks with a stack of its own, so that a long chain costs no call stack. */
export function reportCycle(drafts: readonly ScopeDraft[], report: Report): void {
  const done = new Set<number>();
  // the scopes of the trail, and where in it each is
  const places = new Map<number, number>();
  for (const root of drafts) {
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
        report.add("implication_cycle", [...step.draft.path, "implies"], message);
      } else if (!done.has(implied.scope)) {
        enter(drafts[implied.scope] as ScopeDraft);
      }
    }
  }
}

/** The names of a cycle, from where it begins in a trail to its end; in the middle of a long one they are only counted. */
function cycleOf(trail: readonly { readonly draft: ScopeDraft }[], from: number): string {
  const names = trail.slice(from, from + MOST_NAMED).map(({ draft }) => draft.token.text);
  const others = trail.length - from - names.length;
  const middle = others === 0 ? [] : [`(${others} more)`];
  return [...names, ...middle, names[0]].join(" > ");
}
