import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyDefinition } from "../../src/policy/definition.js";
import { policyJsonSchema } from "../../src/policy/json-schema.js";
import { formatPath, type Path } from "../../src/policy/report.js";
import { drawPolicy } from "../model/arbitrary-policy.js";
import { drawn } from "../model/draw.js";
import { findingsOf } from "./findings-of.js";

const texts = { title: "A title", description: "What it opens", warning: "Think twice" };

const ALL_OF = [
  "/accounts/{accountID}/",
  { scope: "courses:read", tier: "free", accountTypes: ["mentor"], entitlement: "fleet" },
];
const ANY_OF = [
  "openid",
  { allOf: ALL_OF },
  { anyOf: ["/accounts/{accountID}/"], params: { accountID: "from" } },
];

const CASES = [
  { when: { mode: "plan", force: [true, "yes"] }, deny: "Plan it elsewhere." },
  {
    when: { mode: "read" },
    scope: "/accounts/{accountID}/",
    params: { accountID: "owner" },
    tier: "free",
    accountTypes: ["mentor"],
    entitlement: "fleet",
    acr: ["mfa"],
    maxAge: 300,
    enrichedBy: ["openid"],
  },
  { when: { mode: "list" }, anyOf: ["openid"] },
  { when: { mode: "show" }, allOf: ["openid"] },
];
const OTHERWISE = [
  { scope: "/accounts/{accountID}/", params: { accountID: "to" }, tier: "pro" },
  { allOf: ["openid"], accountTypes: ["mentor"], entitlement: "beta", enrichedBy: "openid" },
  { anyOf: ["openid"], acr: "mfa", maxAge: 60 },
  { deny: "Choose a mode." },
];

/** A policy in which every option has a value. */
const FULL = {
  $schema: "./policy.schema.json",
  name: "Loopwise",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  entitlements: ["fleet", "beta"],
  boundaries: { project: { claim: "projects", title: "Projects", absent: "none" } },
  scopes: {
    openid: "Sign in",
    "courses:read": {
      ...texts,
      group: "Courses",
      default: "on",
      required: true,
      reserved: false,
      restricted: false,
      tier: "pro",
      accountTypes: ["mentor"],
      entitlement: "beta",
      implies: ["openid"],
      replaces: ["courses"],
      match: "parent",
      locales: { de: texts },
    },
    "/accounts/{accountID}/": {},
  },
  baseline: ["openid"],
  defaultScopes: ["openid"],
  bundles: { reading: ["openid"], all: { every: true, except: ["courses:read"] } },
  tools: {
    bare: "openid",
    bound: {
      scope: "/accounts/{accountID}/",
      params: { accountID: "owner" },
      tier: "pro",
      accountTypes: ["studio"],
      entitlement: "fleet",
      within: { project: "projectId" },
      acr: ["mfa"],
      maxAge: 300,
      internal: true,
      title: "A tool",
      description: "What it does",
      hidden: true,
      audit: { show: ["id"], hash: ["email"] },
    },
    any: { anyOf: ANY_OF, params: { accountID: "to" } },
    all: { allOf: ["openid", "courses:read"] },
    never: { deny: "Write to support." },
    open: { public: true, enrichedBy: "openid" },
    whoami: { authenticated: true, tier: "free" },
    ...Object.fromEntries(
      OTHERWISE.map((otherwise, index) => [
        `query_${index}`,
        { cases: [{ when: { mode: "x" }, deny: "No." }], otherwise, weakOtherwise: true as const },
      ]),
    ),
    query: { cases: CASES, otherwise: "openid", weakOtherwise: true },
    "list_*": "courses:read",
  },
  endpoints: {
    "GET /accounts/:accountID": "/accounts/{accountID}/",
    "GET /health": { public: true },
  },
  notCovered: ["Payouts"],
  language: "en",
  locales: { de: { notCovered: { Payouts: "Auszahlungen" } } },
  lint: [{ code: "unused_scope", path: "scopes.openid", reason: "Clients ask for it." }],
} satisfies PolicyDefinition;

type MutableObject = Record<string | number, unknown>;

