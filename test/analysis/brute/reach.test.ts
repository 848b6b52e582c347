// What a client reaches, who can call an operation, and which operations are equivalent, against all tokens, accounts and calls.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { equivalent, reachable, whoCan } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { type Draw, drawn } from "../../model/draw.js";
import { tally } from "../../often.js";
import { type Definition, isPattern, type Params, placeholdersOf } from "./definition.js";
import { drawDefinition } from "./draw-definition.js";
import { accountsOf, callsOf, grantsOf, jointCallsOf, namesOf } from "./every.js";
import {
  type Account,
  branchesOf,
  codesOf,
  demandOf,
  grantableTo,
  meaningOfAll,
  NOW,
  patternsOf,
  VALUES,
  type World,
  worldOf,
} from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";

/** What counts as met where only scopes are compared. */
const FRESH = { boundaries: { project: VALUES }, acr: "mfa", auth_time: NOW } as const;

/** Returns the texts of a scope for each of its values. */
const textsOf = (scope: string): string[] =>
  placeholdersOf(scope).length === 0
    ? [scope]
    : VALUES.map((value) => scope.replace(/\{\w+\}/, value));

interface Client {
  readonly definition: Definition;
  readonly scopes?: readonly string[];
  readonly isDefault: boolean;
  readonly account: Account;
}

function drawClient(draw: Draw): Client {
  const definition = drawDefinition(draw);
  const { tiers = [], accountTypes = [], entitlements = [], scopes } = definition;
  const { texts } = worldOf(definition);
  const chosen = draw.some(
    [...texts, ...Object.keys(scopes).filter((one) => !texts.includes(one))],
    30,
  );
  return {
    definition,
    isDefault: draw.chance(20),
    ...(draw.chance(75) && { scopes: chosen }),
    account: {
      ...(tiers.length > 0 && draw.chance(80) && { tier: draw.pick(tiers) }),
      account_type: draw.some(accountTypes, 50),
      entitlements: draw.some(entitlements, 50),
      first_party: false,
      ...FRESH,
    },
  };
}

/** Returns the scopes that a client has. */
function grantedTo(world: World, { scopes, isDefault, account, definition }: Client): number {
  const isOn = (name: string) => definition.scopes[name]?.default === "on";
  const preset = [...(definition.baseline ?? []), ...Object.keys(definition.scopes).filter(isOn)];
  if (scopes === undefined && !isDefault) return grantableTo(world, account);
  const names = [...(scopes ?? []), ...(isDefault ? preset : [])];
  return meaningOfAll(world, names.flatMap(textsOf), false);
}

describe("reachable", { timeout: TIMEOUT }, () => {
  it("allows the operations that some call of the client opens", () => {
    const open = tally("an operation that is open", 50);
    const closed = tally("an operation that is closed", 50);
    const check = (client: Client) => {
      const { definition, scopes, isDefault, account } = client;
      const policy = loadPolicy(definition, { now: () => NOW });
      const world = worldOf(definition);
      const set = grantedTo(world, client);
      const rows = reachable(policy as never, {
        ...(scopes && { scopes: [...scopes] }),
        ...(isDefault && { defaults: true }),
        ...(account.tier !== undefined && { tier: account.tier }),
        accountType: account.account_type,
        entitlements: account.entitlements,
      });
      const declared = [...Object.keys(definition.tools), ...Object.keys(definition.endpoints)];
      expect(rows.map(({ operation }) => operation)).toEqual([
        ...declared.filter((name) => !isPattern(name)),
        ...declared.filter(isPattern),
      ]);
      // names that only one pattern matches, whatever the exact entries are
      const names = [...new Set([...namesOf([definition]), "x_a", "set_c"])];
      const codesOfName = (name: string) =>
        callsOf([definition], name).map((params) =>
          codesOf(world, demandOf(world, name, params, true), account)(set),
        );
      for (const { operation, decision } of rows) {
        const own = isPattern(operation)
          ? names.filter(
              (name) =>
                !declared.includes(name) && patternsOf(definition, name).includes(operation),
            )
          : [operation];
        const codes = own.flatMap(codesOfName);
        const isOpen = codes.includes("allowed");
        expect([operation, decision.allowed]).toEqual([operation, isOpen]);
        // the decision about a pattern is that of one of the patterns that deny its names
        if (codes.length === 1 && !isPattern(operation))
          expect([operation, decision.code]).toEqual([operation, codes[0]]);
        (isOpen ? open : closed).count += 1;
      }
    };
    runCounted([open, closed], () =>
      fc.assert(fc.property(drawn(drawClient), check), { numRuns: runs(80), ...QUICK }),
    );
  });
});

interface Named {
  readonly definition: Definition;
  readonly names: readonly string[];
}

function drawNamed(draw: Draw): Named {
  const definition = drawDefinition(draw);
  return { definition, names: draw.few(namesOf([definition]), 2) };
}

type Found = ReturnType<typeof whoCan>;

/** Returns the scopes of an alternative for the values of a call; `undefined` if one of them is not among the values. */
function bitsOf({ atoms }: World, alternative: string, params: Params): number | undefined {
  let set = 0;
  for (const token of alternative === "" ? [] : alternative.split(" ")) {
    const text = token.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
    const atom = atoms.find((one) => one.text === text);
    if (atom === undefined) return undefined;
    set |= atom.bit;
  }
  return set;
}

