import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import {
  type Endpoint,
  endpointIdentity,
  METHODS,
  parseEndpoint,
} from "../../src/policy/endpoint-key.js";
import { buildRouter } from "../../src/policy/route.js";
import { LETTER_CASES } from "../cases/letter-case.js";
import { PATH_ENDPOINTS, PATH_VALUES, PATHS } from "../cases/paths.js";

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
    ["GET /:a*", /is not canonical/],
    ["GET /{a}/{a*}", /duplicate or reserved path parameter `a`/],
    ["GET /{a}:{a}", /duplicate or reserved path parameter `a`/],
    ["GET /%61", /`%61` is not canonical/],
    ["GET /%c3%a9", /is not canonical/],
    ["GET /{a}/:a", /duplicate or reserved path parameter `a`/],
    ["GET /{__proto__}", /duplicate or reserved path parameter `__proto__`/],
  ];
  it.each(REJECTED)("rejects %j: %s", (key, message) => {
    expect(parseEndpoint(key)).toMatchObject({
      code: "endpoint_syntax",
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each(["TRACE", "CONNECT", "get", "GETT", "__proto__"])("rejects the method %s", (method) => {
    expect(parseEndpoint(`${method} /a`)).toMatchObject({ code: "endpoint_method" });
  });
});

describe("endpointIdentity", () => {
  it("ignores only parameter names and letter case", () => {
    const identity = (key: string) => endpointIdentity(endpointOf(key));
    expect(identity("GET /A/:b/C")).toBe(identity("GET /a/{x}/c"));
    expect(identity("GET /a/{x}")).not.toBe(identity("POST /a/{x}"));
    expect(identity("GET /a/{x}")).not.toBe(identity("GET /a/x"));
    expect(identity("GET /")).toBe("GET /");
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
