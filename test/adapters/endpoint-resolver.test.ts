import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import {
  createEndpointResolver,
  type RoutedRequest,
} from "../../src/adapters/endpoint-resolver.js";
import type { PathOptions } from "../../src/policy/route.js";

const policy = loadPolicy({
  name: "Routes",
  version: "1",
  scopes: { read: {}, write: {}, "/accounts/{accountID}/read": {} },
  endpoints: {
    "GET /courses": "read",
    "POST /courses": "write",
    "GET /v1/courses": "write",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "GET /accounts/{accountID}/linked/{linkedID}": "/accounts/{accountID}/read",
    "GET /caf%C3%A9/:name": "read",
    "GET /Team": "write",
    "GET /reports/:report": "/accounts/{accountID}/read",
    "GET /files/{path*}": "read",
    "GET /files/{fileID}": "write",
    "HEAD /files/{fileID}": "write",
    "GET /accounts/{accountID}/files/{path*}": "/accounts/{accountID}/read",
    "GET /accounts/{accountID}:close": "/accounts/{accountID}/read",
    "GET /accounts/{accountID}-{linkedID}.zip": "/accounts/{accountID}/read",
    "GET /jobs:batch": "read",
    "GET /closed/{rest*}": { deny: "closed" },
    "GET /closed/{id}/open": "read",
    "GET /{area}/secret/{rest*}": { deny: "secret" },
  },
});

const asked = (request: Partial<RoutedRequest>): RoutedRequest => ({
  method: "GET",
  target: "/courses",
  base: "",
  template: "/courses",
  values: () => ({}),
  ...request,
});

const COURSES = "GET /courses";
const SLASH: PathOptions = { trailingSlash: "ignore" };
const CASE: PathOptions = { caseSensitive: false };
const CAFE = "GET /caf%C3%A9/:name";
const LINKED = "GET /accounts/{accountID}/linked/{linkedID}";
const BOTH = "/accounts/a/linked/b";

/** Returns a request for the linked account `b` of an account, through a router that may pass on a value of `accountID`. */
const below = (base: string, template: string, accountID?: unknown): Partial<RoutedRequest> => ({
  target: base === "" || base === BOTH ? BOTH : `${base}/linked/b`,
  base,
  template,
  values: () => ({ accountID }),
});

const ACCOUNT = "GET /accounts/{accountID}";
const JANE = "jane@example.com";

/** Returns a request for a linked account, with the values of the route `/accounts/:x/linked/:y`. */
const owned = (values: object): Partial<RoutedRequest> => ({
  target: BOTH,
  template: "/accounts/:x/linked/:y",
  values: () => values,
});

/** Returns a request for an account, with the value that the router has read. */
const account = (target: string, id: unknown): Partial<RoutedRequest> => ({
  target,
  template: "/accounts/:id",
  values: () => ({ id }),
});

const FILES = "GET /files/{path*}";
const OF_ACCOUNT = "GET /accounts/{accountID}/files/{path*}";
const CLOSE = "GET /accounts/{accountID}:close";
const PAIR = "GET /accounts/{accountID}-{linkedID}.zip";
const CLOSED = "GET /closed/{rest*}";

/** Returns a request for a file, through a route with a wildcard. */
const file = (template: string, values: object = {}): Partial<RoutedRequest> => ({
  target: "/files/a/b",
  template,
  values: () => values,
});

/** Returns a request for a file of an account, through a route with a wildcard. */
const accountFile = (template: string, values: object): Partial<RoutedRequest> => ({
  target: "/accounts/a/files/x/y",
  template,
  values: () => values,
});

/** Returns a request that closes an account. */
const close = (template: string, values: object, target = "/accounts/a:close") => ({
  target,
  template,
  values: () => values,
});

type Row = readonly [why: string, request: Partial<RoutedRequest>, name: string | undefined];

