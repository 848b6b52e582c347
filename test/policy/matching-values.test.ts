// The rules `path-prefix`, `smart` and `registry`: a granted value covers others, and one text names several scopes.

import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const PATH = { match: "path-prefix" } as const;
const SMART = { match: "smart" } as const;
const REGISTRY = { match: "registry" } as const;

const letters = (type: string, list: string) =>
  Object.fromEntries([...list].map((letter) => [`${type}/{Type}.${letter}`, SMART]));
const all = (list: string) => ({ allOf: [...list].map((letter) => `patient/{Type}.${letter}`) });

const policy = loadPolicy({
  name: "Values",
  version: "1",
  scopes: {
    "storage.read:/{path}": PATH,
    "storage.modify:/{path}": {
      ...PATH,
      implies: ["storage.read:/{path}"],
      replaces: ["write:/{path}"],
    },
    "https://api.example/files/{path}": PATH,
    "/root/{path}": PATH,
    ...letters("patient", "cruds"),
    ...letters("user", "rs"),
    "repository:{name}:pull": REGISTRY,
    "repository:{name}:push": REGISTRY,
    "registry:{name}:*": REGISTRY,
  },
  tools: {
    read: "storage.read:/{path}",
    modify: "storage.modify:/{path}",
    files: "https://api.example/files/{path}",
    root: "/root/{path}",
    ...Object.fromEntries(["r", "rs", "cud", "cruds", "c"].map((list) => [list, all(list)])),
    user: { scope: "user/{Type}.r" },
    pull: "repository:{name}:pull",
    push: "repository:{name}:push",
    whole: "registry:{name}:*",
  },
  endpoints: {
    "GET /storage/{path*}": "storage.read:/{path}",
    "GET /v2/{name*}": "repository:{name}:pull",
  },
});

/** A granted scope, and values of calls by tool that it allows or not. */
interface Row {
  readonly granted: string;
  readonly allows?: Readonly<Record<string, readonly string[]>>;
  readonly denies?: Readonly<Record<string, readonly string[]>>;
}

