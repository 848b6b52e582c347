import { printedScope, type ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Template } from "../grammar/template.js";
import type { Implied } from "./compiled.js";
import type { ScopeOptions } from "./definition.js";
import type { Path, Report } from "./findings.js";
import { reportDuplicates } from "./gates.js";

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
    const values = implied.template.names.map((placeholder) =>
      draft.template.names.indexOf(placeholder),
    );
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

/** Itself, and what it implies in any number of steps, each once for each way its values can come. */
export function closureOf(start: ScopeDraft, drafts: readonly ScopeDraft[]): readonly Implied[] {
  const closure: Implied[] = [
    { scope: start.id, values: start.template.names.map((_, index) => index) },
  ];
  const seen = new Set(closure.map(keyOf));
  for (const { scope, values } of closure) {
    for (const next of (drafts[scope] as ScopeDraft).implies) {
      const reached = {
        scope: next.scope,
        values: next.values.map((index) => values[index] as number),
      };
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
export function reportCycle(drafts: readonly ScopeDraft[], report: Report): void {
  const done = new Set<number>();
  for (const root of drafts) {
    const trail: { readonly draft: ScopeDraft; next: number }[] = [];
    if (!done.has(root.id)) trail.push({ draft: root, next: 0 });
    while (trail.length > 0) {
      const step = trail[trail.length - 1] as { readonly draft: ScopeDraft; next: number };
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
        report.add(
          "implication_cycle",
          [...step.draft.path, "implies"],
          `scope implies itself: ${cycle}`,
        );
      } else if (!done.has(implied.scope)) {
        trail.push({ draft: drafts[implied.scope] as ScopeDraft, next: 0 });
      }
    }
  }
}
