// `loadPolicy` with objects and with JSON text.

import fc from "fast-check";
import { loadPolicy, PolicyError } from "scope-policy";
import { BOUNDARY_FINDINGS } from "../../cases/findings-boundaries.js";
import { CONDITION_FINDINGS } from "../../cases/findings-conditions.js";
import { MATCHING_FINDINGS } from "../../cases/findings-matching.js";
import { RESTRICTED_FINDINGS } from "../../cases/findings-restricted.js";
import { RULE_FINDINGS } from "../../cases/findings-rules.js";
import { SCOPE_FINDINGS } from "../../cases/findings-scopes.js";
import { SHAPE_FINDINGS } from "../../cases/findings-shape.js";
import { drawPolicy } from "../../model/arbitrary-policy.js";
import { drawn } from "../../model/draw.js";
import { policyWith } from "../../policy/findings-of.js";
import { NAMES, POLICIES, POLICY_TEXTS } from "./corpus.js";
import { editedTexts, editedTrees } from "./edits.js";
import { ANY_VALUE, opened } from "./hostile-values.js";
import { check, checkMessage, type Target } from "./target.js";

const ROWS = [
  ...BOUNDARY_FINDINGS,
  ...CONDITION_FINDINGS,
  ...MATCHING_FINDINGS,
  ...RESTRICTED_FINDINGS,
  ...RULE_FINDINGS,
  ...SCOPE_FINDINGS,
  ...SHAPE_FINDINGS,
];

const cased = (cases: readonly object[], more: object) =>
  policyWith({ scopes: { a: {}, b: {} }, tools: { t: { cases, ...more } } });
const inCase = (when: object) => ({ when, scope: "a" });
const names = Array.from({ length: 22 }, (_, index) => `s${index}`);
const pairs = names.slice(0, 11).map((name, index) => ({ anyOf: [name, `s${index + 11}`] }));
const many = (count: number, name: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), "x"]));

const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });

/** Codes of other tables, and of sizes beyond a limit. */
const MORE: readonly (readonly [code: string, policy: unknown])[] = [
  ["missing_key", {}],
  ["missing_otherwise", cased([inCase({ mode: "x" })], {})],
  ["empty_when", cased([inCase({})], { otherwise: "a" })],
  ["unsafe_number", cased([inCase({ mode: 2 ** 53 })], { otherwise: "a" })],
  ["unreachable_case", cased([inCase({ m: 1 }), inCase({ m: 1, n: 2 })], { otherwise: "a" })],
  ["weak_otherwise", cased([inCase({ mode: "x" })], { otherwise: "b" })],
  [
    "never_met",
    policyWith({
      scopes: { a: {} },
      endpoints: { "GET /v1/:kind": { cases: [inCase({ kind: 1 })], otherwise: "a" } },
    }),
  ],
  ["too_large", `${'{"a":'.repeat(300)}1${"}".repeat(300)}`],
  ["too_large", policyWith({ locales: nested(300) })],
  [
    "too_many_alternatives",
    policyWith({ scopes: many(22, (index) => `s${index}`), tools: { t: { allOf: pairs } } }),
  ],
  ["more_findings", policyWith({ tools: many(1_100, (index) => `t${index}`) })],
  ["reserved_key", JSON.parse('{"name":"a","version":"1","scopes":{"__proto__":{}}}')],
  ["not_plain_data", policyWith({ scopes: new Map() as never })],
  ["json_syntax", "{"],
  ["json_bom", "\ufeff{}"],
  ["duplicate_key", '{"name":"a","name":"b"}'],
];

/** The policies with a finding, by its code: a code is drawn first, so that rare ones are met. */
const BY_CODE = new Map<string, unknown[]>();
const rows = ROWS.flatMap(({ policy, finds }) =>
  finds.map(([code]) => [code, policyWith(policy)] as const),
);
for (const [code, policy] of [...rows, ...MORE]) {
  BY_CODE.set(code, [...(BY_CODE.get(code) ?? []), policy]);
}
const WRONG = fc
  .constantFrom(...BY_CODE.keys())
  .chain((code) => fc.constantFrom(...(BY_CODE.get(code) ?? [])));

const SMALL = fc.constantFrom<object>(
  ...NAMES.map((name) => policyWith({ scopes: { a: {} }, tools: { [name]: "a" } })),
);

const VALID = drawn((draw) => drawPolicy(draw, { ruled: draw.chance(50), closed: true }));
const OBJECTS = fc.oneof(
  { arbitrary: WRONG, weight: 20 },
  { arbitrary: editedTrees(WRONG), weight: 10 },
  { arbitrary: editedTrees(fc.constantFrom(...POLICIES)), weight: 2 },
  { arbitrary: SMALL, weight: 2 },
  { arbitrary: fc.oneof(VALID, editedTrees(VALID, 3)), weight: 3 },
  { arbitrary: ANY_VALUE, weight: 1 },
);

function outcomeOf(source: unknown): string {
  try {
    const policy = loadPolicy(opened(source));
    check(Object.isFrozen(policy) && Array.isArray(policy.scopeNames), "a frozen policy");
    check(
      policy.decideUntrusted(undefined, "no such tool").code === "unknown_operation",
      "decides",
    );
    return "accepted";
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    check(error.code === "ERR_POLICY_INVALID", "the documented code");
    check(error.findings.length > 0 && error.findings.length <= 1_001, "a number of findings");
    for (const { code, path, message } of error.findings) {
      check(/^[a-z]+(_[a-z]+)*$/.test(code), "a code in snake_case");
      check(path.length <= 10_000, "a path of at most 10,000 characters");
      checkMessage(message, 1_024);
    }
    return error.findings.map(({ code }) => code).join(" ");
  }
}

export const POLICY: Target<unknown> = {
  outcomes: ["accepted", ...BY_CODE.keys()],
  inputs: OBJECTS,
  run: outcomeOf,
};

const TEXT_OF = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
};
const SPELLED = OBJECTS.map(TEXT_OF);
const TWICE = SPELLED.map((text) => text.replace(/^\{/, '{"name":"Twice",'));

export const POLICY_TEXT: Target<string> = {
  outcomes: [
    "accepted",
    "json_syntax",
    "json_bom",
    "duplicate_key",
    "reserved_key",
    "unknown_key",
    "invalid_type",
  ],
  inputs: fc.oneof(
    { arbitrary: SPELLED, weight: 4 },
    { arbitrary: SPELLED.chain((text) => editedTexts([text])), weight: 4 },
    { arbitrary: TWICE, weight: 1 },
    { arbitrary: SPELLED.map((text) => `\ufeff${text}`), weight: 1 },
    { arbitrary: editedTexts(POLICY_TEXTS.length > 0 ? POLICY_TEXTS : ["{}"]), weight: 2 },
    {
      arbitrary: fc.constant('{"__proto__":{},"name":"a","version":"1","scopes":{}}'),
      weight: 1,
    },
    { arbitrary: fc.json(), weight: 1 },
  ),
  run: (text) => {
    const outcome = outcomeOf(text);
    const listed = POLICY_TEXT.outcomes.filter((one) => outcome.split(" ").includes(one));
    return listed.length > 0 ? listed.join(" ") : "other";
  },
};
