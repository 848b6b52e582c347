import {
  type Shape,
  shapeOf,
  skeleton,
  type Template,
  templatesOverlap,
} from "../grammar/template.js";
import { entryOf } from "./entry-of.js";
import type { NamedScope } from "./scope-lookup.js";
import type { StepBudget } from "./suggest.js";

/** Maximum number of segments that the search for overlapping names reads. Each takes some 100 ns. */
export const MAX_OVERLAP_STEPS = 5_000_000;

/** Names with the same text: one name, or the same older name of several scopes. */
interface SameTextNames {
  readonly template: Template;
  readonly names: NamedScope[];
}

/** Names with placeholders in the same positions. */
interface ShapeGroup {
  readonly shape: Shape;
  /** The names of the group by text. */
  readonly members: Map<string, SameTextNames>;
}

/**
 * Yields each pair of names that overlap: some text is an instance of both. Stops when no steps are left. Two names with the
 * same text are not a pair, because a token with the same older name of two scopes has both scopes.
 *
 * Names are compared by the positions of their placeholders, so that a thousand templates do not cost a million comparisons.
 * Names of many different shapes cost one comparison for each pair of shapes. The steps limit this cost.
 */
export function* overlapsOf(
  names: readonly NamedScope[],
  steps: StepBudget,
): Generator<readonly [NamedScope, NamedScope]> {
  for (const groups of familiesOf(names)) {
    for (const [index, left] of groups.entries()) {
      for (const right of groups.slice(index)) {
        // two texts without placeholders cannot overlap
        if (left.shape.holes.length + right.shape.holes.length === 0) continue;
        for (const [one, other] of pairsOf(left, right, steps)) {
          for (const first of one.names) for (const second of other.names) yield [first, second];
        }
        if (steps.left < 0) return;
      }
    }
  }
}

/**
 * Returns the groups of names in families. Two names that overlap have the same form and number of segments, so they are in one
 * family.
 */
function familiesOf(names: readonly NamedScope[]): readonly (readonly ShapeGroup[])[] {
  const families = new Map<string, Map<string, ShapeGroup>>();
  for (const name of names) {
    const { template, text } = name;
    const shape = shapeOf(template);
    const family = entryOf(
      families,
      `${shape.form} ${shape.length}`,
      () => new Map<string, ShapeGroup>(),
    );
    const { members } = entryOf(
      family,
      shape.holes.join(" "),
      (): ShapeGroup => ({ shape, members: new Map() }),
    );
    entryOf(members, text, (): SameTextNames => ({ template, names: [] })).names.push(name);
  }
  return [...families.values()].map((family) => [...family.values()]);
}

/** Yields the overlapping pairs within a group, or of two groups of one family. */
function* pairsOf(
  left: ShapeGroup,
  right: ShapeGroup,
  steps: StepBudget,
): Generator<readonly [SameTextNames, SameTextNames]> {
  const holes = [...new Set([...left.shape.holes, ...right.shape.holes])];
  const keyOf = ({ template }: SameTextNames) => skeleton(template.segments, holes);
  const { length } = left.shape;
  steps.left -= length * (left.members.size + right.members.size);
  if (steps.left < 0) return;
  const seen = new Map<string, SameTextNames[]>();
  if (left !== right) {
    for (const member of left.members.values()) entryOf(seen, keyOf(member), () => []).push(member);
  }
  for (const member of right.members.values()) {
    const candidates = entryOf(seen, keyOf(member), () => []);
    for (const other of candidates) {
      steps.left -= length;
      if (steps.left < 0) return;
      if (templatesOverlap(other.template, member.template)) yield [other, member];
    }
    if (left === right) candidates.push(member);
  }
}
