// Changes that only calls with a compared value show, and the requests of endpoints with cases.

import { loadPolicy } from "scope-policy";
import { diffPolicies } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const school = {
  name: "School",
  version: "1",
  boundaries: { project: { claim: "projects" } },
  scopes: { "courses:read": {}, "courses:write": {}, "files:/{path}": { match: "path-prefix" } },
  tools: {},
} as const;
type Rules = Record<string, unknown>;

/** Denies the calls that one case meets, and opens others with the scope for reading. */
const except = (when: Rules, more: Rules = {}) => ({
  cases: [{ when, deny: "not these" }],
  otherwise: "courses:read",
  weakOtherwise: true,
  ...more,
});

describe("diffPolicies of operations with cases", () => {
  const rows: readonly {
    readonly title: string;
    readonly tools?: readonly [before: Rules, after: Rules];
    readonly endpoints?: readonly [before: Rules, after: Rules];
    /** The operation that allows more, and the call that shows it. */
    readonly wider: readonly [name: string, call: string, params?: Rules];
  }[] = [
    {
      title: "finds a compared value of a path parameter that a path contains in escapes",
      endpoints: [
        { "GET /courses/:id": except({ id: "Höhere Analysis" }) },
        { "GET /courses/:id": "courses:read" },
      ],
      wider: ["GET /courses/:id", "GET /courses/H%C3%B6here%20Analysis", { id: "Höhere Analysis" }],
    },
    {
      title: "finds a compared value of a catch-all with several segments",
      endpoints: [
        { "GET /{path*}": except({ path: "a b/c" }) },
        { "GET /{path*}": "courses:read" },
      ],
      wider: ["GET /{path*}", "GET /a%20b/c", { path: "a b/c" }],
    },
    {
      title: "finds a compared value of a path parameter that has another name now",
      endpoints: [
        { "GET /courses/:id": except({ id: "secret" }) },
        { "GET /courses/:course": "courses:read" },
      ],
      wider: ["GET /courses/:course", "GET /courses/secret", { id: "secret" }],
    },
    {
      title: "finds a compared argument of an endpoint whose path parameter has another name now",
      endpoints: [
        { "GET /courses/:id": except({ full: true }) },
        { "GET /courses/:course": "courses:read" },
      ],
      wider: ["GET /courses/:course", "GET /courses/fresh0", { full: true }],
    },
    {
      title: "finds a compared value of one case beside that of another case of the same argument",
      tools: [
        {
          run: {
            ...except({ mode: "x" }),
            cases: [
              { when: { mode: "x" }, deny: "not these" },
              { when: { mode: "y" }, deny: "nor these" },
            ],
          },
        },
        { run: except({ mode: "y" }) },
      ],
      wider: ["run", "run", { mode: "x" }],
    },
    {
      title: "finds the path of an endpoint that is gone in capitals",
      endpoints: [
        { "GET /{kind}": "courses:read", "GET /admin": "courses:read" },
        { "GET /{kind}": "courses:read" },
      ],
      wider: ["GET /{kind}", "GET /ADMIN"],
    },
    {
      title: "finds the path of an endpoint that is gone in lower case",
      endpoints: [
        { "GET /{kind}": "courses:read", "GET /ADMIN": "courses:read" },
        { "GET /{kind}": "courses:read" },
      ],
      wider: ["GET /{kind}", "GET /admin"],
    },
    {
      title: "finds a compared value of one endpoint in a path that another one serves now",
      endpoints: [
        {
          "GET /{kind}/{id}": { deny: "not these" },
          "GET /courses/{id}": except({ id: "secret" }),
        },
        { "GET /{kind}/{id}": "courses:read", "GET /courses/{id}": except({ id: "secret" }) },
      ],
      wider: ["GET /{kind}/{id}", "GET /fresh0/fresh1"],
    },
    {
      title: "finds a call beside a compared value with capitals and an escape",
      endpoints: [
        {
          "GET /{kind}/{id}": { deny: "not these" },
          "GET /courses/{id}": except({ id: "HÖHE" }),
        },
        { "GET /{kind}/{id}": "courses:read", "GET /courses/{id}": except({ id: "HÖHE" }) },
      ],
      wider: ["GET /{kind}/{id}", "GET /fresh0/fresh1"],
    },
    {
      title: "finds a compared value of a catch-all beside one with too few segments",
      endpoints: [
        { "GET /x/{path*}": except({ path: ["a", "a/b"] }), "GET /{x}/{y}/{z}": "courses:read" },
        { "GET /{x}/{y}/{z}": "courses:read" },
      ],
      wider: ["GET /{x}/{y}/{z}", "GET /x/a/b", { path: "a/b" }],
    },
    {
      title: "finds a compared value of a catch-all in the segments of another endpoint",
      endpoints: [
        { "GET /x/{path*}": except({ path: "a/b" }), "GET /{x}/{y}/{z}": "courses:read" },
        { "GET /{x}/{y}/{z}": "courses:read" },
      ],
      wider: ["GET /{x}/{y}/{z}", "GET /x/a/b", { path: "a/b" }],
    },
    {
      title: "finds a compared value of a catch-all in the rest of another one",
      endpoints: [
        { "GET /{path*}": except({ path: "x/a/b" }) },
        { "GET /x/{rest*}": "courses:read", "GET /{path*}": except({ path: "x/a/b" }) },
      ],
      wider: ["GET /x/{rest*}", "GET /x/a/b", { path: "x/a/b" }],
    },
    {
      title: "finds a path with more segments than any other endpoint for a catch-all at the root",
      endpoints: [
        {
          "GET /{kind}": "courses:read",
          "GET /{kind}/{id}": "courses:read",
          "GET /{path*}": { deny: "not these" },
        },
        {
          "GET /{kind}": "courses:read",
          "GET /{kind}/{id}": "courses:read",
          "GET /{path*}": "courses:read",
        },
      ],
      wider: ["GET /{path*}", "GET /@fresh/@fresh/@fresh"],
    },
    {
      title:
        "finds a path with more segments than any other endpoint under the prefix of a catch-all that is gone",
      endpoints: [
        {
          "GET /x/{m}": "courses:read",
          "GET /x/{m*}": { deny: "not these" },
          "GET /{path*}": "courses:read",
        },
        { "GET /x/{m}": "courses:read", "GET /{path*}": "courses:read" },
      ],
      wider: ["GET /{path*}", "GET /x/@fresh/@fresh"],
    },
    {
      title: "finds a compared value between literal texts of a segment",
      endpoints: [
        { "GET /v{major}/{id}": except({ major: "1" }) },
        { "GET /v{number}/{id}": "courses:read" },
      ],
      wider: ["GET /v{number}/{id}", "GET /v1/fresh1", { major: "1" }],
    },
    {
      title:
        "finds a compared argument of the query with the name of a path parameter of the newer policy",
      endpoints: [
        { "GET /courses/:course": except({ id: "secret" }) },
        { "GET /courses/:id": "courses:read" },
      ],
      wider: ["GET /courses/:id", "GET /courses/fresh0", { id: "secret" }],
    },
    {
      title: "finds a compared number that is also within a boundary",
      tools: [
        { get_course: except({ p: 5 }, { within: { project: "p" } }) },
        { get_course: { scope: "courses:read", within: { project: "p" } } },
      ],
      wider: ["get_course", "get_course", { p: 5 }],
    },
    {
      title: "finds a compared number that is also a path which a granted path covers",
      tools: [
        {
          read_file: {
            cases: [{ when: { path: 5 }, deny: "not this one" }],
            otherwise: "files:/{path}",
            weakOtherwise: true,
          },
        },
        { read_file: "files:/{path}" },
      ],
      wider: ["read_file", "read_file", { path: 5 }],
    },
  ];

  it.each(titled(rows))("%s", (_title, { tools = [{}, {}], endpoints = [{}, {}], wider }) => {
    const [before, after] = [0, 1].map((at) =>
      loadPolicy({ ...school, tools: tools[at], endpoints: endpoints[at] }),
    ) as [ReturnType<typeof loadPolicy>, ReturnType<typeof loadPolicy>];
    const { operations, unproved } = diffPolicies(before, after);
    const [name, call, params] = wider;
    const found = operations.find((one) => one.name === name);
    expect(unproved).toEqual([]);
    expect(["wider", "added"]).toContain(found?.change);
    expect(found?.witness).toMatchObject({ call, after: "allowed" });
    if (params !== undefined) expect(found?.witness?.params).toMatchObject(params);
    const mirrored = diffPolicies(after, before).operations;
    expect(mirrored.find((one) => one.witness?.call === call)?.witness).toMatchObject({
      before: "allowed",
      call,
    });
  });
});

