import { expect, it } from "vitest";
import type { OpenApiDocument } from "../../src/cli/openapi/document.js";
import { type ImportOptions, readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { titled } from "../titled.js";

const OAUTH = {
  type: "oauth2",
  flows: { implicit: { scopes: { a: "A", "a.read": "" } }, odd: { scopes: { a: "other" } } },
};
const A = { security: [{ o: ["a"] }] };

function read(
  root: object,
  options: ImportOptions = {},
  version: OpenApiDocument["version"] = "3.1",
  source = "api.yaml",
) {
  const components = { securitySchemes: { o: OAUTH } };
  return readOpenApi({ version, source, root: { components, ...root } }, options);
}

const BASES = [
  { title: "a server", more: { servers: [{ url: "https://x.example/v1/" }] }, key: "GET /v1/x" },
  { title: "a relative server", more: { servers: [{ url: "v2" }] }, key: "GET /v2/x" },
  {
    title: "a server relative to a URL",
    more: { servers: [{ url: "v2" }] },
    source: "https://x.example/docs/api.yaml",
    key: "GET /docs/v2/x",
  },
  {
    title: "a host variable",
    more: { servers: [{ url: "https://{region}.example/v1" }] },
    key: "GET /v1/x",
  },
  {
    title: "a variable",
    more: { servers: [{ url: "https://x.example/{v}", variables: { v: { default: "v3" } } }] },
    key: "GET /v3/x",
    code: "server_variable",
  },
  {
    title: "a variable after the name of the host",
    more: { servers: [{ url: "https://h{base}", variables: { base: { default: "/v9" } } }] },
    key: "GET /v9/x",
    code: "server_variable",
  },
  {
    title: "a variable with an empty default and a path among its values",
    more: {
      servers: [
        { url: "https://h{base}", variables: { base: { default: "", enum: ["", "/v9"] } } },
      ],
    },
    key: "GET /x",
    code: "server_variable",
  },
  {
    title: "a variable that is the whole server",
    more: { servers: [{ url: "{root}/v1", variables: { root: { default: "https://h/r" } } }] },
    key: "GET /r/v1/x",
    code: "server_variable",
  },
  {
    title: "several servers",
    more: { servers: [{ url: "/" }, { url: "/b" }] },
    key: "GET /x",
    code: "several_base_paths",
    outcome: "guessed",
  },
  {
    title: "an unreadable server beside another",
    more: { servers: [{ url: "/b" }, {}] },
    key: "GET /b/x",
    code: "server_url",
  },
  {
    title: "an unreadable server before another",
    more: { servers: [{}, { url: "/b" }] },
    key: "GET /b/x",
    code: "base_path_guessed",
    outcome: "guessed",
  },
  {
    title: "an invalid server",
    more: { servers: [{ url: "https:" }] },
    key: "GET /x",
    code: "server_url",
    outcome: "guessed",
  },
  {
    title: "a server whose URL is too long",
    more: { servers: [{ url: `/${"x".repeat(9_000)}` }] },
    key: "GET /x",
    code: "server_url",
    outcome: "guessed",
  },
  {
    title: "an option",
    more: { servers: [{ url: "/b" }] },
    options: { basePath: "/c/" },
    key: "GET /c/x",
  },
  {
    title: "2.0",
    version: "2.0" as const,
    more: {
      basePath: "v1/",
      securityDefinitions: { o: { type: "oauth2", flow: "accessCode", scopes: { a: "A" } } },
    },
    key: "GET /v1/x",
  },
  {
    title: "2.0 without a base path",
    version: "2.0" as const,
    more: {
      securityDefinitions: { o: { type: "oauth2", flow: "application", scopes: { a: "A" } } },
    },
    key: "GET /x",
  },
];

it.each(titled(BASES))(
  "takes the base path of %s",
  (_, { more, key, options, version, source, code, outcome = "read" }) => {
    const { definition, report } = read(
      { paths: { "/x": { get: A } }, ...more },
      options,
      version,
      source,
    );
    expect(definition["endpoints"]).toEqual({ [key]: "a" });
    const codes = report.notes.map((note) => note.code);
    if (code === undefined) expect(codes).not.toContain("server_variable");
    else expect(codes).toContain(code);
    expect(report.counts).toMatchObject({ [outcome]: 1 });
  },
);

it.each(
  titled([
    {
      title: "the first segment",
      version: "3.1" as const,
      more: { servers: [{ url: "{root}/v1" }] },
    },
    { title: "a segment", version: "3.1" as const, more: { servers: [{ url: "https://h/{v}" }] } },
    {
      title: "an escaped brace",
      version: "3.1" as const,
      more: { servers: [{ url: "/%7Bv%7D" }] },
    },
    { title: "the base path of 2.0", version: "2.0" as const, more: { basePath: "/{v}" } },
  ]),
)("leaves the operations below a variable without a default: %s", (_, { more, version }) => {
  const paths = { "/x": { get: { security: [] } }, "/y?z=1": { get: {} } };
  const { definition, report } = read({ paths, ...more }, {}, version);
  expect(definition["endpoints"]).toBeUndefined();
  expect(report.counts).toMatchObject({ read: 0, guessed: 0, left: 2 });
  const subjects = report.notes.flatMap(({ code, outcome, subject }) =>
    code === "base_path_unknown" ? [`${outcome} ${subject}`] : [],
  );
  expect(subjects).toEqual(["left GET /x", "left GET /y?z=1"]);
  const named = read({ paths, ...more }, { basePath: "/v1" }, version);
  expect(named.definition["endpoints"]).toEqual({ "GET /v1/x": { public: true } });
});

it("keeps what was left of a path that no policy can hold, below several base paths", () => {
  const servers = [{ url: "/" }, { url: "/b" }];
  const { report } = read({ paths: { "/:x": { get: A } }, servers });
  const codes = report.notes.flatMap(({ code, outcome }) => (outcome === "left" ? [code] : []));
  expect(codes).toEqual(["path_syntax"]);
});

it("rejects a base path that is not a path", () => {
  expect(() => read({ paths: {} }, { basePath: "v1" })).toThrow(
    "--base-path `v1`: expected a path",
  );
});

it("takes the servers of an operation before those of its path", () => {
  const servers = (url: string) => ({ servers: [{ url }] });
  const paths = { "/x": { ...servers("/p"), get: { ...A, ...servers("/o") }, put: A } };
  expect(Object.keys(read({ paths, ...servers("/d") }).definition["endpoints"] as object)).toEqual([
    "GET /o/x",
    "PUT /p/x",
  ]);
});

it("notes a scope beside its read scope, and lets it imply that one on request", () => {
  const paths = {
    "/x": {
      get: { security: [{ o: ["a", "a.read", "x:write", "x:read", "y:write:{q}", "y:{q}:read"] }] },
    },
  };
  const offered = read({ paths }, { listMeans: "or" });
  const noted = offered.report.notes.filter(({ code }) => code === "scope_and_read_scope");
  expect(noted.map(({ subject }) => subject)).toEqual(["a", "x:write", "y:write:{q}"]);
  expect(offered.definition["scopes"]).toMatchObject({ a: "A", "x:write": "" });
  const added = read({ paths }, { listMeans: "or", addImplies: true });
  expect(added.definition["scopes"]).toMatchObject({
    a: { description: "A", implies: ["a.read"] },
    "x:write": { implies: ["x:read"] },
  });
});

it("adds to what a scope implies already", () => {
  const paths = { "/x": { get: { security: [{ o: ["a", "a.read"] }] } } };
  const scopes = { a: { implies: ["b"] }, b: "B" };
  const { definition } = read(
    { paths, "x-scope-policy": { scopes } },
    { listMeans: "or", addImplies: true },
  );
  expect(definition["scopes"]).toMatchObject({ a: { implies: ["b", "a.read"] } });
});

it("takes the version of a document that is a number", () => {
  expect(read({ info: { version: 1.5 }, paths: {} }).definition["version"]).toBe("1.5");
});

it.each(
  titled([
    { title: "another description", second: "B", description: "A", isNoted: true },
    { title: "the same description", second: "A", description: "A", isNoted: false },
    { title: "no description", second: "", description: "A", isNoted: false },
    { title: "the first description", first: "", second: "B", description: "B", isNoted: false },
  ]),
)(
  "describes a scope of which the second scheme has %s",
  (_, { first = "A", second, description, isNoted }) => {
    const scheme = (text: string) => ({
      type: "oauth2",
      flows: { implicit: { scopes: { a: text } } },
    });
    const securitySchemes = { o: scheme(first), p: scheme(second) };
    const { definition, report } = read({
      paths: { "/x": { get: A } },
      components: { securitySchemes },
    });
    expect(definition["scopes"]).toEqual({ a: description });
    const codes = report.notes.map(({ code }) => code);
    expect(codes).toEqual(isNoted ? ["scope_descriptions_differ"] : []);
  },
);

it("notes what is not an operation, and follows references of path items", () => {
  const { definition, report } = read({
    paths: {
      "/a": { $ref: "#/components/pathItems/p" },
      "/b": { $ref: "#/no" },
      "/c": { get: null },
      "x-d": {},
      "/e": { get: { ...A, callbacks: { c: {} } } },
    },
    components: {
      securitySchemes: { o: OAUTH, q: { type: "quantum" } },
      pathItems: { p: { get: A } },
    },
    webhooks: { w: {} },
  });
  expect(definition["endpoints"]).toEqual({
    "GET /a": "a",
    "GET /c": { deny: "not assigned: api.yaml has no readable object for this operation" },
    "GET /e": "a",
  });
  expect(report.notes.map(({ code }) => code).sort()).toEqual([
    "callbacks",
    "scope_descriptions_differ",
    "unknown_flow",
    "unknown_scheme_type",
    "unreadable_operation",
    "unreadable_path",
    "unused_scope",
    "webhook",
  ]);
});

it("denies every operation of a document that declares nothing", () => {
  const { report } = read({ components: {}, paths: { "/a": { get: {} } } });
  expect(report.notes.map(({ code }) => code)).toEqual(["nothing_declared", "no_security"]);
  expect(report.counts).toEqual({ read: 0, merged: 0, guessed: 0, left: 1 });
});

it("describes an operation with the targets of its references, each once", () => {
  const schema = { $ref: "#/components/schemas/s" };
  const { operations } = read({
    paths: {
      "/{x}": {
        parameters: [{ name: "x", schema }],
        get: { ...A, summary: "S", description: "D\n\nmore", responses: { 200: schema } },
      },
      "/{y}": { get: A },
    },
    components: { securitySchemes: { o: OAUTH }, schemas: { s: { type: "object", self: schema } } },
  });
  expect(operations).toHaveLength(1);
  expect(operations[0]).toMatchObject({
    name: "GET /{x}",
    rule: { scope: "a" },
    title: "S",
    description: "D",
  });
  expect(operations[0]?.descriptor).toMatchObject({
    summary: "S",
    responses: { 200: { type: "object", self: schema } },
    parameters: [{ name: "x", schema }],
    merged: [{ security: A.security }],
  });
});

const S = "#/components/schemas/s";
const discriminator = (target: string) => ({
  discriminator: { propertyName: "kind", mapping: { one: target } },
});

interface Described {
  readonly title: string;
  readonly schema: (text: string) => object;
  readonly s: (text: string) => unknown;
}

const DESCRIBED: readonly Described[] = [
  {
    title: "a text beside a reference",
    schema: (text: string) => ({ $ref: S, description: text }),
    s: () => ({}),
  },
  {
    title: "a text beside a reference on the way to a schema",
    schema: () => ({ $ref: S }),
    s: (text: string) => ({ $ref: "#/components/schemas/t", description: text }),
  },
  {
    title: "a schema that is a boolean",
    schema: () => ({ $ref: S }),
    s: (text: string) => text === "safe",
  },
  {
    title: "a schema with an anchor",
    schema: () => ({ $ref: "#s" }),
    s: (text: string) => ({ $anchor: "s", const: text }),
  },
  {
    title: "a schema with a dynamic anchor",
    schema: () => ({ $dynamicRef: "#s" }),
    s: (text: string) => ({ $dynamicAnchor: "s", const: text }),
  },
  {
    title: "a schema of which a discriminator has the reference",
    schema: () => discriminator(S),
    s: (text: string) => ({ const: text }),
  },
  {
    title: "a schema of which a discriminator has the name",
    schema: () => discriminator("s"),
    s: (text: string) => ({ const: text }),
  },
];

it.each(titled(DESCRIBED))(
  "describes an operation in another way after a change of %s",
  (_, { schema, s }) => {
    const descriptorFor = (text: string) =>
      read({
        paths: { "/a": { get: { ...A, responses: { 200: schema(text) } } } },
        components: { securitySchemes: { o: OAUTH }, schemas: { s: s(text), t: {} } },
      }).operations[0]?.descriptor;
    expect(descriptorFor("safe")).toEqual(descriptorFor("safe"));
    expect(descriptorFor("safe")).not.toEqual(descriptorFor("evil"));
  },
);

it("notes an extension that cannot be read, and security that differs from it", () => {
  const { report, findings } = read({
    "x-scope-policy": { endpoints: {}, scopes: { a: 3 }, tiers: ["t"] },
    paths: { "/a": { get: { ...A, "x-scope-policy": { rule: "a.read" } } } },
  });
  expect(findings?.map(({ path }) => path)).toEqual(["scopes.a"]);
  expect(report.notes.map(({ code }) => code)).toContain("extension_syntax");
  const edited = read({
    "x-scope-policy": 3,
    paths: { "/a": { get: { ...A, "x-scope-policy": { rule: "a.read" } } } },
  });
  expect(edited.report.notes.map(({ code }) => code)).toEqual(
    expect.arrayContaining(["extension_syntax", "security_differs"]),
  );
});

it("notes an extension of a path, which has no effect", () => {
  const { report, definition } = read({
    paths: { "/a": { "x-scope-policy": { rule: { deny: "never" } }, get: A } },
  });
  expect(definition["endpoints"]).toEqual({ "GET /a": "a" });
  expect(report.notes).toContainEqual({
    subject: "/a",
    code: "extension_syntax",
    message: "`x-scope-policy` of a path is ignored: the extension of each operation has its rule",
  });
});

it.each(
  titled([
    { title: "missing", own: {} },
    { title: "a text", own: { security: "a" } },
    { title: "a list of texts", own: { security: ["a"] } },
    { title: "a scheme that is not declared", own: { security: [{ p: ["a"] }] } },
  ]),
)("notes `security` that is %s beside an extension with a rule", (_, { own }) => {
  const { definition, report } = read({
    paths: { "/a": { get: { ...own, "x-scope-policy": { rule: "a.read" } } } },
  });
  expect(definition["endpoints"]).toEqual({ "GET /a": "a.read" });
  expect(report.notes.map(({ code }) => code)).toContain("security_differs");
});

it("denies an endpoint that would decide another operation below its second base path", () => {
  const servers = [{ url: "/" }, { url: "/v" }];
  const open = { security: [] };
  const { definition, report } = read({
    paths: { "/x": { get: { ...A, servers } }, "/{p}/x": { get: open }, "/{r*}": { get: open } },
  });
  expect(definition["endpoints"]).toEqual({
    "GET /x": "a",
    "GET /{p}/x": {
      deny: "not assigned: api.yaml has `GET /x`, which this endpoint would decide below another base path",
    },
    "GET /{r*}": { public: true },
  });
  expect(report.counts).toEqual({ read: 1, merged: 0, guessed: 1, left: 1 });
});

it("puts the base path before the endpoint of an extension", () => {
  const renamed = { ...A, "x-scope-policy": { rule: "a", endpoint: "GET /x/:y/{z}" } };
  const paths = {
    "/x/{p-1}/{p-2}/": { get: renamed },
    "/": { get: { ...A, "x-scope-policy": { rule: "a", endpoint: "GET /" } } },
  };
  const { definition, report } = read({ paths }, { basePath: "/v1" });
  expect(definition["endpoints"]).toEqual({ "GET /v1/x/:y/{z}": "a", "GET /v1": "a" });
  expect(report.notes.map(({ code }) => code)).not.toContain("parameter_renamed");
});

it("denies an operation below each base path on both sides of a reference", () => {
  const server = (url: string) => ({ servers: [{ url }] });
  const { definition } = read({
    "x-p": { a: { ...server("/v2"), parameters: [], get: A } },
    paths: {
      "/a": { $ref: "#/x-p/a", ...server("/v1") },
      "/{x}": { ...server("/v2"), get: { security: [] } },
    },
  });
  expect(definition["endpoints"]).toMatchObject({
    "GET /v1/a": "a",
    "GET /v2/{x}": { deny: expect.any(String) as string },
  });
});

it("notes each member of a path that is neither a method nor known", () => {
  const path = { delet: A, "x-own": A, parameters: [], additionalOperations: 3, get: A };
  const { report } = read({ paths: { "/a": path } });
  const noted = report.notes.filter(({ code }) => code === "unknown_member");
  expect(noted.map(({ subject, message }) => `${subject} ${message.slice(0, 30)}`)).toEqual([
    "/a `delet` is neither a method no",
    "/a `additionalOperations` is neit",
  ]);
});

it("notes what the extension at the top adds to the policy", () => {
  const { report, findings } = read({
    "x-scope-policy": {
      scopes: {
        a: { implies: ["admin"], replaces: ["old"] },
        admin: "",
        "x:*": { match: "wildcard" },
      },
      tools: { wipe_all: { public: true }, "adm_*": "a" },
      tiers: ["t"],
    },
    paths: { "/a": { get: A } },
  });
  expect(findings).toBeUndefined();
  const noted = report.notes.filter(({ code }) => code === "extension_member");
  expect(noted.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
    'tiers: `x-scope-policy` at the top has it for the policy: `["t"]`',
    'wipe_all: `x-scope-policy` at the top adds this tool with the rule `{"public":true}`',
    'adm_*: `x-scope-policy` at the top adds this tool with the rule `"a"`',
    'a: `x-scope-policy` at the top lets it imply `["admin"]`',
    'a: `x-scope-policy` at the top lets these older names grant it: `["old"]`',
    "admin: `x-scope-policy` at the top declares this scope",
    'x:*: `x-scope-policy` at the top lets it cover other scopes by the rule `"wildcard"`',
  ]);
});

