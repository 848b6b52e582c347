import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AccessDenied } from "../../src/decision/access-denied.js";
import { decideBaseline } from "../../src/decision/baseline.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { DECISION_POLICY } from "../cases/decision-case.js";
import { SCOPE_DECISIONS } from "../cases/decisions.js";
import { GATE_DECISIONS } from "../cases/decisions-conditions.js";
import { titled } from "../titled.js";

const policy = loadPolicy(DECISION_POLICY);
const CASES = [...SCOPE_DECISIONS, ...GATE_DECISIONS];

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("authorize", () => {
  const authorized = titled(CASES, ({ title, expect: { code } }) =>
    code === "allowed"
      ? `returns the same token object: ${title}`
      : `throws the decision ${code}: ${title}`,
  );
  it.each(authorized)("%s", (_title, { token, tool, params }) => {
    const decision = policy.decideUntrusted(token, tool, params);
    const authorize = () => policy.authorize(token as never, tool, params as never);
    if (decision.allowed) {
      expect(authorize()).toBe(token);
      return;
    }
    const error = thrownBy(authorize);
    expect(error).toBeInstanceOf(AccessDenied);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "AccessDenied", message: decision.message, decision });
  });

  it("returns undefined only for a public operation without credentials", () => {
    expect(policy.authorize(undefined, "public")).toBeUndefined();
    const token = { scope: "" };
    expect(policy.authorize(token, "public")).toBe(token);
    expect(() => policy.authorize(undefined, "authenticated")).toThrow(AccessDenied);
  });

  it("throws an error without HTTP members", () => {
    const error = thrownBy(() => policy.authorize(undefined, "one"));
    expect(Object.keys(error as object).sort()).toEqual(["decision", "name"]);
  });
});

describe("operation", () => {
  const resolved = titled(CASES, ({ title }) => `decides as the policy does: ${title}`);
  it.each(resolved)("%s", (_title, { token, tool, params }) => {
    const operation = policy.operation(tool);
    const decision = policy.decideUntrusted(token, tool, params);
    expect(operation.decide(token as never, params as never)).toEqual(decision);
    if (decision.allowed) expect(operation.authorize(token as never, params as never)).toBe(token);
    else
      expect(() => operation.authorize(token as never, params as never)).toThrow(decision.message);
  });

  const NAMES: readonly (readonly [name: string, params: readonly string[]])[] = [
    ["one", []],
    ["denied", []],
    ["public", []],
    ["bound", ["id"]],
    ["bound_two", ["from", "to"]],
    ["bound_pair", ["x", "y"]],
    ["GET /a/{id}", ["id"]],
  ];
  const names = titled(NAMES, ([name, params]) =>
    params.length === 0
      ? `has no parameters for ${name}`
      : `has the parameters ${params.join(" and ")} for ${name}`,
  );
  it.each(names)("%s", (_title, [name, params]) => {
    const operation = policy.operation(name);
    expect([operation.name, operation.params]).toEqual([name, params]);
    expect(Object.isFrozen(operation) && Object.isFrozen(operation.params)).toBe(true);
    expect(Object.keys(operation).sort()).toEqual(["authorize", "decide", "name", "params"]);
  });

  const UNKNOWN: readonly (readonly [name: unknown, message: string])[] = [
    ["onee", "the policy has no operation `onee`; did you mean `one`?"],
    ["GET /mee", "the policy has no operation `GET /mee`; did you mean `GET /me`?"],
    ["zzzzzz", "the policy has no operation `zzzzzz`"],
    ["constructor", "the policy has no operation `constructor`"],
    ["__proto__", "the policy has no operation `__proto__`"],
    [undefined, "the policy has no operation `undefined`"],
    [["one"], "the policy has no operation `object`"],
    [Symbol("one"), "the policy has no operation `symbol`"],
    [Object.create(null), "the policy has no operation `object`"],
  ];
  const unknown = titled(
    UNKNOWN,
    ([name, message]) => `throws for the name ${inspect(name)}: ${message}`,
  );
  it.each(unknown)("%s", (_title, [name, message]) => {
    const error = thrownBy(() => policy.operation(name as string));
    expect(error).toBeInstanceOf(PolicyError);
    expect(error).toMatchObject({
      name: "PolicyError",
      code: "ERR_OPERATION_UNKNOWN",
      findings: [],
      message,
    });
  });
});

