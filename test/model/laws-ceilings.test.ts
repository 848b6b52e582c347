// Laws of refreshed and registered scopes, for any policy and any ceiling.

import { clientRegistration, refreshScope } from "scope-policy";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { drawRefresh, drawRegistration } from "./arbitrary-grants.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import { instancesOf, modelCeiling, modelMayHave } from "./model-consent.js";
import { canonical, modelMeanings, modelNamed, scopeOptions } from "./model-scopes.js";
import { load } from "./observe.js";
import { probesOf } from "./probe.js";

const RUNS = 300;
const TIMEOUT = { timeout: 300_000 };

type Refresh = ReturnType<typeof drawRefresh>;

const refresh = ({ definition, original, requested, options }: Refresh) =>
  refreshScope(load(definition), original.join(" "), requested?.join(" "), options);

/** Returns the scopes that may be opened: those within the grant, the request, the client's scope and the record. */
function modelRefreshed(one: Refresh): string[] {
  const { definition, original, requested, ceiling, firstParty, approvedScopes } = one;
  const limit = ceiling && modelCeiling(definition, ceiling, firstParty);
  const asked = modelMeanings(definition, requested ?? original, firstParty);
  return asked.filter(
    (text) => limit?.has(text) !== false && modelMayHave(definition, text, approvedScopes),
  );
}

describe("a refreshed scope", TIMEOUT, () => {
  it("opens exactly what is granted, requested and within the client's scope", () => {
    law(
      drawRefresh,
      (one) => {
        const { definition, original, firstParty, recorded } = one;
        const result = refresh(one);
        if (!result.ok || recorded !== undefined) return false;
        const { opened, texts } = probesOf(definition);
        const expected = modelRefreshed(one).filter((text) => texts.includes(text));
        expect([...opened(result.scopes, firstParty)].sort()).toEqual(expected.sort());
        const before = opened(original, firstParty);
        for (const text of opened(result.scopes, firstParty)) expect(before).toContain(text);
        expect(result.scope).toBe(result.scopes.join(" "));
        return expected.length < before.size;
      },
      30,
      RUNS,
    );
  });

  it("keeps the spelling of granted tokens if all of their meanings are kept", () => {
    const older = tally("an older name that is kept", 11);
    law(
      drawRefresh,
      (one) => {
        const { definition, original, requested, firstParty, recorded } = one;
        const result = refresh(one);
        if (!result.ok || recorded !== undefined) return false;
        const left = modelRefreshed(one);
        for (const token of requested ?? original) {
          const meanings = modelMeanings(definition, [token], firstParty);
          const mayStay = meanings.length > 0 && meanings.every((text) => left.includes(text));
          if (!original.includes(token) || !mayStay) continue;
          expect(result.scopes).toContain(token);
          if (!meanings.includes(token)) older.count += 1;
        }
        for (const token of result.scopes) {
          expect([...original, ...modelMeanings(definition, original, firstParty)]).toContain(
            token,
          );
        }
        const isSame =
          result.scopes.length === original.length &&
          original.every((token) => result.scopes.includes(token));
        expect(result.narrowed).toBe(!isSame);
        return result.scopes.some((token) => !original.includes(token));
      },
      10,
      RUNS,
      [older],
    );
  });

  it("is refused if the request is not covered or nothing is left", () => {
    const refused = tally("a request that is refused", 16);
    const empty = tally("a grant of which nothing is left", 3);
    law(
      drawRefresh,
      (one) => {
        const { definition, original, requested, firstParty, recorded } = one;
        const policy = load(definition);
        const means = (token: string) => modelMeanings(definition, [token], firstParty).length > 0;
        // a granted scope that the policy no longer has is left out
        const known = requested?.filter((token) => means(token) || !original.includes(token));
        const isMalformed = original.length === 0 || requested?.length === 0;
        const isCovered = known === undefined || policy.covers(original, known, { firstParty });
        const result = refresh(one);
        if (isMalformed || !isCovered) {
          expect(result).toEqual({ ok: false, error: "invalid_scope" });
          refused.count += 1;
          return false;
        }
        const left = modelRefreshed(one);
        if (recorded === undefined) expect(result.ok).toBe(left.length > 0);
        if (!result.ok) empty.count += 1;
        return result.ok && requested !== undefined;
      },
      50,
      RUNS,
      [refused, empty],
    );
  });

  it("is returned unchanged by a second refresh", () => {
    law(
      drawRefresh,
      (one) => {
        const first = refresh(one);
        if (!first.ok) return false;
        const again = refreshScope(load(one.definition), first.scope, undefined, one.options);
        expect(again).toEqual({ ...first, narrowed: false });
        return first.narrowed;
      },
      60,
      RUNS,
    );
  });

  it("with recorded meanings has no older name that means more now, and loses nothing that was recorded", () => {
    const grown = tally("an older name that means more now", 6);
    law(
      drawRefresh,
      (one) => {
        const { definition, original, firstParty, recorded } = one;
        const result = refresh(one);
        if (recorded === undefined) return false;
        const named = new Set(
          recorded.flatMap((token) => modelNamed(definition, token, firstParty)),
        );
        const kept = modelRefreshed(one).filter((text) => named.has(text));
        if (one.requested === undefined) expect(result.ok).toBe(kept.length > 0);
        if (!result.ok) return false;
        const opened = modelMeanings(definition, result.scopes, firstParty);
        expect(opened).toEqual(expect.arrayContaining(kept));
        for (const token of result.scopes) {
          const meanings = modelMeanings(definition, [token], firstParty);
          const isOlder = !meanings.includes(token);
          for (const text of meanings) if (isOlder) expect(named).toContain(text);
          expect(isOlder || named.has(token)).toBe(true);
        }
        const isGrown = (token: string) => {
          const meanings = modelMeanings(definition, [token], firstParty);
          return !meanings.includes(token) && meanings.some((text) => !named.has(text));
        };
        if (original.some(isGrown)) grown.count += 1;
        return true;
      },
      40,
      RUNS,
      [grown],
    );
  });
});