it("names a server list whose first server has no URL", () => {
  const { report } = read({ paths: { "/a": { get: A } }, servers: [{}] });
  expect(report.notes.find(({ code }) => code === "server_url")?.subject).toBe("servers");
});

it("does not read the document itself as a security scheme", () => {
  const get = { security: [{ "": ["a"] }, { "#": ["a"] }] };
  const { report } = read({ type: "oauth2", paths: { "/a": { get } } }, {}, "3.2");
  expect(report.counts).toMatchObject({ left: 1 });
  expect(report.notes.map(({ code }) => code)).toContain("unknown_scheme");
  expect(report.notes.map(({ code }) => code)).not.toContain("unknown_scheme_type");
});

it("follows a reference in place of all paths, and keeps the paths beside it", () => {
  const { definition } = read({
    "x-p": { "/a": { get: A } },
    paths: { $ref: "#/x-p", "/b": { get: A } },
  });
  expect(definition["endpoints"]).toEqual({ "GET /b": "a", "GET /a": "a" });
});

interface LongDocument {
  readonly title: string;
  readonly version: OpenApiDocument["version"];
  readonly more: (size: number) => object;
  readonly left: number;
}

const slashes = (size: number) => `/a${"/".repeat(size)}x`;

const LONG: readonly LongDocument[] = [
  {
    title: "a server",
    version: "3.1",
    more: (size) => ({ servers: [{ url: slashes(size) }] }),
    left: 0,
  },
  {
    title: "the value of a variable",
    version: "3.1",
    more: (size) => ({ servers: [{ url: "{v}", variables: { v: { default: slashes(size) } } }] }),
    left: 0,
  },
  {
    title: "the base path of 2.0",
    version: "2.0",
    more: (size) => ({ basePath: slashes(size) }),
    left: 1,
  },
  {
    title: "a list of servers",
    version: "3.1",
    more: (size) => ({ servers: Array.from({ length: size }, (_, at) => ({ url: `/${at}` })) }),
    left: 1,
  },
  {
    title: "a path with a brace",
    version: "3.1",
    more: (size) => ({
      paths: Object.fromEntries(
        Array.from({ length: 100 }, (_, at) => [`/${at}{${slashes(size / 10)}`, { get: A }]),
      ),
    }),
    left: 100,
  },
];

