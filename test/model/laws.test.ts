// Laws of the scopes in a token, for any policy.

import { describe, expect, it } from "vitest";
import { drawBound, drawGoodCase, drawTokenScopes } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import { type Definition, modelOperation, modelTokenScopes } from "./model.js";
import { modelMatchScope, modelReached, placeholdersOf, textOfValue } from "./model-scopes.js";
import { decide, load, tokenOf } from "./observe.js";

const without = (definition: Definition, ...left: ("implies" | "replaces")[]): Definition => ({
  ...definition,
  scopes: Object.fromEntries(
    Object.entries(definition.scopes).map(([scope, options]) => [
      scope,
      typeof options === "string"
        ? options
        : Object.fromEntries(
            Object.entries(options).filter(
              // a matching rule implies too
              ([key]) => !left.includes((key === "match" ? "implies" : key) as never),
            ),
          ),
    ]),
  ),
});

const goodCase = (draw: Draw) => drawGoodCase(draw);
const withMore = (draw: Draw) => {
  const one = drawGoodCase(draw);
  return {
    ...one,
    more: drawTokenScopes(draw, one.definition),
    shuffled: draw.shuffle([...one.held, ...one.held]),
  };
};

describe("the scopes of a token", { timeout: 300_000 }, () => {
  it("can be in any order and repeated, as a text or a list", () => {
    law(
      withMore,
      ({ definition, held, facts, name, params, shuffled }) => {
        const decision = decide(definition, tokenOf(held, facts), name, params);
        expect(decide(definition, tokenOf(shuffled, facts), name, params)).toEqual(decision);
        const text = { ...facts, scope: shuffled.join(" ") };
        expect(decide(definition, text, name, params)).toEqual(decision);
        return held.length > 1;
      },
      500,
    );
  });

  it("never turn an allowed call into a denied one when scopes are added", () => {
    law(
      withMore,
      ({ definition, held, facts, name, params, more }) => {
        if (!decide(definition, tokenOf(held, facts), name, params).allowed) return false;
        const wider = tokenOf([...more, ...held], facts);
        expect(decide(definition, wider, name, params).code).toBe("allowed");
        return true;
      },
      150,
    );
  });

  it("include what they imply: the closure gives the same decision under a policy without implications", () => {
    law(
      goodCase,
      ({ definition, held, facts: claims, name, params }) => {
        // an approval means more with implications
        const facts = { ...claims, approvedScopes: undefined };
        const token = tokenOf(held, facts);
        // a scope has no text for a value that its form rejects
        if (modelReached(definition, held, true).some(({ text }) => text === undefined))
          return false;
        const closed = tokenOf(modelTokenScopes(definition, token), facts);
        const plain = without(definition, "implies", "replaces");
        expect(decide(plain, closed, name, params)).toEqual(
          decide(definition, token, name, params),
        );
        return [...closed.scope].some((scope) => !held.includes(scope));
      },
      100,
    );
  });

  it("have no effect if they are reserved and the client is not first-party", () => {
    law(
      goodCase,
      ({ definition, held, facts: claims, name, params }) => {
        const facts = { ...claims, first_party: undefined };
        // an older name can mean a reserved scope and one that is not
        const isReserved = (text: string) =>
          modelReached(definition, [text], true).length > 0 &&
          modelReached(definition, [text], false).length === 0;
        const rest = held.filter((text) => !isReserved(text));
        const decision = decide(definition, tokenOf(rest, facts), name, params);
        expect(decide(definition, tokenOf(held, facts), name, params)).toEqual(decision);
        for (const first_party of [false, "true", 1, {}, null]) {
          const token = tokenOf(held, { ...facts, first_party });
          expect(decide(definition, token, name, params)).toEqual(decision);
        }
        return rest.length < held.length;
      },
      150,
    );
  });
});

