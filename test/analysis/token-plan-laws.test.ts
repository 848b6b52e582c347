// Laws of token plans, for any policy.

import { PolicyError } from "scope-policy";
import { type PlannedToken, type PlanStep, type TokenPlan, tokenPlan } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { drawPolicy, ENTITLEMENTS, TIERS, TOOLS } from "../model/arbitrary-policy.js";
import type { Draw } from "../model/draw.js";
import { law } from "../model/law.js";
import { MODEL_NOW } from "../model/model.js";
import { load } from "../model/observe.js";
import { type Tally, tally } from "../often.js";
import { runs, TIMEOUT } from "./brute/runs.js";

const RUNS = runs(50);
const IDS = ["x", "y", "z"];
/** The value that each id gets when it is known. */
const VALUES: Readonly<Record<string, string>> = { x: "vx", y: "vy", z: "vz" };

const someIds = (draw: Draw, names: readonly string[], percent: number) =>
  Object.fromEntries(draw.some(names, percent).map((name) => [name, draw.pick(IDS)]));

/** Draws several plans of one policy, because loading a policy costs more than a plan. */
const cases = (draw: Draw) => {
  const definition = drawPolicy(draw.part(1750), { patterns: 30 });
  const policy = load(definition);
  const names = [
    ...new Set([
      ...Object.keys(definition.tools ?? {}),
      ...Object.keys(definition.endpoints ?? {}),
      ...TOOLS,
    ]),
  ];
  const known = names.filter((name) => {
    try {
      return policy.operation(name).name === name;
    } catch (error) {
      if (error instanceof PolicyError) return false;
      throw error;
    }
  });
  return [1, 2, 3, 4, 5].map(() => {
    const steps = draw.few(known, 6).map((operation): PlanStep => {
      const params = someIds(draw, policy.operation(operation).params, 92);
      return { operation, params, returns: draw.chance(45) ? { id: draw.pick(IDS) } : {} };
    });
    const account = {
      tier: draw.pick(TIERS),
      accountType: ["mentor", "studio"],
      entitlements: draw.some(ENTITLEMENTS, 70),
    };
    const options = {
      ...account,
      known: draw.chance(60) ? { x: "vx" } : {},
      ...(draw.chance(50) && { maxScopes: 1 + draw.int(2) }),
      ...(draw.chance(40) && { maxLength: 20 + draw.int(40) }),
    };
    return { policy, steps, options };
  });
};
type PlanCase = ReturnType<typeof cases>[number];

/** Returns the code of a call with a token of the plan, when all ids are known and the user has authenticated as required. */
function codeOf({ policy, options }: PlanCase, scope: string, step: PlanStep): string {
  const args = Object.fromEntries(
    Object.entries(step.params ?? {}).map(([name, id]) => [name, VALUES[id] as string]),
  );
  const list = Object.values(VALUES);
  const token = {
    scope: scope.replace(/\{(\w+)\}/g, (_, id: string) => VALUES[id] as string),
    tier: options.tier,
    account_type: options.accountType,
    entitlements: options.entitlements,
    boundaries: { project: list, region: list },
    auth_time: MODEL_NOW,
  };
  const first = policy.decide(token, step.operation, args);
  if (first.code !== "insufficient_user_authentication") return first.code;
  return policy.decide({ ...token, acr: first.acr?.[0] as string }, step.operation, args).code;
}

const stepsOf = ({ steps }: PlanCase, { operations }: PlannedToken): readonly PlanStep[] =>
  steps.filter(({ operation }) => operations.includes(operation));

const returnedBy = (one: PlanCase, tokens: readonly PlannedToken[]) =>
  new Set(
    tokens
      .flatMap((token) => stepsOf(one, token))
      .flatMap(({ returns }) => Object.values(returns ?? {})),
  );

const planOf = ({ policy, steps, options }: PlanCase): TokenPlan =>
  tokenPlan(policy, steps, options);

/** Runs a law over several plans of each policy. At least `least` policies must have a plan that reaches its point. */
function lawOfPlans(
  check: (one: PlanCase) => boolean,
  least: number,
  others: readonly Tally[] = [],
) {
  law(cases, (all) => all.map(check).some(Boolean), least, RUNS, others);
}

