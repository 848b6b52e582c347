import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ImportOptions, readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { titled } from "../titled.js";
import { folderOf, run } from "./run.js";

const OAUTH = {
  type: "oauth2",
  flows: { authorizationCode: { scopes: { a: "Reads a", "a.read": "", b: "B\n\nmore" } } },
};
const SCHEMES = {
  o: OAUTH,
  k: { type: "apiKey" },
  m: { type: "mutualTLS" },
  h: { type: "http", scheme: "BEARER" },
  basic: { type: "http", scheme: "basic" },
  id: { type: "openIdConnect" },
  odd: { type: "quantum" },
};

function read(paths: object, more: object = {}, options: ImportOptions = {}) {
  const root = {
    openapi: "3.2.0",
    info: { title: "T", version: "1" },
    components: { securitySchemes: SCHEMES },
    paths,
    ...more,
  };
  const contents = readOpenApi({ version: "3.2", source: "dir/api.yaml", root }, options);
  const definition = loadPolicy(contents.definition).definition;
  return { ...contents, endpoints: definition.endpoints ?? {}, scopes: definition.scopes };
}

function codesOf({ report }: ReturnType<typeof read>) {
  return report.notes.map(({ code }) => code);
}

interface RuleRow {
  readonly title: string;
  readonly security: unknown;
  readonly options?: ImportOptions;
  readonly rule: unknown;
  readonly outcome: string;
  readonly codes?: readonly string[];
}

const unassigned = (text: string) => ({ deny: `not assigned: api.yaml ${text}` });
const RULES: readonly RuleRow[] = [
  { title: "one scope", security: [{ o: ["a"] }], rule: "a", outcome: "read" },
  {
    title: "an empty list is any token",
    security: [{ o: [] }],
    rule: { authenticated: true },
    outcome: "read",
  },
  {
    title: "a bearer scheme is any token",
    security: [{ h: [] }],
    rule: { authenticated: true },
    outcome: "read",
  },
  { title: "no alternatives are public", security: [], rule: { public: true }, outcome: "read" },
  {
    title: "an empty alternative is public",
    security: [{}],
    rule: { public: true },
    outcome: "read",
  },
  {
    title: "an empty alternative beside others is public and enriched by them",
    security: [{ o: ["a"] }, {}],
    rule: { public: true, enrichedBy: ["a"] },
    outcome: "read",
  },
  {
    title: "alternatives are anyOf",
    security: [{ o: ["a"] }, { id: ["b"] }],
    rule: { anyOf: ["a", "b"] },
    outcome: "read",
  },
  {
    title: "schemes of one alternative are allOf",
    security: [{ o: ["a"], id: ["b"] }],
    rule: { allOf: ["a", "b"] },
    outcome: "read",
  },
  {
    title: "a list means all with and",
    security: [{ o: ["a", "b"] }],
    options: { listMeans: "and" },
    rule: { allOf: ["a", "b"] },
    outcome: "read",
  },
  {
    title: "a list means one with or",
    security: [{ o: ["a", "b"] }, { o: ["a"] }],
    options: { listMeans: "or" },
    rule: { anyOf: ["a", "b"] },
    outcome: "guessed",
    codes: ["list_means_or", "unused_scope"],
  },
  {
    title: "no security is denied",
    security: undefined,
    rule: unassigned("names no security for this operation"),
    outcome: "left",
    codes: ["no_security"],
  },
  {
    title: "security that is not a list is denied",
    security: "o",
    rule: unassigned("names no readable security for this operation"),
    outcome: "left",
    codes: ["security_syntax"],
  },
  {
    title: "an alternative that is not an object is left out",
    security: [3, { o: ["a"] }],
    rule: "a",
    outcome: "guessed",
    codes: ["security_syntax"],
  },
  {
    title: "scopes that are not a list are left out",
    security: [{ o: "a" }, { o: ["a"] }],
    rule: "a",
    outcome: "guessed",
    codes: ["security_syntax"],
  },
  {
    title: "unsupported schemes alone are denied",
    security: [{ k: [] }, { m: [] }, { basic: [] }, { odd: [] }],
    rule: unassigned("names only security for this operation that no scope decides"),
    outcome: "left",
    codes: ["unsupported_scheme", "unsupported_security"],
  },
  {
    title: "an unsupported scheme leaves out its alternative",
    security: [{ o: ["a"], m: [] }, { o: ["b"] }],
    rule: "b",
    outcome: "guessed",
    codes: ["unsupported_scheme"],
  },
  {
    title: "an unknown scheme leaves out its alternative",
    security: [{ zzz: [] }, { o: ["b"] }],
    rule: "b",
    outcome: "guessed",
    codes: ["unknown_scheme"],
  },
  {
    title: "a scheme can be named by a URI",
    security: [{ "#/components/securitySchemes/o": ["b"] }],
    rule: "b",
    outcome: "read",
  },
  {
    title: "scopes of a bearer scheme are read",
    security: [{ h: ["c"] }],
    rule: "c",
    outcome: "guessed",
    codes: ["bearer_scopes", "undeclared_scope"],
  },
  {
    title: "a word that is not a scope is any token",
    security: [{ o: ["none"] }],
    options: { noScopeWords: ["none"] },
    rule: { authenticated: true },
    outcome: "guessed",
    codes: ["no_scope_word"],
  },
  {
    title: "an undeclared scope is declared",
    security: [{ o: ["c"] }],
    rule: "c",
    outcome: "read",
    codes: ["undeclared_scope"],
  },
  {
    title: "braces in a scope are a parameter, which this path does not have",
    security: [{ o: ["c:{id}"] }],
    rule: "c:{id}",
    outcome: "guessed",
    codes: ["scope_template", "scope_parameter_missing"],
  },
  {
    title: "a word for no scope is a scope, with a hint",
    security: [{ o: ["No_Scopes"] }],
    rule: "No_Scopes",
    outcome: "read",
    codes: ["no_scope_word_likely"],
  },
  {
    title: "a scope that no policy accepts leaves out its alternative",
    security: [{ o: ["x y"] }, { o: ["a"] }],
    rule: "a",
    outcome: "guessed",
    codes: ["refused_scope"],
  },
  {
    title: "a refused scope of a list is left out with or",
    security: [{ o: ["x y", "a"] }],
    options: { listMeans: "or" },
    rule: "a",
    outcome: "guessed",
    codes: ["refused_scope"],
  },
];

