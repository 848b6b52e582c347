import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { addScopes, freezeToken, keepScopes, knownScopes } from "../../src/decision/own-token.js";
import { createTokenScopes, type TokenScopes } from "../../src/decision/token-scopes.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

const load = () => loadPolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { a: "a" } });
const compiled = () => compiledPolicyOf(load());
const policy = compiled();
const scopesOf = (text: string): TokenScopes =>
  createTokenScopes(text, { ids: [0], bound: [], hasUnusable: false }, undefined);
const scopes = scopesOf("a");

describe("the scopes that are kept with a token", () => {
  it("are found again, under the same policy", () => {
    const token = { scope: "a" };
    expect(knownScopes(token, policy)).toBeUndefined();
    addScopes(token, policy, scopes);
    expect(knownScopes(token, policy)).toBe(scopes);
    expect(knownScopes(token, compiled())).toBeUndefined();
    expect(knownScopes({ ...token }, policy)).toBeUndefined();
  });

  it("are those of the last policy", () => {
    const token = { scope: "a" };
    const [other, others] = [compiled(), scopesOf("a")];
    addScopes(token, policy, scopes);
    expect(keepScopes(token, other, others)).toBe(true);
    expect([knownScopes(token, policy), knownScopes(token, other)]).toEqual([undefined, others]);
  });

  it("are not used while the token has another scope, or one that throws", () => {
    const token: { scope: unknown } = { scope: "a" };
    addScopes(token, policy, scopes);
    for (const scope of ["b", "", ["a"], undefined, Object("a")]) {
      token.scope = scope;
      expect(knownScopes(token, policy)).toBeUndefined();
    }
    token.scope = "a";
    expect(knownScopes(token, policy)).toBe(scopes);
    Object.defineProperty(token, "scope", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(knownScopes(token, policy)).toBeUndefined();
  });

  it("have no room in a token of a caller until they are added, and none in a frozen one", () => {
    expect(keepScopes({ scope: "a" }, policy, scopes)).toBe(false);
    const frozen = Object.freeze({ scope: "a" });
    addScopes(frozen, policy, scopes);
    expect(knownScopes(frozen, policy)).toBeUndefined();
    expect(keepScopes(frozen, policy, scopes)).toBe(false);
  });

  it("have no room in a proxy that says nothing of its target, and each decision is the same", () => {
    const owner = load();
    for (const isExtensible of [
      () => false,
      () => {
        throw new Error("no");
      },
    ]) {
      const token = new Proxy({ scope: "a" }, { isExtensible });
      addScopes(token, policy, scopes);
      expect(knownScopes(token, policy)).toBeUndefined();
      for (let call = 0; call < 20; call += 1)
        expect(owner.decideUntrusted(token, "a").code).toBe("allowed");
    }
  });

  it("have room in a token that the library froze, whose scope is not read again", () => {
    let reads = 0;
    const token = freezeToken(
      Object.defineProperty({}, "scope", {
        get: () => {
          reads += 1;
          return "a";
        },
      }),
    );
    expect(Object.isFrozen(token)).toBe(true);
    expect(knownScopes(token, policy)).toBeUndefined();
    expect(keepScopes(token, policy, scopes)).toBe(true);
    expect(knownScopes(token, policy)).toBe(scopes);
    expect(reads).toBe(0);
  });

  it.each([[undefined], [null], ["a"], [1], [true]])("are missing for %j", (token) => {
    expect(knownScopes(token, policy)).toBeUndefined();
  });
});