/** Number of times that two sizes are measured: another program on the machine does not disturb all of them. */
const MEASUREMENTS = 5;
/** Size of the smaller document. Reading it in quadratic time takes longer than everything else that is done for a document. */
const SMALL = 20_000;
/** Growth of the time for four times the size: 4 in linear time, 16 in quadratic time. */
const MAX_GROWTH = 8;

it.each(titled(LONG))(
  "reads a document in linear time, however long this is: %s",
  (_, { more, version, left }) => {
    const timeOf = (size: number) => {
      const root = { paths: { "/a": { get: A } }, ...more(size) };
      const start = process.cpuUsage();
      const { report } = read(root, {}, version);
      const { user, system } = process.cpuUsage(start);
      expect(report.counts.left).toBe(left);
      return user + system;
    };
    const best = { small: Infinity, large: Infinity };
    for (let at = 0; at < MEASUREMENTS && !(best.large < MAX_GROWTH * best.small); at += 1) {
      best.small = Math.min(best.small, timeOf(SMALL));
      best.large = Math.min(best.large, timeOf(4 * SMALL));
    }
    expect(best.large).toBeLessThan(MAX_GROWTH * best.small);
  },
);

it("MAX_BASE_PATHS: leaves an operation below more than 50 base paths", () => {
  const leftFor = (count: number) =>
    read({
      paths: { "/a": { get: A } },
      servers: Array.from({ length: count }, (_, at) => ({ url: `/${at}` })),
    }).report.counts.left;
  expect([leftFor(50), leftFor(51)]).toEqual([0, 1]);
});

