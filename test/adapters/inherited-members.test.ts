import { createAuthorizer, loadPolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { afterEach, describe, expect, it } from "vitest";
import { authorizationHeaders } from "../../src/adapters/admit-request.js";

// names that `test/pollution.test.ts` cannot see, since only values of their own have an effect
const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: {},
  tools: { list_courses: { public: true } },
  endpoints: { "GET /v1/courses": { public: true } },
});

const polluted = new Set<string>();
function pollute(name: string, value: unknown): void {
  polluted.add(name);
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
}
afterEach(() => {
  for (const name of polluted) Reflect.deleteProperty(Object.prototype, name);
  polluted.clear();
});

describe("an inherited member", () => {
  const spellings = [
    ["trailingSlash", "ignore", "/v1/courses/"],
    ["caseSensitive", false, "/V1/courses"],
  ] as const;
  it.each(spellings)("%s accepts no other spelling of a path", (name, value, path) => {
    pollute(name, value);
    const decision = policy.decideRequest(undefined, { method: "GET", path });
    expect(decision.code).toBe("unknown_operation");
  });

  it("`answered` is not called by a gate without an audit", async () => {
    const calls: unknown[] = [];
    const gate = expressGate(createAuthorizer({ policy, verify: () => undefined }));
    pollute("answered", (status: number) => calls.push(status));
    const listeners: (() => void)[] = [];
    const req = {
      method: "GET",
      baseUrl: "",
      originalUrl: "/v1/courses",
      rawHeaders: [],
      headers: {},
    };
    const res = {
      headersSent: false,
      destroyed: false,
      statusCode: 200,
      on: (_event: "finish", listener: () => void) => listeners.push(listener),
      setHeader: () => undefined,
      end: () => undefined,
    };
    await gate("list_courses")(req, res, () => undefined);
    for (const listener of listeners) listener();
    expect(calls).toEqual([]);
  });

  it("`0` is no header of a request without any", () => {
    pollute("0", "Bearer demo");
    expect(
      authorizationHeaders({ rawHeaders: ["Host", "a.example"], headers: {} }),
    ).toBeUndefined();
    expect(authorizationHeaders({ headers: { authorization: "Bearer own" } })).toBe("Bearer own");
  });

  it.each(["detail", "issuer", "kid"])("%s is no part of a rejection", async (name) => {
    const rejections: object[] = [];
    const authorizer = createAuthorizer({
      policy,
      verify: () => undefined,
      onRejected: (rejection) => void rejections.push({ ...rejection }),
    });
    pollute(name, "inherited");
    await authorizer.decide("token", "list_courses");
    expect(JSON.stringify(rejections)).toContain("verify_result");
    expect(JSON.stringify(rejections)).not.toContain("inherited");
  });
});
