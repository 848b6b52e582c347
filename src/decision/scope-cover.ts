import { entryOf } from "../grammar/entry-of.js";
import { isReadVerb } from "../grammar/verbs.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { withoutPrototype } from "../policy/own-members.js";
import { actionOf } from "../policy/scope-action.js";
import {
  coveringTexts,
  expandTokens,
  isCovered,
  type Meaning,
  type Meanings,
} from "../policy/scope-meanings.js";

/** Something that must be allowed: the ways to it, each a list of scope tokens that are all needed. One way is enough. */
export type ScopeNeed = readonly (readonly string[])[];

/** A way as elements of a {@link ScopeCover}. */
export interface CoverWay {
  /** The elements that must be granted. */
  readonly needed: readonly number[];
  /** The elements that are granted when these are, including them. */
  readonly added: readonly number[];
}

/** Ways of which one must be granted. */
export type CoverNeed = readonly CoverWay[];

/** Needs as sets of numbers. An element is a meaning that a way adds to what is held. */
export interface ScopeCover {
  /** The meanings of the elements, in declared order. */
  readonly meanings: readonly Meaning[];
  /** The needs that are not met without a grant, each once. */
  readonly needs: readonly CoverNeed[];
  /** The elements that a grant of a needed element covers, itself included. */
  readonly reach: ReadonlyMap<number, readonly number[]>;
  /** The cost of each element: 1, then its risk. */
  readonly costs: readonly (readonly number[])[];
}

/** Returns needs as sets of numbers. What `held` covers is not part of them. */
export function createScopeCover(
  policy: CompiledPolicy,
  needs: readonly ScopeNeed[],
  held: Meanings,
  firstParty: boolean,
): ScopeCover {
  const texts = [...new Set(needs.flat(2))];
  const all = expandTokens(policy, texts, firstParty);
  const meanings = [...all.values()].filter((meaning) => !isCovered(held, meaning));
  const ids = new Map(meanings.map(({ text }, id) => [text, id]));
  const reach = reachOf(
    policy,
    meanings,
    texts.filter((text) => ids.has(text)),
    firstParty,
  );
  const wayOf = (way: readonly string[]): CoverWay => {
    const needed = way.flatMap((text) => ids.get(text) ?? []);
    const added = new Set(needed.flatMap((id) => reach.get(id) as readonly number[]));
    return { needed, added: [...added] };
  };
  const distinct = new Map<string, CoverNeed>();
  for (const need of needs) {
    const ways = need.map(wayOf);
    if (ways.some(({ needed }) => needed.length === 0)) continue;
    distinct.set(ways.map(({ needed }) => needed.join(" ")).join(","), ways);
  }
  return { meanings, needs: [...distinct.values()], reach, costs: meanings.map(costOf) };
}

/** Returns the elements that each of some scope tokens covers. */
function reachOf(
  policy: CompiledPolicy,
  meanings: readonly Meaning[],
  texts: readonly string[],
  firstParty: boolean,
): ReadonlyMap<number, readonly number[]> {
  const ids = new Map(meanings.map(({ text }, id) => [text, id]));
  // what the tokens cover by the texts that they mean, so that no two tokens are compared
  const sources = new Map<string, Set<number>[]>();
  const reach = texts.map((text) => {
    const id = ids.get(text) as number;
    const covered = new Set([id]);
    for (const meant of expandTokens(policy, [text], firstParty).keys())
      entryOf(sources, meant, (): Set<number>[] => []).push(covered);
    return [id, covered] as const;
  });
  for (const [id, meaning] of meanings.entries()) {
    for (const covering of coveringTexts(meaning)) {
      for (const covered of sources.get(covering) ?? []) covered.add(id);
    }
  }
  return new Map(reach.map(([id, covered]) => [id, [...covered]]));
}

/** Returns 1 and the risk of a scope: whether it is off by default, has a warning, can change data, and the rank of its tier. */
function costOf({ scope }: Meaning): readonly number[] {
  const { default: preset, warning } = withoutPrototype(scope.options);
  const isReading = isReadVerb(actionOf(scope) ?? "");
  return [
    1,
    preset === "off" ? 1 : 0,
    warning === undefined ? 0 : 1,
    isReading ? 0 : 1,
    scope.tier + 1,
  ];
}
