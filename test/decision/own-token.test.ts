import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import {
  addScopes,
  freezeToken,
  keepScopes,
  knownLowScopes,
  knownScopes,
} from "../../src/decision/own-token.js";
import { createTokenScopes, type TokenScopes } from "../../src/decision/token-scopes.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import type { CompiledPolicy } from "../../src/policy/compiled-policy.js";

const compiled = () =>
  compiledPolicyOf(loadPolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { a: "a" } }));
const policy = compiled();
const DRAFT = { ids: [0, 3], bound: [], hasUnusable: false };
const scopesOf = (text: string): TokenScopes => createTokenScopes(text, DRAFT, undefined);
const scopes = scopesOf("a");

/** Returns all scopes and the first 32 that are kept with a token. */
const keptWith = (token: unknown, policy: CompiledPolicy) => [
  knownScopes(token, policy),
  knownLowScopes(token, policy),
];
const NOTHING = [undefined, undefined];

describe("the scopes that are kept with a token", () => {
  it("are found again, under the same policy", () => {
    const token = { scope: "a" };
    expect(keptWith(token, policy)).toEqual(NOTHING);
    addScopes(token, policy, scopes);
    expect(keptWith(token, policy)).toEqual([scopes, 0b1001]);
    expect(keptWith(token, compiled())).toEqual(NOTHING);
    expect(keptWith({ ...token }, policy)).toEqual(NOTHING);
  });

  it("are those of the last policy", () => {
    const token = { scope: "a" };
    const [other, others] = [compiled(), scopesOf("a")];
    addScopes(token, policy, scopes);
    expect(keepScopes(token, other, others)).toBe(true);
    expect(keptWith(token, policy)).toEqual(NOTHING);
    expect(keptWith(token, other)).toEqual([others, 0b1001]);
    keepScopes(token, other, createTokenScopes("a", { ...DRAFT, ids: [31] }, undefined));
    expect(knownLowScopes(token, other)).toBe(-(2 ** 31));
  });

  it("are not used while the token has another scope, or one that throws", () => {
    const token: { scope: unknown } = { scope: "a" };
    addScopes(token, policy, scopes);
    for (const scope of ["b", "", ["a"], undefined, Object("a")]) {
      token.scope = scope;
      expect(keptWith(token, policy)).toEqual(NOTHING);
    }
    token.scope = "a";
    expect(keptWith(token, policy)).toEqual([scopes, 0b1001]);
    Object.defineProperty(token, "scope", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(keptWith(token, policy)).toEqual(NOTHING);
  });

  it("have no room in a token of a caller until they are added, and none in a frozen one", () => {
    expect(keepScopes({ scope: "a" }, policy, scopes)).toBe(false);
    const frozen = Object.freeze({ scope: "a" });
    addScopes(frozen, policy, scopes);
    expect(keptWith(frozen, policy)).toEqual(NOTHING);
    expect(keepScopes(frozen, policy, scopes)).toBe(false);
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
    expect(keptWith(token, policy)).toEqual(NOTHING);
    expect(keepScopes(token, policy, scopes)).toBe(true);
    expect(keptWith(token, policy)).toEqual([scopes, 0b1001]);
    expect(reads).toBe(0);
  });

  it.each([[undefined], [null], ["a"], [1], [true]])("are missing for %j", (token) => {
    expect(keptWith(token, policy)).toEqual(NOTHING);
  });
});
