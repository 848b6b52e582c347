// The tokens of a program, against the decisions about its calls and all sets of scopes.

import fc from "fast-check";
import { loadPolicy } from "scope-policy";
import { tokenPlan } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { QUICK, runCounted } from "../../model/counted.js";
import { type Draw, drawn } from "../../model/draw.js";
import { tally } from "../../often.js";
import type { Definition, Params } from "./definition.js";
import { drawDefinition } from "./draw-definition.js";
import { callsOf, namesOf } from "./every.js";
import {
  type Account,
  codesOf,
  demandOf,
  ID_VALUES,
  meaningOfAll,
  NOW,
  reducedTexts,
  worldOf,
} from "./naive.js";
import { runs, TIMEOUT } from "./runs.js";
import { rankedSets, smallestSets } from "./smallest-sets.js";

interface Step {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly returns?: Readonly<Record<string, string>>;
}

interface Program {
  readonly definition: Definition;
  readonly steps: readonly Step[];
  readonly account: Account;
  readonly maxScopes?: number;
  readonly maxLength?: number;
}

/**
 * The ids of a program and the arguments that cases compare, with their values. The first two are known from the start. The others
 * are not equal to any value that a rule compares, as a plan takes them.
 */
const IDS: Readonly<Record<string, unknown>> = {
  platform: "a",
  modeX: "x",
  user: "b",
  other: "c",
};
const KNOWN = { platform: "a", modeX: "x" };
const IDS_OF: Readonly<Record<string, readonly string[]>> = { mode: ["modeX"], dry: [] };

function drawProgram(draw: Draw): Program {
  const definition = drawDefinition(draw);
  const { tiers = [], accountTypes = [], entitlements = [] } = definition;
  const names = draw.shuffle(namesOf([definition])).slice(0, 4);
  const steps = names.map((operation): Step => {
    const params = Object.keys(callsOf([definition], operation)[0] ?? {}).flatMap((param) => {
      const ids = IDS_OF[param] ?? ["platform", "platform", "user", "user", "other"];
      return ids.length === 0 || draw.chance(4) ? [] : [[param, draw.pick(ids)] as const];
    });
    const returned = draw.chance(60) ? draw.few(["user", "other"], 2) : [];
    return {
      operation,
      ...(params.length > 0 && { params: Object.fromEntries(params) }),
      ...(returned.length > 0 && {
        returns: Object.fromEntries(returned.map((id) => [`${id}ID`, id])),
      }),
    };
  });
  return {
    definition,
    steps,
    account: {
      ...(tiers.length > 0 && draw.chance(80) && { tier: draw.pick(tiers) }),
      account_type: draw.some(accountTypes, 70),
      entitlements: draw.some(entitlements, 70),
      first_party: false,
      boundaries: { project: ID_VALUES },
      acr: "mfa",
      auth_time: NOW,
    },
    ...(draw.chance(25) && { maxScopes: 1 + draw.int(1) }),
    ...(draw.chance(15) && { maxLength: 20 + draw.int(30) }),
  };
}

const paramsOf = ({ params = {} }: Step): Params =>
  Object.fromEntries(Object.entries(params).map(([param, id]) => [param, IDS[id]]));

/** Returns a scope of a plan for the values of the ids. */
const boundScope = (scope: string): string =>
  scope.replace(/\{(\w+)\}/g, (_, id: string) => String(IDS[id]));

/** Returns a scope with the values of ids that are not known from the start replaced by their names, as a plan writes them. */
const withNames = (scope: string): string =>
  scope.replace(/(?<=\/)[bc](?=[/ ]|$)/g, (value) => (value === "b" ? "{user}" : "{other}"));

const reached = {
  waiting: tally("a token that waits for an id", 5),
  several: tally("a plan with several tokens", 5),
  unreachable: tally("a step that cannot be reached", 5),
  split: tally("a plan with a limit", 5),
};

/** Returns the steps of names, each at most once, in the order of the names. */
function takeSteps(left: Step[], names: readonly string[]): Step[] {
  return names.map((name) => {
    const at = left.findIndex(({ operation }) => operation === name);
    expect([name, at]).not.toEqual([name, -1]);
    return left.splice(at, 1)[0] as Step;
  });
}

