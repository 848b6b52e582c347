import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { plainWords } from "../../src/cli/describe-rule.js";
import { compareWithSource, type Drift, hasDrift } from "../../src/cli/drift/compare.js";
import { type Fingerprints, fingerprintsOf } from "../../src/cli/drift/fingerprint.js";
import type { SourceOperation } from "../../src/cli/source/source.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { titled } from "../titled.js";

type Data = Readonly<Record<string, unknown>>;

const SCOPES = {
  a: { implies: ["b"] },
  b: "",
  c: { replaces: ["old-c"] },
  inner: { reserved: true },
  partner: { restricted: true },
  own: { accountTypes: ["studio"] },
  "projects:{id}:read": "",
};

function compile(parts: Data) {
  const definition = {
    name: "P",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["studio"],
    scopes: SCOPES,
    ...parts,
  };
  return compiledPolicyOf(loadPolicy(definition));
}

const toolsNamed = (...names: string[]): readonly SourceOperation[] =>
  names.map((name) => ({ kind: "tool", name, rule: undefined, descriptor: { description: name } }));

const NONE: Drift = { gone: [], unmapped: [], changed: [], renamed: [] };
const gone = (name: string, isUnlisted = false) => ({ name, isUnlisted });
const unmapped = (name: string, isInternal = false) => ({
  name,
  isInternal,
  isUnnameable: false,
});

interface ToolRow {
  readonly title: string;
  readonly tools: Data;
  readonly listed: readonly string[];
  readonly drift: Partial<Drift>;
}

const TOOL_ROWS: readonly ToolRow[] = [
  {
    title: "a policy agrees with a server that has its tools",
    tools: { one: "a", two: { public: true } },
    listed: ["two", "one"],
    drift: {},
  },
  {
    title:
      "a tool that the server does not list is gone, and one that the policy lacks is unmapped",
    tools: { one: "a", two: "a" },
    listed: ["two", "three"],
    drift: { gone: [gone("one")], unmapped: [unmapped("three")] },
  },
  {
    title: "names are not looked up on the prototype of an object",
    tools: { one: "a" },
    listed: ["one", "constructor", "__proto__"],
    drift: { unmapped: [unmapped("__proto__"), unmapped("constructor")] },
  },
  {
    title: "a pattern maps the tools that it matches",
    tools: { "list_*": "a" },
    listed: ["list_one", "list_two"],
    drift: {},
  },
  {
    title: "a pattern that matches no tool is gone, but not if it matches one with an entry",
    tools: { "list_*": "a", "get_*": "a", get_one: "b" },
    listed: ["get_one"],
    drift: { gone: [gone("list_*")] },
  },
  {
    title: "a name that is not a tool name is unmapped, though a pattern would match it",
    tools: { "*": "a" },
    listed: ["one", "two three"],
    drift: { unmapped: [unmapped("two three")] },
  },
  {
    title: "hidden, internal and denied tools are never gone",
    tools: {
      one: "a",
      two: { scope: "a", hidden: true },
      three: { scope: "a", internal: true },
      four: { deny: "no" },
      "five_*": { deny: "no" },
    },
    listed: ["one"],
    drift: {},
  },
  {
    title: "an internal tool on a server is unmapped, because no gate knows it",
    tools: { one: { scope: "a", internal: true } },
    listed: ["one"],
    drift: { unmapped: [unmapped("one", true)] },
  },
  {
    title: "a missing tool that a gate lists for some clients or accounts only may be unlisted",
    tools: {
      one: "inner",
      two: { anyOf: ["inner", "partner"] },
      three: { anyOf: ["inner", "a"] },
      four: { authenticated: true, accountTypes: ["studio"] },
      five: "own",
      six: { scope: "a", tier: "pro" },
      seven: { public: true },
      "eight_*": "partner",
    },
    listed: [],
    drift: {
      gone: [
        gone("eight_*", true),
        gone("five", true),
        gone("four", true),
        gone("one", true),
        gone("seven"),
        gone("six"),
        gone("three"),
        gone("two", true),
      ],
    },
  },
  {
    title: "endpoints of the policy do not count against a server",
    tools: { one: "a" },
    listed: ["one"],
    drift: {},
  },
];

describe("comparing with a server", () => {
  it.each(titled(TOOL_ROWS))("%s", (_, { tools, listed, drift }) => {
    const policy = compile({ tools, endpoints: { "GET /x": "a" } });
    const operations = [
      ...toolsNamed(...listed),
      { kind: "endpoint", name: "GET /y", rule: "a", descriptor: {} } as const,
    ];
    const found = compareWithSource({
      policy,
      kind: "tool",
      operations,
      given: undefined,
      kept: undefined,
    });
    expect(found).toEqual({ ...NONE, ...drift });
    expect(hasDrift(found)).toBe(Object.keys(drift).length > 0);
  });
});

