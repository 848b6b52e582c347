import { type AccessToken, createAuthorizer, loadPolicy, type Outage } from "scope-policy";
import { accessTokenFromClaims } from "scope-policy/verify";
import { describe, expect, it } from "vitest";
import { MAX_SCOPE_TOKENS } from "../../src/grammar/scope.js";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import type { AuthorizationCall } from "../../src/resource-server/authorizer-types.js";
import { isAuthorizer, requireAuthorizer } from "../../src/resource-server/option-checks.js";

// each test is for a change of the source that no other test of this folder noticed

const policy = loadPolicy({
  name: "Edges",
  version: "1",
  scopes: { a: {} },
  tools: { open: { public: true }, closed: "a", off: { deny: "switched off" } },
});
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => (rawToken === "good" ? { scope: "a", sub: "u" } : undefined),
  onRejected: () => undefined,
});

describe("credentials that are decided on before the operation", () => {
  it.each<[AuthorizationCall["authorization"], string, string, string]>([
    [undefined, "open", "allowed", "allowed"],
    [undefined, "closed", "unauthenticated", "unauthenticated"],
    [undefined, "off", "denied", "unauthenticated"],
    [undefined, "none", "unknown_operation", "unauthenticated"],
    ["Bearer bad", "open", "invalid_token", "invalid_token"],
    ["Bearer bad", "off", "denied", "invalid_token"],
    ["Bearer bad", "none", "unknown_operation", "invalid_token"],
    ["Bearer good", "open", "allowed", "allowed"],
    ["Bearer good", "closed", "allowed", "allowed"],
    ["Bearer good", "off", "denied", "denied"],
    ["Bearer good", "none", "unknown_operation", "unknown_operation"],
  ])("%s, %s: %s, and first %s", async (authorization, operation, code, codeFirst) => {
    const call = { authorization, operation };
    expect((await authorizer.admit(call)).decision.code).toBe(code);
    const first = await authorizer.admit({ ...call, credentialsFirst: true });
    expect(first.decision.code).toBe(codeFirst);
  });
});

describe("the error of an outage", () => {
  const inherited = (members: object) =>
    Object.assign(Object.create(members) as object, { scope: "a" }) as AccessToken;

  it.each<[Partial<AuthorizerOptions>, string]>([
    [{ verify: () => inherited({ exp: 1 }) }, "`exp` is inherited"],
    [{ verify: () => inherited({ nbf: 1 }) }, "`nbf` is inherited"],
    [{ verify: () => "a" as never }, "expected claims, `null` or `undefined`"],
    [{ subject: () => [] as never }, "expected facts, `null` or `undefined`"],
    [{ subject: () => Object.create({ tier: "pro" }) as object }, "`tier` is inherited"],
    [{ isRevoked: () => 1 as never }, "expected true or false"],
  ])("says what is wrong with the result of %o: %s", async (options, message) => {
    const outages: Outage[] = [];
    const failing = createAuthorizer({
      policy,
      verify: () => ({ scope: "a" }),
      onOutage: (outage) => void outages.push(outage),
      ...options,
    });
    const call = { authorization: "Bearer good", operation: "closed" };
    expect((await failing.admit(call)).decision.code).toBe("temporarily_unavailable");
    const source = Object.keys(options)[0];
    expect(outages).toMatchObject([{ source, error: { name: "TypeError", message } }]);
  });
});

describe("a list of scopes in a claim", () => {
  const listOf = (length: number) => Array.from({ length }, (_, index) => `s${index}`);
  const read = (length: number) =>
    accessTokenFromClaims({ scope: listOf(length) }, { isScopeList: true });

  it("is read whole up to its maximum length", () => {
    expect(read(MAX_SCOPE_TOKENS)?.scope).toEqual(listOf(MAX_SCOPE_TOKENS));
    expect(read(MAX_SCOPE_TOKENS + 1)).toBeUndefined();
  });
});

describe("the response to a caller without a session", () => {
  it("asks to sign in, if nothing verifies tokens", async () => {
    const sessions = createAuthorizer({ policy, resource: "https://a.example" });
    const call = { authorization: undefined, authenticate: () => undefined, operation: "closed" };
    const admission = await sessions.admit(call);
    expect(admission.decision.code).toBe("unauthenticated");
    expect(JSON.stringify(admission)).toContain("authentication required: sign in");
  });
});

describe("an option for an authorizer", () => {
  it.each([undefined, null, {}, { admit: true }, "a"])("rejects %j", (value) => {
    expect(isAuthorizer(value)).toBe("expected an authorizer of `createAuthorizer`");
    expect(() => requireAuthorizer(value)).toThrow(
      expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }),
    );
  });

  it("accepts an authorizer", () => {
    expect(isAuthorizer(authorizer)).toBeUndefined();
    expect(() => requireAuthorizer(authorizer)).not.toThrow();
  });
});