type Registration = ReturnType<typeof drawRegistration>;

const register = (one: Registration, scope: string) => {
  const { definition, ceiling, unknownScopes, approvedScopes } = one;
  return clientRegistration(
    load(definition),
    { scope },
    { unknownScopes, ...(ceiling && { ceiling }), ...(approvedScopes && { approvedScopes }) },
  );
};

/** Returns the scopes that a client can have under a ceiling; without one, all that are neither reserved nor restricted. */
function limitOf(one: Registration): Set<string> {
  return new Set(limitsOf(one).flatMap((limit) => [...limit]));
}

/** Returns what each entry of the ceiling covers, of the scopes that the client can have. */
function limitsOf({ definition, ceiling, approvedScopes }: Registration): Set<string>[] {
  const open = Object.keys(definition.scopes).filter(
    (scope) => scopeOptions(definition, scope).reserved !== true,
  );
  return (ceiling ?? open).map((entry) => {
    const limit = modelCeiling(definition, [entry], false);
    return new Set([...limit].filter((text) => modelMayHave(definition, text, approvedScopes)));
  });
}

/** Returns whether one entry of the ceiling covers a name with all of its values. Entries are not added up. */
function isCovered(limits: readonly Set<string>[], name: string): boolean {
  return limits.some((limit) => instancesOf(name).every((text) => limit.has(text)));
}

