// Laws of expand, covers, missing, reduce and bundleScope, for any policy.

import fc from "fast-check";
import { PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { withoutOperations } from "./arbitrary-policy.js";
import { drawBound, drawGoodCase, drawTokenScopes } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { HOSTILE } from "./hostile.js";
import { assertLaw, law } from "./law.js";
import type { Definition } from "./model.js";
import { modelMatchScope, modelMeanings, modelReached, scopeOptions } from "./model-scopes.js";
import { decide, load } from "./observe.js";
import { probesOf } from "./probe.js";

const RUNS = 200;
const TIMEOUT = { timeout: 300_000 };

/** Values that one form accepts and another rejects: meanings then pass through scopes that have no text. */
const CROSSING = ["/files/a.b", "/old-files/a.b", "/realms/urn/admin", "/old-realms/urn"];

/** Returns a policy with operations, two scopes of which one is often a part of the other, and the type of the client. */
const casesOfCalls = (draw: Draw) => {
  const one = drawGoodCase(draw);
  const { definition } = one;
  const held = [...new Set([...one.held, ...draw.some(CROSSING, draw.chance(40) ? 50 : 0)])];
  const known = modelMeanings(definition, held, true);
  const near = draw.chance(50)
    ? draw.some([...known, ...held], 40)
    : drawTokenScopes(draw, definition);
  return {
    ...one,
    held,
    other: [...new Set(draw.chance(30) ? [...near, ...drawOld(draw, definition)] : near)],
    firstParty: draw.chance(50),
    shuffled: draw.shuffle([...held, ...held]),
  };
};

/** Returns the same cases without operations, which loads faster. */
const cases = (draw: Draw) => {
  const one = casesOfCalls(draw);
  return { ...one, definition: withoutOperations(one.definition) };
};

/** Tokens under an older name. */
function drawOld(draw: Draw, definition: Definition): string[] {
  const old = Object.keys(definition.scopes).flatMap(
    (scope) => scopeOptions(definition, scope).replaces ?? [],
  );
  return draw.some(old, 50).map((name) => drawBound(draw, name));
}

const hasMeaning = (definition: Definition, firstParty: boolean) => (token: string) =>
  modelMeanings(definition, [token], firstParty).length > 0;

describe("expand", TIMEOUT, () => {
  it("returns the meanings of the naive model, in declared order, for a text and for a list", () => {
    const split = tally("an older name of several scopes", 6);
    const unwritten = tally("a scope that has no text for its values", 6);
    law(
      cases,
      ({ definition, held, firstParty }) => {
        const policy = load(definition);
        const model = modelMeanings(definition, held, firstParty);
        expect(policy.expand(held, { firstParty })).toEqual(model);
        expect(policy.expand(held.join(" "), { firstParty })).toEqual(model);
        const reached = modelReached(definition, held, firstParty);
        if (reached.some(({ text }) => text === undefined)) unwritten.count += 1;
        const isOld = (token: string) => !model.includes(token);
        if (
          held.some((token) => isOld(token) && modelMeanings(definition, [token], true).length > 1)
        )
          split.count += 1;
        return model.some((text) => !held.includes(text));
      },
      45,
      RUNS,
      [split, unwritten],
    );
  });

  it("returns exactly the scopes that `decide` opens", () => {
    law(
      cases,
      ({ definition, held, firstParty }) => {
        const { texts, opened } = probesOf(definition);
        const expanded = load(definition).expand(held, { firstParty });
        const known = new Set(texts);
        expect([...opened(held, firstParty)].sort()).toEqual(
          expanded.filter((text) => known.has(text)).sort(),
        );
        return expanded.length > 2;
      },
      70,
      RUNS,
    );
  });

  it("returns a scope with the same expansion, under current names that a third-party client can have", () => {
    law(
      cases,
      ({ definition, held, firstParty }) => {
        const policy = load(definition);
        const expanded = policy.expand(held, { firstParty });
        expect(policy.expand(expanded, { firstParty })).toEqual(expanded);
        const open = Object.keys(definition.scopes).filter(
          (scope) => firstParty || !scopeOptions(definition, scope).reserved,
        );
        for (const text of expanded) {
          expect(open.some((scope) => modelMatchScope(scope, text) !== undefined)).toBe(true);
        }
        return expanded.length > 0;
      },
      110,
      RUNS,
    );
  });

  it("does not depend on the order and repetition of tokens", () => {
    law(
      cases,
      ({ definition, held, other, shuffled, firstParty }) => {
        const policy = load(definition);
        const options = { firstParty };
        expect(policy.expand(shuffled, options)).toEqual(policy.expand(held, options));
        expect(policy.reduce(shuffled, options)).toBe(policy.reduce(held, options));
        expect(policy.covers(shuffled, other, options)).toBe(policy.covers(held, other, options));
        expect(policy.missing(shuffled, other, options)).toBe(policy.missing(held, other, options));
        return held.length > 1;
      },
      110,
      RUNS,
    );
  });

  it("never returns less for a first-party client, and treats clients as third-party by default", () => {
    law(
      cases,
      ({ definition, held }) => {
        const policy = load(definition);
        const third = policy.expand(held);
        const first = policy.expand(held, { firstParty: true });
        expect(first).toEqual(expect.arrayContaining(third));
        expect(policy.expand(held, { firstParty: false })).toEqual(third);
        expect(policy.expand(held, {})).toEqual(third);
        return first.length > third.length;
      },
      30,
      RUNS,
    );
  });
});

describe("covers", TIMEOUT, () => {
  it("returns true exactly if every token has a meaning and all meanings are in the expansion", () => {
    const covered = tally("a scope that is covered", 26);
    law(
      cases,
      ({ definition, held, other, firstParty }) => {
        const granted = modelMeanings(definition, held, firstParty);
        const wanted = modelMeanings(definition, other, firstParty);
        const expected =
          other.every(hasMeaning(definition, firstParty)) &&
          wanted.every((text) => granted.includes(text));
        expect(load(definition).covers(held, other, { firstParty })).toBe(expected);
        if (expected && other.length > 0) covered.count += 1;
        return !expected;
      },
      30,
      RUNS,
      [covered],
    );
  });

  it("returns true only if `decide` opens no more for the covered scope", () => {
    law(
      casesOfCalls,
      ({ definition, held, other, facts, name, params }) => {
        const firstParty = facts.first_party === true;
        if (!load(definition).covers(held, other, { firstParty })) return false;
        if (!decide(definition, { ...facts, scope: other }, name, params).allowed) return false;
        const decision = decide(definition, { ...facts, scope: held }, name, params);
        expect(decision.code).toBe("allowed");
        return true;
      },
      15,
      RUNS * 3,
    );
  });

  it("returns false, for a scope whose tokens all have a meaning, only if a tool opens for that scope alone", () => {
    law(
      cases,
      ({ definition, held, other, firstParty }) => {
        if (load(definition).covers(held, other, { firstParty })) return false;
        if (!other.every(hasMeaning(definition, firstParty))) return false;
        const { texts, opened } = probesOf(definition);
        const lacking = modelMeanings(definition, other, firstParty).filter(
          (text) => !modelMeanings(definition, held, firstParty).includes(text),
        );
        if (!lacking.every((text) => texts.includes(text))) return false;
        const before = opened(held, firstParty);
        const witnesses = [...opened(other, firstParty)].filter((text) => !before.has(text));
        expect(witnesses.sort()).toEqual(lacking.sort());
        expect(witnesses.length).toBeGreaterThan(0);
        return true;
      },
      15,
      RUNS,
    );
  });
});

describe("missing", TIMEOUT, () => {
  it("returns an empty text exactly if the scope is covered, and completes the grant if all tokens have a meaning", () => {
    law(
      cases,
      ({ definition, held, other, firstParty }) => {
        const policy = load(definition);
        const options = { firstParty };
        const missing = policy.missing(held, other, options) ?? "malformed";
        expect(missing === "").toBe(policy.covers(held, other, options));
        if (missing === "" || !other.every(hasMeaning(definition, firstParty))) return false;
        const more = [...held, ...missing.split(" ")];
        expect(policy.covers(more, other, options)).toBe(true);
        expect(policy.missing(more, other, options)).toBe("");
        return true;
      },
      15,
      RUNS,
    );
  });

  it("returns only necessary tokens, and tokens without a meaning as written", () => {
    const unknown = tally("a token without a meaning", 11);
    law(
      cases,
      ({ definition, held, other, firstParty }) => {
        const policy = load(definition);
        const options = { firstParty };
        const tokens = (policy.missing(held, other, options) ?? "").split(" ").filter(Boolean);
        const means = hasMeaning(definition, firstParty);
        const strange = other.filter((token) => !means(token));
        expect(tokens.filter((token) => !means(token))).toEqual(strange);
        if (strange.length > 0) unknown.count += 1;
        const wanted = other.filter(means);
        for (const left of tokens.filter(means)) {
          const rest = tokens.filter((token) => token !== left);
          expect(policy.covers([...held, ...rest], wanted, options)).toBe(false);
        }
        return tokens.length > 1;
      },
      20,
      RUNS,
      [unknown],
    );
  });
});

describe("reduce", TIMEOUT, () => {
  it("returns the smallest scope with the same expansion", () => {
    law(
      cases,
      ({ definition, held, firstParty }) => {
        const policy = load(definition);
        const options = { firstParty };
        const expanded = policy.expand(held, options);
        const reduced = policy.reduce(held, options);
        const tokens = reduced.split(" ").filter(Boolean);
        expect(policy.expand(reduced, options)).toEqual(expanded);
        expect(policy.reduce(reduced, options)).toBe(reduced);
        expect(expanded).toEqual(expect.arrayContaining(tokens));
        for (const left of tokens) {
          const rest = tokens.filter((token) => token !== left);
          expect(policy.expand(rest, options)).not.toContain(left);
        }
        return tokens.length < expanded.length;
      },
      20,
      RUNS,
    );
  });
});

describe("bundleScope", TIMEOUT, () => {
  it("returns scopes of the bundle and the baseline that are not reserved and have no placeholder, and opens what the bundle lists", () => {
    law(
      (draw) => drawGoodCase(draw).definition,
      (definition) => {
        const policy = load(definition);
        const literals = policy.scopeNames.filter((name) => !name.includes("{"));
        let named = 0;
        for (const [bundle, members] of Object.entries(definition.bundles ?? {})) {
          const scope = policy.bundleScope(bundle);
          const tokens = scope.split(" ").filter(Boolean);
          const listed = Array.isArray(members)
            ? literals.filter((name) => members.includes(name))
            : literals.filter((name) => members.except?.includes(name) !== true);
          const baseline = definition.baseline ?? [];
          const expected = literals.filter(
            (name) => listed.includes(name) || baseline.includes(name),
          );
          expect(tokens).toEqual(expected);
          expect(policy.covers(scope, listed)).toBe(true);
          named += tokens.length;
        }
        return named > 2;
      },
      70,
      RUNS,
    );
  });
});

describe("any value as a scope", TIMEOUT, () => {
  const definition = fc.sample(
    drawn((draw) => drawGoodCase(draw).definition),
    { numRuns: 1, seed: 20261126 },
  )[0] as Definition;
  const policy = load(definition);
  const unreadable = (value: unknown): void => {
    const scope = value as string;
    const expanded = policy.expand(scope);
    expect(Array.isArray(expanded)).toBe(true);
    expect(typeof policy.reduce(scope)).toBe("string");
    for (const [granted, wanted] of [
      [scope, "courses:read"],
      ["courses:read", scope],
      [scope, scope],
    ] as const) {
      const missing = policy.missing(granted, wanted);
      expect(["string", "undefined"]).toContain(typeof missing);
      expect(policy.covers(granted, wanted)).toBe(missing === "");
    }
    const token = { scope };
    if (policy.decideUntrusted(token, "get_settings").code === "invalid_token") {
      expect(expanded).toEqual([]);
      expect(policy.missing(scope, "")).toBeUndefined();
    }
  };

  it("is read without an exception, in the same way as `decide` reads it", () => {
    assertLaw(fc.property(fc.anything({ withSparseArray: true }), unreadable), { numRuns: 1000 });
  });

  it.each([...HOSTILE.keys()])("is read without an exception: %s", (label) => {
    unreadable(HOSTILE.get(label));
  });

  it.each([
    ["a misspelt option", { firstparty: true }],
    ["an option that is undefined", { firstParty: undefined }],
    ["an option that is not a boolean", { firstParty: "true" }],
    ["null", null],
    ["a text", "firstParty"],
    ["a list", [true]],
  ])("makes each method throw for wrong options: %s", (_, options) => {
    const wrong = options as never;
    for (const call of [
      () => policy.expand("openid", wrong),
      () => policy.covers("openid", "openid", wrong),
      () => policy.missing("openid", "openid", wrong),
      () => policy.reduce("openid", wrong),
    ]) {
      expect(call).toThrow(PolicyError);
      expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }));
    }
  });
});