describe("security", () => {
  it.each(titled(RULES))("%s", (_, { security, options, rule, outcome, codes = [] }) => {
    const result = read(
      { "/x": { get: { ...(security !== undefined && { security }) } } },
      {},
      options,
    );
    expect(result.endpoints).toEqual({ "GET /x": rule });
    expect(result.report.counts).toMatchObject({ [outcome]: 1 });
    expect(codesOf(result)).toEqual(expect.arrayContaining([...codes]));
  });

  it("takes the security of the document for an operation without its own", () => {
    const { endpoints } = read(
      { "/x": { get: {}, put: { security: [] } } },
      { security: [{ o: ["a"] }] },
    );
    expect(endpoints).toEqual({ "GET /x": "a", "PUT /x": { public: true } });
  });

  it("reads braces in a scope as the extension of the document declares them", () => {
    const operation = { security: [{ o: ["c:{id}"] }] };
    const top = { "x-scope-policy": { scopes: { "c:{id}": "C" } } };
    const result = read({ "/x/{id}": { get: operation } }, top);
    expect(result.endpoints).toEqual({ "GET /x/{id}": "c:{id}" });
    expect(result.report.counts).toMatchObject({ read: 1 });
    expect(codesOf(result)).not.toContain("scope_template");
  });

  it("notes an operation that changes something and is public beside scopes", () => {
    const optional = { security: [{ o: ["a"] }, {}] };
    const open = { security: [{}] };
    const { report } = read({ "/x": { get: optional, post: optional, put: open } });
    const noted = report.notes.filter(({ code }) => code === "optional_security");
    expect(noted.map(({ subject }) => subject)).toEqual(["POST /x"]);
  });

  it("has one note for all scopes of a document whose schemes declare none", () => {
    const securitySchemes = { h: { type: "http", scheme: "bearer" } };
    const item = (scope: string) => ({ get: { security: [{ h: [scope] }] } });
    const { report } = read(
      { "/1": item("c"), "/2": item("d") },
      { components: { securitySchemes } },
    );
    const noted = report.notes.filter(({ code }) => code === "undeclared_scope");
    expect(noted).toEqual([
      {
        subject: "scopes",
        code: "undeclared_scope",
        message:
          "no security scheme declares a scope: the policy declares those that operations use, `c` and `d`",
      },
    ]);
  });

  it("counts the operations that use an undeclared scope beside declared ones", () => {
    const item = { get: { security: [{ o: ["c"] }] } };
    const { report } = read({ "/1": item, "/2": item });
    expect(report.notes.find(({ code }) => code === "undeclared_scope")?.message).toMatch(
      /^used by 2 operations /,
    );
  });

  it("asks for the meaning of lists, with the first operations", () => {
    const item = { get: { security: [{ o: ["a", "b"] }] } };
    expect(() => read({ "/1": item, "/2": item, "/3": item, "/4": item })).toThrow(
      "has several scopes in one list of `GET /1`, `GET /2`, `GET /3` and 1 more: choose their meaning with `--list-means and`",
    );
  });
});