const ROWS: readonly Row[] = [
  {
    granted: "storage.read:/home/john",
    allows: { read: ["home/john", "home/john/notes", "home/john/a/b/c.txt"] },
    // CVE-2026-32716: `startswith` lets `/john` cover `/johnathan`
    denies: {
      read: [
        "home/johnathan",
        "home/johnathan/notes",
        "home/john.bak",
        "home",
        "johnny",
        "Home/john",
      ],
      modify: ["home/john"],
    },
  },
  {
    granted: "storage.read:/home-1/a.b",
    allows: { read: ["home-1/a.b", "home-1/a.b/c-d"] },
    denies: { read: ["home-1/a", "home1/a.b"] },
  },
  { granted: "storage.read:/", allows: { read: ["home", "a/b/c"] }, denies: { modify: ["home"] } },
  {
    granted: "storage.modify:/home",
    allows: { modify: ["home", "home/a"], read: ["home", "home/a/b"] },
    denies: { read: ["homes"], root: ["home"] },
  },
  { granted: "write:/home", allows: { modify: ["home/a"], read: ["home/a"] } },
  { granted: "write:/", allows: { modify: ["home/a"], read: ["home/a"] } },
  {
    granted: "https://api.example/files/a",
    allows: { files: ["a", "a/b:c"] },
    denies: { files: ["ab", "b/a"] },
  },
  { granted: "/root/a", allows: { root: ["a", "a/b"] }, denies: { root: ["ab"] } },
  { granted: "/root/", allows: { root: ["a"] } },
  // texts that are not names of the policy grant nothing: nothing is resolved or decoded
  ...["home/", "/home", "home//x", "home/..", "home/../x", "home/.", "%2e%2e", "home/%6a", "*"].map(
    (path): Row => ({
      granted: `storage.read:/${path}`,
      denies: { read: ["home", "home/x", "x", "..", "home/.."] },
    }),
  ),
  { granted: "storage.read:", denies: { read: ["home"] } },
  {
    granted: "patient/Observation.rs",
    allows: { r: ["Observation"], rs: ["Observation"] },
    denies: {
      r: ["Observations", "observation", "Patient"],
      cud: ["Observation"],
      user: ["Observation"],
    },
  },
  { granted: "patient/Observation.r patient/Observation.s", allows: { rs: ["Observation"] } },
  { granted: "patient/X.rs patient/X.cud", allows: { cruds: ["X"] }, denies: { cruds: ["Y"] } },
  { granted: "patient/*.cruds", allows: { cruds: ["X", "Y"], r: ["X"] }, denies: { user: ["X"] } },
  { granted: "patient/*.rs", allows: { rs: ["X"] }, denies: { cud: ["X"], c: ["X"] } },
  { granted: "patient/*.r patient/X.s", allows: { rs: ["X"] }, denies: { rs: ["Y"] } },
  { granted: "patient/X.c", allows: { c: ["X"] }, denies: { r: ["X"] } },
  { granted: "patient/X.read", allows: { rs: ["X"] }, denies: { c: ["X"], cruds: ["X"] } },
  { granted: "patient/X.write", allows: { cud: ["X"] }, denies: { r: ["X"] } },
  { granted: "patient/X.*", allows: { cruds: ["X"] }, denies: { r: ["Y"] } },
  { granted: "patient/*.*", allows: { cruds: ["X", "Y"] } },
  ...["sr", "rr", "dus", "", "R", "reads", "rs?category=a", "r.s", "x"].map(
    (suffix): Row => ({ granted: `patient/X.${suffix}`, denies: { r: ["X"] } }),
  ),
  ...[
    "patient/X*.r",
    "patient/**.r",
    "patient/.r",
    "patient/X/Y.r",
    "patient.r",
    "/X.r",
    "r",
    "*",
    "p.a/X",
  ].map((granted): Row => ({ granted, denies: { r: ["X", "XY"] } })),
  // `user` declares two letters: a text with others names nothing
  { granted: "user/X.rs", allows: { user: ["X"] } },
  ...["user/X.cruds", "user/*.*", "user/X.write"].map(
    (granted): Row => ({ granted, denies: { user: ["X"] } }),
  ),
  { granted: "repository(plugin):a/b:pull", allows: { pull: ["a/b"] }, denies: { push: ["a/b"] } },
  {
    granted: "repository:a/b:pull",
    allows: { pull: ["a/b"] },
    // a name is compared whole: it is not a path
    denies: { push: ["a/b"], pull: ["a/c", "a", "a/b/c", "b"] },
  },
  ...["pull,push", "push,pull", "push,pull,push"].map(
    (actions): Row => ({
      granted: `repository:host:5000/a:${actions}`,
      allows: { pull: ["host:5000/a"], push: ["host:5000/a"] },
      denies: { pull: ["host/a", "a", "host:50/a"] },
    }),
  ),
  { granted: "registry:catalog:*", allows: { whole: ["catalog"] }, denies: { pull: ["catalog"] } },
  ...[
    "repository:a:pull,delete",
    "repository:a:*",
    "repository:a:pull,*",
    "repository:a:",
    "repository:a:pull,",
    "repository::pull",
    "repository:a:b:c:pull",
    "repository:a:b:pull",
    "repository:a/../a:pull",
    "repository:a/:pull",
    "repository():a:pull",
    "Repository:a:pull",
    "my-repository:a:pull",
    "a/repository:a:pull",
    "repository:*:pull",
  ].map((granted): Row => ({ granted, denies: { pull: ["a", "a/", "b"] } })),
];

const PLACEHOLDER: Readonly<Record<string, string>> = {
  read: "path",
  modify: "path",
  files: "path",
  root: "path",
  pull: "name",
  push: "name",
  whole: "name",
};

const CASES = ROWS.flatMap(({ granted, allows = {}, denies = {} }) =>
  [
    ...Object.entries(allows).map((entry) => [...entry, true] as const),
    ...Object.entries(denies).map((entry) => [...entry, false] as const),
  ].flatMap(([tool, values, isAllowed]) =>
    values.map((value) => ({ granted, tool, value, isAllowed })),
  ),
);

