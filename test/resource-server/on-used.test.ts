import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {} },
  tools: { list_courses: "courses:read", save_course: "courses:write", ping: { public: true } },
});

const TOKEN = { scope: "courses:read", sub: "user-1", client_id: "app-1" };

/** Creates an authorizer that notes what it does, in order. */
function open(options: Partial<AuthorizerOptions> = {}) {
  const used: AccessToken[] = [];
  const outages: string[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: () => TOKEN,
    onUsed: (token) => void used.push(token),
    onOutage: ({ source }) => outages.push(source),
    ...options,
  });
  const admit = (operation: string, call: object = {}) =>
    authorizer.admit({ authorization: "Bearer token", operation, ...call });
  return { authorizer, used, outages, admit };
}

describe("onUsed", () => {
  it("receives the token of each allowed call once, as the handler gets it", async () => {
    const { authorizer, used, admit } = open();
    const admission = await admit("list_courses");
    expect(used).toEqual([TOKEN]);
    expect(used[0]).toBe(admission.token);
    await authorizer.decide("token", "list_courses");
    await authorizer.authorize("token", "list_courses");
    expect(used).toHaveLength(3);
  });

  it("is not called for a denial, for a call without a token, or at a gate behind which the call is decided again", async () => {
    const { authorizer, used, admit } = open();
    await admit("save_course");
    await admit("unknown");
    await admit("ping", { authorization: undefined });
    await admit("list_courses", { auditDenialsOnly: true });
    await authorizer.authenticate("Bearer token");
    expect(used).toEqual([]);
    await admit("ping");
    expect(used).toHaveLength(1);
  });

  it("is called after the audit event, and not if the event could not be written", async () => {
    const order: string[] = [];
    const steps = { audit: async () => order.push("audit"), onUsed: () => order.push("used") };
    await open(steps).admit("list_courses");
    expect(order).toEqual(["audit", "used"]);
    const failing = open({ audit: () => Promise.reject(new Error("full")) });
    expect((await failing.admit("list_courses")).decision.code).toBe("temporarily_unavailable");
    expect(failing.used).toEqual([]);
    const tolerant = open({
      audit: () => Promise.reject(new Error("full")),
      onAuditError: "continue",
    });
    await tolerant.admit("list_courses");
    expect(tolerant.used).toHaveLength(1);
  });

  it.each<[title: string, onUsed: () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["rejects", () => Promise.reject(new Error("boom"))],
    ["never settles", () => new Promise(() => undefined)],
  ])(
    "that %s is an outage that is counted and reported, and the call goes on at once",
    async (_title, onUsed) => {
      const { authorizer, outages, admit } = open({ onUsed, timeout: 10 });
      const admission = admit("list_courses");
      expect((await admission).kind).toBe("allowed");
      await expect.poll(() => outages).toEqual(["onUsed"]);
      expect(authorizer.outages.onUsed).toBe(1);
    },
  );
});
