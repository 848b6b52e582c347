import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/policy.js";
import {
  buildRouter,
  type Endpoint,
  endpointIdentity,
  METHODS,
  parseEndpoint,
} from "../../src/policy/route.js";
import { LETTER_CASES } from "../cases/letter-case.js";
import { PATH_ENDPOINTS, PATHS } from "../cases/paths.js";

function endpointOf(key: string): Endpoint {
  const endpoint = parseEndpoint(key);
  if (!("segments" in endpoint)) throw new Error(`${key}: ${endpoint.message}`);
  return endpoint;
}

const routerOf = (keys: readonly string[]) =>
  buildRouter(keys.map((key) => ({ endpoint: endpointOf(key), target: key })));

describe("a router", () => {
  const router = routerOf(PATH_ENDPOINTS);

  it.each(PATHS)("%j %j is for %s: %s", (method, path, endpoint) => {
    expect(router.match(method, path)?.value).toBe(endpoint);
  });

  it("does not go by the order of the endpoints", () => {
    const reversed = routerOf([...PATH_ENDPOINTS].reverse());
    for (const [method, path, endpoint] of PATHS)
      expect(reversed.match(method, path)?.value).toBe(endpoint);
  });

  it.each(LETTER_CASES)("of %j: %s is for %s: %s", (endpoints, path, endpoint) => {
    for (const order of [endpoints, [...endpoints].reverse()])
      expect(routerOf(order).match("GET", path)?.value).toBe(endpoint);
  });

  it("gives the values of path parameters as they stand in the path", () => {
    const { params } = router.match("GET", "/courses/%C3%A9/lessons/a:b") ?? {};
    expect([...(params ?? [])]).toEqual([
      ["courseID", "%C3%A9"],
      ["lessonID", "a:b"],
    ]);
    expect(router.match("GET", "/courses")?.params.size).toBe(0);
    expect(router.match("GET", "/toString/x")?.params.get("constructor")).toBe("x");
  });

  it("gives the values of the endpoint that it ended with, after going back", () => {
    expect([...(router.match("GET", "/courses/archive/lessons/2")?.params ?? [])]).toEqual([
      ["courseID", "archive"],
      ["lessonID", "2"],
    ]);
  });

  it("takes paths up to a length and none beyond", () => {
    const longest = `/courses/${"a".repeat(8_192 - "/courses/".length)}`;
    expect(router.match("GET", longest)?.value).toBe("GET /courses/{courseID}");
    expect(router.match("GET", `${longest}a`)).toBeUndefined();
  });

  it("ends soon on huge paths and on many that go back", () => {
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

  it("without endpoints finds none", () => {
    expect(routerOf([]).match("GET", "/")).toBeUndefined();
  });
});

describe("parseEndpoint", () => {
  const READ: readonly (readonly [key: string, segments: Endpoint["segments"]])[] = [
    ["GET /", []],
    [
      "GET /v1/projects/:projectId",
      [{ literal: "v1" }, { literal: "projects" }, { param: "projectId" }],
    ],
    ["GET /v1/{a}/{b_1}", [{ literal: "v1" }, { param: "a" }, { param: "b_1" }]],
    ["GET /a:b/{constructor}", [{ literal: "a:b" }, { param: "constructor" }]],
    ["GET /caf%C3%A9", [{ literal: "caf%C3%A9" }]],
  ];
  it.each(READ)("reads %s", (key, segments) => {
    expect(parseEndpoint(key)).toEqual({ method: "GET", segments });
  });

  it("takes six methods and no other", () => {
    expect(METHODS).toEqual(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
    for (const method of METHODS) expect(endpointOf(`${method} /a`).method).toBe(method);
  });

  const REFUSED: readonly (readonly [key: string, message: RegExp])[] = [
    ["", /^expected a method/],
    ["GET", /^expected a method/],
    ["/a", /^expected a method/],
    [" /a", /^expected a method/],
    ["GET a", /^expected a method/],
    ["GET  /a", /^expected a method/],
    ["GET /a ", /`a ` is not canonical/],
    ["GET /a/", /^an empty segment is not canonical/],
    ["GET //", /^an empty segment is not canonical/],
    ["GET /a//b", /^an empty segment is not canonical/],
    ["GET /a/../b", /`\.\.` is not canonical/],
    ["GET /a?b", /`a\?b` is not canonical/],
    ["GET /a/*", /`\*` is not canonical/],
    ["GET /:", /`:` is not canonical/],
    ["GET /:a-b", /`:a-b` is not canonical/],
    ["GET /:1", /`:1` is not canonical/],
    ["GET /{}", /`\{\}` is not canonical/],
    ["GET /{a}b", /`\{a\}b` is not canonical/],
    ["GET /%61", /`%61` is not canonical/],
    ["GET /%c3%a9", /is not canonical/],
    ["GET /{a}/:a", /duplicate or reserved path parameter `a`/],
    ["GET /{__proto__}", /duplicate or reserved path parameter `__proto__`/],
  ];
  it.each(REFUSED)("refuses %j: %s", (key, message) => {
    expect(parseEndpoint(key)).toMatchObject({
      code: "endpoint_syntax",
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each(["HEAD", "TRACE", "CONNECT", "get", "GETT", "__proto__"])(
    "refuses the method %s",
    (method) => {
      expect(parseEndpoint(`${method} /a`)).toMatchObject({ code: "endpoint_method" });
    },
  );
});

describe("endpointIdentity", () => {
  it("leaves names of parameters and letter case out, and nothing else", () => {
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

  it.each(PATHS)("%j %j is for %s: %s", (method, path, endpoint) => {
    const { code } = policy.decideRequest({ scope: "" }, { method, path });
    expect(code).toBe(endpoint === undefined ? "unknown_operation" : "allowed");
  });

  it.each(LETTER_CASES)("of %j: %s is for %s: %s", (endpoints, path, endpoint) => {
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

  it("lets no spelling of a denied path pass as a value", () => {
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