describe("a policy", () => {
  const load = (options?: object) => loadPolicy(DECISION_POLICY, options);

  it("has one decision for each of its functions", () => {
    const loaded = load();
    const token = { scope: "a" };
    const request = { method: "GET", path: "/a/1" };
    expect(loaded.decide(token, "one").code).toBe("allowed");
    expect(loaded.decideUntrusted(token, "one").code).toBe("allowed");
    expect(loaded.authorize(token, "one")).toBe(token);
    expect(() => loaded.authorize({ scope: "" }, "one")).toThrow(AccessDenied);
    expect(loaded.decideRequest({ scope: "/a/1/read" }, request).code).toBe("allowed");
    expect(loaded.decideRequest(token, { ...request, path: "/gone" }).code).toBe(
      "unknown_operation",
    );
    expect(loaded.findEndpoint(request)).toMatchObject({
      name: "GET /a/{id}",
      params: { id: "1" },
    });
    expect(loaded.toolsFor(token).map(({ name }) => name)).toContain("one");
    expect(loaded.operation("one").decide(token).code).toBe("allowed");
  });

  it("suggests a name of the policy for an unknown operation", () => {
    expect(() => load().operation("onee")).toThrow(
      "the policy has no operation `onee`; did you mean `one`?",
    );
  });

  it.each<[options: unknown, message: string]>([
    [{ now: 5 }, "1 finding in the options for the policy\n  now: expected a function"],
    [{ nov: () => 5 }, "1 finding in the options for the policy\n  nov: unknown option"],
    [7, "1 finding in the options for the policy\n  expected an object with options"],
  ])("has checked options: %j", (options, message) => {
    expect(() => load(options as object)).toThrow(message);
  });

  it("decides by its clock", () => {
    const definition = {
      name: "n",
      version: "1",
      scopes: { a: {} },
      tools: { a: { scope: "a", maxAge: 60 } },
    };
    const token = { scope: "a", auth_time: 1_000 };
    const timed = loadPolicy(definition, { now: () => 1_060 });
    expect(timed.decide(token, "a").code).toBe("allowed");
    expect(timed.decideUntrusted(token, "a").code).toBe("allowed");
    expect(timed.operation("a").decide(token).code).toBe("allowed");
    expect(loadPolicy(definition).decide(token, "a").code).toBe("insufficient_user_authentication");
    const now = Math.floor(Date.now() / 1_000);
    expect(loadPolicy(definition).decide({ ...token, auth_time: now }, "a").code).toBe("allowed");
  });

  it("decides on a token by its baseline", () => {
    const based = () =>
      loadPolicy({
        name: "n",
        version: "1",
        scopes: { base: {}, also: {}, a: {} },
        baseline: ["base", "also"],
        tools: { a: "a" },
      });
    for (const one of [based(), based()])
      for (const [scope, code] of [
        ["base also", "allowed"],
        ["base", "insufficient_scope"],
        ["a", "insufficient_scope"],
        ["a  b", "invalid_token"],
      ] as const)
        expect(decideBaseline(one, { scope }).code).toBe(code);
    expect(decideBaseline(load(), { scope: "" }).code).toBe("allowed");
    expect(decideBaseline(based(), undefined).code).toBe("unauthenticated");
  });
});

