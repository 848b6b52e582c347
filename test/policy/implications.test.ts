import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { titled } from "../titled.js";
import { findingsOf, policyWith } from "./findings-of.js";

type Scopes = Record<string, unknown>;

/** Returns a policy in which each scope is the rule of its own tool: `t0`, `t1` … in declared order. */
function policyOf(scopes: Scopes, parts: object = {}) {
  const tools = Object.fromEntries(Object.keys(scopes).map((scope, index) => [`t${index}`, scope]));
  return loadPolicy({ name: "n", version: "1", scopes, tools, ...parts });
}

/** Returns the declared scopes that a token with this scope has, for these values. */
function scopesOfToken(
  scopes: Scopes,
  scope: string,
  params: object = {},
  token: object = {},
): readonly string[] {
  const policy = policyOf(scopes);
  return Object.keys(scopes).filter(
    (_, index) => policy.decideUntrusted({ ...token, scope }, `t${index}`, params).allowed,
  );
}

const CHAIN: Scopes = {
  a: { implies: ["b"] },
  b: { implies: ["c", "d"] },
  c: { implies: ["d"] },
  d: {},
  e: {},
};
const TEMPLATES: Scopes = {
  "/o/{x}/{y}/admin": { implies: ["/o/{x}/{y}/write"] },
  "/o/{x}/{y}/write": { implies: ["/r/{y}/{x}", "/s/{y}", "flat"] },
  "/r/{y}/{x}": { implies: ["/q/{x}"] },
  "/s/{y}": {},
  "/q/{x}": {},
  flat: {},
};
const RESERVED: Scopes = {
  "admin:all": { reserved: true, implies: ["admin:read", "plain"] },
  "admin:read": { reserved: true },
  plain: { implies: ["below"] },
  below: {},
};

interface ScopesCase {
  readonly title: string;
  readonly scopes: Scopes;
  readonly scope: string;
  readonly params?: object;
  readonly token?: object;
  readonly holds: readonly string[];
}

const RESERVED_TEMPLATES: Scopes = {
  "/admin/{x}": { reserved: true, implies: ["/a/{x}", "/b/{x}"] },
  "/a/{x}": {},
  "/b/{x}": {},
};
const XY = { x: "1", y: "2" };
const YX = { x: "2", y: "1" };

const CASES: readonly ScopesCase[] = [
  {
    title: "includes scopes that are implied indirectly",
    scopes: CHAIN,
    scope: "a",
    holds: ["a", "b", "c", "d"],
  },
  { title: "starts in the middle of a chain", scopes: CHAIN, scope: "b", holds: ["b", "c", "d"] },
  {
    title: "does not include scopes that imply it",
    scopes: CHAIN,
    scope: "d e",
    holds: ["d", "e"],
  },
  {
    title: "passes the values of templates in any order",
    scopes: TEMPLATES,
    scope: "/o/1/2/admin",
    params: XY,
    holds: ["/o/{x}/{y}/admin", "/o/{x}/{y}/write", "/r/{y}/{x}", "/s/{y}", "/q/{x}", "flat"],
  },
  {
    title: "passes no other values",
    scopes: TEMPLATES,
    scope: "/o/1/2/admin",
    params: YX,
    holds: ["flat"],
  },
  {
    title: "includes a reordered template in the token itself",
    scopes: TEMPLATES,
    scope: "/r/2/1",
    params: XY,
    holds: ["/r/{y}/{x}", "/q/{x}"],
  },
  {
    title: "is empty for a reserved scope in the token of a third party",
    scopes: RESERVED,
    scope: "admin:all",
    holds: [],
  },
  {
    title: "is empty for a reserved scope if first_party is not exactly true",
    scopes: RESERVED,
    scope: "admin:all",
    token: { first_party: 1 },
    holds: [],
  },
  {
    title: "includes reserved scopes for a first-party client",
    scopes: RESERVED,
    scope: "admin:all",
    token: { first_party: true },
    holds: Object.keys(RESERVED),
  },
  {
    title: "includes an open scope next to a reserved one",
    scopes: RESERVED,
    scope: "admin:all plain",
    holds: ["plain", "below"],
  },
  {
    title: "includes a reserved template for a first-party client",
    scopes: RESERVED_TEMPLATES,
    scope: "/admin/1 /a/2",
    params: XY,
    token: { first_party: true },
    holds: ["/admin/{x}", "/a/{x}", "/b/{x}"],
  },
  {
    title: "does not include a reserved template for other values",
    scopes: RESERVED_TEMPLATES,
    scope: "/admin/1 /a/2",
    params: YX,
    token: { first_party: true },
    holds: ["/a/{x}"],
  },
  {
    title: "does not include a reserved template for a third party",
    scopes: RESERVED_TEMPLATES,
    scope: "/admin/1 /b/1",
    params: XY,
    holds: ["/b/{x}"],
  },
  {
    title: "includes the scope that replaces an older name",
    scopes: { a: { replaces: ["old", "older"] }, b: {} },
    scope: "older",
    holds: ["a"],
  },
  {
    title: "is empty for an older name in another letter case",
    scopes: { a: { replaces: ["old"] } },
    scope: "Old",
    holds: [],
  },
  {
    title: "includes the scopes that the replacing scope implies",
    scopes: { a: { replaces: ["old"], implies: ["b"] }, b: {} },
    scope: "old",
    holds: ["a", "b"],
  },
  {
    title: "includes an implied scope by its older name",
    scopes: { a: { implies: ["b"] }, b: { replaces: ["old"] } },
    scope: "old",
    holds: ["b"],
  },
  {
    title: "includes both scopes that replace one older name",
    scopes: { a: { replaces: ["old"] }, b: { replaces: ["old"] }, c: {} },
    scope: "old",
    holds: ["a", "b"],
  },
  {
    title: "is empty for an older name of a reserved scope",
    scopes: { a: { reserved: true, replaces: ["old"] } },
    scope: "old",
    holds: [],
  },
  {
    title: "includes only the open scope of an older name shared with a reserved one",
    scopes: { a: { reserved: true, replaces: ["old"] }, b: { replaces: ["old"] } },
    scope: "old",
    holds: ["b"],
  },
  {
    title: "includes the template that replaces an older template",
    scopes: { "/a/{x}": { replaces: ["/old/<x>"] } },
    scope: "/old/1",
    params: XY,
    holds: ["/a/{x}"],
  },
  {
    title: "does not include the template of an older template for another value",
    scopes: { "/a/{x}": { replaces: ["/old/{x}"] } },
    scope: "/old/1",
    params: YX,
    holds: [],
  },
  {
    title: "passes the values of an older template in another order",
    scopes: { "/a/{x}/{y}": { replaces: ["/old/{y}/{x}"] } },
    scope: "/old/2/1",
    params: XY,
    holds: ["/a/{x}/{y}"],
  },
  {
    title: "does not include an older template with exchanged values",
    scopes: { "/a/{x}/{y}": { replaces: ["/old/{y}/{x}"] } },
    scope: "/old/1/2",
    params: XY,
    holds: [],
  },
  {
    title: "includes the template of an older template in another form",
    scopes: { "/a/{x}": { replaces: ["a:{x}", "a.{x}.b"] } },
    scope: "a.1.b",
    params: XY,
    holds: ["/a/{x}"],
  },
  {
    title: "includes both templates that replace one older template",
    scopes: { "/a/{x}": { replaces: ["/old/{x}"] }, "/b/{x}": { replaces: ["/old/<x>"] } },
    scope: "/old/1",
    params: XY,
    holds: ["/a/{x}", "/b/{x}"],
  },
  {
    title:
      "passes the values of an older template to one template in both orders of its placeholders",
    scopes: {
      "/a/{x}/{y}": { replaces: ["/old/{x}/{y}"] },
      "/a/{y}/{x}": { replaces: ["/old/{x}/{y}"] },
      "/b/{x}/{y}": {},
    },
    scope: "/old/1/2",
    params: XY,
    holds: ["/a/{x}/{y}", "/a/{y}/{x}"],
  },
];

