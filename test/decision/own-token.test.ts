import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowed, insufficientScope } from "../../src/decision/decision.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import {
  createTokenMarks,
  decideKnown,
  freezeToken,
  keepScopes,
  knownScopes,
  knownState,
  type TokenMarks,
} from "../../src/decision/own-token.js";
import { decideByChoice, valueStateOf } from "../../src/decision/quick.js";
import {
  createTokenScopes,
  hasScope,
  type TokenScopes,
  type TokenScopesDraft,
} from "../../src/decision/token-scopes.js";
import { KEEP_EACH } from "../../src/decision/token-scopes-reader.js";

const load = () => loadPolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { a: "a" } });
const marks = createTokenMarks();
const scopesOf = (text: string): TokenScopes =>
  createTokenScopes(text, { ids: [0, 33], bound: [], hasUnusable: false }, undefined);
const scopes = scopesOf("a");

const CHOICE = {
  first: 0,
  second: 1,
  ifFirst: allowed(["a"]),
  ifSecond: allowed(["b"]),
  ifNone: insufficientScope(["a"], ["a"], [["a"]]),
};

/** Returns the scopes that are kept with a token. Compares the other functions, which read other fields of it. */
function known(token: unknown, under: TokenMarks): TokenScopes | undefined {
  const found = knownScopes(token, under);
  for (const isExact of [true, false])
    expect(decideKnown(token, under, CHOICE, isExact)).toBe(found && CHOICE.ifFirst);
  expect(knownState(token, under, 2, "v")).toBe(found && "missing");
  return found;
}