function check({ definition, steps, account, maxScopes, maxLength }: Program): void {
  const policy = loadPolicy(definition, { now: () => NOW });
  const world = worldOf(definition, ID_VALUES);
  const { tier, account_type: accountType, entitlements } = account;
  const plan = tokenPlan(policy as never, steps as never, {
    known: KNOWN,
    ...(tier !== undefined && { tier }),
    ...(accountType.length > 0 && { accountType }),
    entitlements,
    ...(maxScopes !== undefined && { maxScopes }),
    ...(maxLength !== undefined && { maxLength }),
  });

  const left = [...steps];
  const known = new Set(Object.keys(KNOWN));
  for (const { scope, template, waitsFor, operations } of plan.tokens) {
    const taken = takeSteps(left, operations);
    expect(waitsFor.filter((id) => !known.has(id))).toEqual([]);
    expect(boundScope(template)).toBe(boundScope(scope));
    expect(new Set(scope.match(/(?<=\{)\w+(?=\})/g) ?? [])).toEqual(new Set(waitsFor));
    const texts = scope === "" ? [] : boundScope(scope).split(" ");
    const fits = (set: readonly string[]) =>
      set.length <= (maxScopes ?? 100) && withNames(set.join(" ")).length <= (maxLength ?? 1_000);
    if (maxScopes !== undefined) expect(texts.length).toBeLessThanOrEqual(maxScopes);
    if (maxLength !== undefined) expect(scope.length).toBeLessThanOrEqual(maxLength);
    const set = meaningOfAll(world, texts, false);
    const demands = taken.map((step) => ({
      step,
      codeOf: codesOf(world, demandOf(world, step.operation, paramsOf(step), true), account),
    }));
    for (const { step, codeOf } of demands) {
      const ids = Object.values(step.params ?? {});
      expect([step, ids.filter((id) => !known.has(id))]).toEqual([step, []]);
      expect([step, codeOf(set)]).toEqual([step, "allowed"]);
      for (const id of Object.values(step.returns ?? {})) known.add(id);
    }
    // only a step whose smallest set is too large alone gets a larger one
    const isFit = (one: number) => demands.length > 1 || fits(reducedTexts(world, one));
    const { sets } = smallestSets(
      world,
      account,
      0,
      (one) => isFit(one) && demands.every(({ codeOf }) => codeOf(one) === "allowed"),
    );
    const best = rankedSets(world, sets).map(({ text }) => text.split(" ").sort().join(" "));
    expect(best).toContain([...new Set(texts)].sort().join(" "));
    if (waitsFor.length > 0) reached.waiting.count += 1;
  }

  // a step that is in no token cannot be reached
  const { grantable } = smallestSets(world, account, 0, () => true);
  for (const { operation, reason, waitsFor } of plan.unreachable) {
    const [step] = takeSteps(left, [operation]) as [Step];
    reached.unreachable.count += 1;
    const unknown = Object.values(step.params ?? {}).filter((id) => !known.has(id));
    if (waitsFor !== undefined) {
      expect(reason).toBe("invalid_params");
      expect(unknown).toEqual(expect.arrayContaining([...waitsFor]));
      continue;
    }
    const codeOf = codesOf(world, demandOf(world, operation, paramsOf(step), true), account);
    const isCapped = reason === "insufficient_scope" && (maxScopes ?? maxLength) !== undefined;
    expect([step, reason]).toEqual([step, isCapped ? "insufficient_scope" : codeOf(grantable)]);
  }
  expect(left).toEqual([]);
  if (plan.tokens.length > 1) reached.several.count += 1;
  if ((maxScopes ?? maxLength) !== undefined) reached.split.count += 1;
}

describe("tokenPlan", { timeout: TIMEOUT }, () => {
  it("opens each step with the smallest scope, after its ids are known, or says why not", () => {
    runCounted(Object.values(reached), () =>
      fc.assert(fc.property(drawn(drawProgram), check), { numRuns: runs(100), ...QUICK }),
    );
  });
});
