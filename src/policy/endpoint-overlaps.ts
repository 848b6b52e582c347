import { entryOf, groupBy } from "../grammar/entry-of.js";
import {
  type Endpoint,
  foldLiteral,
  isWhole,
  type Segment,
  segmentIdentity,
} from "./endpoint-key.js";
import { spansOf } from "./path-segment.js";
import type { StepBudget } from "./suggest.js";

/** Maximum number of steps for comparing endpoints whose segments have literal text and placeholders. Each takes some 200 ns. */
export const MAX_OVERLAP_STEPS = 5_000_000;

interface NamedEndpoint {
  readonly name: string;
  readonly endpoint: Endpoint | undefined;
}

/** A segment with literal text and placeholders, and the endpoints that have it at one place. */
interface MixedSegment {
  readonly prefix: string;
  readonly suffix: string;
  /** The segments of each endpoint from this one on. */
  readonly tails: { readonly name: string; readonly segments: readonly FoldedSegment[] }[];
}

/** What a segment matches, in one letter case. */
export type FoldedSegment = Pick<Segment, "isCatchAll" | "literals">;

/** Number of steps for two groups of segments: their common ends are grouped. */
const GROUP_COST = 10;

/**
 * Yields each pair of endpoints that have a path in common and are not ordered: where they first differ, both have literal text and
 * a placeholder. Letter case does not distinguish them. Stops when no steps are left.
 */
export function* overlappingEndpoints(
  endpoints: Iterable<NamedEndpoint>,
  steps: StepBudget,
): Generator<readonly [name: string, other: string]> {
  for (const place of mixedByPlace(endpoints).values()) {
    const shapes = groupBy(place.values(), (one) => `${one.prefix.length} ${one.suffix.length}`);
    const groups = [...shapes.values()];
    for (const [index, left] of groups.entries()) {
      for (const right of groups.slice(index)) {
        steps.left -= GROUP_COST + left.length + right.length;
        if (steps.left < 0) return;
        for (const [one, other] of pairsOf(left, right)) {
          steps.left -= one.tails.length * other.tails.length;
          if (steps.left < 0) return;
          for (const { name, segments } of one.tails) {
            for (const tail of other.tails) {
              if (areTogether(segments, tail.segments)) yield [tail.name, name];
            }
          }
        }
      }
    }
  }
}

/** Returns the mixed segments at each place, that is, after segments that no router distinguishes, by their identity. */
function mixedByPlace(endpoints: Iterable<NamedEndpoint>) {
  const places = new Map<string, Map<string, MixedSegment>>();
  for (const { name, endpoint } of endpoints) {
    if (endpoint?.segments.some(isMixed) !== true) continue;
    let place = endpoint.method;
    const folded = foldSegments(endpoint);
    for (const [index, segment] of endpoint.segments.entries()) {
      const identity = segmentIdentity(segment);
      if (isMixed(segment)) {
        const { literals } = folded[index] as FoldedSegment;
        const [prefix, suffix] = [literals[0], literals.at(-1)] as [string, string];
        const mixed = entryOf(places, place, () => new Map<string, MixedSegment>());
        const { tails } = entryOf(mixed, identity, () => ({ prefix, suffix, tails: [] }));
        tails.push({ name, segments: folded.slice(index) });
      }
      place += `/${identity}`;
    }
  }
  return places;
}

/** Returns what each segment of an endpoint matches. */
export function foldSegments({ segments }: Endpoint): readonly FoldedSegment[] {
  return segments.map(({ isCatchAll, literals }) => ({
    isCatchAll,
    literals: literals.map(foldLiteral),
  }));
}

/** Yields the pairs of two groups, each with ends of the same lengths, that some text matches. */
function* pairsOf(
  left: readonly MixedSegment[],
  right: readonly MixedSegment[],
): Generator<readonly [MixedSegment, MixedSegment]> {
  const lengthOf = (end: "prefix" | "suffix") =>
    Math.min(...[left[0], right[0]].map((one) => (one as MixedSegment)[end].length));
  const [prefix, suffix] = [lengthOf("prefix"), lengthOf("suffix")];
  const keyOf = (one: MixedSegment) =>
    `${one.prefix.slice(0, prefix)}/${one.suffix.slice(one.suffix.length - suffix)}`;
  const seen = left === right ? new Map<string, MixedSegment[]>() : groupBy(left, keyOf);
  for (const one of right) {
    const candidates = entryOf(seen, keyOf(one), () => []);
    for (const other of candidates) yield [other, one];
    if (left === right) candidates.push(one);
  }
}

/** Returns whether some path has both lists of segments. */
function areTogether(left: readonly FoldedSegment[], right: readonly FoldedSegment[]): boolean {
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined) return false;
    if (one.isCatchAll || other.isCatchAll) return true;
    if (!haveSameText(one, other)) return false;
  }
  return left.length === right.length;
}

/** Returns whether some text, which can be empty, is one of each of two segments. */
export function haveSameText(one: FoldedSegment, other: FoldedSegment): boolean {
  const [left, right] = [one.literals, other.literals];
  const [first = "", last = ""] = [left[0], left.at(-1)];
  if (left.length === 1 && right.length === 1) return first === right[0];
  if (left.length === 1) return spansOf(first, right, 0) !== undefined;
  if (right.length === 1) return haveSameText(other, one);
  const [start = "", end = ""] = [right[0], right.at(-1)];
  const haveStart = first.startsWith(start) || start.startsWith(first);
  return haveStart && (last.endsWith(end) || end.endsWith(last));
}

function isMixed(segment: Segment): boolean {
  return segment.params.length > 0 && !segment.isCatchAll && !isWhole(segment);
}