it("rejects a document whose references multiply its operations, and a path with too many parameters", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`M${index}`, A]));
  const paths = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`/${index}`, { $ref: "#/x-p" }]),
  );
  expect(() => read({ "x-p": { additionalOperations: many }, paths })).toThrow(
    "has more than 50000 operations",
  );
  expect(() => read({ paths: { ["/{a}".repeat(200)]: { get: A } } })).toThrow(
    "is too long, or has too many parameters",
  );
});

it("takes a chain of references that is too long, and a circle, for unreadable paths", () => {
  const chain = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `/${index}`,
      { $ref: `#/paths/~1${index + 1}`, summary: "" },
    ]),
  );
  const { report } = read({
    paths: {
      ...chain,
      "/40": { get: A },
      "/c": { $ref: "#/paths/~1c" },
      "/d": { $ref: "#/no/x" },
      "/e": { $ref: "#no" },
      "/f": { $ref: "#/paths/~1c/x" },
    },
  });
  const unread = report.notes.filter(({ code }) => code === "unreadable_path");
  expect(unread.map(({ subject }) => subject)).toEqual([
    "/0",
    "/1",
    "/2",
    "/3",
    "/4",
    "/5",
    "/6",
    "/7",
    "/c",
    "/d",
    "/e",
    "/f",
  ]);
});