describe("insufficient_scope", { timeout: 300_000 }, () => {
  it("names missing scopes that allow the call, and so does each accepted alternative", () => {
    law(
      goodCase,
      ({ definition, held, facts, name, params }) => {
        const decision = decide(definition, tokenOf(held, facts), name, params);
        if (decision.code !== "insufficient_scope") return false;
        const { scopes = [], missing = [], accepted = [] } = decision;
        expect(missing.length).toBeGreaterThan(0);
        expect(scopes.filter((scope) => missing.includes(scope))).toEqual(missing);
        expect(accepted).toContainEqual(scopes);
        for (const more of [missing, ...accepted]) {
          const granted = tokenOf([...held, ...more], facts);
          expect(decide(definition, granted, name, params).code).toBe("allowed");
        }
        return true;
      },
      60,
    );
  });

  it("names only necessary scopes if no scope implies another", () => {
    law(
      goodCase,
      ({ definition: implying, held, facts, name, params }) => {
        const definition = without(implying, "implies");
        const { code, missing = [] } = decide(definition, tokenOf(held, facts), name, params);
        for (const left of missing) {
          const granted = [...held, ...missing.filter((scope) => scope !== left)];
          expect(decide(definition, tokenOf(granted, facts), name, params).allowed).toBe(false);
        }
        return code === "insufficient_scope" && missing.length > 1;
      },
      5,
    );
  });

  it("is returned only if the scopes of the policy would allow the call; conditions and reserved scopes deny it even then", () => {
    const gates = ["account_type_required", "upgrade_required", "reserved_scope"];
    law(
      goodCase,
      ({ definition, held, facts: claims, name, params }) => {
        // a restricted scope that is granted counts without an approval
        const facts = { ...claims, approvedScopes: Object.keys(definition.scopes) };
        const { code } = decide(definition, tokenOf(held, facts), name, params);
        if (!gates.includes(code) && code !== "insufficient_scope") return false;
        const values = Object.values((params ?? {}) as Record<string, unknown>)
          .map(textOfValue)
          .filter(
            (value): value is string =>
              typeof value === "string" && /^[\w.~!$&'()+,;=:@|-]+$/.test(value),
          );
        const everything = Object.keys(definition.scopes).flatMap((scope) =>
          everyBinding(scope, [...new Set(values)]),
        );
        const all = decide(definition, tokenOf([...held, ...everything], facts), name, params);
        expect(all.allowed).toBe(code === "insufficient_scope");
        return true;
      },
      150,
    );
  });

  it("and allowed are the only decisions that name scopes, and no decision names a placeholder", () => {
    law(
      goodCase,
      ({ definition, held, facts, name, params }) => {
        const policy = load(definition);
        const token = tokenOf(held, facts);
        const listed = policy.toolsFor(token as never).map((view) => view.decision);
        for (const decision of [policy.decideUntrusted(token, name, params), ...listed]) {
          const { code, scopes, missing, accepted } = decision as unknown as {
            code: string;
            scopes?: string[];
            missing?: string[];
            accepted?: string[][];
          };
          expect(scopes !== undefined).toBe(["allowed", "insufficient_scope"].includes(code));
          expect(missing !== undefined).toBe(code === "insufficient_scope");
          expect(accepted !== undefined).toBe(code === "insufficient_scope");
          const named = [...(scopes ?? []), ...(missing ?? []), ...(accepted ?? []).flat()];
          expect(named.filter((scope) => placeholdersOf(scope).length > 0)).toEqual([]);
        }
        return listed.length > 0;
      },
      300,
    );
  });
});

const everyBinding = (scope: string, values: string[]): string[] =>
  placeholdersOf(scope).reduce<string[]>(
    (made, name) => made.flatMap((text) => values.map((value) => text.replace(`{${name}}`, value))),
    [scope.replace(/<(\w+)>/g, "{$1}")],
  );

describe("tiers", { timeout: 300_000 }, () => {
  it("never turn an allowed call into a denied one when they rise, and never replace a scope", () => {
    law(
      goodCase,
      ({ definition, held, facts, name, params }) => {
        const ladder = [undefined, "unheard-of", ...(definition.tiers ?? [])].map(
          (tier) => decide(definition, tokenOf(held, { ...facts, tier }), name, params).allowed,
        );
        expect(ladder).toEqual([...ladder].sort((left, right) => Number(left) - Number(right)));
        const rules = modelOperation(definition, name, params)?.rules ?? [];
        if (rules.every((rule) => !rule.public && !rule.authenticated)) {
          const tier = definition.tiers?.at(-1);
          const empty = decide(definition, tokenOf([], { ...facts, tier }), name, params);
          expect(empty.allowed).toBe(false);
        }
        return new Set(ladder).size === 2;
      },
      15,
    );
  });
});

describe("bindings", { timeout: 300_000 }, () => {
  it("make a scope for one value allow that value only", () => {
    const values = ["a", "b", "A", "ab", "a.", "~a", "a-b", "a_b", "a".repeat(128)];
    const cases = (draw: Draw) => {
      const template = draw.pick(["/accounts/{id}/", "/{id}", "a:<id>:read", "/x/{id}/y.write"]);
      return { template, held: drawBound(draw, template, values), asked: draw.pick(values) };
    };
    law(
      cases,
      ({ template, held, asked }) => {
        const definition = {
          name: "Bound",
          version: "1",
          scopes: { [template]: {} },
          tools: { open: { scope: template, params: { id: "accountID" } } },
        };
        const same = modelMatchScope(template, held)?.["id"] === asked;
        const decision = decide(definition, tokenOf([held], {}), "open", { accountID: asked });
        expect(decision).toEqual(
          same
            ? { code: "allowed", allowed: true, scopes: [held], enriched: false, enrichments: [] }
            : { code: "binding_mismatch", allowed: false, param: "accountID" },
        );
        return same;
      },
      30,
    );
  });
});
