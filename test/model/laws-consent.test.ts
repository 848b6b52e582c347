// Laws of consent, for any policy, client, account, earlier grant and choice.

import {
  type ConsentOutcome,
  type ConsentRow,
  type ConsentScreen,
  consentScreen,
  resolveConsent,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../consent/facts.js";
import { countIn, type Tally, tally } from "../often.js";
import { drawRound, NOW, type Round } from "./arbitrary-consent.js";
import { law } from "./law.js";
import {
  grantOf,
  modelCeiling,
  modelMayHave,
  modelOffer,
  modelOwner,
  scopeOfText,
  scopesOfText,
  tokensOf,
} from "./model-consent.js";
import { modelMeanings, modelNamed, placeholdersOf, scopeOptions } from "./model-scopes.js";
import { load } from "./observe.js";
import { probesOf } from "./probe.js";

const RUNS = 300;
const TIMEOUT = { timeout: 300_000 };

type Granted = Extract<ConsentOutcome, { ok: true }>;
interface Played {
  readonly screen: ConsentScreen;
  readonly rows: readonly ConsentRow[];
  readonly chosen: readonly string[];
  readonly outcome: ConsentOutcome;
}

const screenOf = ({ definition, facts, options }: Round): ConsentScreen =>
  consentScreen(load(definition), facts, options);

/** Returns a consent page, the boxes that the user checks, and the result. */
function play(round: Round, owns = round.facts.account?.owns): Played {
  const { definition, facts: given, options, boxes } = round;
  const facts = { ...given, account: { ...given.account, ...(owns && { owns }) } };
  const screen = screenOf({ ...round, facts });
  const rows = rowsOf(screen);
  const chosen = rows.flatMap(({ scope, locked }, at) => (boxes[at] && !locked ? [scope] : []));
  const selection = { decision: "approve", scopes: chosen };
  return {
    screen,
    rows,
    chosen,
    outcome: resolveConsent(load(definition), facts, selection, options),
  };
}

const firstPartyOf = ({ facts }: Round): boolean => facts.client.firstParty === true;
const meaningsOf = (round: Round, tokens: readonly string[]): string[] =>
  modelMeanings(round.definition, tokens, firstPartyOf(round));

/** Runs a law of grants. Rounds without a grant do not count. */
function lawOfGrants(
  check: (round: Round, granted: Granted, played: Played) => boolean,
  least: number,
  others: readonly Tally[] = [],
) {
  law(
    drawRound,
    (round) => {
      const played = play(round);
      return played.outcome.ok && check(round, played.outcome, played);
    },
    least,
    RUNS,
    others,
  );
}

describe("the offered scope", TIMEOUT, () => {
  it("is that of the naive model: requested, registered, approved, owned, and for this account type", () => {
    const errors = new Map<string | null, Tally>(
      ["invalid_scope", null, "temporarily_unavailable"].map((error) => [
        error,
        tally(String(error), 3),
      ]),
    );
    law(
      drawRound,
      (round) => {
        const { error, offered } = modelOffer(round.definition, round.facts, round.options);
        const screen = screenOf(round);
        expect(screen.error).toBe(error);
        expect(
          rowsOf(screen)
            .map((row) => row.scope)
            .sort(),
        ).toEqual([...offered].sort());
        countIn(errors, error);
        return offered.length > 1;
      },
      80,
      RUNS,
      [...errors.values()],
    );
  });

  it("depends on `owns` for exactly the registered scopes with placeholders, each once, with all of their values", () => {
    law(
      drawRound,
      (round) => {
        const { facts, definition, options } = round;
        const calls: unknown[] = [];
        const owns = (template: string, values: Readonly<Record<string, string>>) => {
          calls.push(JSON.stringify([template, values]));
          return "Mine";
        };
        const account = { ...facts.account, owns };
        screenOf({ ...round, facts: { ...facts, account } });
        const { asked } = modelOffer(
          definition,
          { ...facts, account: { owns: () => "Mine" } },
          {
            ...options,
            ineligible: "drop",
          },
        );
        if (tokensOf(facts.requested)?.length === 0) return false;
        const { scope } = facts.client;
        const ceiling =
          scope === undefined
            ? undefined
            : modelCeiling(definition, tokensOf(scope) ?? [], firstPartyOf(round));
        const bound = asked
          .filter((text) => ceiling?.has(text) !== false)
          .filter((text) => modelMayHave(definition, text, facts.client.approvedScopes))
          .flatMap((text) => scopesOfText(definition, text))
          .filter((one) => placeholdersOf(one.scope).length > 0);
        expect([...calls].sort()).toEqual(
          bound.map((one) => JSON.stringify([one.scope, one.values])).sort(),
        );
        return bound.length > 1;
      },
      60,
      RUNS,
    );
  });

  it("has nothing new exactly if the grant covers it", () => {
    const reasons = new Map(
      ["first_time", "new_scopes", "nothing_new", "policy_changed"].map((one) => [
        one,
        tally(one, 5),
      ]),
    );
    law(
      drawRound,
      (round) => {
        const { definition, facts } = round;
        const screen = screenOf(round);
        if (screen.error !== null) return false;
        const shown = rowsOf(screen).map((row) => row.scope);
        const granted = grantOf(facts.granted);
        const isCovered = load(definition).covers(granted, shown, {
          firstParty: firstPartyOf(round),
        });
        const { reason } = screen;
        countIn(reasons, reason);
        expect(["nothing_new", "policy_changed"].includes(reason)).toBe(isCovered);
        expect(reason === "first_time").toBe(meaningsOf(round, granted).length === 0);
        if (screen.canSkip) expect(reason).toBe("nothing_new");
        if (reason === "nothing_new") expect(facts.grantedPolicyVersion).not.toBe("0");
        return isCovered;
      },
      20,
      RUNS,
      [...reasons.values()],
    );
  });
});

describe("a row", TIMEOUT, () => {
  it("that a checked row implies is checked with that reason, unless it is required or already granted", () => {
    law(
      drawRound,
      (round) => {
        const rows = rowsOf(screenOf(round));
        const granted = meaningsOf(round, grantOf(round.facts.granted));
        let implied = 0;
        for (const row of rows) {
          const over = rows.filter(
            (other) => other !== row && meaningsOf(round, [other.scope]).includes(row.scope),
          );
          expect([...row.includedIn].sort()).toEqual(over.map((other) => other.scope).sort());
          if (!over.some((other) => other.checked)) {
            expect(row.state).not.toBe("implied");
            continue;
          }
          expect(row.checked).toBe(true);
          const isSettled = row.state === "required" || granted.includes(row.scope);
          expect(row.state === "implied").toBe(!isSettled);
          implied += 1;
        }
        return implied > 0;
      },
      20,
      RUNS,
    );
  });

  it("of a requested baseline scope is in every preset, has a reason, and does not count as refused", () => {
    law(
      drawRound,
      (round) => {
        const { definition, facts } = round;
        const screen = screenOf(round);
        const baseline = rowsOf(screen).filter((row) => definition.baseline?.includes(row.scope));
        for (const row of baseline) {
          const { words } = screen;
          expect([words.baselineWhy, words.requiredWhy]).toContain(row.why);
          if (row.locked && !row.checked) continue;
          for (const preset of screen.presets) expect(preset.scopes).toContain(row.scope);
          const refused = { ...round, facts: { ...facts, refused: [{ scope: row.scope }] } };
          const plain = { ...round, facts: { ...facts, refused: [] } };
          expect(rowsOf(screenOf(refused))).toEqual(rowsOf(screenOf(plain)));
        }
        return baseline.length > 0 && screen.presets.length > 0;
      },
      8,
      RUNS,
    );
  });
});

describe("the granted scope", TIMEOUT, () => {
  it("is the chosen or locked rows and the shown rows that they imply", () => {
    lawOfGrants((round, granted, { rows, chosen }) => {
      const locked = rows.filter((row) => row.locked && row.checked && row.state !== "implied");
      const picked = [...chosen, ...locked.map((row) => row.scope)];
      const implied = meaningsOf(round, picked);
      const expected = rows.map((row) => row.scope).filter((scope) => implied.includes(scope));
      expect([...granted.scopes].sort()).toEqual(expected.sort());
      expect(granted.scope).toBe(granted.scopes.join(" "));
      expect(granted.scope).not.toBe("");
      return expected.length > picked.length;
    }, 4);
  });

  it("never opens more than the request, the registration and the account together allow", () => {
    lawOfGrants((round, granted) => {
      const { definition, facts } = round;
      const { opened } = probesOf(definition);
      const firstParty = firstPartyOf(round);
      const after = opened(granted.scopes, firstParty);
      const requested = tokensOf(facts.requested) ?? [];
      const before = opened(requested, firstParty);
      if (requested.length > 0) for (const text of after) expect(before).toContain(text);
      const { scope } = facts.client;
      if (scope !== undefined) {
        const ceiling = modelCeiling(definition, tokensOf(scope) ?? [], firstParty);
        for (const text of after) expect(ceiling).toContain(text);
      }
      for (const text of granted.scopes) {
        expect(modelOwner(definition, text, facts.account)).toBe("owned");
        const { reserved } = scopeOptions(definition, scopeOfText(definition, text).scope);
        expect(reserved !== true || firstParty).toBe(true);
        expect(modelMayHave(definition, text, facts.client.approvedScopes)).toBe(true);
      }
      return after.size > 1 && scope !== undefined;
    }, 25);
  });

  it("is the preselection of the page if the user does not change it", () => {
    law(
      drawRound,
      (round) => {
        const { definition, facts, options } = round;
        const rows = rowsOf(screenOf(round));
        const scopes = rows.flatMap((row) => (row.checked && !row.locked ? [row.scope] : []));
        if (scopes.length === 0) return false;
        const selection = { decision: "approve", scopes };
        const outcome = resolveConsent(load(definition), facts, selection, options);
        const checked = rows.filter((row) => row.checked).map((row) => row.scope);
        expect(outcome.ok && [...outcome.scopes].sort()).toEqual(checked.sort());
        return rows.some((row) => row.state === "implied");
      },
      5,
      RUNS,
    );
  });

  it("is marked as different from the request exactly if its tokens differ, and added are those that the grant did not cover", () => {
    const same = tally("a grant of what was requested", 4);
    lawOfGrants(
      (round, granted) => {
        const requested = tokensOf(round.facts.requested) ?? [];
        const isSame =
          requested.length === granted.scopes.length &&
          requested.every((token) => granted.scopes.includes(token));
        expect(granted.changed).toBe(!isSame);
        const before = meaningsOf(round, grantOf(round.facts.granted));
        expect(granted.added).toEqual(granted.scopes.filter((text) => !before.includes(text)));
        if (isSame) same.count += 1;
        return !isSame;
      },
      60,
      [same],
    );
  });

  it("needs no page in a second round", () => {
    lawOfGrants((round, granted) => {
      const facts = {
        ...round.facts,
        requested: granted.scope,
        granted: granted.scope,
        grantedPolicyVersion: "1",
      };
      const screen = screenOf({ ...round, facts });
      expect(screen).toMatchObject({ error: null, reason: "nothing_new", canSkip: true });
      expect(
        rowsOf(screen)
          .map((row) => row.scope)
          .sort(),
      ).toEqual([...granted.scopes].sort());
      return granted.scopes.length > 1;
    }, 60);
  });
});

describe("the revoked scope", TIMEOUT, () => {
  it("leaves a token that opens exactly what was chosen or not shown", () => {
    const older = tally("an older name that is revoked", 4);
    lawOfGrants(
      (round, granted) => {
        const { definition, facts, options } = round;
        const firstParty = firstPartyOf(round);
        const { opened, texts } = probesOf(definition);
        const before = grantOf(facts.granted);
        const left = before.filter((token) => !granted.removed.includes(token));
        const { asked } = modelOffer(definition, facts, options);
        const chosen = opened(granted.scopes, firstParty);
        for (const text of opened(left, firstParty)) {
          expect(chosen.has(text) || !asked.includes(text)).toBe(true);
        }
        // and nothing else: each revoked token would open a scope that was shown and not chosen
        expect(before).toEqual(expect.arrayContaining([...granted.removed]));
        for (const token of granted.removed) {
          const gone = meaningsOf(round, [token]).filter((text) => asked.includes(text));
          expect(gone.some((text) => texts.includes(text) && !chosen.has(text))).toBe(true);
          if (!modelNamed(definition, token, firstParty).includes(token)) older.count += 1;
        }
        return granted.removed.length > 0;
      },
      25,
      [older],
    );
  });

  it("is never a scope for which `owns` failed: if the grant covers it, that is an outage", () => {
    law(
      drawRound,
      (round) => {
        const { definition, facts } = round;
        if (tokensOf(facts.requested)?.length === 0) return false;
        const down = () => {
          throw new Error("down");
        };
        const before = grantOf(facts.granted);
        const { outcome, screen } = play(round, down);
        const covered = meaningsOf(round, before);
        const { scope } = facts.client;
        const ceiling =
          scope === undefined
            ? undefined
            : modelCeiling(definition, tokensOf(scope) ?? [], firstPartyOf(round));
        const bound = (tokensOf(facts.requested) ?? [])
          .flatMap((token) => modelNamed(definition, token, firstPartyOf(round)))
          .filter((text) => placeholdersOf(scopeOfText(definition, text).scope).length > 0)
          .filter((text) => ceiling?.has(text) !== false)
          .filter((text) => modelMayHave(definition, text, facts.client.approvedScopes));
        if (bound.some((text) => covered.includes(text))) {
          expect(screen.error).toBe("temporarily_unavailable");
          expect(outcome).toMatchObject({
            ok: false,
            error: "temporarily_unavailable",
            event: "consent.unavailable",
          });
          return true;
        }
        expect(screen.error).not.toBe("temporarily_unavailable");
        if (!outcome.ok) return false;
        for (const text of bound) {
          expect(outcome.scopes).not.toContain(text);
          for (const token of before.filter((one) => meaningsOf(round, [one]).includes(text))) {
            expect(outcome.removed).not.toContain(token);
          }
        }
        return false;
      },
      25,
      RUNS,
    );
  });
});

describe("the refused scope", TIMEOUT, () => {
  it("is the earlier refusals that still count and the rows that were not chosen, without the baseline and granted scopes", () => {
    const kept = tally("a refusal to keep", 51);
    lawOfGrants(
      (round, granted, { rows }) => {
        const { definition, facts } = round;
        const firstParty = firstPartyOf(round);
        const expected = new Map<string, number | undefined>();
        for (const { scope, until } of facts.refused ?? []) {
          if (until !== undefined && until <= NOW) continue;
          const named = modelNamed(definition, scope, firstParty);
          for (const text of named.length > 0 ? named : [scope]) expected.set(text, until);
        }
        kept.count += expected.size;
        for (const row of rows) if (!row.locked) expected.set(row.scope, NOW + 60);
        for (const text of meaningsOf(round, granted.scopes)) expected.delete(text);
        for (const text of definition.baseline ?? []) expected.delete(text);
        const refused = granted.refused.map(({ scope, until }) => [scope, until] as const);
        expect(new Map(refused)).toEqual(expected);
        expect(refused).toHaveLength(expected.size);
        // it can be passed back unchanged, and is returned unchanged for the same choice
        const facts2 = { ...facts, refused: granted.refused };
        const again = play({ ...round, facts: facts2 });
        const chosen = { decision: "approve", scopes: granted.scopes };
        const second = resolveConsent(load(definition), facts2, chosen, round.options);
        if (second.ok && again.outcome.ok) {
          expect(new Map(second.refused.map((one) => [one.scope, one.until]))).toEqual(expected);
        }
        return expected.size > 0;
      },
      60,
      [kept],
    );
  });
});