describe("a token plan", { timeout: TIMEOUT }, () => {
  it("has each step in one token, which allows it once the ids are known, or reports it", () => {
    const several = tally("several tokens", 15);
    const waiting = tally("a token that waits", 15);
    lawOfPlans(
      (one) => {
        const { tokens, unreachable } = planOf(one);
        const listed = [
          ...tokens.flatMap(({ operations }) => operations),
          ...unreachable.map(({ operation }) => operation),
        ];
        expect(listed.toSorted()).toEqual(one.steps.map(({ operation }) => operation).toSorted());
        for (const token of tokens) {
          for (const step of stepsOf(one, token))
            expect(codeOf(one, token.scope, step)).toBe("allowed");
        }
        if (tokens.length > 1) several.count += 1;
        if (tokens.some(({ waitsFor }) => waitsFor.length > 0)) waiting.count += 1;
        return tokens.length > 0;
      },
      35,
      [several, waiting],
    );
  });

  it("has no scope that can be left out", () => {
    lawOfPlans((one) => {
      const { tokens } = planOf(one);
      for (const token of tokens) {
        const scopes = token.scope.split(" ").filter((scope) => scope !== "");
        for (const scope of scopes) {
          const rest = scopes.filter((other) => other !== scope).join(" ");
          const codes = stepsOf(one, token).map((step) => codeOf(one, rest, step));
          expect(codes.some((code) => code !== "allowed")).toBe(true);
        }
      }
      return tokens.some(({ scope }) => scope.includes(" "));
    }, 25);
  });

  it("waits only for ids that steps of earlier tokens return, and orders the steps of a token by their ids", () => {
    lawOfPlans((one) => {
      const { tokens } = planOf(one);
      for (const [at, token] of tokens.entries()) {
        const before = returnedBy(one, tokens.slice(0, at));
        expect(token.waitsFor.filter((id) => !before.has(id))).toEqual([]);
        expect([...new Set(token.scope.match(/(?<=\{)\w+(?=\})/g) ?? [])]).toEqual(token.waitsFor);
        const ids = new Set([...before, ...Object.keys(one.options.known)]);
        for (const name of token.operations) {
          const step = one.steps.find(({ operation }) => operation === name) as PlanStep;
          expect(Object.values(step.params ?? {}).filter((id) => !ids.has(id))).toEqual([]);
          for (const id of Object.values(step.returns ?? {})) ids.add(id);
        }
      }
      return tokens.some(({ waitsFor }) => waitsFor.length > 0);
    }, 12);
  });

  it("keeps the limits, and needs them for a step that it reports with `insufficient_scope`", () => {
    const tooLarge = tally("a step that is too large alone", 3);
    lawOfPlans(
      (one) => {
        const { maxScopes = Infinity, maxLength = Infinity, ...options } = one.options;
        const { tokens, unreachable } = planOf(one);
        for (const { scope } of tokens) {
          expect(scope === "" ? 0 : scope.split(" ").length).toBeLessThanOrEqual(maxScopes);
          expect(scope.length).toBeLessThanOrEqual(maxLength);
        }
        const free = planOf({ ...one, options });
        const large = unreachable.filter(({ reason }) => reason === "insufficient_scope");
        expect(free.unreachable.filter(({ reason }) => reason === "insufficient_scope")).toEqual(
          [],
        );
        tooLarge.count += large.length;
        return tokens.length > free.tokens.length;
      },
      5,
      [tooLarge],
    );
  });

  it("reports the code of the decision about a token with every scope, or the ids that are never known", () => {
    const stuck = tally("a step that waits for an id", 15);
    lawOfPlans(
      (one) => {
        const { unreachable, tokens } = planOf({ ...one, options: { ...one.options } });
        const returned = returnedBy(one, tokens);
        for (const { operation, reason, waitsFor } of unreachable) {
          const step = one.steps.find((other) => other.operation === operation) as PlanStep;
          if (waitsFor !== undefined) {
            stuck.count += 1;
            expect(waitsFor.length).toBeGreaterThan(0);
            expect(waitsFor.filter((id) => returned.has(id))).toEqual([]);
          } else if (reason !== "insufficient_scope") {
            const every = one.policy.scopeNames.map((name) => name.replace(/\{\w+\}/g, "vx"));
            expect(codeOf(one, every.join(" "), step)).not.toBe("allowed");
          }
        }
        return unreachable.length > 0;
      },
      25,
      [stuck],
    );
  });
});
