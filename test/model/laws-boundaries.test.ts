// Laws of boundaries, for any policy.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { drawGoodCase } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { assertLaw, law } from "./law.js";
import { modelDecide, modelOperation } from "./model.js";
import { load, tokenOf } from "./observe.js";

const goodCase = (draw: Draw) => drawGoodCase(draw, { patterns: 30, closed: true });
type GoodCase = ReturnType<typeof goodCase>;

const decided = ({ definition, held, facts, name, params }: GoodCase, changes: object = {}) =>
  load(definition).decideUntrusted({ ...tokenOf(held, facts), ...changes }, name, params);

/** Returns the boundaries of an operation, each with its parameter. */
const limitsOf = ({ definition, name }: GoodCase): readonly (readonly [string, string])[] =>
  (modelOperation(definition, name)?.rules ?? []).flatMap(({ within }) =>
    Object.entries(within ?? {}),
  );

const paramOf = ({ params }: GoodCase, name: string): unknown =>
  Object.hasOwn(params ?? {}, name)
    ? (params as Readonly<Record<string, unknown>>)[name]
    : undefined;

const LISTS: readonly unknown[] = [
  [],
  ["A"],
  ["a "],
  [" a"],
  ["ａ"],
  ["aa"],
  ["a,b"],
  ["b"],
  ["007"],
  ["7.0"],
  "A",
  "a b",
  ["7", "a"],
  ["7e0", "0x7", "+7", " 7"],
];

/** Values of which another spelling, type or notation is in a list. */
const AIMED: readonly unknown[] = ["a", "A", "7", 7, "07", 0, "7.0", "aa", "a,b"];

describe("a value outside of the list", { timeout: 300_000 }, () => {
  it("is never allowed, whatever its letter case or type is", () => {
    law(
      (draw) => {
        const drawn = goodCase(draw);
        const aimed = draw.some(limitsOf(drawn), 60).map(([, param]) => [param, draw.pick(AIMED)]);
        const params = { ...(drawn.params as object), ...Object.fromEntries(aimed) } as object;
        return { ...drawn, params, list: draw.pick(LISTS) };
      },
      (one) => {
        const limits = limitsOf(one);
        const decision = decided(one, { boundaries: { project: one.list, region: one.list } });
        const texts = [one.list].flat();
        const isOutside = limits.some(([, param]) => {
          const value = paramOf(one, param);
          return !texts.includes(typeof value === "number" ? String(value) : value);
        });
        if (isOutside) expect(decision.allowed).toBe(false);
        return isOutside && decided(one, { boundaries: everything(one) }).allowed;
      },
      15,
      2_000,
    );
  });

  it("is the only difference: a longer list denies nothing that a shorter one allows", () => {
    law(
      goodCase,
      (one) => {
        const none = decided(one, { boundaries: { project: [], region: [] } });
        const all = decided(one, { boundaries: everything(one) });
        if (none.allowed) expect(all).toEqual(none);
        return all.allowed && !none.allowed;
      },
      15,
      2_000,
    );
  });

  it("is denied without the list too, unless the policy states otherwise", () => {
    law(
      goodCase,
      (one) => {
        const decision = decided(one, { boundaries: undefined });
        const isClosed = limitsOf(one).some(([boundary]) => boundary === "project");
        if (isClosed) expect(decision.allowed).toBe(false);
        return isClosed && decided(one, { boundaries: everything(one) }).allowed;
      },
      15,
      2_000,
    );
  });
});

/** Returns a list for each boundary with every value of the call. */
function everything(one: GoodCase): Readonly<Record<string, readonly string[]>> {
  const values = limitsOf(one).map(([, param]) => {
    const value = paramOf(one, param);
    return typeof value === "number" ? String(value) : value;
  });
  const texts = values.filter((value): value is string => typeof value === "string");
  return { project: texts, region: texts };
}

describe("a list of another shape", { timeout: 300_000 }, () => {
  const SHAPES: readonly unknown[] = [7, null, true, {}, ["a", 7], [["a"]], { 0: "a", length: 1 }];

  it("makes the token invalid, and never counts as missing", () => {
    law(
      (draw) => ({ ...goodCase(draw), shape: draw.pick(SHAPES) }),
      (one) => {
        const isDeclared = one.definition.boundaries !== undefined;
        const decision = decided(one, { boundaries: { region: one.shape } });
        const missing = decided(one, { boundaries: undefined });
        if (isDeclared) expect(decision.allowed).toBe(false);
        else expect(decision).toEqual(missing);
        return isDeclared && missing.allowed;
      },
      15,
    );
  });
});

describe("a token that is another kind of object", { timeout: 300_000 }, () => {
  const KINDS: readonly (readonly [kind: string, create: () => object])[] = [
    ["an array", () => []],
    ["an object without a prototype", () => Object.create(null) as object],
    ["a date", () => new Date(0)],
    ["a map", () => new Map()],
    ["a boxed text", () => Object("text") as object],
  ];

  it.each(KINDS)("is decided by its own members, as a plain object: %s", (_, create) => {
    law(
      (draw) => ({ ...goodCase(draw), list: draw.pick(LISTS) }),
      ({ definition, held, facts, name, params, list }) => {
        const token = { ...tokenOf(held, facts), boundaries: { project: list, region: list } };
        const policy = load(definition);
        const plain = policy.decideUntrusted(token, name, params);
        expect(policy.decideUntrusted(Object.assign(create(), token), name, params)).toEqual(plain);
        return plain.code === "binding_mismatch";
      },
      15,
    );
  });
});

describe("random policies", { timeout: 240_000 }, () => {
  it("meet each rule and branch of boundaries often enough", () => {
    const points = {
      inside: tally("allowed within a boundary", 100),
      outside: tally("denied outside of a boundary", 100),
      open: tally("allowed without a list, as the policy states", 100),
      unreadable: tally("denied for an unreadable list", 100),
    };
    assertLaw(
      fc.property(drawn(goodCase), ({ definition, held, facts, name, params }) => {
        const token = tokenOf(held, facts);
        const model = modelDecide(definition, token, name, params);
        const limits = (modelOperation(definition, name)?.rules ?? []).flatMap(({ within }) =>
          Object.keys(within ?? {}),
        );
        const given = token.boundaries as Record<string, unknown> | null | undefined;
        const isLimited = limits.length > 0;
        const isListed = (one: string) => given?.[one] !== undefined;
        if (model.allowed && limits.some(isListed)) points.inside.count += 1;
        if (model.allowed && !limits.every(isListed)) points.open.count += 1;
        if (isLimited && model.code === "binding_mismatch") points.outside.count += 1;
        if (given !== undefined && model.code === "invalid_token") points.unreadable.count += 1;
      }),
      { numRuns: 6000 },
      Object.values(points),
    );
    console.log(
      Object.values(points)
        .map(({ point, count }) => `${point}: ${count}`)
        .join("\n"),
    );
  });
});
