import { sourceOf, sourceOfText } from "../attacks/harness/authorizer.js";
import {
  type AttackCase,
  type Corpus,
  expandShorthand,
  member,
  resolvePolicy,
  Skip,
  textOf,
} from "../attacks/harness/corpus.js";
import { readCorpora } from "../attacks/harness/main.js";

/** Returns the policies of the attack corpus as JSON text, each once. */
export async function corpusPolicies(): Promise<readonly string[]> {
  const corpora = await readCorpora([]);
  const sources = corpora.flatMap(({ policies, cases }) =>
    cases.flatMap((attack) => sourceIn(attack, policies)),
  );
  return [
    ...new Set(
      sources.map((source) => (typeof source === "string" ? source : JSON.stringify(source))),
    ),
  ];
}

function sourceIn({ given }: AttackCase, policies: Corpus["policies"]): readonly unknown[] {
  const text = member(given, "policyText");
  if (text !== undefined) return [sourceOfText(textOf(text)).source];
  const policy = member(given, "policy");
  if (policy === undefined) return [];
  try {
    const written = { now: 0, attackerJwk: null };
    return [sourceOf(expandShorthand(resolvePolicy(policy, policies), written)).source];
  } catch (error) {
    if (error instanceof Skip) return [];
    throw error;
  }
}