describe("the scopes that are kept with a token", () => {
  it("are found again, under the same policy", () => {
    const token = { scope: "a" };
    expect(known(token, marks)).toBeUndefined();
    keepScopes(token, marks, scopes);
    expect(known(token, marks)).toBe(scopes);
    expect(known(token, createTokenMarks())).toBeUndefined();
    expect(known({ ...token }, marks)).toBeUndefined();
  });

  it("are those of the last policy", () => {
    const token = { scope: "a" };
    const [other, others] = [createTokenMarks(), scopesOf("a")];
    keepScopes(token, marks, scopes);
    keepScopes(token, other, others);
    expect([known(token, marks), known(token, other)]).toEqual([undefined, others]);
  });

  it("are not used while the token has another scope, or one that throws", () => {
    const token: { scope: unknown } = { scope: "a" };
    keepScopes(token, marks, scopes);
    for (const scope of ["b", "", ["a"], undefined, Object("a")]) {
      token.scope = scope;
      expect(known(token, marks)).toBeUndefined();
    }
    token.scope = "a";
    expect(known(token, marks)).toBe(scopes);
    Object.defineProperty(token, "scope", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(known(token, marks)).toBeUndefined();
  });

  it("stay as they are if the next ones cannot be read", () => {
    const token = { scope: "a" };
    keepScopes(token, marks, scopes);
    const broken = {
      ...scopesOf("a"),
      get table(): never {
        throw new RangeError("no");
      },
    };
    const other = createTokenMarks();
    keepScopes(token, other, broken);
    expect([known(token, marks), known(token, other)]).toEqual([scopes, undefined]);
  });

  it.each([
    ["scopes", (token: object) => knownScopes(token, marks), scopes],
    ["decision", (token: object) => decideKnown(token, marks, CHOICE, true), CHOICE.ifFirst],
    [
      "decision by ids",
      (token: object) => decideKnown(token, marks, CHOICE, false),
      CHOICE.ifFirst,
    ],
    ["state", (token: object) => knownState(token, marks, 2, "v"), "missing"],
  ])("give the %s from before its getter keeps others", (_title, look, expected) => {
    for (const text of ["a", "b"]) {
      const draft = { ids: [1, 2], bound: [[2, "v"] as const], hasUnusable: false };
      const others = createTokenScopes(text, draft, undefined);
      let keeps = false;
      const token = {
        get scope() {
          if (!keeps) return "a";
          keepScopes(token, createTokenMarks(), others);
          return text;
        },
      };
      keepScopes(token, marks, scopes);
      keeps = true;
      // the text of the others is not that for which the scopes were kept
      expect(look(token)).toBe(text === "a" ? expected : undefined);
      expect(look(token)).toBeUndefined();
    }
  });

  it("are not those of another policy that a getter of the token asks", () => {
    // with more than 32 scopes, the bits do not decide alone
    for (const count of [0, 40]) {
      const more = Array.from({ length: count }, (_, index) => `more${index}`);
      const policyOf = (...names: string[]) =>
        loadPolicy({
          name: "n",
          version: "1",
          scopes: Object.fromEntries([...more, ...names].map((name) => [name, {}])),
          tools: { a: "a", b: "b" },
        });
      const [first, second] = [policyOf("a", "b"), policyOf("b", "a")];
      let asks = false;
      const token = {
        get scope() {
          if (asks) {
            asks = false;
            for (let call = 0; call < 2 * KEEP_EACH; call += 1) second.decideUntrusted(token, "b");
          }
          return "a";
        },
      };
      const codeOf = (tool: string) => first.decideUntrusted(token, tool).code;
      for (let call = 0; call < 2 * KEEP_EACH; call += 1) codeOf("a");
      asks = true;
      expect(codeOf("b")).toBe("insufficient_scope");
      for (let call = 0; call < 2 * KEEP_EACH; call += 1) codeOf("a");
      asks = true;
      expect(codeOf("a")).toBe("allowed");
    }
  });

  it("have no room in a token that a caller has frozen", () => {
    const frozen = Object.freeze({ scope: "a" });
    keepScopes(frozen, marks, scopes);
    expect(known(frozen, marks)).toBeUndefined();
  });

  it("are compared with a token that a caller freezes later", () => {
    let scope = "a";
    const token = Object.defineProperty({}, "scope", { get: () => scope });
    keepScopes(token, marks, scopes);
    Object.freeze(token);
    expect(known(token, marks)).toBe(scopes);
    keepScopes(token, createTokenMarks(), scopes);
    keepScopes(token, marks, scopes);
    scope = "b";
    expect(known(token, marks)).toBeUndefined();
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
      keepScopes(token, marks, scopes);
      expect(known(token, marks)).toBeUndefined();
      for (let call = 0; call < 2 * KEEP_EACH; call += 1)
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
    expect(known(token, marks)).toBeUndefined();
    keepScopes(token, marks, scopes);
    expect(known(token, marks)).toBe(scopes);
    expect(reads).toBe(0);
  });

  const keptWith = (draft: Omit<TokenScopesDraft, "hasUnusable">, isOwn = false) => {
    const token = isOwn ? freezeToken({ scope: "a" }) : { scope: "a" };
    const created = createTokenScopes("a", { ...draft, hasUnusable: false }, undefined);
    keepScopes(token, marks, created);
    return { token, created };
  };

  it("give the decision that the scopes give", () => {
    const id = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(5, 37, 69, 101, 133));
    const ids = fc.oneof(fc.array(id), fc.uniqueArray(id, { minLength: 30, maxLength: 60 }));
    fc.assert(
      fc.property(ids, id, id, fc.boolean(), (ids, first, second, isOwn) => {
        const { token, created } = keptWith({ ids, bound: [] }, isOwn);
        const choice = { ...CHOICE, first, second };
        const decision = decideKnown(token, marks, choice, false);
        expect(decision).toBe(decideByChoice(choice, created));
        const isExact = [...ids, first, second].every((one) => one < 32);
        if (isExact) expect(decideKnown(token, marks, choice, true)).toBe(decision);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[title: string, bound: readonly (readonly [scope: number, values: string])[]]>([
    ["none", []],
    ["one value", [[1, "v"]]],
    [
      "two scopes for one value",
      [
        [1, "v"],
        [2, "v"],
      ],
    ],
    [
      "two values",
      [
        [1, "v"],
        [1, "w"],
      ],
    ],
    ["a list of values", [[1, "v w"]]],
  ])("give what a token has of a template, if one comparison says it: %s", (_title, bound) => {
    for (const isOwn of [true, false]) {
      const { token, created } = keptWith(
        { ids: [0, ...bound.map(([id]) => id)], bound: [...bound] },
        isOwn,
      );
      for (const scope of [1, 2, 3])
        for (const value of ["v", "w", "v w", ""]) {
          const state = knownState(token, marks, scope, value);
          const isKnown = typeof created.rest === "string" || !hasScope(created, scope);
          const way = { scope, granted: undefined, before: "", after: "" };
          expect(state).toBe(isKnown ? valueStateOf(created, way, value) : undefined);
        }
    }
  });

  it.each([[undefined], [null], ["a"], [1], [true]])("are missing for %j", (token) => {
    expect(known(token, marks)).toBeUndefined();
  });
});