describe("a granted scope with a rule for values", () => {
  const titles = titled(
    CASES,
    ({ granted, tool, value, isAllowed }) =>
      `${granted} ${isAllowed ? "allows" : "denies"} ${tool} of ${value}`,
  );
  it.each(titles)("%s", (_title, { granted, tool, value, isAllowed }) => {
    const params = { [PLACEHOLDER[tool] ?? "Type"]: value };
    const decision = policy.decideUntrusted({ scope: granted }, tool, params);
    expect(decision.allowed).toBe(isAllowed);
    if (decision.code !== "insufficient_scope") return;
    // a client that follows the denial is allowed, and one that has more than it names too
    const next = [granted, ...decision.missing].join(" ");
    expect(policy.decideUntrusted({ scope: next }, tool, params).allowed).toBe(true);
    expect(policy.covers(granted, [...decision.scopes])).toBe(false);
    expect(policy.covers(next, [...decision.scopes])).toBe(true);
  });

  it("is met in lists and requests by the value that the grant covers", () => {
    const request = (path: string) => ({ method: "GET", path });
    const token = { scope: "storage.read:/home/john repository:a/b:pull" };
    const codes = ["/storage/home/john/a", "/storage/home/johnathan", "/v2/a/b", "/v2/a/c"].map(
      (path) => policy.decideRequest(token, request(path)).code,
    );
    expect(codes).toEqual(["allowed", "binding_mismatch", "allowed", "binding_mismatch"]);
    for (const path of [
      "/storage/home/john/../a",
      "/storage/home/john/%2e%2e/a",
      "/storage/home//john",
    ])
      expect(policy.decideRequest(token, request(path)).code).toBe("unknown_operation");
  });

  const UNSAFE: readonly (readonly [tool: string, param: string, value: unknown])[] = [
    ...[
      "",
      "/",
      "/a",
      "a/",
      "a//b",
      ".",
      "..",
      "a/..",
      "a/./b",
      "a%2fb",
      "a b",
      "a\\b",
      "a:b",
      "*",
    ].map((value) => ["read", "path", value] as const),
    ["read", "path", `${"a/".repeat(512)}a`],
    ["read", "path", "a".repeat(129)],
    ["read", "path", undefined],
    ["read", "path", ["a"]],
    ...["*", "", "a/b", "a.b", "X:Y"].map((value) => ["r", "Type", value] as const),
    ...["", "/a", "a/", "a:5000", "a:b/c", "a:5/b:6/c", "a:123456/b", "a/../b", "*"].map(
      (value) => ["pull", "name", value] as const,
    ),
  ];
  it.each(
    titled(
      UNSAFE,
      ([tool, , value]) => `refuses for ${tool} the value ${String(value).slice(0, 40)}`,
    ),
  )("%s", (_title, [tool, param, value]) => {
    const scope = "storage.read:/ patient/*.cruds repository:a:pull";
    const decision = policy.decideUntrusted({ scope }, tool, { [param]: value });
    expect(decision).toMatchObject({ code: "invalid_params", param });
  });

  it("accepts the longest path, and a whole number", () => {
    const scope = "storage.read:/";
    for (const path of [`${"a/".repeat(511)}aa`, 7]) {
      expect(policy.decideUntrusted({ scope }, "read", { path }).code).toBe("allowed");
    }
  });
});

