import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import {
  type Endpoint,
  endpointIdentity,
  METHODS,
  parseEndpoint,
} from "../../src/policy/endpoint-key.js";
import { buildRouter } from "../../src/policy/route.js";
import { LETTER_CASES } from "../cases/letter-case.js";
import { PATH_ENDPOINTS, PATH_VALUES, PATHS } from "../cases/paths.js";
import { findingsOf, policyWith } from "./findings-of.js";

function endpointOf(key: string): Endpoint {
  const endpoint = parseEndpoint(key);
  if (!("segments" in endpoint)) throw new Error(`${key}: ${endpoint.message}`);
  return endpoint;
}

const routerOf = (keys: readonly string[]) =>
  buildRouter(keys.map((key) => ({ endpoint: endpointOf(key), target: key })));

describe("a router", () => {
  const router = routerOf(PATH_ENDPOINTS);

  it.each(PATHS)("matches %j %j with %s: %s", (method, path, endpoint) => {
    expect(router.match(method, path)?.value).toBe(endpoint);
  });

  it.each(PATH_VALUES)("decodes the value %j as %j: %s", (text, value) => {
    expect(router.match("GET", `/courses/${text}`)?.params.get("courseID")).toBe(value);
  });

  it("does not depend on the order of the endpoints", () => {
    const reversed = routerOf([...PATH_ENDPOINTS].reverse());
    for (const [method, path, endpoint] of PATHS)
      expect(reversed.match(method, path)?.value).toBe(endpoint);
  });

  it.each(LETTER_CASES)("of %j matches %s with %s: %s", (endpoints, path, endpoint) => {
    for (const order of [endpoints, [...endpoints].reverse()])
      expect(routerOf(order).match("GET", path)?.value).toBe(endpoint);
  });

  it("returns the values of path parameters by name, decoded", () => {
    const { params } = router.match("GET", "/courses/%C3%A9/lessons/a%3Ab") ?? {};
    expect([...(params ?? [])]).toEqual([
      ["courseID", "\u00e9"],
      ["lessonID", "a:b"],
    ]);
    expect(router.match("GET", "/courses")?.params.size).toBe(0);
    expect(router.match("GET", "/toString/x")?.params.get("constructor")).toBe("x");
  });

  it("returns the values of the matched endpoint after backtracking", () => {
    expect([...(router.match("GET", "/courses/archive/lessons/2")?.params ?? [])]).toEqual([
      ["courseID", "archive"],
      ["lessonID", "2"],
    ]);
  });

  it("matches paths up to the maximum length only", () => {
    const longest = `/courses/${"a".repeat(8_192 - "/courses/".length)}`;
    expect(router.match("GET", longest)?.value).toBe("GET /courses/{courseID}");
    expect(router.match("GET", `${longest}a`)).toBeUndefined();
  });

  it("takes little time for huge paths and for many that need backtracking", () => {
    const deep = Array.from({ length: 12 }, (_, bits) =>
      Array.from({ length: 12 }, (_, at) =>
        (at === bits ? "{p}" : "a").replace("p", `p${at}`),
      ).join("/"),
    );
    const tangled = routerOf(deep.map((path) => `GET /${path}`));
    const start = performance.now();
    for (let round = 0; round < 1_000; round += 1) {
      expect(tangled.match("GET", `/${"a/".repeat(11)}b`)?.params.size ?? 1).toBe(1);
      expect(tangled.match("GET", `/${"b/".repeat(4_000)}`)).toBeUndefined();
    }
    for (const path of [
      "/".repeat(1_000_000),
      `/${"%C3%A9".repeat(300_000)}`,
      `/${"../".repeat(300_000)}`,
    ]) {
      expect(router.match("GET", path)).toBeUndefined();
    }
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("without endpoints matches nothing", () => {
    expect(routerOf([]).match("GET", "/")).toBeUndefined();
  });
});

describe("parseEndpoint", () => {
  const literal = (text: string) => ({ literals: [text], params: [], isCatchAll: false });
  const param = (name: string) => ({ literals: ["", ""], params: [name], isCatchAll: false });
  const mixed = (literals: string[], ...params: string[]) => ({
    literals,
    params,
    isCatchAll: false,
  });
  const READ: readonly (readonly [key: string, segments: Endpoint["segments"]])[] = [
    ["GET /", []],
    ["GET /v1/projects/:projectId", [literal("v1"), literal("projects"), param("projectId")]],
    ["GET /v1/{a}/{b_1}", [literal("v1"), param("a"), param("b_1")]],
    ["GET /a:b/{constructor}", [literal("a:b"), param("constructor")]],
    ["GET /caf%C3%A9", [literal("caf%C3%A9")]],
    ["GET /a-%C3%A9.%D9%A3", [literal("a-%C3%A9.%D9%A3")]],
    ["GET /%E0%A4%95%E0%A5%8D/...", [literal("%E0%A4%95%E0%A5%8D"), literal("...")]],
    ["GET /{a}:b", [mixed(["", ":b"], "a")]],
    ["GET /a.{b}", [mixed(["a.", ""], "b")]],
    ["GET /{className}={id}", [mixed(["", "=", ""], "className", "id")]],
    ["GET /{a}-{b}-{c}.zip", [mixed(["", "-", "-", ".zip"], "a", "b", "c")]],
    [
      "GET /files/{path*}",
      [literal("files"), { literals: ["", ""], params: ["path"], isCatchAll: true }],
    ],
  ];
  it.each(READ)("parses %s", (key, segments) => {
    expect(parseEndpoint(key)).toEqual({ method: "GET", segments });
  });

  it("accepts exactly six methods", () => {
    expect(METHODS).toEqual(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
    for (const method of METHODS) expect(endpointOf(`${method} /a`).method).toBe(method);
  });

  const REJECTED: readonly (readonly [key: string, message: RegExp])[] = [
    ["", /^expected a method/],
    ["GET", /^expected a method/],
    ["/a", /^expected a method/],
    [" /a", /^expected a method/],
    ["GET a", /^expected a method/],
    ["GET  /a", /^expected a method/],
    ["GET /a ", /`a ` is not canonical/],
    ["GET /a/", /^a trailing slash is not canonical/],
    ["GET //", /^an empty segment is not canonical/],
    ["GET /a//b", /^an empty segment is not canonical/],
    ["GET /a/../b", /`\.\.` is not canonical/],
    ["GET /a/./b", /`\.` is not canonical/],
    ["GET /a?b", /`a\?b` is not canonical/],
    ["GET /a/*", /`\*` is not canonical/],
    ["GET /:", /`:` is not canonical/],
    ["GET /:a-b", /`:a-b` is not canonical/],
    ["GET /:1", /`:1` is not canonical/],
    ["GET /{}", /`\{\}` is not canonical/],
    ["GET /{a}{b}", /`\{a\}\{b\}` has two placeholders without a literal character/],
    ["GET /x{a}{b}y", /has two placeholders without a literal character/],
    ["GET /:x{a}", /`:x\{a\}` is not canonical/],
    ["GET /:x:y", /`:x:y` is not canonical/],
    ["GET /{a}caf%C3%A9", /is not canonical/],
    ["GET /{a}%20", /is not canonical/],
    ["GET /{a};b", /is not canonical/],
    ["GET /{a-b}", /`\{a-b\}` is not canonical/],
    ["GET /{a*}/b", /`\{a\*\}` takes all segments that follow: put it at the end/],
    ["GET /{a*}b", /is not canonical/],
    ["GET /b{a*}", /is not canonical/],
    ["GET /:a*", /is not canonical/],
    ["GET /{a}/{a*}", /duplicate or reserved path parameter `a`/],
    ["GET /{a}:{a}", /duplicate or reserved path parameter `a`/],
    ["GET /%61", /`%61` is not canonical/],
    ["GET /%c3%a9", /is not canonical/],
    ["GET /%C3", /`%C3` is not canonical/],
    ["GET /%C3A9", /`%C3A9` is not canonical/],
    ["GET /*%C3%A9", /`\*%C3%A9` is not canonical/],
    ["GET /%C3%A9*", /`%C3%A9\*` is not canonical/],
    ["GET /%F0%9F%98%80", /`%F0%9F%98%80` is not canonical/],
    ["GET /%C3%A9%F0%9F%98%80", /`%C3%A9%F0%9F%98%80` is not canonical/],
    ["GET /%F0%9F%98%80%C3%A9", /`%F0%9F%98%80%C3%A9` is not canonical/],
    ["GET /%EF%AC%81", /`%EF%AC%81` is not canonical/],
    ["GET /e%CC%81", /`e%CC%81` is not canonical/],
    ["GET /{a}/:a", /duplicate or reserved path parameter `a`/],
    ["GET /{__proto__}", /duplicate or reserved path parameter `__proto__`/],
  ];
  it.each(REJECTED)("rejects %j: %s", (key, message) => {
    expect(parseEndpoint(key)).toMatchObject({
      code: "endpoint_syntax",
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each(["TRACE", "CONNECT", "get", "GETT", "G", "__proto__"])(
    "rejects the method %s",
    (method) => {
      for (const path of ["/a", "/a/"]) {
        expect(parseEndpoint(`${method} ${path}`)).toEqual({
          code: "endpoint_method",
          message: `unknown method \`${method}\``,
          method,
          meant: undefined,
        });
      }
    },
  );

  const SPELLINGS: readonly (readonly [key: string, meant: string | undefined])[] = [
    ["GET /trips/:from-:until", "GET /trips/{from}-{until}"],
    ["GET /docs/[...slug]", "GET /docs/{slug*}"],
    ["GET /docs/{path...}", "GET /docs/{path*}"],
    ["GET /docs/{path.}", undefined],
    ["GET /docs/.", undefined],
    ["GET /docs/..", undefined],
  ];
  it.each(SPELLINGS)("rejects %s and suggests %s", (key, meant) => {
    expect(parseEndpoint(key)).toMatchObject({ code: "endpoint_syntax", meant });
  });
});

/** Endpoints in which a placeholder stands beside text, and catch-alls. */
const SPECIFIC = [
  "GET /jobs/{job}",
  "GET /jobs/{job}:cancel",
  "GET /jobs/a:cancel",
  "GET /jobs/{job}:cancel/log",
  "GET /jobs/{job}/log",
  "GET /files/{path*}",
  "GET /files/{id}",
  "GET /files/{id}.json",
  "GET /files/readme.json",
  "GET /files/{id}/meta",
  "GET /files/trash/{rest*}",
  "GET /zip/{repo}-issues-{task}.zip",
  "GET /{section}/{path*}",
  "POST /{all*}",
];

/** A path, the endpoint that it matches, and the values of the path. */
const SPECIFIC_PATHS: readonly (readonly [
  path: string,
  endpoint: string | undefined,
  values: readonly string[],
  why: string,
])[] = [
  ["/jobs/a:cancel", "GET /jobs/a:cancel", [], "a literal comes first"],
  ["/jobs/b:cancel", "GET /jobs/{job}:cancel", ["b"], "then a literal with a placeholder"],
  ["/jobs/b", "GET /jobs/{job}", ["b"], "then a parameter"],
  ["/jobs/b/c", "GET /{section}/{path*}", ["jobs", "b/c"], "back to the catch-all of a parameter"],
  [
    "/jobs/b:cancel/log",
    "GET /jobs/{job}:cancel/log",
    ["b"],
    "the same order before more segments",
  ],
  ["/jobs/b:stop/log", "GET /jobs/{job}/log", ["b:stop"], "another verb is a value"],
  ["/jobs/b:cancel:cancel", "GET /jobs/{job}:cancel", ["b:cancel"], "the verb in the value"],
  ["/jobs/j%C3%A9:cancel", "GET /jobs/{job}:cancel", ["j\u00e9"], "a value with an escape"],
  ["/jobs/a%40b:cancel", "GET /jobs/{job}:cancel", ["a@b"], "a value that is decoded once"],
  ["/jobs/:cancel", undefined, [], "an empty value is not one of the parameter beside it"],
  ["/jobs/b:CANCEL", undefined, [], "the verb in other letter case"],
  ["/jobs/b:canc\u0131l", undefined, [], "plain text beyond ASCII"],
  ["/jobs/b:subm%C4%B1t", "GET /jobs/{job}", ["b:subm\u0131t"], "a text that is no verb"],
  ["/jobs/b%3Acancel", undefined, [], "an escape of the literal text"],
  ["/jobs/b;x:cancel", undefined, [], "a semicolon before the verb"],
  ["/jobs/b:cancel;x", undefined, [], "a semicolon after the verb"],
  ["/jobs/b:cancel%3Bx", "GET /jobs/{job}", ["b:cancel;x"], "an escaped semicolon is text"],
  ["/jobs/%20:cancel", undefined, [], "a space"],
  ["/jobs/b%20:cancel", undefined, [], "a value that ends in a space"],
  ["/jobs/..:cancel", undefined, [], "a value of two dots"],
  ["/files/readme.json", "GET /files/readme.json", [], "the literal"],
  ["/files/README.json", undefined, [], "the literal in other letter case"],
  ["/files/x.json", "GET /files/{id}.json", ["x"], "a file name"],
  ["/files/x.tar.json", "GET /files/{id}.json", ["x.tar"], "a file name with a dot"],
  ["/files/x", "GET /files/{id}", ["x"], "one segment is a value of the parameter"],
  ["/files/x/meta", "GET /files/{id}/meta", ["x"], "more segments that are declared"],
  ["/files/x/y", "GET /files/{path*}", ["x/y"], "more segments"],
  ["/files/x.json/y", "GET /files/{path*}", ["x.json/y"], "back from the text with a placeholder"],
  ["/files/x.json/meta", "GET /files/{id}/meta", ["x.json"], "back from it to the parameter"],
  ["/files/trash", "GET /files/{id}", ["trash"], "a catch-all takes at least one segment"],
  ["/files/trash/x/y", "GET /files/trash/{rest*}", ["x/y"], "the longer literal prefix"],
  ["/files/Trash/x/y", undefined, [], "the prefix in other letter case"],
  ["/files/a%40b/%C3%A9", "GET /files/{path*}", ["a@b/\u00e9"], "each segment is decoded once"],
  ["/files/a;b/c", "GET /files/{path*}", ["a;b/c"], "a semicolon in a segment"],
  ["/files/a%2Fb/c", undefined, [], "an escaped slash"],
  ["/files/a/../b", undefined, [], "two dots"],
  ["/files/a/..;x/b", undefined, [], "two dots with a matrix parameter"],
  ["/files/a//b", undefined, [], "an empty segment"],
  ["/files/a/b/", undefined, [], "a slash at the end"],
  ["/files/", undefined, [], "no segment"],
  ["/files", undefined, [], "no slash"],
  ["/files/a/%6Db", undefined, [], "a needless escape"],
  ["/FILES/a/b", undefined, [], "a literal before it in other letter case"],
  ["/zip/a-issues-5.zip", "GET /zip/{repo}-issues-{task}.zip", ["a", "5"], "two placeholders"],
  ["/zip/a-b.zip-issues-5.zip", "GET /zip/{repo}-issues-{task}.zip", ["a-b.zip", "5"], "with text"],
  ["/zip/a-issues-b-issues-5.zip", undefined, [], "values that could be others"],
  ["/zip/a-tasks-5.zip", "GET /{section}/{path*}", ["zip", "a-tasks-5.zip"], "other text between"],
  ["/zip/a-issues-.zip", undefined, [], "an empty second value"],
  [
    "/zip/a-ISSUES-b-issues-5.zip",
    "GET /zip/{repo}-issues-{task}.zip",
    ["a-ISSUES-b", "5"],
    "case",
  ],
  ["/other/x", "GET /{section}/{path*}", ["other", "x"], "only the catch-all"],
  ["/other", undefined, [], "shorter than any"],
];

describe("a router of endpoints with catch-alls and placeholders beside text", () => {
  const router = routerOf(SPECIFIC);
  const reversed = routerOf([...SPECIFIC].reverse());

  it.each(SPECIFIC_PATHS)("matches %s with %s and %j: %s", (path, endpoint, values) => {
    for (const one of [router, reversed]) {
      const match = one.match("GET", path);
      expect(match?.value).toBe(endpoint);
      expect([...(match?.params.values() ?? [])]).toEqual(values);
    }
  });

  it("compares the literal text in any letter case of ASCII, if an option allows it", () => {
    const options = { caseSensitive: false } as const;
    const valuesOf = (path: string) => router.match("GET", path, options)?.params;
    expect(valuesOf("/JOBS/aB:Cancel")?.get("job")).toBe("aB");
    expect(valuesOf("/Files/A/B")?.get("path")).toBe("A/B");
    // with the flag `i`, a router finds other values
    expect(valuesOf("/zip/a-ISSUES-b-issues-5.zip")).toBeUndefined();
    expect(valuesOf("/zip/A-Issues-5.ZIP")?.get("repo")).toBe("A");
  });

  it("matches no slash after a catch-all, although an option allows one after other endpoints", () => {
    const options = { trailingSlash: "ignore" } as const;
    expect(router.match("GET", "/files/a/", options)?.value).toBe("GET /files/{id}");
    expect(router.match("GET", "/files/a/b/", options)).toBeUndefined();
    expect(router.match("GET", "/files/", options)).toBeUndefined();
  });

  it("has a catch-all below the root, which does not match the root", () => {
    expect(router.match("POST", "/a/b/c")?.params.get("all")).toBe("a/b/c");
    expect(router.match("POST", "/")).toBeUndefined();
  });
});

describe("endpointIdentity", () => {
  it("ignores only parameter names and letter case", () => {
    const identity = (key: string) => endpointIdentity(endpointOf(key));
    expect(identity("GET /A/:b/C")).toBe(identity("GET /a/{x}/c"));
    expect(identity("GET /a/{x}")).not.toBe(identity("POST /a/{x}"));
    expect(identity("GET /a/{x}")).not.toBe(identity("GET /a/x"));
    expect(identity("GET /")).toBe("GET /");
    expect(identity("GET /a/{b}:C")).toBe(identity("GET /A/{x}:c"));
    expect(identity("GET /a/{b}:c")).not.toBe(identity("GET /a/{b}.c"));
    expect(identity("GET /a/{b*}")).toBe(identity("GET /a/{c*}"));
    expect(identity("GET /a/{b*}")).not.toBe(identity("GET /a/{b}"));
    expect(identity("GET /a{b}")).not.toBe(identity("GET /a"));
    expect(identity("GET /ab/c")).not.toBe(identity("GET /a/bc"));
  });
});

describe("decideRequest", () => {
  const policy = loadPolicy({
    name: "Courses",
    version: "1",
    scopes: {},
    endpoints: Object.fromEntries(PATH_ENDPOINTS.map((key) => [key, { authenticated: true }])),
  });

  it.each(PATHS)("decides %j %j by %s: %s", (method, path, endpoint) => {
    const { code } = policy.decideRequest({ scope: "" }, { method, path });
    expect(code).toBe(endpoint === undefined ? "unknown_operation" : "allowed");
  });

  it.each(LETTER_CASES)("with %j decides %s by %s: %s", (endpoints, path, endpoint) => {
    const scopes = Object.fromEntries(endpoints.map((_, index) => [`s${index}`, {}]));
    const policyOfCase = loadPolicy({
      name: "Letter case",
      version: "1",
      scopes,
      endpoints: Object.fromEntries(endpoints.map((key, index) => [key, `s${index}`])),
    });
    const decision = policyOfCase.decideRequest(
      { scope: Object.keys(scopes) },
      { method: "GET", path },
    );
    expect(decision).toMatchObject(
      endpoint === undefined
        ? { code: "unknown_operation" }
        : { code: "allowed", scopes: [`s${endpoints.indexOf(endpoint)}`] },
    );
  });

  it("does not accept another spelling of a denied path as a parameter value", () => {
    const guarded = loadPolicy({
      name: "Guarded",
      version: "1",
      scopes: { a: {} },
      endpoints: { "GET /admin/x": { deny: "no" }, "GET /:section/x": "a" },
    });
    const codeOf = (path: string) =>
      guarded.decideRequest({ scope: "a" }, { method: "GET", path }).code;
    expect(["/admin/x", "/Admin/x", "/ADMIN/x", "/%61dmin/x", "/other/x"].map(codeOf)).toEqual([
      "denied",
      "unknown_operation",
      "unknown_operation",
      "unknown_operation",
      "allowed",
    ]);
  });
});

describe("a denying catch-all", () => {
  const policy = loadPolicy({
    name: "Denials",
    version: "1",
    scopes: { s: {}, "/a/{id}": {} },
    endpoints: {
      "GET /admin/{rest*}": { deny: "not through the API" },
      "GET /admin/users": "s",
      "GET /admin/users/{id}": "/a/{id}",
      "GET /admin/own": { deny: "its own reason" },
      "GET /admin/{id}:stop": { public: true },
      "GET /admin": "s",
      "POST /admin/users": "s",
      "GET /{section}/logs/{rest*}": { deny: "no logs" },
      "GET /v1/{kind}/today": "s",
      "GET /v1/logs/{day}": "s",
      "GET /v1/{more*}": "s",
      "HEAD /v1/logs/{day}": "s",
      "GET /Admin/{id}/x": "s",
    },
  });
  const decide = (path: string, method = "GET") =>
    policy.decideRequest({ scope: "s" }, { method, path });
  const REQUESTS: readonly (readonly [path: string, result: string, why: string])[] = [
    ["/admin/x", "not through the API", "itself"],
    ["/admin/users", "not through the API", "a literal below it"],
    ["/admin/users/7", "not through the API", "a parameter below it, before its value is read"],
    ["/admin/own", "its own reason", "an endpoint with a denial of its own"],
    ["/admin/7:stop", "not through the API", "a public endpoint"],
    ["/admin", "allowed", "fewer segments"],
    ["/v1/logs/today", "no logs", "one path of an endpoint that comes first"],
    ["/v1/jobs/today", "allowed", "another path of it"],
    ["/v1/logs/5", "no logs", "an endpoint all paths of which it matches"],
    ["/v1/logs/5/6", "no logs", "one path of a catch-all that comes first"],
    ["/v1/x/5/6", "allowed", "another path of that"],
    ["/Admin/7/x", "not through the API", "an endpoint that differs in letter case"],
  ];

  it.each(REQUESTS)("decides on %s with %j: %s", (path, result) => {
    const decision = decide(path);
    expect("reason" in decision ? decision.reason : decision.code).toBe(result);
    expect(decide(path, "HEAD")).toEqual(decision);
  });

  it("denies by name the endpoints all paths of which it matches", () => {
    const named = (name: string) => policy.decideUntrusted({ scope: "s" }, name).code;
    expect(named("GET /admin/users")).toBe("denied");
    expect(named("GET /admin/users/{id}")).toBe("denied");
    expect(named("HEAD /v1/logs/{day}")).toBe("denied");
    expect(named("GET /v1/{kind}/today")).toBe("allowed");
    expect(named("GET /v1/{more*}")).toBe("allowed");
    expect(named("POST /admin/users")).toBe("allowed");
  });

  it("denies a path with a slash at the end, where an option allows it", () => {
    const options = { trailingSlash: "ignore" } as const;
    const { router } = compiledPolicyOf(policy);
    const denialOf = (path: string) => router.match("GET", path, options)?.value.denial;
    expect(denialOf("/v1/logs/today/")).toBe("no logs");
    expect(denialOf("/admin/users/")).toBe("not through the API");
    expect(router.match("GET", "/v1/jobs/today/", options)?.value.denial).toBeUndefined();
  });

  it("leaves the requests of other methods alone", () => {
    expect(decide("/admin/users", "POST").code).toBe("allowed");
  });

  it("is the only denial that reaches beyond what its endpoint serves", () => {
    const other = loadPolicy({
      name: "Others",
      version: "1",
      scopes: { s: {} },
      endpoints: {
        "GET /{section}/secret": { deny: "no" },
        "GET /{section}/{id}:stop": { deny: "no stop" },
        "GET /open/{id}": "s",
      },
    });
    const codeOf = (path: string) =>
      other.decideRequest({ scope: "s" }, { method: "GET", path }).code;
    expect(["/open/secret", "/x/secret", "/open/a:stop", "/x/a:stop"].map(codeOf)).toEqual([
      "allowed",
      "denied",
      "allowed",
      "denied",
    ]);
  });
});

describe("an endpoint of HEAD beside its GET", () => {
  const policy = loadPolicy({
    name: "Heads",
    version: "1",
    scopes: { s: {}, "/a/{id}": {} },
    endpoints: { "GET /a/{id}": "/a/{id}", "HEAD /a/:id": { scope: "/a/{id}", title: "A" } },
  });

  it("is a name of the policy, and its requests are decided by the GET", () => {
    expect(policy.endpointNames).toEqual(["GET /a/{id}", "HEAD /a/:id"]);
    expect(policy.findEndpoint({ method: "HEAD", path: "/a/x" })?.name).toBe("GET /a/{id}");
    for (const scope of ["/a/x", "/a/y"]) {
      const byName = policy.decideUntrusted({ scope }, "HEAD /a/:id", { id: "x" });
      const byRequest = policy.decideRequest({ scope }, { method: "HEAD", path: "/a/x" });
      expect(byName).toEqual(byRequest);
      expect(byName.allowed).toBe(scope === "/a/x");
    }
  });
});

describe("segments with literal text beside a placeholder", () => {
  const ordered: readonly (readonly [one: string, other: string])[] = [
    ["/{a}:x/b", "/v{a}"],
    ["/{a}:x/b{c}", "/v{a}/foo"],
    ["/{a}:x/b{c}", "/v{a}/{d}/e"],
  ];
  it.each(ordered.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]))(
    "of %s and %s have no path in common, in any order",
    (...paths) => {
      const endpoints = Object.fromEntries(paths.map((path) => [`GET ${path}`, { public: true }]));
      expect(findingsOf(policyWith({ endpoints }))).toEqual([]);
    },
  );

  it.each([
    [1_000, []],
    [
      1_100,
      [
        {
          code: "more_findings",
          path: "",
          message: "and further findings, which are not listed",
        },
      ],
    ],
  ])(
    "of %i pairs are reported for the first 1,000, then as further findings: %j",
    (count, rest) => {
      const keys = Array.from({ length: count }, (_, at) => [
        `GET /e${at}/{a}:x`,
        `GET /e${at}/v{a}`,
      ]);
      const endpoints = Object.fromEntries(keys.flat().map((key) => [key, { public: true }]));
      const found = findingsOf(policyWith({ endpoints }));
      expect(found.filter(({ code }) => code === "overlap")).toHaveLength(1_000);
      expect(found.slice(1_000)).toEqual(rest);
    },
  );

  it("have no suggestion in a key of more than 1,000 characters", () => {
    const finding = (length: number) => {
      const key = `GET /a/${"b".repeat(length - "GET /a//".length)}/`;
      return findingsOf(policyWith({ endpoints: { [key]: { public: true } } }));
    };
    expect(finding(1_000)).toMatchObject([
      { code: "endpoint_syntax", suggestion: `GET /a/${"b".repeat(992)}` },
    ]);
    expect(finding(1_001)).toEqual([
      expect.not.objectContaining({ suggestion: expect.anything() as unknown }),
    ]);
  });
});
