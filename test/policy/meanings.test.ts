import { bindScope, definePolicy, loadPolicy, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const policy = definePolicy({
  name: "Meanings",
  version: "1",
  scopes: {
    openid: "Who you are",
    "n:read": "Read notes",
    "n:write": { implies: ["n:read"] },
    "n:admin": { implies: ["n:write"], replaces: ["n:all"] },
    // two scopes replace one older name
    "students:read": { replaces: ["members:read"] },
    "teachers:read": { replaces: ["members:read"], implies: ["openid"] },
    // a reserved and an open scope replace one older name
    "all:console": { reserved: true, replaces: ["all:read"] },
    "all:public": { replaces: ["all:read"] },
    "/accounts/{id}/profile.read": { replaces: ["/accounts/{id}/all"] },
    "/accounts/<id>/money.write": {
      implies: ["/accounts/{id}/profile.read"],
      replaces: ["/accounts/<id>/all"],
    },
    // values that one form accepts and another does not
    "/files/{id}": { implies: ["files.{id}.index"] },
    "files.{id}.index": { implies: ["/files/{id}/names"], replaces: ["/old-files/{id}"] },
    "/files/{id}/names": {},
    "{id}:realm": { replaces: ["/realms/{id}"] },
  },
  baseline: ["openid"],
  bundles: {
    notes: ["n:admin", "n:read"],
    mixed: ["all:console", "/accounts/{id}/profile.read", "teachers:read"],
    everything: { every: true, except: ["n:admin", "openid"] },
    none: ["all:console"],
  },
  tools: {
    list: "n:read",
    secret: { scope: "n:read", hidden: true },
    "admin_*": "all:console",
    edit: "n:write",
  },
  endpoints: { "GET /notes": "n:read", "GET /secret": { scope: "n:read", hidden: true } },
});

interface Expansion {
  readonly scope: string | readonly string[];
  readonly expanded: string;
  readonly reduced: string;
  readonly firstParty?: boolean;
  readonly title: string;
}

const EXPANSIONS: readonly Expansion[] = [
  { title: "read the empty string as the empty scope", scope: "", expanded: "", reduced: "" },
  { title: "read the empty list as the empty scope", scope: [], expanded: "", reduced: "" },
  {
    title: "include directly and indirectly implied scopes in declared order",
    scope: "n:admin",
    expanded: "n:read n:write n:admin",
    reduced: "n:admin",
  },
  {
    title: "read an older name as the scope that replaces it",
    scope: "n:all",
    expanded: "n:read n:write n:admin",
    reduced: "n:admin",
  },
  {
    title: "read an older name as every scope that replaces it, with all that these imply",
    scope: "members:read",
    expanded: "openid students:read teachers:read",
    reduced: "students:read teachers:read",
  },
  {
    title: "omit a reserved scope for a third party, but not an open one with the same older name",
    scope: "all:read",
    expanded: "all:public",
    reduced: "all:public",
  },
  {
    title: "include a reserved scope for a first-party client",
    scope: "all:read",
    firstParty: true,
    expanded: "all:console all:public",
    reduced: "all:console all:public",
  },
  {
    title: "pass the values of a template to the scopes that it implies",
    scope: "/accounts/a/money.write",
    expanded: "/accounts/a/profile.read /accounts/a/money.write",
    reduced: "/accounts/a/money.write",
  },
  {
    title: "read an older template as every template that replaces it, in either spelling",
    scope: "/accounts/a/all",
    expanded: "/accounts/a/profile.read /accounts/a/money.write",
    reduced: "/accounts/a/money.write",
  },
  {
    title: "order two values of one template by their texts",
    scope: ["/accounts/b/profile.read", "/accounts/a/profile.read"],
    expanded: "/accounts/a/profile.read /accounts/b/profile.read",
    reduced: "/accounts/a/profile.read /accounts/b/profile.read",
  },
  {
    title: "follow implications through a scope whose form does not accept the value",
    scope: "/files/a.b",
    expanded: "/files/a.b /files/a.b/names",
    reduced: "/files/a.b",
  },
  {
    title: "read an older name as the implied scopes if its scope does not accept the value",
    scope: "/old-files/a.b",
    expanded: "/files/a.b/names",
    reduced: "/files/a.b/names",
  },
  {
    title: "omit a value that would change the form of the scope",
    scope: "/realms/urn /realms/a",
    expanded: "a:realm",
    reduced: "a:realm",
  },
  {
    title: "omit tokens that the policy does not know",
    scope: "nope:x n:read constructor __proto__ toString",
    expanded: "n:read",
    reduced: "n:read",
  },
  {
    title: "ignore order and repetition",
    scope: "n:write n:read openid n:write",
    expanded: "openid n:read n:write",
    reduced: "openid n:write",
  },
  {
    title: "continue after a token that others imply",
    scope: "n:write n:read teachers:read",
    expanded: "openid n:read n:write teachers:read",
    reduced: "n:write teachers:read",
  },
  ...[
    "n:read  openid",
    " n:read",
    "n:read ",
    "n:read\topenid",
    'n:read "',
    "n:read /accounts/{id}/all",
    "n:read /accounts/<id>/profile.read",
    "n:read /unknown/{thing}",
    ["n:read", "n:read openid"],
    ["n:read", ""],
    ["n:read", "/accounts/{id}/all"],
  ].map((scope) => ({
    title: "return nothing for a malformed scope and for one with a placeholder",
    scope,
    expanded: "",
    reduced: "",
  })),
];

const EXPANSION_ROWS = titled(
  EXPANSIONS,
  ({ title, scope }) => `${title}: ${JSON.stringify(scope)}`,
);

describe("expand and reduce", () => {
  it.each(EXPANSION_ROWS)("%s", (_title, { scope, firstParty = false, expanded, reduced }) => {
    expect(policy.expand(scope, { firstParty }).join(" ")).toBe(expanded);
    expect(policy.reduce(scope, { firstParty })).toBe(reduced);
    expect(policy.expand(reduced, { firstParty }).join(" ")).toBe(expanded);
  });

  it("follow each implication once if many paths lead to a scope", () => {
    const layers = Array.from({ length: 24 }, (_, at) => at);
    const lattice = loadPolicy({
      name: "Lattice",
      version: "1",
      scopes: Object.fromEntries(
        layers.flatMap((at) =>
          ["a", "b"].map((side) => [
            `${side}:${at}`,
            at === 0 ? {} : { implies: [`a:${at - 1}`, `b:${at - 1}`] },
          ]),
        ),
      ),
    });
    expect(lattice.expand("a:23")).toHaveLength(47);
    expect(lattice.reduce(lattice.expand("a:23"))).toBe("a:23");
  });

  it("keep apart scopes whose values have the same characters", () => {
    const places = loadPolicy({
      name: "Places",
      version: "1",
      scopes: { "/places/{area}/{spot}": {} },
    });
    const scope = "/places/a/bc /places/ab/c";
    expect(places.expand(scope).join(" ")).toBe(scope);
    expect(places.reduce(scope)).toBe(scope);
  });

  it("accept a list that is longer than the limit of a string, as decisions do", () => {
    const scope = [
      ...Array.from({ length: 4_000 }, (_, index) => `a-scope-of-another-api:${index}`),
      "n:read",
    ];
    expect(scope.join(" ").length).toBeGreaterThan(65_536);
    expect(policy.decide({ scope: [...scope, "openid"] }, "list").allowed).toBe(true);
    expect(policy.expand(scope)).toEqual(["n:read"]);
    expect(policy.expand(scope.join(" "))).toEqual([]);
    expect(policy.expand([...scope, ...Array.from({ length: 96 }, () => "n:read")])).toEqual([]);
    expect(policy.expand(["n:read", "x".repeat(65_537)])).toEqual([]);
  });
});

interface Coverage {
  readonly granted: string | readonly string[];
  readonly wanted: string | readonly string[];
  readonly missing: string | undefined;
  readonly firstParty?: boolean;
}

const COVERAGES: readonly Coverage[] = [
  { granted: "", wanted: "", missing: "" },
  { granted: [], wanted: "", missing: "" },
  { granted: "n:read", wanted: "", missing: "" },
  { granted: "", wanted: "n:read", missing: "n:read" },
  { granted: "n:write", wanted: "n:read", missing: "" },
  { granted: "n:all", wanted: "n:read n:write n:admin", missing: "" },
  { granted: "n:read", wanted: "n:write", missing: "n:write" },
  { granted: "", wanted: "students:read n:write openid", missing: "openid n:write students:read" },
  { granted: "n:read", wanted: "n:read n:write n:admin", missing: "n:admin" },
  { granted: "students:read", wanted: "members:read", missing: "teachers:read" },
  { granted: "students:read teachers:read", wanted: "members:read", missing: "" },
  { granted: "members:read", wanted: "students:read openid", missing: "" },
  { granted: "all:public", wanted: "all:read", missing: "" },
  { granted: "all:public", wanted: "all:read", firstParty: true, missing: "all:console" },
  // for a third party, a reserved scope has no meaning, so no scope covers it
  { granted: "all:console", wanted: "all:console", missing: "all:console" },
  { granted: "all:console", wanted: "all:console", firstParty: true, missing: "" },
  { granted: "nope:x", wanted: "nope:x", missing: "nope:x" },
  { granted: "n:read", wanted: "nope:x n:write", missing: "n:write nope:x" },
  { granted: "n:read", wanted: "/accounts/{id}/all", missing: "/accounts/{id}/all" },
  { granted: "n:read", wanted: "/accounts/<id>/all", missing: "/accounts/<id>/all" },
  { granted: "n:read", wanted: "/realms/urn", missing: "/realms/urn" },
  { granted: "/accounts/a/all", wanted: "/accounts/a/profile.read", missing: "" },
  {
    granted: "/accounts/a/all",
    wanted: "/accounts/b/profile.read",
    missing: "/accounts/b/profile.read",
  },
  {
    granted: "/accounts/a/profile.read",
    wanted: "/accounts/a/all",
    missing: "/accounts/a/money.write",
  },
  { granted: "/files/a.b", wanted: "/old-files/a.b", missing: "" },
  { granted: "", wanted: "/old-files/a.b", missing: "/files/a.b/names" },
  { granted: "n:read  openid", wanted: "n:read", missing: undefined },
  { granted: "n:read", wanted: "n:read  openid", missing: undefined },
  { granted: "n:read /accounts/{id}/all", wanted: "n:read", missing: undefined },
  { granted: ["n:read openid"], wanted: "n:read", missing: undefined },
  { granted: "n:read", wanted: ["n:read openid"], missing: undefined },
];

describe("covers and missing", () => {
  it("treat the client as a third party by default", () => {
    for (const options of [undefined, {}, { firstParty: false }]) {
      expect(policy.expand("all:read", options)).toEqual(["all:public"]);
      expect(policy.reduce("all:read", options)).toBe("all:public");
      expect(policy.missing("", "all:read", options)).toBe("all:public");
      expect(policy.covers("all:public", "all:read", options)).toBe(true);
    }
  });

  it("reject options that are wrong, with the name of the call", () => {
    const calls = [
      () => policy.expand("n:read", { firstParty: 1 } as never),
      () => policy.covers("n:read", "n:read", { firstParty: 1 } as never),
      () => policy.missing("n:read", "n:read", { firstParty: 1 } as never),
      () => policy.reduce("n:read", { firstParty: 1 } as never),
    ];
    const message =
      "1 finding in the options for reading a scope\n  firstParty: expected true or false";
    for (const call of calls) {
      expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTIONS_INVALID", message }));
    }
  });

  const rows = titled(COVERAGES, (row) => {
    const [granted, wanted, missing] = [row.granted, row.wanted, row.missing].map(
      (scope) => JSON.stringify(scope) ?? "undefined",
    );
    return `return ${missing} as missing from ${granted} for ${wanted}`;
  });
  it.each(rows)("%s", (_title, { granted, wanted, missing, firstParty = false }) => {
    expect(policy.missing(granted, wanted, { firstParty })).toBe(missing);
    expect(policy.covers(granted, wanted, { firstParty })).toBe(missing === "");
  });
});

describe("bundleScope", () => {
  it.each([
    ["notes", "openid n:read n:admin"],
    ["mixed", "openid teachers:read"],
    ["everything", "openid n:read n:write students:read teachers:read all:public"],
    ["none", "openid"],
  ] as const)(
    "of %s has its unreserved literal scopes and the baseline in declared order: %s",
    (name, scope) => {
      expect(policy.bundleScope(name)).toBe(scope);
    },
  );

  it("is empty if neither the bundle nor the baseline has a scope that can be requested", () => {
    const small = loadPolicy({
      name: "Small",
      version: "1",
      scopes: { "a:read": { reserved: true } },
      bundles: { all: { every: true }, one: ["a:read"] },
      baseline: ["a:read"],
    });
    expect(small.bundleScope("all")).toBe("");
    expect(small.bundleScope("one")).toBe("");
  });

  it.each([
    ["note", "; did you mean `notes`?"],
    ["toString", ": the policy declares `"],
    ["__proto__", ": the policy declares `"],
    [7, ": the policy declares `"],
  ])("throws for an undeclared bundle: %j", (name, hint) => {
    const call = () => policy.bundleScope(name as never);
    expect(call).toThrow(`the policy has no bundle \`${String(name)}\`${hint}`);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_BUNDLE_UNKNOWN" }));
    const bare = loadPolicy({ name: "Bare", version: "1", scopes: {} });
    expect(() => bare.bundleScope(String(name))).toThrow(": the policy declares no bundles");
    expect(() => bare.bundleScope(String(name))).toThrow(PolicyError);
  });
});

describe("bindScope of a policy", () => {
  it.each([
    ["/accounts/{id}/profile.read", { id: "a" }],
    ["/accounts/{id}/profile.read", { id: "a/b" }],
    ["/accounts/{id}/profile.read", {}],
    ["/accounts/{id}/profile.read", Object.create({ id: "a" })],
    ["/accounts/{id}/profile.read", null],
    ["files.{id}.index", { id: "a.b" }],
    ["{id}:realm", { id: "urn" }],
    ["n:read", {}],
  ] as const)("returns what the function bindScope returns: %s for %j", (scope, values) => {
    const given = values as never;
    expect(policy.bindScope(scope, given)).toEqual(bindScope(scope as string, given));
  });

  it("accepts a template in either spelling, and a reserved scope", () => {
    const written = { id: "a" };
    const bound = { ok: true, scope: "/accounts/a/money.write" };
    expect(policy.bindScope("/accounts/<id>/money.write", written)).toEqual(bound);
    expect(policy.bindScope("/accounts/{id}/money.write" as never, written as never)).toEqual(
      bound,
    );
    expect(policy.bindScope("all:console", {})).toEqual({ ok: true, scope: "all:console" });
  });

  it("does not throw on any values of a client", () => {
    const throwing = new Proxy(
      { id: "a" },
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    const result = policy.bindScope("/accounts/{id}/profile.read", throwing);
    expect(result).toMatchObject({ ok: false, param: "id" });
  });

  it.each([
    ["n:raed", "; did you mean `n:read`?"],
    ["members:read", "; did you mean `teachers:read`?"],
    ["/accounts/{other}/profile.read", "; did you mean `/accounts/{id}/profile.read`?"],
    ["", ": the policy declares `"],
    [7, ": the policy declares `"],
  ])("throws for an undeclared scope: %j", (scope, hint) => {
    const call = () => policy.bindScope(scope as never, {});
    expect(call).toThrow(expect.objectContaining({ code: "ERR_SCOPE_INVALID" }));
    expect(call).toThrow(`the policy declares no scope \`${String(scope)}\`${hint}`);
  });
});

describe("bindScope of a policy without scopes", () => {
  it("says that the policy declares none", () => {
    const bare = loadPolicy({ name: "Bare", version: "1", scopes: {} });
    expect(() => bare.bindScope("n:read", {})).toThrow(
      /^the policy declares no scope `n:read`: the policy declares no scopes$/,
    );
  });
});

describe("the names of a policy", () => {
  it("are the unreserved scopes with braces, and the exact tools and endpoints that are not hidden", () => {
    expect(policy.scopeNames).toEqual([
      "openid",
      "n:read",
      "n:write",
      "n:admin",
      "students:read",
      "teachers:read",
      "all:public",
      "/accounts/{id}/profile.read",
      "/accounts/{id}/money.write",
      "/files/{id}",
      "files.{id}.index",
      "/files/{id}/names",
      "{id}:realm",
    ]);
    expect(policy.toolNames).toEqual(["list", "edit"]);
    expect(policy.endpointNames).toEqual(["GET /notes"]);
  });

  it("cannot be changed", () => {
    for (const names of [policy.scopeNames, policy.toolNames, policy.endpointNames]) {
      expect(Object.isFrozen(names)).toBe(true);
    }
  });
});