describe("the set of scopes that a token has", () => {
  it.each(titled(CASES))("%s", (_title, { scopes, scope, params, token, holds }) => {
    expect(scopesOfToken(scopes, scope, params, token)).toEqual(holds);
  });

  it.each(titled(CASES))(
    "%s, also if the scope is repeated between unknown scopes",
    (_title, { scopes, scope, params, token, holds }) => {
      expect(scopesOfToken(scopes, `x:y ${scope} ${scope} z`, params, token)).toEqual(holds);
    },
  );
});

describe("a long chain of implications", () => {
  it("does not need a deep call stack and is followed to its end", () => {
    const count = 500;
    const chain = (last: object) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `s${index}`,
          index === count - 1 ? last : { implies: [`s${index + 1}`] },
        ]),
      );
    const policy = loadPolicy({
      name: "n",
      version: "1",
      scopes: chain({}),
      tools: { t: `s${count - 1}` },
    });
    expect(policy.decideUntrusted({ scope: "s0" }, "t").allowed).toBe(true);
    const found = findingsOf(policyWith({ scopes: chain({ implies: ["s0"] }) }));
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["implication_cycle", `scopes.s${count - 1}.implies`],
    ]);
    expect(found[0]?.message).toMatch(/^scope implies itself: s0 > s1 > /);
  });
});

describe("a long cycle", () => {
  const cycleOf = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `s${index}`,
        { implies: [`s${(index + 1) % length}`] },
      ]),
    );
  const CYCLES: readonly (readonly [length: number, names: string])[] = [
    [10, "s0 > s1 > s2 > s3 > s4 > s5 > s6 > s7 > s8 > s9 > s0"],
    [11, "s0 > s1 > s2 > s3 > s4 > s5 > s6 > s7 > s8 > s9 > (1 more) > s0"],
    [500, "s0 > s1 > s2 > s3 > s4 > s5 > s6 > s7 > s8 > s9 > (490 more) > s0"],
  ];
  it.each(CYCLES)("of %d scopes names the first ten", (length, names) => {
    expect(findingsOf(policyWith({ scopes: cycleOf(length) }))).toEqual([
      {
        code: "implication_cycle",
        path: `scopes.s${length - 1}.implies`,
        message: `scope implies itself: ${names}`,
      },
    ]);
  });
});
