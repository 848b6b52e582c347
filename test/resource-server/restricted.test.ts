// The approval of a client reaches a decision through `subject` alone.

import { createAuthorizer, definePolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import { createSecuritySchemes } from "../../src/mcp/server/security-schemes.js";
import { createLocalToken } from "../../src/resource-server/local-token.js";

const policy = definePolicy({
  name: "Shops",
  version: "1",
  scopes: { read: {}, sync: { restricted: true } },
  tools: { mirror: "sync", list: { anyOf: ["sync", "read"] } },
});
const claims = { sub: "ada", scope: "" };

const admit = async (
  options: Partial<Parameters<typeof createAuthorizer>[0]>,
  operation: "mirror" | "list" = "mirror",
) => {
  const authorizer = createAuthorizer({ policy, verify: () => claims, ...options });
  return authorizer.admit({ authorization: "Bearer x", operation });
};

describe("the approved scopes of a client", () => {
  it("come from `subject`, and the challenge names the restricted scope", async () => {
    const admission = await admit({ subject: () => ({ approvedScopes: ["sync"] }) });
    expect(admission).toMatchObject({
      decision: { code: "insufficient_scope" },
      answer: { body: { scope: "sync" } },
      token: { approvedScopes: ["sync"] },
    });
  });

  it("are a frozen copy, which `subject` cannot change afterwards", async () => {
    const approvedScopes: string[] = [];
    const { token } = await admit({ subject: () => ({ approvedScopes }) });
    approvedScopes.push("sync");
    expect(token?.approvedScopes).toEqual([]);
    expect(Object.isFrozen(token?.approvedScopes)).toBe(true);
  });

  it("do not count in the claims of `verify`, and `trustClaims` cannot name them", async () => {
    const verify = () => ({ ...claims, approvedScopes: ["sync"] });
    for (const options of [{ verify }, { verify, subject: () => undefined }]) {
      const { decision, token } = await admit(options);
      expect(decision.code).toBe("reserved_scope");
      expect(token).not.toHaveProperty("approvedScopes");
    }
    expect(() =>
      createAuthorizer({ policy, verify, trustClaims: ["approvedScopes" as never] }),
    ).toThrow(PolicyError);
  });

  it("count in a local token, as the program wrote it", async () => {
    const authorizer = createAuthorizer({ policy });
    const token = createLocalToken({ ...claims, approvedScopes: ["sync"] });
    const admission = await authorizer.admit({ authorization: token, operation: "mirror" });
    expect(admission.decision.code).toBe("insufficient_scope");
  });

  it("that are inherited are an outage, as for every fact", async () => {
    const subject = () => Object.create({ approvedScopes: ["sync"] }) as object;
    const { decision } = await admit({ subject, onOutage: () => undefined });
    expect(decision.code).toBe("temporarily_unavailable");
  });
});

describe("a client that is not approved", () => {
  it("gets a 403 without a challenge, or the challenge of another alternative", async () => {
    expect(await admit({})).toMatchObject({
      decision: {
        code: "reserved_scope",
        message: expect.stringMatching(/^restricted: /) as string,
      },
      answer: { status: 403, body: { error: "reserved_scope" } },
    });
    const { answer } = (await admit({}, "list")) as { answer: { headers: object; body: object } };
    expect(answer.body).toMatchObject({ scope: "read" });
    expect(JSON.stringify(answer)).not.toContain("sync");
  });

  it("is told no restricted scope by the 401 and the security schemes of MCP", () => {
    const authorizer = createAuthorizer({ policy });
    const scopeOf = (operation: string) =>
      authorizer.answer(
        { allowed: false, code: "unauthenticated", message: "sign in" },
        { operation },
      ).headers["WWW-Authenticate"];
    expect(scopeOf("mirror")).not.toContain("scope");
    expect(scopeOf("list")).toContain('scope="read"');
    const schemes = createSecuritySchemes(policy);
    expect(schemes.of("mirror")).toEqual([{ type: "oauth2" }]);
    expect(schemes.of("list")).toEqual([{ type: "oauth2", scopes: ["read"] }]);
  });
});

it("marks an alternative with a restricted scope in the audit event", async () => {
  const events: AuditEvent[] = [];
  await admit({ audit: (event: AuditEvent) => events.push(event) }, "list");
  expect(events[0]?.requirement).toEqual({
    rules: [{ anyOf: [{ scopes: ["sync"], restricted: true }, { scopes: ["read"] }] }],
  });
});
