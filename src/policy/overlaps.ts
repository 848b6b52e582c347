import { entryOf } from "../grammar/entry-of.js";
import { shapeKey, type Template } from "../grammar/template.js";
import { commonText } from "../grammar/template-overlap.js";
import type { NamedScope } from "./scope-lookup.js";
import type { StepBudget } from "./suggest.js";

/** Maximum number of segments that the search for overlapping names reads. Each takes some 100 ns. */
export const MAX_OVERLAP_STEPS = 5_000_000;

/** Names that differ in the names of their placeholders alone. */
interface Twins {
  readonly template: Template;
  readonly names: NamedScope[];
}

/** The literal texts of a segment with holes by which names are compared, as numbers of characters. */
interface Ends {
  /** Before the first hole. */
  readonly start: number;
  /** After the first hole. */
  readonly next: number;
  /** The first character after the first hole: `""` if the hole ends the segment. */
  readonly exit: string;
  /** After the last hole. */
  readonly end: number;
}

/** Names with holes in the same segments, after and before literal texts of the same length. */
interface ShapeGroup {
  /** For each segment: its ends if it has holes, otherwise `undefined`. */
  readonly ends: readonly (Ends | undefined)[];
  /** The names of the group by shape. */
  readonly members: Map<string, Twins>;
}

/** Two names that overlap, with a text that is an instance of both. */
export interface Overlap {
  readonly left: NamedScope;
  readonly right: NamedScope;
  readonly text: string;
}

/**
 * Yields each pair of names that overlap: some text is an instance of both. Stops when no steps are left. Two names that differ in
 * placeholder names alone are not a pair.
 *
 * Names are compared by the places of their holes, so that a thousand templates do not cost a million comparisons.
 * Names of many different shapes cost one comparison for each pair of shapes. The steps limit this cost.
 */
export function* overlapsOf(names: readonly NamedScope[], steps: StepBudget): Generator<Overlap> {
  // two texts without placeholders cannot overlap
  if (names.every(({ template }) => template.holes.length === 0)) return;
  for (const groups of familiesOf(names)) {
    for (const [index, left] of groups.entries()) {
      for (const right of groups.slice(index)) {
        if (![...left.ends, ...right.ends].some((ends) => ends !== undefined)) continue;
        for (const [one, other, text] of pairsOf(left, right, steps)) {
          for (const left of one.names)
            for (const right of other.names) yield { left, right, text };
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
    const { template, text, matching } = name;
    const { form, segments } = template;
    const isUrn = text.startsWith("urn:");
    const family = entryOf(
      families,
      `${form} ${isUrn} ${segments.length}`,
      () => new Map<string, ShapeGroup>(),
    );
    const ends = segments.map(endsOf);
    const key = JSON.stringify(ends);
    const { members } = entryOf(family, key, (): ShapeGroup => ({ ends, members: new Map() }));
    // names of one shape with different rules can overlap: a path of two segments has the shape of two placeholders
    const shape = `${matching} ${shapeKey(template)}`;
    entryOf(members, shape, (): Twins => ({ template, names: [] })).names.push(name);
  }
  return [...families.values()].map((family) => [...family.values()]);
}

function endsOf(literals: readonly string[]): Ends | undefined {
  const [first = "", ...others] = literals;
  const last = others.at(-1);
  if (last === undefined) return undefined;
  const [next = ""] = others;
  return { start: first.length, next: next.length, exit: next.charAt(0), end: last.length };
}

/** Yields the overlapping pairs within a group, or of two groups of one family. */
function* pairsOf(
  left: ShapeGroup,
  right: ShapeGroup,
  steps: StepBudget,
): Generator<readonly [Twins, Twins, text: string]> {
  const ends = left.ends.map((one, at) => commonEnds(one, right.ends[at]));
  const { length } = ends;
  steps.left -= length * (left.members.size + right.members.size);
  if (steps.left < 0) return;
  const keyOf = ({ template }: Twins) => skeleton(template.segments, ends);
  const seen = new Map<string, Twins[]>();
  if (left !== right) {
    for (const member of left.members.values()) entryOf(seen, keyOf(member), () => []).push(member);
  }
  for (const member of right.members.values()) {
    const candidates = entryOf(seen, keyOf(member), (): Twins[] => []);
    for (const other of candidates) {
      steps.left -= length + comparisonsOf(member.template, other.template);
      if (steps.left < 0) return;
      const text = commonText(other.template, member.template);
      if (text !== undefined) yield [other, member, text];
    }
    if (left === right) candidates.push(member);
  }
}

/** Returns the texts of a segment that two names must have in common; `undefined` if the whole segment must be equal. */
function commonEnds(one: Ends | undefined, other: Ends | undefined): CommonEnds | undefined {
  const start = Math.min(one?.start ?? NO_LIMIT, other?.start ?? NO_LIMIT);
  const end = Math.min(one?.end ?? NO_LIMIT, other?.end ?? NO_LIMIT);
  if (start === NO_LIMIT) return undefined;
  // the first hole of both ends where the character after it first occurs: in the same place if all before is equal
  const isSame = one?.start === other?.start && one?.exit === other?.exit;
  return { start, end, next: isSame ? Math.min((one as Ends).next, (other as Ends).next) : 0 };
}

const NO_LIMIT = Number.POSITIVE_INFINITY;

type CommonEnds = Omit<Ends, "exit">;

/** Returns a key that is equal for two lists of segments with the same text at these ends. */
function skeleton(
  segments: readonly (readonly string[])[],
  ends: readonly (CommonEnds | undefined)[],
): string {
  const parts = segments.map((literals, at) => {
    const [first = "", second = ""] = literals;
    const own = ends[at];
    if (own === undefined) return first;
    const last = literals.at(-1) as string;
    // no segment contains a quote or a space
    return `${first.slice(0, own.start)}"${second.slice(0, own.next)}"${last.slice(last.length - own.end)}`;
  });
  return parts.join(" ");
}

/** Returns the number of places that the comparison of segments with holes in both templates visits, in steps. */
function comparisonsOf(one: Template, other: Template): number {
  return one.segments.reduce((sum, literals, at) => {
    const others = other.segments[at] as readonly string[];
    const isSearch = literals.length > 1 && others.length > 1;
    return isSearch ? sum + ((stepsOf(literals) * stepsOf(others)) >> 2) : sum;
  }, 0);
}

function stepsOf(literals: readonly string[]): number {
  return literals.reduce((sum, { length }) => sum + length + 2, 0);
}