describe("a registered scope", TIMEOUT, () => {
  it("is within the ceiling, under current names that are not reserved", () => {
    law(
      drawRegistration,
      (one) => {
        const { definition, wanted } = one;
        const result = register(one, wanted.join(" "));
        if (!result.ok) return false;
        const tokens = (result.metadata["scope"] as string | undefined)?.split(" ") ?? [];
        const limit = limitOf(one);
        for (const text of modelCeiling(definition, tokens, false)) expect(limit).toContain(text);
        for (const token of tokens) {
          const isCurrent = instancesOf(token).every((text) =>
            modelNamed(definition, text, false).includes(text),
          );
          expect(isCurrent).toBe(true);
        }
        const { opened, texts } = probesOf(definition);
        for (const text of opened(tokens.flatMap(instancesOf))) expect(limit).toContain(text);
        return tokens.length > 1 && texts.some((text) => !limit.has(text));
      },
      30,
      RUNS,
    );
  });

  it("has each current name as sent and the covered part of each older name; otherwise it is refused", () => {
    const replaced = tally("an older name that is replaced", 11);
    const refused = tally("a registration that is refused", 11);
    law(
      drawRegistration,
      (one) => {
        const { definition, wanted, unknownScopes } = one;
        const limit = limitOf(one);
        const limits = limitsOf(one);
        const result = register(one, wanted.join(" "));
        const registered = new Set<string>();
        let isRefused = false;
        for (const token of wanted) {
          const instances = instancesOf(token);
          const named = instances.flatMap((text) => modelNamed(definition, text, false));
          const isUnknown = instances.every(
            (text) => modelNamed(definition, text, true).length === 0,
          );
          if (isUnknown) {
            isRefused ||= unknownScopes === "refuse";
          } else if (instances.every((text) => named.includes(text))) {
            isRefused ||= !isCovered(limits, token);
            registered.add(token);
          } else if (token.includes("{") || token.includes("<")) {
            return false; // the next law
          } else {
            const within = modelMeanings(definition, [token], false).filter((text) =>
              limit.has(text),
            );
            const names = load(definition).reduce(within).split(" ").filter(Boolean);
            isRefused ||= names.length === 0;
            for (const name of names) registered.add(name);
            replaced.count += 1;
          }
        }
        expect(result.ok).toBe(!isRefused);
        if (!result.ok) {
          refused.count += 1;
          return false;
        }
        if (registered.size === 0) return false;
        const tokens = String(result.metadata["scope"]).split(" ");
        expect(tokens.sort()).toEqual([...registered].sort());
        return true;
      },
      30,
      RUNS,
      [replaced, refused],
    );
  });

  it("has the covered templates of current names instead of an older template", () => {
    const cases = (draw: Draw) => {
      const one = drawRegistration(draw);
      const old = Object.keys(one.definition.scopes).flatMap((scope) =>
        (scopeOptions(one.definition, scope).replaces ?? []).filter((name) => /[{<]/.test(name)),
      );
      return { ...one, token: old.length > 0 ? draw.pick(old) : undefined };
    };
    law(
      cases,
      ({ token, ...one }) => {
        if (token === undefined) return false;
        const { definition } = one;
        const limits = limitsOf(one);
        const result = register(one, token);
        // every current name that an instance means and that the ceiling covers for all of its values
        const means = new Set(
          instancesOf(token).flatMap((text) => modelMeanings(definition, [text], false)),
        );
        const names = Object.keys(definition.scopes)
          .map(canonical)
          .filter((name) => instancesOf(name).some((text) => means.has(text)))
          .filter((name) => isCovered(limits, name));
        const isReserved = modelCeiling(definition, [token], false).size === 0;
        expect(result.ok).toBe(names.length > 0 && !isReserved);
        if (!result.ok) return false;
        const tokens = String(result.metadata["scope"]).split(" ");
        expect(names).toEqual(expect.arrayContaining(tokens));
        const covered = modelCeiling(definition, tokens, false);
        const reached = names.flatMap(instancesOf).filter((text) => means.has(text));
        for (const text of reached) expect(covered).toContain(text);
        return true;
      },
      20,
      RUNS,
    );
  });

  it("is registered unchanged if it is sent again", () => {
    law(
      drawRegistration,
      (one) => {
        const first = register(one, one.wanted.join(" "));
        const scope = first.ok ? first.metadata["scope"] : undefined;
        if (typeof scope !== "string") return false;
        expect(register(one, scope)).toEqual(first);
        return scope !== one.wanted.join(" ");
      },
      40,
      RUNS,
    );
  });
});