describe("decideRequest", () => {
  const requests = loadPolicy({
    name: "n",
    version: "1",
    tiers: ["pro"],
    scopes: { base: {}, a: {}, "/x/{id}": {}, "/y/{id}/{key}": {} },
    baseline: ["base"],
    tools: { get: "a", GET: "a" },
    endpoints: {
      "GET /x/{id}": "/x/{id}",
      "GET /x/{id}/y": { scope: "/y/{id}/{key}" },
      "POST /x/:other": { scope: "/x/{id}" },
      "PUT /x/{account}": { scope: "/x/{id}", params: { id: "account" } },
      "GET /free/{id}": "a",
      "GET /open": { public: true, enrichedBy: "a" },
      "GET /gone": { deny: "Gone." },
      "GET /me": { authenticated: true },
      "GET /{constructor}/p": { scope: "/x/{id}", params: { id: "constructor" } },
    },
  });

  const REQUESTS: readonly (readonly [
    title: string,
    token: unknown,
    request: unknown,
    decision: object,
  ])[] = [
    [
      "uses a path parameter for the parameter of its name",
      { scope: "/x/1" },
      { method: "GET", path: "/x/1" },
      { code: "allowed", scopes: ["/x/1"] },
    ],
    [
      "denies another value of a path parameter",
      { scope: "/x/1" },
      { method: "GET", path: "/x/2" },
      { code: "binding_mismatch", param: "id" },
    ],
    [
      "treats HEAD as GET",
      { scope: "/x/1" },
      { method: "HEAD", path: "/x/1" },
      { code: "allowed" },
    ],
    [
      "prefers a path parameter to a given parameter",
      { scope: "/x/1" },
      { method: "GET", path: "/x/2", params: { id: "1" } },
      { code: "binding_mismatch" },
    ],
    [
      "uses a given parameter that the path does not have",
      { scope: "/y/1/k" },
      { method: "GET", path: "/x/1/y", params: { key: "k" } },
      { code: "allowed" },
    ],
    [
      "denies a parameter that neither the path nor the caller gives",
      { scope: "/y/1/k" },
      { method: "GET", path: "/x/1/y" },
      { code: "invalid_params", param: "key" },
    ],
    [
      "does not use a path parameter of another name",
      { scope: "/x/1" },
      { method: "POST", path: "/x/1" },
      { code: "invalid_params", param: "id" },
    ],
    [
      "uses a given parameter in addition to a path parameter of another name",
      { scope: "/x/1" },
      { method: "POST", path: "/x/2", params: { id: "1" } },
      { code: "allowed" },
    ],
    [
      "uses a path parameter for a renamed parameter",
      { scope: "/x/1" },
      { method: "PUT", path: "/x/1" },
      { code: "allowed" },
    ],
    [
      "accepts any canonical value of a path parameter that no rule needs",
      { scope: "a" },
      { method: "GET", path: "/free/%C3%A9" },
      { code: "allowed" },
    ],
    [
      "denies a value that is canonical in a path but not safe in a scope",
      { scope: "/x/1" },
      { method: "GET", path: "/x/%C3%A9" },
      { code: "invalid_params", param: "id" },
    ],
    [
      "binds a value with a colon",
      { scope: "/x/a:b" },
      { method: "GET", path: "/x/a:b" },
      { code: "allowed", scopes: ["/x/a:b"] },
    ],
    [
      "does not require the baseline for an endpoint",
      { scope: "a" },
      { method: "GET", path: "/free/1" },
      { code: "allowed", scopes: ["a"] },
    ],
    [
      "allows a public endpoint without a token",
      undefined,
      { method: "GET", path: "/open" },
      { code: "allowed", enriched: false },
    ],
    [
      "allows a public endpoint with its enriched detail",
      { scope: "a" },
      { method: "GET", path: "/open" },
      { code: "allowed", enriched: true },
    ],
    [
      "denies an endpoint with a hard denial",
      { scope: "a" },
      { method: "GET", path: "/gone" },
      { code: "denied", reason: "Gone." },
    ],
    ["allows any valid token", { scope: "" }, { method: "GET", path: "/me" }, { code: "allowed" }],
    [
      "denies a request without a token",
      undefined,
      { method: "GET", path: "/me" },
      { code: "unauthenticated" },
    ],
    ["denies an invalid token", null, { method: "GET", path: "/me" }, { code: "invalid_token" }],
    [
      "uses a path parameter with a name of Object.prototype",
      { scope: "/x/1" },
      { method: "GET", path: "/1/p" },
      { code: "allowed" },
    ],
    [
      "does not know the name of a tool as a path",
      { scope: "a base" },
      { method: "GET", path: "get" },
      { code: "unknown_operation" },
    ],
    [
      "does not know the pattern of an endpoint as a path",
      { scope: "a" },
      { method: "GET", path: "/x/{id}" },
      { code: "unknown_operation" },
    ],
    [
      "does not know a request without a method",
      { scope: "a" },
      { path: "/me" },
      { code: "unknown_operation" },
    ],
    [
      "does not know a request without a path",
      { scope: "a" },
      { method: "GET" },
      { code: "unknown_operation" },
    ],
    [
      "does not know a path that is not a text",
      { scope: "a" },
      { method: "GET", path: ["/me"] },
      { code: "unknown_operation" },
    ],
    [
      "does not know an inherited path",
      { scope: "a" },
      Object.create({ method: "GET", path: "/me" }),
      { code: "unknown_operation" },
    ],
    [
      "does not know undefined as a request",
      { scope: "a" },
      undefined,
      { code: "unknown_operation" },
    ],
    [
      "ignores parameters that are not an object",
      { scope: "/y/1/k" },
      { method: "GET", path: "/x/1/y", params: "key" },
      { code: "invalid_params" },
    ],
    [
      "ignores inherited parameters",
      { scope: "/y/1/k" },
      { method: "GET", path: "/x/1/y", params: Object.create({ key: "k" }) as object },
      { code: "invalid_params" },
    ],
  ];
  it.each(REQUESTS)("%s", (_, token, request, decision) => {
    expect(requests.decideRequest(token as never, request as never)).toMatchObject(decision);
  });
});