/** Returns the places of all members and items at every depth. */
function placesIn(value: unknown, above: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].flatMap((key) => {
    const place = [...above, key];
    return [place, ...placesIn((value as MutableObject)[key], place)];
  });
}

/** Returns a copy in which the object or list that contains `place` is changed. */
function withChange(
  policy: object,
  place: Path,
  change: (holder: MutableObject, key: string | number) => void,
): MutableObject {
  const copy = structuredClone(policy) as MutableObject;
  const holder = place
    .slice(0, -1)
    .reduce<MutableObject>((owner, key) => owner[key] as MutableObject, copy);
  change(holder, place.at(-1) as string | number);
  return copy;
}

const withUndefined = (policy: object, place: Path) =>
  withChange(policy, place, (holder, key) => {
    holder[key] = undefined;
  });

const EVERY: readonly (readonly [title: string, place: Path])[] = placesIn(FULL).map(
  (place) => [formatPath(place), place] as const,
);

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
}
const SCHEMA: Schema = policyJsonSchema();

const OPTIONS: readonly (readonly [
  of: string,
  schema: Schema | undefined,
  holders: readonly unknown[],
])[] = [
  ["a policy", SCHEMA, [FULL]],
  ["a scope", SCHEMA.$defs?.["Scope"], Object.values(FULL.scopes)],
  ["a tool", SCHEMA.$defs?.["Operation"], Object.values(FULL.tools)],
  ["a requirement", SCHEMA.$defs?.["Requirement"], [...ANY_OF, ...ALL_OF]],
  ["a case", SCHEMA.$defs?.["Case"], CASES],
  ["`otherwise`", SCHEMA.$defs?.["Branch"], OTHERWISE],
];

describe("`undefined` as a value in a policy", () => {
  it("is tested in a policy that is valid", () => {
    expect(findingsOf(FULL)).toEqual([]);
  });

  it.each(OPTIONS)("is tested for every option of %s", (_, schema, holders) => {
    const given = holders.flatMap((holder) =>
      typeof holder === "object" ? Object.keys(holder as object) : [],
    );
    const options = Object.keys(schema?.properties ?? {});
    expect(options.length).toBeGreaterThan(0);
    expect(new Set(given)).toEqual(new Set(options));
  });

  it.each(EVERY)("is the only finding at %s", (path, place) => {
    const found = findingsOf(withUndefined(FULL, place));
    expect(found).toEqual([
      {
        code: "undefined_value",
        path,
        message:
          "expected a value, got `undefined` (is an environment variable unset?): set the value or leave it out",
      },
    ]);
  });

  const ITEMS = EVERY.filter(([, place]) => typeof place.at(-1) === "number");
  it.each(ITEMS)("is reported for the hole of a list at %s", (path, place) => {
    const found = findingsOf(withChange(FULL, place, (list, index) => delete list[index]));
    expect(found.map(({ code, path: at }) => [code, at])).toEqual([["undefined_value", path]]);
  });

  it("is reported once in an option that does not exist", () => {
    const found = findingsOf({ ...FULL, tools: { t: { scope: "openid", teir: undefined } } });
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["undefined_value", "tools.t.teir"],
    ]);
  });

  it("is rejected with one finding for its place in any policy, so that it never widens access", () => {
    const cases = drawn((draw) => {
      const policy = drawPolicy(draw);
      const places = placesIn(policy);
      return { policy, place: places[draw.int(places.length - 1)] as Path };
    });
    fc.assert(
      fc.property(cases, ({ policy, place }) => {
        const path = formatPath(place);
        const found = findingsOf(withUndefined(policy, place)).filter((one) => one.path === path);
        expect(found.map(({ code }) => code)).toEqual(["undefined_value"]);
      }),
    );
  });

  it("is reported at all places at once", () => {
    const places: readonly Path[] = [
      ["version"],
      ["tiers", 1],
      ["scopes", "openid"],
      ["tools", "bound", "scope"],
      ["tools", "all", "allOf", 0],
    ];
    const policy = places.reduce<object>(withUndefined, FULL);
    expect(findingsOf(policy).map(({ code, path }) => [code, path])).toEqual(
      places.map((place) => ["undefined_value", formatPath(place)]),
    );
  });
});