const ROWS: readonly Row[] = [
  ["the route itself", {}, "GET /courses"],
  ["the same with a query", { target: "/courses?page=2" }, "GET /courses"],
  ["another method", { method: "POST" }, "POST /courses"],
  ["a HEAD is a GET", { method: "HEAD" }, "GET /courses"],
  ["a method without an endpoint", { method: "PUT" }, undefined],
  ["a route below a router", { target: "/v1/courses", base: "/v1" }, "GET /v1/courses"],
  ["a route below a router that is not in the path", { base: "/v1" }, undefined],
  ["another letter case of the path", { target: "/Courses" }, undefined],
  [
    "another letter case of path and route",
    { target: "/Courses", template: "/Courses" },
    undefined,
  ],
  ["a pattern", { template: "/{*rest}" }, undefined],
  ["a route that is not text", { template: /courses/ }, undefined],
  [
    "a path that is the text of a template",
    {
      target: "/accounts/:accountID",
      template: "/accounts/:accountID",
      values: () => ({ accountID: ":accountID" }),
    },
    "GET /accounts/{accountID}",
  ],
  ["a route with a letter beyond ASCII", { target: "/caf%C3%A9/x", template: "/café/:x" }, CAFE],
  ["the same route, escaped", { target: "/caf%C3%A9/x", template: "/caf%C3%A9/:x" }, CAFE],
  [
    "text before a parameter that decides nothing",
    { target: "/caf%C3%A9/ab", template: "/café/a:x", values: () => ({ x: "b" }) },
    undefined,
  ],
  ["a lone surrogate", { target: "/caf%C3%A9/x", template: "/caf\ud800/:x" }, undefined],
  ["parameter names of its own", owned({ x: "a", y: "b" }), LINKED],
  ["another value of a parameter that decides", owned({ x: "b", y: "b" }), undefined],
  ["another value of a parameter that decides nothing", owned({ x: "a", y: "c" }), LINKED],
  ["no value of a parameter that decides", owned({ y: "b" }), undefined],
  [
    "a parameter that decides and is not in the path",
    { target: "/reports/a", template: "/reports/:id", values: () => ({ id: "a", accountID: "b" }) },
    "GET /reports/:report",
  ],
  ["an inherited value", owned(Object.create({ x: "a" }) as object), undefined],
  ["a number that is the value", account("/accounts/7", 7), ACCOUNT],
  ["a number that is another text", account("/accounts/07", 7), undefined],
  ["a value that the router has decoded", account("/accounts/jane%40example.com", JANE), ACCOUNT],
  ["a value that the router has not decoded", account("/accounts/a%40b", "a%40b"), undefined],
  ["a value that the router has decoded twice", account("/accounts/%2540", "@"), undefined],
  ["a value that the router cuts at a semicolon", account("/accounts/a;b", "a"), undefined],
  ["a value with a semicolon", account("/accounts/a;b", "a;b"), ACCOUNT],
  ["a value that the router changes to lower case", account("/accounts/A", "a"), undefined],
  ["a value with a needless escape", account("/accounts/%61", "a"), undefined],
  [
    "the parameter names of the policy",
    below("", "/accounts/:accountID/linked/:linkedID", "a"),
    LINKED,
  ],
  [
    "parameter names that are swapped",
    below("", "/accounts/:linkedID/linked/:accountID"),
    undefined,
  ],
  [
    "the name of a parameter that decides nothing, at another place",
    { ...owned({ linkedID: "a", x: "b" }), template: "/accounts/:linkedID/linked/:x" },
    LINKED,
  ],
  ["one parameter name twice", below("", "/accounts/:x/linked/:x"), undefined],
  [
    "a parameter name of the policy twice",
    below("", "/accounts/:accountID/linked/:accountID"),
    undefined,
  ],
  ["a parent router", below("/accounts/a", "/linked/:x"), LINKED],
  ["a parent router that passes on its value", below("/accounts/a", "/linked/:x", "a"), LINKED],
  ["a parent router that passes on a number", below("/accounts/7", "/linked/:x", 7), LINKED],
  [
    "a parent router that passes on another value",
    below("/accounts/a", "/linked/:x", "b"),
    undefined,
  ],
  [
    "a parent router that passes on another number",
    below("/accounts/07", "/linked/:x", 7),
    undefined,
  ],
  ["a parent router that passes on an object", below("/accounts/a", "/linked/:x", {}), undefined],
  [
    "a parent router that passes on a letter beyond ASCII",
    below("/accounts/%C3%A9", "/linked/:x", "é"),
    LINKED,
  ],
  ["a parent router that decodes its value", below("/accounts/a%40b", "/linked/:x", "a@b"), LINKED],
  ["a parent router that does not", below("/accounts/a%40b", "/linked/:x", "a%40b"), undefined],
  [
    "a parent router with another path",
    { ...below("/accounts/b", "/linked/:x"), target: BOTH },
    undefined,
  ],
  ["a part of a segment as parent router", { base: "/cour", template: "/ses" }, undefined],
  [
    "the name of a deciding parameter of the parent router",
    below("/accounts/a", "/linked/:accountID", "b"),
    undefined,
  ],
  ["a parent router with the whole path", below("/accounts/a/linked/b", "/", "a"), LINKED],
  [
    "a parent router with the whole path that passes on the last value under the first name",
    below(BOTH, "/", "b"),
    undefined,
  ],
  ["a wildcard of Express 5", file("/files/*path", { path: ["a", "b"] }), FILES],
  ["an optional wildcard of Express 5", file("/files/{*path}", { path: ["a", "b"] }), FILES],
  ["a wildcard of Express 4", file("/files/*", { 0: "a/b" }), FILES],
  ["a wildcard of Express 4 with a name", file("/files/:path(*)", { path: "a/b" }), FILES],
  ["a wildcard of Fastify", file("/files/*", { "*": "a/b" }), FILES],
  ["a wildcard of Hono", file("/files/*"), FILES],
  ["a wildcard of Hono with a name", file("/files/:path{.+}", { path: "a/b" }), FILES],
  ["a wildcard of a pattern", file("/files/:path{[a-z/]+}", { path: "a/b" }), undefined],
  ["a wildcard before other segments", file("/files/*/b", { 0: "a" }), undefined],
  ["a wildcard above the endpoint", file("/*path", { path: ["files", "a", "b"] }), undefined],
  ["a wildcard below the endpoint", file("/files/:x/*path", { x: "a", path: ["b"] }), undefined],
  ["parameters in place of a catch-all", file("/files/:x/:y", { x: "a", y: "b" }), undefined],
  [
    "a wildcard for a path of another endpoint",
    { ...file("/files/*path", { path: ["a"] }), target: "/files/a" },
    undefined,
  ],
  ["a wildcard below a router", { ...file("/*path", { path: ["a", "b"] }), base: "/files" }, FILES],
  ["a router at a value of a catch-all", { ...file("/:y"), base: "/files/a" }, undefined],
  [
    "a router at the whole value of a catch-all",
    { target: "/accounts/a/files/x", base: "/accounts/a/files/x", template: "/" },
    undefined,
  ],
  [
    "a value before a wildcard",
    accountFile("/accounts/:id/files/*rest", { id: "a", rest: ["x", "y"] }),
    OF_ACCOUNT,
  ],
  [
    "another value before a wildcard",
    accountFile("/accounts/:id/files/*rest", { id: "b", rest: ["x", "y"] }),
    undefined,
  ],
  [
    "a wildcard with the name of a parameter that decides",
    accountFile("/accounts/:id/files/*accountID", { id: "a", accountID: ["x", "y"] }),
    undefined,
  ],
  ["an escaped colon after a parameter", close("/accounts/:id\\:close", { id: "a" }), CLOSE],
  ["the same in Fastify", close("/accounts/:id(.+)::close", { id: "a" }), CLOSE],
  ["another value before the text", close("/accounts/:id\\:close", { id: "b" }), undefined],
  ["another text", close("/accounts/:id\\:open", { id: "a" }), undefined],
  ["a parameter for all of it", close("/accounts/:id", { id: "a:close" }), undefined],
  ["two parameters", close("/accounts/:id:close", { id: "a", close: ":close" }), undefined],
  ["a pattern beside text", close("/accounts/:id(\\d+)\\:close", { id: "a" }), undefined],
  [
    "two values beside text",
    close("/accounts/:x-:y.zip", { x: "a", y: "b" }, "/accounts/a-b.zip"),
    PAIR,
  ],
  [
    "two values beside text, swapped",
    close("/accounts/:y-:accountID.zip", { y: "a", accountID: "b" }, "/accounts/a-b.zip"),
    undefined,
  ],
  [
    "two values of which another router reads others",
    close("/accounts/:x-:y.zip", { x: "a-b", y: "c" }, "/accounts/a-b-c.zip"),
    undefined,
  ],
  [
    "a literal colon, escaped",
    { target: "/jobs:batch", template: "/jobs\\:batch" },
    "GET /jobs:batch",
  ],
  ["a denying catch-all", { target: "/closed/a/b", template: "/closed/*rest" }, CLOSED],
  ["any route of a path that it denies", { target: "/closed/a/b", template: "/:x/:y/:z" }, CLOSED],
  [
    "an endpoint that it denies",
    { target: "/closed/a/open", template: "/closed/:id/open", values: () => ({ id: "a" }) },
    "GET /closed/{id}/open",
  ],
  [
    "one path of an endpoint that it denies",
    {
      target: "/files/secret/a",
      template: "/files/*path",
      values: () => ({ path: ["secret", "a"] }),
    },
    "GET /{area}/secret/{rest*}",
  ],
  [
    "a parent router that is longer than the endpoint",
    { target: BOTH, base: `${BOTH}/c` },
    undefined,
  ],
];