it("reads a document without paths, and notes paths that lead to nothing", () => {
  expect(read({ info: { version: 2 } })).toMatchObject({
    definition: { version: "2" },
    report: { counts: { read: 0, left: 0 } },
  });
  const { report } = read({ paths: { $ref: "#/no" } });
  expect(report.notes.map(({ subject, code }) => `${subject} ${code}`)).toContain(
    "paths unreadable_path",
  );
});

it("leaves an operation whose renamed parameter has the name of one in the base path", () => {
  const extension = { rule: "a", endpoint: "GET /x/{p}" };
  const paths = { "/x/{y}": { get: { ...A, "x-scope-policy": extension } } };
  const { definition, report } = read({ paths }, { basePath: "/{p}" });
  expect(definition["endpoints"]).toBeUndefined();
  expect(report.counts).toMatchObject({ left: 1 });
});

it("keeps one of three operations that have paths in common", () => {
  const paths = { "/{x}.js": { get: A }, "/b{y}": { get: A }, "/{z}-{v}": { get: A } };
  const { definition, report } = read({ paths });
  expect(definition["endpoints"]).toEqual({ "GET /{x}.js": "a" });
  expect(report.counts).toMatchObject({ read: 1, left: 2 });
});

const OPEN = { security: [] };
const SLASHES = [
  {
    title: "a parameter with another rule",
    paths: { "/admin/": { get: OPEN }, "/{x}": { get: A } },
    denied: "GET /admin",
    meant: "GET /{x}",
  },
  {
    title: "a catch-all with another rule",
    paths: { "/{x}/": { get: OPEN }, "/{x}": { post: A }, "/{rest*}": { get: A } },
    denied: "GET /{x}",
    meant: "GET /{rest*}",
  },
  {
    title: "a parameter without a rule",
    paths: { "/admin/": { get: A }, "/{x}": { get: {} } },
    denied: "GET /admin",
    meant: "GET /{x}",
  },
  {
    title: "a parameter below another base path",
    paths: { "/": { servers: [{ url: "/v1" }], get: OPEN }, "/{x}": { get: A } },
    denied: "GET /v1",
    meant: "GET /{x}",
    subject: "GET /",
  },
];

it.each(titled(SLASHES))(
  "denies a path with a slash at its end if the document decides the one without by %s",
  (_, { paths, denied, meant, subject = `${denied}/` }) => {
    const { definition, report } = read({ paths });
    const deny = `not assigned: api.yaml decides this path without a slash at its end as \`${meant}\``;
    expect(definition["endpoints"]).toMatchObject({ [denied]: { deny } });
    expect(report.notes).toContainEqual({
      outcome: "left",
      subject,
      code: "trailing_slash",
      message: deny,
    });
  },
);

it.each(
  titled([
    { title: "a parameter with the same rule", paths: { "/{x}": { get: A } } },
    { title: "no other path", paths: { "/{x}": { post: OPEN } } },
    { title: "another path with a slash", paths: { "/{x}/": { get: OPEN } } },
  ]),
)("keeps the rule of a path with a slash at its end beside %s", (_, { paths }) => {
  const { definition } = read({ paths: { "/admin/": { get: A }, ...paths } });
  expect(definition["endpoints"]).toMatchObject({ "GET /admin": "a" });
});