interface PathRow {
  readonly path: string;
  readonly key: string | undefined;
  readonly codes?: readonly string[];
}

const PATHS: readonly PathRow[] = [
  { path: "/a/{id}", key: "GET /a/{id}" },
  { path: "/", key: "GET /" },
  {
    path: "/{URI-LDN-first-part}/{1}",
    key: "GET /{URI_LDN_first_part}/{p1}",
    codes: ["parameter_renamed"],
  },
  { path: "/{id}/x/{id}", key: "GET /{id}/x/{id_2}", codes: ["parameter_renamed"] },
  { path: "/{__proto__}/{}", key: "GET /{proto}/{p}", codes: ["parameter_renamed"] },
  { path: "/{className}={id}", key: "GET /{className}={id}" },
  { path: "/v1/{name}:cancel", key: "GET /v1/{name}:cancel" },
  { path: "/f/{path*}", key: "GET /f/{path*}" },
  { path: "/f/{path+}", key: "GET /f/{path*}" },
  { path: "/f/{+path}", key: "GET /f/{path*}" },
  { path: "/a/", key: "GET /a", codes: ["trailing_slash"] },
  { path: "/caf%c3%a9/é", key: "GET /caf%C3%A9/%C3%A9" },
  { path: "/x?a=b", key: undefined, codes: ["query_in_path"] },
  { path: "/x#a", key: undefined, codes: ["query_in_path"] },
  { path: "/:v?a=b", key: undefined, codes: ["query_in_path"] },
  { path: "/x;m=1", key: undefined, codes: ["path_syntax"] },
  { path: "/:id", key: undefined, codes: ["path_syntax"] },
  { path: "/a//b", key: undefined, codes: ["path_syntax"] },
  { path: "/a%20b", key: undefined, codes: ["path_syntax"] },
  { path: "/{a}{b}", key: undefined, codes: ["path_syntax"] },
  { path: "/{path*}/b", key: undefined, codes: ["path_syntax"] },
  { path: "/{id:[0-9]+}", key: undefined, codes: ["path_syntax"] },
  { path: "/{name=projects/*}", key: undefined, codes: ["path_syntax"] },
  { path: "x", key: undefined, codes: ["path_syntax"] },
  { path: `/${"x".repeat(9_000)}`, key: undefined, codes: ["path_syntax"] },
];

describe("paths", () => {
  it.each(titled(PATHS, ({ path, key }) => `${path.slice(0, 40)} is ${key ?? "not an endpoint"}`))(
    "%s",
    (_, { path, key, codes = [] }) => {
      const result = read({ [path]: { get: { security: [{ o: ["a"] }] } } });
      expect(Object.keys(result.endpoints)).toEqual(key === undefined ? [] : [key]);
      expect(result.report.counts.left).toBe(key === undefined ? 1 : 0);
      expect(codesOf(result)).toEqual(expect.arrayContaining([...codes]));
    },
  );
});

const A = { security: [{ o: ["a"] }] };
const B = { security: [{ o: ["b"] }] };
const DENIED = { deny: expect.stringContaining("not assigned: api.yaml") as string };

