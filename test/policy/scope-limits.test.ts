// The limits for the scopes of a policy, to the last step, with the whole messages.

import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { findingsOf, policyWith } from "./findings-of.js";
import { listOf, scopesOf } from "./many.js";

type Scopes = Readonly<Record<string, unknown>>;

const placeholders = (count: number) => `/${listOf(count, (at) => `{p${at}}`).join("/")}`;

/** Returns chains of scopes, each of which implies the one declared before it. */
const chainsOf = (...lengths: readonly number[]): Scopes =>
  Object.fromEntries(
    lengths.flatMap((length, chain) =>
      listOf(length, (index) => [
        `c${chain}:${index}`,
        index > 0 ? { implies: [`c${chain}:${index - 1}`] } : {},
      ]),
    ),
  );

/** 625 templates of 16 segments, with placeholders in 499 different positions: comparing them takes 16 × 500 × 625 steps. */
const SHAPES: Scopes = {
  ...scopesOf(
    499,
    (index) =>
      `/${listOf(16, (bit) => (((index + 1) >> bit) & 1 ? `{p${bit}}` : `l${index}`)).join("/")}`,
  ),
  ...scopesOf(126, (index) => `/{p0}${`/m${index}`.repeat(15)}`),
};

interface Limit {
  readonly title: string;
  readonly within: Scopes;
  readonly beyond: Scopes;
  readonly path: string;
  readonly message: string;
}

const LIMITS: readonly Limit[] = [
  {
    title: "the characters of a name",
    within: { ["a".repeat(1_024)]: {} },
    beyond: { ["a".repeat(1_025)]: {} },
    path: `scopes.${"a".repeat(1_025)}`,
    message: "a scope of 1025 characters: at most 1024 are allowed",
  },
  {
    title: "the placeholders of a name",
    within: { [placeholders(32)]: {} },
    beyond: { [placeholders(33)]: {} },
    path: `scopes["${placeholders(33)}"]`,
    message: "a scope with 33 placeholders: at most 32 are allowed",
  },
  {
    title: "the implied scopes, of which the last scope adds one too many,",
    // a chain of n scopes implies n × (n + 1) / 2
    within: chainsOf(1_413, 44, 4, 2, 3),
    beyond: chainsOf(1_413, 44, 4, 2, 1, 3),
    path: 'scopes["c5:2"].implies',
    message:
      "the scopes up to this one imply more than 1000000 scopes, directly or indirectly: at most 1000000 are allowed in total",
  },
  {
    title: "the steps of the comparison of names",
    within: SHAPES,
    beyond: { ...SHAPES, [`/{p0}${"/n".repeat(15)}`]: {} },
    path: "scopes",
    message:
      "scope names have placeholders in too many different positions: checking them for overlaps takes more than 5000000 steps",
  },
];

describe("the limit of", () => {
  it.each(titled(LIMITS))("%s is exact", (_title, { within, beyond, path, message }) => {
    expect(findingsOf(policyWith({ scopes: within }))).toEqual([]);
    expect(findingsOf(policyWith({ scopes: beyond }))).toEqual([
      { code: "too_large", path, message },
    ]);
  });
});

describe("a policy with too many implied scopes", () => {
  it("has no finding about a case whose scope is implied beyond the limit", () => {
    const last = { read: {}, write: { implies: ["read"] }, admin: { implies: ["write"] } };
    const found = (scopes: Scopes, otherwise: unknown) => {
      const cases = [{ when: { mode: "dry" }, scope: "read" }];
      const tools = { t: { cases, otherwise } };
      return findingsOf(policyWith({ scopes, tools })).map(({ code, path }) => [code, path]);
    };
    expect(found(last, "admin")).toEqual([]);
    const beyond = { ...chainsOf(1_414), ...last };
    const tooLarge = ["too_large", 'scopes["c0:1413"].implies'];
    expect(found(beyond, "admin")).toEqual([tooLarge]);
    expect(found(beyond, { allOf: ["c0:1", "admin"] })).toEqual([tooLarge]);
    // what a scope before the limit implies is known
    for (const otherwise of ["c0:1", { anyOf: ["admin", "c0:1"] }]) {
      const weak = ["weak_otherwise", "tools.t.otherwise"];
      expect(found(beyond, otherwise)).toEqual([tooLarge, weak]);
    }
  });
});