describe("a witness with an argument and a path parameter of one name", () => {
  it("is confirmed by both policies for its request", () => {
    const [before, after] = [
      { "GET /courses/:course": except({ id: "secret" }) },
      { "GET /courses/:id": except({ id: "other" }) },
    ].map((endpoints) => loadPolicy({ ...school, endpoints })) as [
      ReturnType<typeof loadPolicy>,
      ReturnType<typeof loadPolicy>,
    ];
    const [change] = diffPolicies(before, after).operations;
    expect(change).toMatchObject({ name: "GET /courses/:id", change: "different" });
    for (const witness of [change?.witness, change?.narrowing]) {
      const [method = "", path = ""] = witness?.call.split(" ") ?? [];
      const codes = [before, after].map(
        (policy) =>
          policy.decideRequest(witness?.token, { method, path, params: witness?.params ?? {} })
            .code,
      );
      expect(codes).toEqual([witness?.before, witness?.after]);
    }
  });
});

describe("diffPolicies of policies with different boundaries", () => {
  const withBoundaries = (boundaries: Rules, rule: unknown) =>
    loadPolicy({ ...school, boundaries, tools: { get_course: rule } });
  const project = { claim: "projects", absent: "dangerouslyAll" } as const;
  const inProject = { scope: "courses:read", within: { project: "project" } };
  const z = { claim: "z" };
  const rows = [
    {
      title: "an unrelated boundary changes no operation",
      after: [{ project, z }, inProject],
      change: "equal",
    },
    {
      title: "an unrelated boundary that is open changes no operation",
      after: [{ project, z: { ...z, absent: "dangerouslyAll" } }, inProject],
      change: "equal",
    },
    {
      title:
        "a boundary that an operation requires instead of another one changes it in both directions",
      after: [
        { project, z },
        { scope: "courses:read", within: { z: "project" } },
      ],
      change: "different",
    },
    {
      title: "a boundary that an operation requires in addition makes it narrower",
      after: [
        { project, z },
        { scope: "courses:read", within: { project: "project", z: "project" } },
      ],
      change: "narrower",
    },
    {
      title: "a boundary that was open and is required for every value now makes it narrower",
      after: [{ project: { claim: "projects" } }, inProject],
      change: "narrower",
    },
  ] as const;
  const mirror = { equal: "equal", different: "different", narrower: "wider" } as const;

  it.each(titled(rows))("%s", (_title, { after: [boundaries, rule], change }) => {
    const [before, after] = [
      withBoundaries({ project }, inProject),
      withBoundaries(boundaries, rule),
    ];
    expect(diffPolicies(before, after).operations[0]?.change).toBe(change);
    expect(diffPolicies(after, before).operations[0]?.change).toBe(mirror[change]);
  });
});