describe("the endpoint of a routed request", () => {
  // one finder for all rows, each used twice: the cache of one row must not affect another
  const finder = createEndpointResolver(policy);
  const twice = [...ROWS, ...[...ROWS].reverse()];

  it.each(twice)("is found, or not, for %s", (_why, request, name) => {
    expect(finder.find(asked(request))?.name).toBe(name);
  });

  it.each(twice)("is known, or not, for %s", (_why, request) => {
    const { method, target, base, template } = asked(request);
    const found = finder.find(asked(request));
    const path = target.replace(/\?.*/, "");
    const isText = base === "" && path === template && found?.values === undefined;
    const known = createEndpointResolver(policy);
    expect(known.findKnown(method, base, target, template)).toBeUndefined();
    known.find(asked(request));
    expect(known.findKnown(method, base, target, template)).toEqual(isText ? found : undefined);
    expect(known.findKnown("TRACE", base, target, template)).toBeUndefined();
    expect(known.findKnown(method, base, `${path}/`, template)).toBeUndefined();
  });

  it("is known only after it was found, with any query", () => {
    const known = createEndpointResolver(policy);
    known.find(asked({ target: "/courses?page=2" }));
    expect(known.findKnown("GET", "", "/courses?page=3", "/courses")?.name).toBe(COURSES);
    expect(known.findKnown("GET", "/courses", "/courses", "/courses")).toBeUndefined();
    expect(known.findKnown("POST", "", "/courses", "/courses")).toBeUndefined();
    expect(known.findKnown("GET", "", "/courses", undefined)).toBeUndefined();
  });

  it("is found by a whole template, with any names of parameters", () => {
    const named = (template: string) => finder.named("HEAD", template);
    expect(named("/accounts/:x/linked/:y")).toBe(LINKED);
    expect(named("/accounts/:linkedID/linked/:accountID")).toBeUndefined();
    expect(named("/accounts/:x/linked/:x")).toBeUndefined();
    expect(named("/caf\u00e9/:x")).toBe(CAFE);
    expect(named("/nothing")).toBeUndefined();
    expect(named("/files/*")).toBe(FILES);
    expect(named("/files/:x")).toBe("GET /files/{fileID}");
    expect(named("/accounts/:id\\:close")).toBe(CLOSE);
    expect(finder.named("GET", "/courses")).toBe(COURSES);
    expect(finder.named("POST", "/courses")).toBe("POST /courses");
    expect(finder.named("POST", "/files/:x")).toBeUndefined();
  });

  it("has names without those of HEAD", () => {
    expect(finder.names.filter((name) => name.startsWith("HEAD "))).toEqual([]);
    expect(finder.names).toContain("GET /files/{fileID}");
  });

  it("has the value of a catch-all as one text, however the router passes it on", () => {
    const valuesOf = (request: Partial<RoutedRequest>) => finder.find(asked(request))?.values?.();
    for (const request of [
      file("/files/*path", { path: ["a", "b"] }),
      file("/files/*", { 0: "a/b" }),
      file("/files/*", { "*": "a/b" }),
      file("/files/*"),
    ]) {
      expect(valuesOf(request)).toEqual({ path: "a/b" });
    }
    // the value that the handler reads, if a function has changed it
    for (const template of ["/files/*path", "/files/{*path}", "/files/:path(*)"]) {
      expect(valuesOf(file(template, { path: "c" }))).toEqual({ path: "c" });
    }
    for (const name of ["*", "0"])
      expect(valuesOf(file("/files/*", { [name]: "c" }))).toEqual({ path: "c" });
  });

  it("has text beside parameters only where the framework reads it", () => {
    const whole = createEndpointResolver(policy, undefined, "whole");
    const found = (request: Partial<RoutedRequest>) => whole.find(asked(request))?.name;
    expect(found({ target: "/jobs:batch", template: "/jobs:batch" })).toBe("GET /jobs:batch");
    expect(found(close("/accounts/:id\\:close", { id: "a" }))).toBeUndefined();
    expect(found(file("/files/:path{.+}", { path: "a/b" }))).toBe(FILES);
  });

  it("has the values that the handler would read at the time of the call", () => {
    let id = "a";
    const values = () => ({ id });
    const found = finder.find(asked({ target: "/accounts/a", template: "/accounts/:id", values }));
    id = "b";
    expect(found?.values?.()).toEqual({ accountID: "b" });
  });

  it("has the values of parameters that decide nothing, and none of another request", () => {
    const template = "/caf%C3%A9/:name";
    const valuesOf = (name: string) =>
      finder.find(asked({ target: template, template, values: () => ({ name }) }))?.values?.();
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{ name: "a" }, { name: "b" }]);
  });

  it("has the values of its own request", () => {
    const template = "/accounts/:id";
    const valuesOf = (id: string) =>
      finder
        .find(asked({ target: `/accounts/${id}`, template, values: () => ({ id }) }))
        ?.values?.();
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{ accountID: "a" }, { accountID: "b" }]);
    // the text of the template is also a path, of one value
    const literal = (id: string) =>
      finder.find(asked({ target: template, template, values: () => ({ id }) }))?.values?.();
    expect([literal("a"), literal(":id"), literal("b")]).toEqual([
      undefined,
      { accountID: ":id" },
      undefined,
    ]);
  });

  it("has the decoded values that a parent router has removed", () => {
    const request = below("/accounts/jane%40example.com", "/linked/:x");
    const found = finder.find(asked({ ...request, values: () => ({ x: "b" }) }));
    expect(found?.values?.()).toEqual({ accountID: JANE, linkedID: "b" });
  });
});