describe("meanings under rules for values", () => {
  it("are the named and implied scopes, and `reduce` leaves out what others cover", () => {
    const scope =
      "storage.modify:/home storage.read:/home/x storage.read:/y patient/*.r patient/X.rs";
    expect(policy.expand(scope)).toEqual([
      "storage.read:/home",
      "storage.read:/home/x",
      "storage.read:/y",
      "storage.modify:/home",
      "patient/*.r",
      "patient/X.r",
      "patient/X.s",
    ]);
    const reduced = "storage.read:/y storage.modify:/home patient/*.r patient/X.s";
    expect(policy.reduce(scope)).toBe(reduced);
    expect(policy.covers(reduced, scope)).toBe(true);
    expect(
      policy.missing("storage.read:/a", "storage.read:/a/b storage.read:/b storage.read:/b/c"),
    ).toBe("storage.read:/b");
    expect(policy.missing("patient/X.r", "patient/X.rs")).toBe("patient/X.s");
  });

  it("are one for each letter of a text with letters in the order of `cruds`", () => {
    const lists = [..."cruds"].reduce(
      (texts, letter) => texts.concat(texts.map((text) => text + letter)),
      [""],
    );
    expect(lists).toHaveLength(32);
    for (const list of lists)
      expect(policy.expand(`patient/X.${list}`)).toEqual(
        [...list].map((letter) => `patient/X.${letter}`),
      );
  });

  it.each([
    ["storage.read:/a", "storage.read:/a/b", "storage.read:/a/b/c"],
    ["storage.read:/", "storage.read:/a", "storage.read:/a/b"],
    ["storage.modify:/a", "storage.modify:/a/b", "storage.read:/a/b/c"],
    ["patient/*.cruds", "patient/*.rs", "patient/X.r"],
    ["patient/X.*", "patient/X.read", "patient/X.s"],
    ["repository:a/b:pull,push", "repository(c):a/b:push,pull", "repository:a/b:push"],
  ])(
    "cover what covered scopes cover, and never the other way: %s, %s, %s",
    (first, second, third) => {
      const texts = [first, second, third];
      for (const text of texts) expect(policy.covers(text, text)).toBe(true);
      expect(policy.covers(first, second)).toBe(true);
      expect(policy.covers(second, third)).toBe(true);
      expect(policy.covers(first, third)).toBe(true);
      expect(policy.covers(third, first)).toBe(false);
    },
  );

  it("are bound by `bindScope` as calls bind them", () => {
    expect(policy.bindScope("storage.read:/{path}", { path: "a/b" })).toEqual({
      ok: true,
      scope: "storage.read:/a/b",
    });
    expect(policy.bindScope("storage.read:/{path}", { path: "a/../b" })).toMatchObject({
      ok: false,
    });
    expect(policy.bindScope("storage.read:/{path}", { path: "" })).toMatchObject({ ok: false });
    const chars = "1 to 128 characters of `A-Z a-z 0-9 . _ ~ ! $ & ' ( ) + , ; = : @ | -`";
    expect(policy.bindScope("storage.read:/{path}", { path: "/a" })).toEqual({
      ok: false,
      param: "path",
      reason: `\`path\` is not a safe value: expected segments, joined by \`/\`, of ${chars}, and not \`.\` or \`..\``,
    });
    expect(policy.bindScope("patient/{Type}.r", { Type: "/a" })).toEqual({
      ok: false,
      param: "Type",
      reason: `\`Type\` is not a safe value: expected ${chars}, and not \`.\` or \`..\``,
    });
    expect(policy.bindScope("repository:{name}:pull", { name: "h:5000/a" })).toEqual({
      ok: true,
      scope: "repository:h:5000/a:pull",
    });
  });

  it("of a list of tools are values that every scope of a rule covers", () => {
    const both = loadPolicy({
      name: "Lists",
      version: "1",
      scopes: { "r:/{path}": PATH, "w:/{path}": PATH, "one:{path}": {} },
      tools: {
        copy: { allOf: ["r:/{path}", "w:/{path}"] },
        exactly: { allOf: ["r:/{path}", "one:{path}"] },
      },
    });
    const listOf = (scope: string) =>
      both.toolsFor({ scope }).map(({ name, decision }) => [name, decision.code]);
    expect(listOf("r:/a w:/a/b")).toEqual([
      ["copy", "allowed"],
      ["exactly", "insufficient_scope"],
    ]);
    expect(listOf("r:/a w:/b one:a")).toEqual([["exactly", "allowed"]]);
    expect(listOf("r:/ w:/b one:c")).toEqual([
      ["copy", "allowed"],
      ["exactly", "allowed"],
    ]);
    expect(listOf("r:/x w:/b one:c")).toEqual([]);
    expect(listOf("r:/ w:/")).toEqual([
      ["copy", "allowed"],
      ["exactly", "insufficient_scope"],
    ]);
  });
});
