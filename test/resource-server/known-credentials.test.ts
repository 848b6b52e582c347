import fc from "fast-check";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizationCall } from "../../src/resource-server/authorizer-types.js";
import { readCredentials, readKnownCredentials } from "../../src/resource-server/credentials.js";
import { hideReasons } from "../../src/resource-server/verifier-result.js";
import { createTokenCache } from "../../src/verify/token-cache.js";

const ACCEPTED = ["a.b.c", "x", `${"y".repeat(40)}==`, "z".repeat(16_384)];
const findAccepted = (rawToken: string) => ACCEPTED.find((text) => text === rawToken);

const header = fc
  .tuple(
    fc.constantFrom("Bearer ", "bearer ", "BEARER ", "Bearer  ", "Bearer", " Bearer ", "Basic "),
    fc.oneof(fc.constantFrom(...ACCEPTED), fc.string({ maxLength: 8 })),
    fc.constantFrom("", " ", "=", ", Bearer x", "\n"),
  )
  .map((parts) => parts.join(""));

describe("readKnownCredentials", () => {
  it("reads every header as readCredentials does, whatever the verifier has accepted", () => {
    fc.assert(
      fc.property(fc.oneof(header, fc.array(header, { maxLength: 2 }), fc.anything()), (fields) => {
        expect(readKnownCredentials(fields, findAccepted)).toEqual(readCredentials(fields));
        expect(readKnownCredentials(fields, undefined)).toEqual(readCredentials(fields));
      }),
    );
  });
});

describe("credentials of another scheme", () => {
  // with `x` or `a.b.c` where the token of a bearer credential begins
  it.each(["Digest x", "Basic  x", "bearer_x", "Negotia.b.c", "DigestXa.b.c"])(
    "are no bearer token, whatever the verifier has accepted: %s",
    (field) => {
      expect(readKnownCredentials(field, findAccepted)).not.toHaveProperty("token");
    },
  );
});

describe("a text that the verifier has accepted before", () => {
  it("is verified again for each request", async () => {
    let calls = 0;
    const verify = hideReasons(() => {
      calls += 1;
      return calls === 1
        ? { kind: "token", token: { scope: "a" } }
        : { kind: "rejected", reason: "expired" };
    }, findAccepted);
    const policy = loadPolicy({ name: "A", version: "1", scopes: { a: {} }, tools: { t: "a" } });
    const authorizer = createAuthorizer({ policy, verify, onRejected: () => undefined });
    const call = { authorization: "Bearer a.b.c", operation: "t" };
    const codes = [await authorizer.admit(call), await authorizer.admit(call)].map(
      ({ decision }) => decision.code,
    );
    expect(codes).toEqual(["allowed", "invalid_token"]);
  });

  it("is found by its whole text, also after its entry has ended", () => {
    const cache = createTokenCache({ entries: 10, seconds: 1 });
    const tail = "t".repeat(32);
    cache.set(`a${tail}`, { kind: "token", token: { scope: "a" } }, 0, 1);
    expect(cache.textOf(`a${tail}`)).toBe(`a${tail}`);
    expect(cache.textOf(`b${tail}`)).toBeUndefined();
    expect(cache.get(`a${tail}`, 2)).toBeUndefined();
    expect(createTokenCache(false).textOf(`a${tail}`)).toBeUndefined();
  });
});

describe("the members of a call", () => {
  const policy = loadPolicy({
    name: "A",
    version: "1",
    scopes: { a: {}, "/x/{id}": {} },
    tools: { t: "a", x: "/x/{id}" },
  });
  const verify = (rawToken: string) => ({ scope: rawToken === "a" ? "a" : "/x/1" });
  const authorizer = createAuthorizer({ policy, verify, onRejected: () => undefined });
  const CALLS: readonly AuthorizationCall[] = [
    { authorization: "Bearer a", operation: "t" },
    { authorization: "Bearer b", operation: "x", params: { id: "1" } },
    { authorization: undefined, authenticate: () => ({ scope: "a" }), operation: "t" },
    { authorization: undefined, operation: "t", requestId: "r1", signInScope: "resource" },
    { authorization: undefined, operation: "t", arguments: {}, protocolVersion: "2025-11-25" },
    { authorization: "Bearer b", operation: "t", auditDenialsOnly: true, credentialsFirst: true },
    { authorization: "Bearer b", operation: "t", enforced: false },
  ];

  it.each(CALLS.map((call) => [JSON.stringify(call), call] as const))(
    "count if they are its own, and not if they are inherited: %s",
    async (_title, call) => {
      const nothing = await authorizer.admit({} as AuthorizationCall);
      const inherited = Object.create(call) as AuthorizationCall;
      expect((await authorizer.admit(inherited)).decision).toEqual(nothing.decision);
      expect((await authorizer.admit(call)).decision).not.toEqual(nothing.decision);
      expect((await authorizer.admit({ ...call })).decision).toEqual(
        (await authorizer.admit(call)).decision,
      );
    },
  );

  const MEMBERS: AuthorizationCall = {
    authorization: "Bearer a",
    authenticate: () => ({ scope: "a" }),
    operation: "t",
    params: { id: "1" },
    arguments: { id: "1" },
    requestId: "r1",
    protocolVersion: "2025-11-25",
    signInScope: "resource",
    auditDenialsOnly: true,
    credentialsFirst: true,
    enforced: false,
  };

  it.each(Object.entries(MEMBERS))("has none that is inherited: %s", async (name, value) => {
    const own = { authorization: "Bearer b", operation: "t" };
    const others = Object.fromEntries(Object.entries(own).filter(([other]) => other !== name));
    const inherited = Object.create({ [name]: value as unknown }) as object;
    const call = Object.assign(inherited, others);
    expect(await authorizer.admit(call as never)).toEqual(await authorizer.admit(others as never));
  });

  it.each([undefined, null])("are those of an empty call if there is none: %s", async (call) => {
    const { decision } = await authorizer.admit(call as never);
    expect(decision).toEqual((await authorizer.admit({} as AuthorizationCall)).decision);
    expect(decision.code).toBe("unknown_operation");
  });
});