/** Returns whether an account with a set of scopes meets an alternative and its conditions, for a call. */
function meetsAlternative(
  world: World,
  name: string,
  found: Found,
  at: number,
): (account: Account, set: number, params: Params) => boolean {
  const { tiers = [], boundaries: limits = {} } = world.definition;
  const needs = found.conditions[at] ?? {};
  const branches = needs.arguments && branchesOf(world.definition, name, needs.arguments);
  return (account, set, params) => {
    const bits = bitsOf(world, found.alternatives[at] as string, params);
    const { boundaries = {}, acr, auth_time = 0, account_type } = account;
    return (
      (branches === undefined || branches === branchesOf(world.definition, name, params)) &&
      bits !== undefined &&
      (bits & ~set) === 0 &&
      (needs.tier === undefined ||
        tiers.indexOf(account.tier ?? "") >= tiers.indexOf(needs.tier)) &&
      (needs.accountTypes ?? []).every((list) => list.some((one) => account_type.includes(one))) &&
      (needs.entitlements ?? []).every((one) => account.entitlements.includes(one)) &&
      (needs.firstParty !== true || account.first_party) &&
      (needs.acr === undefined || (acr !== undefined && needs.acr.includes(acr))) &&
      (needs.maxAge === undefined || NOW - auth_time <= needs.maxAge) &&
      (needs.within ?? []).every(
        ({ boundary, param }) =>
          boundaries[boundary]?.includes(params[param] as string) ??
          limits[boundary]?.absent === "dangerouslyAll",
      )
    );
  };
}

describe("whoCan", { timeout: TIMEOUT }, () => {
  it("names exactly the tokens that open an operation, and one of them", () => {
    const open = tally("an operation that some token opens", 10);
    const several = tally("an operation with several alternatives", 4);
    const closed = tally("an operation that no token opens", 1);
    const check = ({ definition, names }: Named) => {
      const policy = loadPolicy(definition, { now: () => NOW });
      const world = worldOf(definition);
      const accounts = accountsOf([definition]);
      const grants = new Map([false, true].map((first) => [first, grantsOf([world], first)]));
      for (const name of names) {
        const found = whoCan(policy as never, name as never);
        expect(found.conditions.length).toBe(found.alternatives.length);
        expect(found.exact).toBe(true);
        const metBy = found.alternatives.map((_, at) => meetsAlternative(world, name, found, at));
        for (const params of callsOf([definition], name)) {
          const demand = demandOf(world, name, params, true);
          for (const account of accounts) {
            const codeOf = codesOf(world, demand, account);
            for (const { sets, tokens } of grants.get(account.first_party) ?? []) {
              const set = sets[0] as number;
              const isNamed = metBy.some((isMet) => isMet(account, set, params));
              const isOpen = codeOf(set) === "allowed";
              if (isNamed !== isOpen)
                expect([name, params, account, tokens, isNamed]).toEqual([
                  name,
                  params,
                  account,
                  tokens,
                  isOpen,
                ]);
            }
          }
        }
        const { witness, params } = found;
        if (found.alternatives.length === 0) expect(witness).toBeUndefined();
        else
          expect(policy.decide(witness as never, name as never, params as never).code).toBe(
            "allowed",
          );
        (found.alternatives.length === 0 ? closed : open).count += 1;
        if (found.alternatives.length > 1) several.count += 1;
      }
    };
    runCounted([open, several, closed], () =>
      fc.assert(fc.property(drawn(drawNamed), check), { numRuns: runs(25), ...QUICK }),
    );
  });
});

describe("equivalent", { timeout: TIMEOUT }, () => {
  it("is true exactly if all tokens open both operations or none, and otherwise shows a token", () => {
    const equal = tally("two operations that are equivalent", 8);
    const other = tally("two operations that are not equivalent", 8);
    const check = ({ definition, names: [a = "", b = a] }: Named) => {
      const policy = loadPolicy(definition, { now: () => NOW });
      const world = worldOf(definition);
      const accounts = accountsOf([definition]);
      const grants = new Map([false, true].map((first) => [first, grantsOf([world], first)]));
      const isEqual = jointCallsOf(definition, [a, b]).every((params) => {
        const demands = [a, b].map((name) => demandOf(world, name, params, true));
        return accounts.every((account) => {
          const [one, two] = demands.map((demand) => codesOf(world, demand, account));
          return (grants.get(account.first_party) ?? []).every(
            ({ sets: [set = 0] }) => (one?.(set) === "allowed") === (two?.(set) === "allowed"),
          );
        });
      });
      const result = equivalent(policy as never, a as never, b as never);
      expect([a, b, result === true]).toEqual([a, b, isEqual]);
      (isEqual ? equal : other).count += 1;
      if (result === true) return;
      if (!result.exact) throw new Error("not proved");
      const codes = [a, b].map(
        (name) => policy.decide(result.witness, name as never, result.params as never).code,
      );
      expect(codes).toEqual([result.a, result.b]);
      expect(codes.filter((code) => code === "allowed")).toHaveLength(1);
    };
    runCounted([equal, other], () =>
      fc.assert(fc.property(drawn(drawNamed), check), { numRuns: runs(50), ...QUICK }),
    );
  });
});