interface EndpointRow {
  readonly title: string;
  readonly policy: Data;
  readonly document: Data;
  readonly drift: Partial<Omit<Drift, "changed">> & {
    readonly changed?: readonly ReturnType<typeof changed>[];
  };
}

/** Returns a change of a rule, with the two rules as text. */
const changed = (name: string, policy: string, source: string) => ({
  name,
  members: [],
  isNew: false,
  rule: { policy, source },
});

const CASES = (otherwise: string, mode: unknown = ["x", "y"]) => ({
  cases: [{ when: { mode }, scope: "a" }],
  otherwise,
  weakOtherwise: true,
});

const ENDPOINT_ROWS: readonly EndpointRow[] = [
  {
    title: "parameter names, letter case and HEAD do not count",
    policy: { "GET /users/:id": "a", "HEAD /users/:id": "a" },
    document: { "GET /Users/{user}": "a" },
    drift: {},
  },
  {
    title: "an endpoint of the policy is gone, and one of the document is unmapped",
    policy: { "GET /one": "a", "GET /hidden": { scope: "a", hidden: true } },
    document: { "POST /one": "a" },
    drift: { gone: [gone("GET /one")], unmapped: [unmapped("POST /one")] },
  },
  {
    title: "a catch-all maps what no other endpoint of the policy decides",
    policy: { "GET /files/{path*}": "a", "GET /files/:id": "b" },
    document: { "GET /files/{id}/{part}:copy": "a", "GET /files/{name}": "b" },
    drift: {},
  },
  {
    title: "an endpoint with a literal segment is not that with a parameter",
    policy: { "GET /users/:id": "a" },
    document: { "GET /users/me": "a", "GET /users/{id}": "a" },
    drift: { unmapped: [unmapped("GET /users/me")] },
  },
  {
    title: "alternatives are compared as sets",
    policy: { "GET /one": { anyOf: ["c", { allOf: ["a", "partner"] }] } },
    document: { "GET /one": { anyOf: [{ allOf: ["partner", "a"] }, "c"] } },
    drift: {},
  },
  {
    title: "an alternative that another one covers does not count",
    policy: { "GET /one": { anyOf: ["b", { allOf: ["b", "c"] }] } },
    document: { "GET /one": "b" },
    drift: {},
  },
  {
    title: "the policy decides what a scope implies, though the document does not know it",
    policy: { "GET /one": "b" },
    document: { "GET /one": { anyOf: ["a", "b"] } },
    drift: {},
  },
  {
    title: "an older name is the scope that replaces it",
    policy: { "GET /one": "c" },
    document: { "GET /one": "old-c" },
    drift: {},
  },
  {
    title: "another scope is a change in both directions",
    policy: { "GET /one": "b", "GET /two": { anyOf: ["b", "c"] }, "GET /three": "c" },
    document: { "GET /one": "a", "GET /two": "b", "GET /three": { allOf: ["c", "unknown"] } },
    drift: {
      changed: [
        changed("GET /one", "b", "a"),
        changed("GET /three", "c", "c and unknown"),
        changed("GET /two", "b, or c", "b"),
      ],
    },
  },
  {
    title: "a rule of the document that more tokens meet is a change",
    policy: { "GET /one": "a", "GET /two": "b" },
    document: { "GET /one": "b", "GET /two": { anyOf: ["b", "c"] } },
    drift: { changed: [changed("GET /one", "a", "b"), changed("GET /two", "b", "b, or c")] },
  },
  {
    title: "no scope, no token and a denial are different rules",
    policy: { "GET /1": "a", "GET /2": { authenticated: true }, "GET /3": { public: true } },
    document: {
      "GET /1": { public: true },
      "GET /2": { deny: "no" },
      "GET /3": { authenticated: true },
    },
    drift: {
      changed: [
        changed("GET /1", "a", "no token"),
        changed("GET /2", "any token", "a denial"),
        changed("GET /3", "no token", "any token"),
      ],
    },
  },
  {
    title: "a denial in the policy never differs, and is never gone",
    policy: { "GET /one": { deny: "no" }, "GET /two": { deny: "no" } },
    document: { "GET /one": "a" },
    drift: {},
  },
  {
    title: "conditions and scopes for additional detail are not compared",
    policy: { "GET /one": { scope: "a", tier: "pro", acr: "mfa", enrichedBy: "c" } },
    document: { "GET /one": "a" },
    drift: {},
  },
  {
    title: "values of scopes come from parameters by their place in the path, or by their name",
    policy: {
      "GET /projects/:id/:other": "projects:{id}:read",
      "GET /projects": { scope: "projects:{id}:read", params: { id: "project" } },
    },
    document: {
      "GET /projects/{other}/{id}": "projects:{id}:read",
      "GET /projects": { scope: "projects:{id}:read", params: { id: "project" } },
    },
    drift: {
      changed: [changed("GET /projects/{other}/{id}", "projects:{id}:read", "projects:{id}:read")],
    },
  },
  {
    title: "cases are compared one by one, without the order of values",
    policy: { "GET /one": CASES("b"), "GET /two": CASES("b"), "GET /three": CASES("b") },
    document: {
      "GET /one": CASES("b", ["y", "x"]),
      "GET /two": CASES("b", ["x"]),
      "GET /three": CASES("c"),
    },
    drift: {
      changed: [
        changed("GET /three", "a, or b", "a, or c"),
        changed("GET /two", "a, or b", "a, or b"),
      ],
    },
  },
  {
    title: "beside a rule without cases, the branches are alternatives",
    policy: { "GET /one": CASES("c"), "GET /two": CASES("c") },
    document: { "GET /one": { anyOf: ["c", "a"] }, "GET /two": "a" },
    drift: { changed: [changed("GET /two", "a, or c", "a")] },
  },
  {
    title: "a long list of alternatives is cut in its text",
    policy: { "GET /one": "a" },
    document: { "GET /one": { anyOf: ["s1", "s2", "s3", "s4", "s5", "s6", "s7"] } },
    drift: { changed: [changed("GET /one", "a", "s1, or s2, or s3, or s4, or s5, or 2 more")] },
  },
];

