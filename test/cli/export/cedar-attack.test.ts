// Whether text claims can make a pattern of an export find more than the library: real Cedar decides.

import { loadPolicy } from "scope-policy";
import { expect, it } from "vitest";
import { cedarExporter as cedar } from "../../../src/cli/export/cedar.js";
import { compiledPolicyOf } from "../../../src/policy/compiled-policies.js";
import { titled } from "../../titled.js";
import { faultsOf, loadCedar } from "./cedar-engine.js";

interface AttackRow {
  readonly title: string;
  readonly scope: string;
  /** Claims near the scope. */
  readonly claims: readonly string[];
}

const ROWS: readonly AttackRow[] = [
  {
    title: "a name with stars",
    scope: "files:*",
    claims: ["files:a", "files:", "a files:a b", "files:\\* a", "files:** a", "files:x y files:z"],
  },
  {
    title: "a name that is a star",
    scope: "*",
    claims: ["", "a", "a b", "a ** b", "\\*", "a \\* b", "** a"],
  },
  {
    title: "a name with stars around it",
    scope: "*a*",
    claims: ["a", "ba b", "xax x", "*a", "a* b", "b *a c", "*a *"],
  },
  {
    title: "a name with letters that texts and patterns of Cedar escape",
    scope: "a'?u0041$&%[0]",
    claims: ["a'A$&%[0]", "aA", "a'?u0041$&%[0", "a'?u0041$&%[0]] b"],
  },
  {
    title: "a name with a prefix and a suffix that are scopes too",
    scope: "ab:c",
    claims: ["a:b ab", "b:c ab:", "ab: c", "ab :c", "ab:c:d", "x:ab:c", "ab:c,x", "ab:cab:c"],
  },
];

/** Makes claims of near ones: with other separators, quotes, escapes, placeholders, and letters that look alike. */
const twisted = (scope: string, claim: string): readonly string[] => [
  claim,
  `${claim} b`,
  `b ${claim}`,
  `b ${claim} c`,
  ...["\u00a0", "\u2003", "\u3000", "\t", "\n", "\r", "\u000b", "\u0085", "\u2028", "  ", "\0"].map(
    (space) => `b${space}${scope}`,
  ),
  ...["\u00a0", "\ufeff", "\u200b", "\u0301", "\ud83d\ude00", "{", "}", "<"].map(
    (more) => `${scope}${more}`,
  ),
  `"${scope}"`,
  `${scope}"`,
  `b\\ ${scope}`,
  ` ${scope}`,
  `${scope} `,
  `${scope} "`,
  `${scope} {id}`,
  `/x/{id}/ ${scope}`,
  `/x/<id>/ ${scope}`,
  `${scope} {`,
];

it.each(titled(ROWS))("allows no claim that the library denies near %s", async (_, row) => {
  const { scope, claims } = row;
  const policy = loadPolicy({
    name: "Attacked",
    version: "1",
    scopes: { [scope]: "the scope", other: "another", "/x/{id}/": "one" },
    tools: { use: scope },
  });
  const compiled = compiledPolicyOf(policy);
  const { files } = await cedar.run({ policy, compiled }, { given: {} });
  const [schema, policies] = files.map(({ text }) => text) as [string, string];
  expect(faultsOf(schema, policies)).toEqual([]);
  const engine = loadCedar(schema, policies);
  const differs: unknown[] = [];
  const all = [...new Set([scope, ...claims].flatMap((claim) => twisted(scope, claim)))];
  for (const claim of all) {
    const byLibrary = policy.decide({ scope: claim }, "use").allowed;
    const byCedar = engine.allows({ action: "use", context: { token: { scope: claim } } });
    if (byCedar !== byLibrary) differs.push({ claim, byCedar });
  }
  expect(differs).toEqual([]);
  expect(engine.allows({ action: "use", context: { token: { scope } } })).toBe(true);
});