describe("diffPolicies of older names of a container registry", () => {
  const registry = (push: Rules) =>
    loadPolicy({
      name: "Registry",
      version: "1",
      scopes: {
        "repository:{name}:pull": { match: "registry", replaces: ["image:{name}:get"] },
        "repository:{name}:push": { match: "registry", ...push },
      },
      tools: { pull: "repository:{name}:pull" },
    });

  it("finds that a text with two older actions opens more, because one of them was unknown", () => {
    const after = registry({ replaces: ["image:{name}:put"] });
    const [change] = diffPolicies(registry({}), after).operations;
    expect(change).toMatchObject({
      change: "wider",
      witness: { token: { scope: "image:fresh0:get,put" }, after: "allowed" },
    });
  });
});

describe("diffPolicies of a policy that contains the text of its own values", () => {
  const withText = (text: string, tools: Rules) =>
    loadPolicy({
      name: "School",
      version: "1",
      scopes: { "accounts:{id}": { description: text }, "a.{id}": {}, "courses:write": {} },
      tools,
    });
  const lengths = Array.from({ length: 44 }, (_, index) => 3 * index);

  it("finds a change for every value", () => {
    const rule = { allOf: ["accounts:{id}", "courses:write"] };
    const before = withText("", { read_account: rule });
    const missed = lengths.filter((length) => {
      const text = `fres${"h".repeat(length)}`;
      const after = withText(text, { read_account: "accounts:{id}" });
      return diffPolicies(before, after).operations[0]?.change !== "wider";
    });
    expect(missed).toEqual([]);
  });

  it.each(["@x", "@fresh", "@FRESH", "%C3%A9FRESH0"])(
    "finds a change beside the path %s",
    (text) => {
      const withEndpoints = (endpoints: Rules) =>
        loadPolicy({ name: "School", version: "1", scopes: { read: {}, write: {} }, endpoints });
      const same = { "GET /a/{rest*}": "read", [`GET /a/${text}/${text}`]: "read" };
      const before = withEndpoints({ ...same, "GET /a/{x}/{y}": "write" });
      const { operations } = diffPolicies(before, withEndpoints(same));
      expect(operations.find(({ name }) => name === "GET /a/{rest*}")?.change).toBe("wider");
    },
  );

  it("finds a change for values with a character that one of the policies rejects", () => {
    const before = withText("", { read_account: { anyOf: ["accounts:{id}", "a.{id}"] } });
    const missed = lengths.filter((length) => {
      const text = `fres${"h".repeat(length)}`;
      const after = withText(text, { read_account: "accounts:{id}" });
      const { change, witness } = diffPolicies(before, after).operations[0] ?? {};
      return change !== "different" || witness?.after !== "allowed";
    });
    expect(missed).toEqual([]);
  });

  const ends = [
    { title: "a placeholder rejects the usual value", letters: "f", value: "aaaaaaa0" },
    {
      title: "placeholders reject each letter",
      letters: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
      value: "fresh0",
    },
  ];
  it.each(titled(ends))("finds a change if %s", (_title, { letters, value }) => {
    const ending = Object.fromEntries([...letters].map((letter) => [`ends:{id}${letter}`, {}]));
    const [before, after] = ["courses:write", "accounts:{id}"].map((rule) =>
      loadPolicy({
        name: "School",
        version: "1",
        scopes: { ...ending, "accounts:{id}": {}, "courses:write": {} },
        tools: { read_account: rule },
      }),
    ) as [ReturnType<typeof loadPolicy>, ReturnType<typeof loadPolicy>];
    const { witness } = diffPolicies(before, after).operations[0] ?? {};
    expect(witness).toMatchObject({ token: { scope: `accounts:${value}` }, params: { id: value } });
  });
});