describe("comparing with a document", () => {
  it.each(titled(ENDPOINT_ROWS))("%s", (_, { policy, document, drift }) => {
    const unknown = ["unknown", "old-c", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
    const given = compile({
      scopes: { ...SCOPES, c: "", ...Object.fromEntries(unknown.map((name) => [name, ""])) },
      endpoints: document,
    });
    const operations = Object.entries(document).map(
      ([name, rule]): SourceOperation => ({
        kind: "endpoint",
        name,
        rule: rule as SourceOperation["rule"],
        descriptor: {},
      }),
    );
    const comparison = { kind: "endpoint", operations, given, kept: undefined } as const;
    const found = compareWithSource({ ...comparison, policy: compile({ endpoints: policy }) });
    const inWords = found.changed.map(({ rule, ...one }) => ({
      ...one,
      rule: { policy: plainWords(rule?.policy ?? []), source: plainWords(rule?.source ?? []) },
    }));
    expect({ ...found, changed: inWords }).toEqual({ ...NONE, ...drift });
  });

  it("a rule that the document does not give is not compared", () => {
    const operation = {
      kind: "endpoint",
      name: "GET /one",
      rule: undefined,
      descriptor: {},
    } as const;
    const endpoints = { "GET /one": "a" };
    const given = compile({ endpoints: { "GET /one": { deny: "not assigned" } } });
    const comparison = {
      kind: "endpoint",
      operations: [operation],
      given,
      kept: undefined,
    } as const;
    expect(compareWithSource({ ...comparison, policy: compile({ endpoints }) })).toEqual(NONE);
  });

  it("operations that no policy can have are unmapped, each name once", () => {
    const names = ["trace /b", "TRACE /a", "trace /b"];
    const unnameable = names.map((name) => ({ name, descriptor: {} }));
    const comparison = { kind: "endpoint", operations: [], unnameable } as const;
    const found = compareWithSource({
      ...comparison,
      policy: compile({}),
      given: undefined,
      kept: undefined,
    });
    expect(found).toEqual({
      ...NONE,
      unmapped: ["TRACE /a", "trace /b"].map((name) => ({ ...unmapped(name), isUnnameable: true })),
    });
  });

  it("an operation whose name is not an endpoint is unmapped", () => {
    const operation = {
      kind: "endpoint",
      name: "TRACE /one",
      rule: undefined,
      descriptor: {},
    } as const;
    const comparison = { kind: "endpoint", operations: [operation], kept: undefined } as const;
    const policy = compile({ endpoints: { "GET /{path*}": { deny: "no" } } });
    expect(compareWithSource({ ...comparison, given: undefined, policy })).toEqual({
      ...NONE,
      unmapped: [unmapped("TRACE /one")],
    });
  });
});

const compareTools = (
  tools: Data,
  operations: readonly SourceOperation[],
  kept: Fingerprints | undefined,
): Drift =>
  compareWithSource({
    policy: compile({ tools }),
    kind: "tool",
    operations,
    given: undefined,
    kept,
  });

describe("comparing with kept fingerprints", () => {
  it("an operation without a kept fingerprint is new, though a pattern maps it", () => {
    const kept = fingerprintsOf(toolsNamed("list_one"));
    expect(compareTools({ "list_*": "a" }, toolsNamed("list_one", "list_two"), kept)).toEqual({
      ...NONE,
      changed: [{ name: "list_two", members: [], isNew: true, rule: undefined }],
    });
  });

  it("two tools with one fingerprint are not paired with a new one", () => {
    const same = (name: string): SourceOperation => ({
      kind: "tool",
      name,
      rule: undefined,
      descriptor: { inputSchema: {} },
    });
    const kept = fingerprintsOf(["one", "two"].map(same));
    const tools = { one: "a", two: "a" };
    const names = (drift: Drift) =>
      [drift.gone, drift.unmapped, drift.renamed].map((list) => list.length);
    expect(names(compareTools(tools, [same("three")], kept))).toEqual([2, 1, 0]);
    expect(names(compareTools(tools, ["two", "three", "four"].map(same), kept))).toEqual([1, 2, 0]);
    expect(names(compareTools(tools, ["two", "three"].map(same), kept))).toEqual([0, 0, 1]);
  });

  it("renamed tools are in the order of their old names", () => {
    const named = (name: string, title: string): SourceOperation => ({
      kind: "tool",
      name,
      rule: undefined,
      descriptor: { title },
    });
    const kept = fingerprintsOf([named("one", "1"), named("two", "2"), named("three", "3")]);
    const moved = [named("b", "2"), named("a", "1"), named("c", "3")];
    expect(compareTools({ one: "a", two: "a", three: "a" }, moved, kept)).toEqual({
      ...NONE,
      renamed: [
        { from: "one", to: "a" },
        { from: "three", to: "c" },
        { from: "two", to: "b" },
      ],
    });
  });

  it("a denied tool that was renamed is reported with both names", () => {
    const [one] = toolsNamed("one");
    const kept = fingerprintsOf(toolsNamed("one"));
    const moved = [{ ...one, name: "two" }] as SourceOperation[];
    expect(compareTools({ one: { deny: "no" } }, moved, kept)).toEqual({
      ...NONE,
      renamed: [{ from: "one", to: "two" }],
    });
  });
});

const json = fc.jsonValue({ maxDepth: 3 });
const memberNames = ["title", "description", "inputSchema", "outputSchema", "annotations"] as const;
const descriptor = fc.record(Object.fromEntries(memberNames.map((name) => [name, json])), {
  requiredKeys: [],
});
const server = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), descriptor, { minKeys: 1, maxKeys: 6 })
  .map((tools) =>
    Object.entries(tools).map(
      // a description of its own, so that no two tools are alike
      ([name, members]): SourceOperation => ({
        kind: "tool",
        name,
        rule: undefined,
        descriptor: {
          ...members,
          name,
          description: `${name} ${JSON.stringify(members["description"])}`,
        },
      }),
    ),
  );