describe("the endpoint of a routed request, with options", () => {
  const SPELLED: readonly (readonly [
    why: string,
    options: PathOptions,
    request: Partial<RoutedRequest>,
    name: string | undefined,
  ])[] = [
    ["a slash at the end", SLASH, { target: "/courses/" }, COURSES],
    ["a slash at the end before the query", SLASH, { target: "/courses/?page=2" }, COURSES],
    ["two slashes at the end", SLASH, { target: "/courses//" }, undefined],
    ["two slashes in front", SLASH, { target: "//courses/" }, undefined],
    ["only two slashes", SLASH, { target: "//", template: "/" }, undefined],
    ["an escaped slash at the end", SLASH, { target: "/courses%2F" }, undefined],
    ["a slash after a value", SLASH, account("/accounts/a/", "a"), ACCOUNT],
    [
      "a slash after the path of a router",
      SLASH,
      { target: "/v1/courses/", base: "/v1/courses", template: "/" },
      "GET /v1/courses",
    ],
    ["other letter case, if only slashes are ignored", SLASH, { target: "/Courses" }, undefined],
    ["other letter case of a literal", CASE, { target: "/COURSES" }, COURSES],
    [
      "other letter case of a literal with a capital",
      CASE,
      { target: "/tEAM", template: "/Team" },
      "GET /Team",
    ],
    [
      "other letter case of the path of a router",
      CASE,
      { target: "/V1/Courses", base: "/V1" },
      "GET /v1/courses",
    ],
    ["other letter case before a value", CASE, account("/ACCOUNTS/A", "A"), ACCOUNT],
    ["other letter case of a value", CASE, account("/accounts/A", "a"), undefined],
    [
      "other letter case beyond ASCII",
      CASE,
      { target: "/caf%C3%89/x", template: "/café/:x" },
      undefined,
    ],
    ["lower-case hex", CASE, { target: "/caf%c3%a9/x", template: "/café/:x" }, undefined],
    ["other letter case beside it", CASE, { target: "/CAF%C3%A9/x", template: "/café/:x" }, CAFE],
    ["an escape", CASE, { target: "/%43ourses" }, undefined],
    [
      "a slash at the end, if only letter case is ignored",
      CASE,
      { target: "/courses/" },
      undefined,
    ],
    ["both", { ...SLASH, ...CASE }, { target: "/COURSES/" }, COURSES],
  ];
  it.each(SPELLED)("is found, or not, for %s", (_why, options, request, name) => {
    expect(createEndpointResolver(policy, options).find(asked(request))?.name).toBe(name);
    expect(createEndpointResolver(policy).find(asked(request))).toBeUndefined();
  });

  it("has the value in its own letter case", () => {
    const lenient = createEndpointResolver(policy, CASE);
    const values = () => ({ id: "AbC" });
    const found = lenient.find(
      asked({ target: "/Accounts/AbC", template: "/accounts/:id", values }),
    );
    expect(found?.values?.()).toEqual({ accountID: "AbC" });
  });
});

it("needs a route for a catch-all with a branch that allows, but not for one that denies every call", () => {
  const scopes = { "files:read": {} };
  const denied = { deny: "Not served." };
  const branches = { cases: [{ when: { path: "a" }, scope: "files:read" }], otherwise: denied };
  const endpoints = { "GET /a/{path*}": branches, "GET /b/{path*}": denied, "GET /c": denied };
  const resolver = createEndpointResolver(
    loadPolicy({ name: "F", version: "1", scopes, endpoints }),
  );
  expect(resolver.names.map((name) => resolver.needsRoute(name))).toEqual([true, false, true]);
});