const P = { security: [] };
const extended = (rule: unknown, endpoint: unknown) => ({ "x-scope-policy": { rule, endpoint } });

interface ShapeRow {
  readonly title: string;
  readonly paths: object;
  readonly endpoints: object;
  readonly counts: readonly [read: number, merged: number, guessed: number, left: number];
}

const SHAPES: readonly ShapeRow[] = [
  {
    title: "equal rules of one shape are merged",
    paths: { "/a/{x}": { get: A }, "/a/{y}": { get: A } },
    endpoints: { "GET /a/{x}": "a" },
    counts: [1, 1, 0, 0],
  },
  {
    title: "different rules of one shape are denied",
    paths: { "/a/{x}": { get: A }, "/a/{y}": { get: B } },
    endpoints: { "GET /a/{x}": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "letter case does not distinguish",
    paths: { "/a": { get: A }, "/A": { get: A } },
    endpoints: { "GET /a": "a" },
    counts: [1, 1, 0, 0],
  },
  {
    title: "placeholders count by place",
    paths: {
      "/a/{x}": { get: { security: [{ o: ["s/{x}"] }] } },
      "/a/{y}": { get: { security: [{ o: ["s/{y}"] }] } },
    },
    endpoints: { "GET /a/{x}": "s/{x}" },
    counts: [0, 1, 1, 0],
  },
  {
    title: "HEAD with the rule of GET is merged",
    paths: { "/a": { get: A, head: A } },
    endpoints: { "GET /a": "a" },
    counts: [1, 1, 0, 0],
  },
  {
    title: "HEAD without security is merged, because requests of it are decided as GET",
    paths: { "/a": { get: A, head: {} } },
    endpoints: { "GET /a": "a" },
    counts: [1, 1, 0, 0],
  },
  {
    title: "HEAD without security is left with a GET that is denied",
    paths: { "/a": { get: {}, head: {} } },
    endpoints: { "GET /a": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "HEAD without GET is left",
    paths: { "/a": { head: A } },
    endpoints: {},
    counts: [0, 0, 0, 1],
  },
  {
    title: "HEAD without GET is denied where another GET would decide it",
    paths: { "/a": { head: B }, "/{x}": { get: A } },
    endpoints: { "GET /{x}": "a", "GET /a": DENIED },
    counts: [1, 0, 0, 1],
  },
  {
    title: "a query with the rule of its path is merged",
    paths: { "/a": { get: A }, "/a?b=c": { get: A } },
    endpoints: { "GET /a": "a" },
    counts: [1, 1, 0, 0],
  },
  {
    title: "a query with another rule denies its path",
    paths: { "/a": { get: A }, "/a?b=c": { get: B } },
    endpoints: { "GET /a": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "a path that no policy can hold denies the endpoint that would decide it",
    paths: { "/a%20b": { get: B }, "/{x}": { get: A } },
    endpoints: { "GET /{x}": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title:
      "a path that no policy can hold denies an endpoint that would decide it in another letter case",
    paths: { "/Api/a%20b": { get: B }, "/api/{x}": { get: A } },
    endpoints: { "GET /api/{x}": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "a path that no policy can hold stays beside an endpoint with its rule",
    paths: { "/a%20b": { get: A }, "/{x}": { get: A } },
    endpoints: { "GET /{x}": "a" },
    counts: [1, 0, 0, 1],
  },
  {
    title: "a catch-all that would decide such a path is left out",
    paths: { "/a%20b": { get: B }, "/{x*}": { get: A }, "/b": { get: A } },
    endpoints: { "GET /b": "a" },
    counts: [1, 0, 0, 2],
  },
  {
    title: "a denied catch-all above others is left out",
    paths: { "/{x*}": { get: {} }, "/b": { get: A } },
    endpoints: { "GET /b": "a" },
    counts: [1, 0, 0, 1],
  },
  {
    title: "a denied catch-all alone is denied",
    paths: { "/{x*}": { get: {} } },
    endpoints: { "GET /{x*}": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "overlapping paths with different rules are denied",
    paths: { "/{x}.js": { get: A }, "/b{y}": { get: B } },
    endpoints: { "GET /{x}.js": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "overlapping paths with equal rules keep the first",
    paths: { "/{x}.js": { get: A }, "/b{y}": { get: A } },
    endpoints: { "GET /{x}.js": "a" },
    counts: [1, 0, 0, 1],
  },
  {
    title: "TRACE and QUERY are left",
    paths: { "/a": { trace: A, query: A, additionalOperations: { COPY: A } } },
    endpoints: {},
    counts: [0, 0, 0, 3],
  },
  {
    title: "a rule with a finding is denied",
    paths: { "/a": { get: { "x-scope-policy": { rule: { scope: "a", deny: "x" } } } } },
    endpoints: { "GET /a": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "an extension without a rule is denied",
    paths: { "/a": { get: { ...A, "x-scope-policy": {} } } },
    endpoints: { "GET /a": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "an extension decides the rule and the key",
    paths: {
      "/a/{x}": {
        get: { ...A, "x-scope-policy": { rule: { allOf: ["a", "b"] }, endpoint: "GET /a/:x" } },
      },
    },
    endpoints: { "GET /a/:x": { allOf: ["a", "b"] } },
    counts: [1, 0, 0, 0],
  },
  {
    title: "an endpoint of an extension for another path is a denial",
    paths: { "/a": { get: { ...P, ...extended({ public: true }, "GET /{all*}") } } },
    endpoints: { "GET /a": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "an endpoint of an extension cannot move an operation away from a neighbour",
    paths: {
      "/{x}": { get: P },
      "/admin": { get: { ...A, ...extended("a", "GET /elsewhere") } },
    },
    endpoints: { "GET /{x}": { public: true }, "GET /admin": DENIED },
    counts: [1, 0, 0, 1],
  },
  {
    title: "an endpoint of an extension in another letter case is a denial",
    paths: { "/a/{x}": { get: { ...A, ...extended("a", "GET /A/{x}") } } },
    endpoints: { "GET /a/{x}": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "an endpoint of an extension with another method is a denial",
    paths: { "/a/{x}": { get: { ...A, ...extended("a", "POST /a/{x}") } } },
    endpoints: { "GET /a/{x}": DENIED },
    counts: [0, 0, 0, 1],
  },
  {
    title: "an endpoint of an extension that is no key is a denial",
    paths: {
      "/a/{x}": { get: { ...A, ...extended("a", "/a/{y}") } },
      "/b/{x}": { get: { ...A, ...extended("a", 3) } },
    },
    endpoints: { "GET /a/{x}": DENIED, "GET /b/{x}": DENIED },
    counts: [0, 0, 0, 2],
  },
  {
    title: "an extension does not place a path that no policy can hold",
    paths: { "/a%20b": { get: { ...A, ...extended({ public: true }, "GET /a%20b") } } },
    endpoints: {},
    counts: [0, 0, 0, 1],
  },
  {
    title: "a reserved value of a guard cannot be a path of the document",
    paths: { "/{b}": { get: P }, "/{name=*}": { get: A }, "/~x~": { get: A } },
    endpoints: { "GET /{b}": DENIED, "GET /~x~": "a" },
    counts: [1, 0, 0, 2],
  },
  {
    title: "a value of a guard is not that of a parameter with literal text beside it",
    paths: { "/{b}": { get: P }, "/{name=*}": { get: A }, "/{c}~": { get: A } },
    endpoints: { "GET /{b}": DENIED, "GET /{c}~": "a" },
    counts: [1, 0, 0, 2],
  },
  {
    title: "a guard of a catch-all also guards requests with many segments",
    paths: { "/x/{r*}": { head: B }, "/x/{q}": { get: {} }, "/{s+}": { get: P } },
    endpoints: { "GET /x/{q}": DENIED },
    counts: [0, 0, 0, 3],
  },
  {
    title: "a guard of a pattern also guards requests with many segments",
    paths: { "/x/{r=**}": { get: B }, "/x/{q}": { get: {} }, "/{s+}": { get: P } },
    endpoints: { "GET /x/{q}": DENIED },
    counts: [0, 0, 0, 3],
  },
  {
    title: "a method in capital letters is left, and its requests are denied",
    paths: { "/{x}": { get: P }, "/admin": { GET: A }, "/other": { Get: A } },
    endpoints: { "GET /{x}": { public: true }, "GET /admin": DENIED, "GET /other": DENIED },
    counts: [1, 0, 0, 2],
  },
  {
    title:
      "a method in small letters among additional operations is left, and its requests are denied",
    paths: {
      "/{x}": { post: P },
      "/admin": { additionalOperations: { post: A, "x-c": A, PUT: A } },
    },
    endpoints: { "POST /{x}": { public: true }, "POST /admin": DENIED, "PUT /admin": "a" },
    counts: [2, 0, 0, 2],
  },
  {
    title: "an operation that is no object is left, and its requests are denied",
    paths: { "/{x}": { get: P }, "/admin": { get: null } },
    endpoints: { "GET /{x}": { public: true }, "GET /admin": DENIED },
    counts: [1, 0, 0, 1],
  },
  {
    title: "operations on both sides of a reference with different rules are denied",
    paths: { "/a": { $ref: "#/paths/~1b", get: P }, "/b": { get: A } },
    endpoints: { "GET /a": DENIED, "GET /b": "a" },
    counts: [1, 0, 0, 2],
  },
  {
    title: "operations on both sides of a reference with equal rules are merged",
    paths: { "/a": { $ref: "#/paths/~1b", get: A, put: P }, "/b": { get: A } },
    endpoints: { "GET /a": "a", "PUT /a": { public: true }, "GET /b": "a" },
    counts: [3, 1, 0, 0],
  },
  {
    title: "the middle of a chain of references counts",
    paths: {
      "/a": { $ref: "#/paths/~1b", put: A },
      "/b": { $ref: "#/paths/~1c", get: A },
      "/c": { get: P, post: A },
    },
    endpoints: {
      "PUT /a": "a",
      "GET /a": DENIED,
      "POST /a": "a",
      "GET /b": DENIED,
      "POST /b": "a",
      "GET /c": { public: true },
      "POST /c": "a",
    },
    counts: [5, 0, 0, 4],
  },
  {
    title: "an operation that is a reference has the rule of its target",
    paths: { "/a": { get: { $ref: "#/paths/~1b/get" } }, "/b": { get: A } },
    endpoints: { "GET /a": "a", "GET /b": "a" },
    counts: [2, 0, 0, 0],
  },
  {
    title: "an operation that is a reference beside another rule is denied",
    paths: { "/a": { get: { $ref: "#/paths/~1b/get", ...P } }, "/b": { get: A } },
    endpoints: { "GET /a": DENIED, "GET /b": "a" },
    counts: [1, 0, 0, 2],
  },
];

describe("operations of one path", () => {
  it.each(titled(SHAPES))(
    "%s",
    (_, { paths, endpoints, counts: [read_, merged, guessed, left] }) => {
      const result = read(paths);
      expect(result.endpoints).toEqual(endpoints);
      expect(result.report.counts).toEqual({ read: read_, merged, guessed, left });
    },
  );
});

it("prints the policy and the report, and writes the policy to a file", async () => {
  const openapi = {
    openapi: "3.1.0",
    info: { title: "School", version: "2" },
    paths: { "/a": { get: { security: [{ o: ["none"] }], responses: {} } } },
    components: { securitySchemes: { o: OAUTH } },
  };
  const cwd = folderOf({ "openapi.json": JSON.stringify(openapi) });
  const argv = [
    "import",
    "openapi",
    "openapi.json",
    "--no-scope-word",
    "none",
    "--no-scope-word",
    "-",
    "--base-path",
    "/v1",
    "--name",
    "S",
  ];
  const { code, out, err } = await run(argv, { cwd });
  expect(err).toContain("openapi.json: 1 operation: 0 read, 0 merged, 1 guessed, 0 left");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    name: "S",
    version: "2",
    endpoints: { "GET /v1/a": { authenticated: true } },
  });
  const written = await run([...argv, "--out", "policy.json"], { cwd });
  expect(written.out).toBe("wrote policy.json\n");
  expect(JSON.parse(readFileSync(join(cwd, "policy.json"), "utf8"))).toEqual(JSON.parse(out));
  const json = await run([...argv, "--json"], { cwd });
  expect(JSON.parse(json.out)).toMatchObject({
    ok: true,
    policy: { name: "S" },
    report: { counts: { guessed: 1 } },
  });
});

it("replaces neither the document nor, with a policy that has findings, any file", async () => {
  const document = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    "x-scope-policy": { scopes: { a: 3 } },
    paths: {},
  });
  const cwd = folderOf({ "a.json": document, "policy.json": "mine" });
  symlinkSync(join(cwd, "a.json"), join(cwd, "link.json"));
  for (const out of ["a.json", "./a.json", "link.json"]) {
    const refused = await run(["import", "openapi", "a.json", "--out", out], { cwd });
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(
      `--out \`${out}\` is a file of the document: choose another file`,
    );
  }
  expect(readFileSync(join(cwd, "a.json"), "utf8")).toBe(document);
  const invalid = await run(["import", "openapi", "a.json", "--out", "policy.json"], { cwd });
  expect(invalid).toMatchObject({ code: 1, out: "" });
  expect(invalid.err).toContain("did not write policy.json: the policy has findings");
  const json = await run(["import", "openapi", "a.json", "--out", "policy.json", "--json"], {
    cwd,
  });
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, findings: [{ path: "scopes.a" }] });
  expect(readFileSync(join(cwd, "policy.json"), "utf8")).toBe("mine");
});

it("does not replace a file to which the document refers", async () => {
  const item = JSON.stringify({ get: { security: [] } });
  const document = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    paths: { "/a": { $ref: "parts/a.json" } },
  });
  const cwd = folderOf({ "a.json": document, "parts/a.json": item });
  const refused = await run(["import", "openapi", "a.json", "--out", "parts/a.json"], { cwd });
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain("--out `parts/a.json` is a file of the document");
  expect(readFileSync(join(cwd, "parts/a.json"), "utf8")).toBe(item);
});

it("reports a document that cannot be used with exit code 1, and wrong usage with 2", async () => {
  const cwd = folderOf({ "a.yaml": "openapi: [", "b.json": "{}" });
  expect(await run(["import", "openapi", "a.yaml"], { cwd })).toMatchObject({ code: 1, out: "" });
  expect(await run(["import", "openapi", "a.yaml", "--json"], { cwd })).toMatchObject({
    code: 1,
    err: "",
  });
  expect(await run(["import", "raml", "a.yaml"], { cwd })).toMatchObject({ code: 2 });
  expect(await run(["import", "openapi", "none.yaml"], { cwd })).toMatchObject({ code: 2 });
});

it("imports the export of a policy as the same rules", async () => {
  const policy = {
    name: "School",
    version: "1",
    tiers: ["free", "pro"],
    scopes: { a: "A", b: { tier: "pro" }, "c:{id}": "C" },
    tools: { t: "a" },
    endpoints: {
      "GET /a": "a",
      "PUT /a": { allOf: ["a", "b"], title: "Put" },
      "GET /a/:id": { scope: "c:{id}" },
      "POST /a": { scope: "a", tier: "pro" },
      "GET /p": { public: true },
      "GET /any": { authenticated: true },
      "DELETE /a": { deny: "Use the console." },
      "GET /f/{path*}": { anyOf: ["a", "b"] },
      "PATCH /a/{id}": { cases: [{ when: { id: "1" }, scope: "b" }], otherwise: "b" },
    },
  };
  const cwd = folderOf({ "policy.json": JSON.stringify(policy) });
  expect(
    await run(["export", "policy.json", "--to", "openapi", "--out", "openapi.json"], { cwd }),
  ).toMatchObject({ code: 0 });
  const { code, out } = await run(["import", "openapi", "openapi.json", "--json"], { cwd });
  const result = JSON.parse(out) as {
    policy: typeof policy;
    report: { counts: object; notes: { code: string }[] };
  };
  expect(code).toBe(0);
  expect(result.policy).toEqual(policy);
  expect(result.report.counts).toEqual({ read: 9, merged: 0, guessed: 0, left: 0 });
  expect(result.report.notes.map((note) => note.code)).not.toContain("security_differs");
});