const policyOf = (operations: readonly SourceOperation[]) =>
  Object.fromEntries(operations.map(({ name }) => [name, "a"]));

/** Returns a copy of a value with the keys of each object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reversed(item)]),
  );
}

describe("laws of drift", () => {
  it("no server drifts from itself, in any order of tools and keys", () => {
    fc.assert(
      fc.property(server, (operations) => {
        const turned = operations
          .toReversed()
          .map((one) => ({ ...one, descriptor: reversed(one.descriptor) as Data }));
        const found = compareTools(policyOf(operations), turned, fingerprintsOf(operations));
        expect(found).toEqual(NONE);
      }),
    );
  });

  it("renaming one tool is exactly one rename", () => {
    fc.assert(
      fc.property(server, fc.nat(), (operations, at) => {
        const from = operations[at % operations.length]?.name as string;
        const renamed = operations.map((one) =>
          one.name === from ? { ...one, name: "NEW" } : one,
        );
        const found = compareTools(policyOf(operations), renamed, fingerprintsOf(operations));
        expect(found).toEqual({ ...NONE, renamed: [{ from, to: "NEW" }] });
      }),
    );
  });

  it("a change of any member is found, and no other one is reported", () => {
    fc.assert(
      fc.property(
        server,
        fc.nat(),
        fc.constantFrom(...memberNames),
        json,
        (operations, at, member, value) => {
          const name = operations[at % operations.length]?.name as string;
          const after = operations.map((one) =>
            one.name === name
              ? { ...one, descriptor: { ...one.descriptor, [member]: value } }
              : one,
          );
          const before = operations.find((one) => one.name === name)?.descriptor;
          const isSame =
            before !== undefined &&
            Object.hasOwn(before, member) &&
            JSON.stringify(sorted(before[member])) === JSON.stringify(sorted(value));
          const found = compareTools(policyOf(operations), after, fingerprintsOf(operations));
          const change = { name, members: [member], isNew: false, rule: undefined };
          expect(found).toEqual({ ...NONE, changed: isSame ? [] : [change] });
        },
      ),
    );
  });
});

/** Returns a value with the keys of each object sorted. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
