// Laws of least privilege, for any policy. A brute force on small policies is in another file.

import { leastPrivilege } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import type { PolicyOptions } from "../model/arbitrary-policy.js";
import { drawGoodCase } from "../model/arbitrary-request.js";
import type { Draw } from "../model/draw.js";
import { law } from "../model/law.js";
import { isPattern, MODEL_NOW } from "../model/model.js";
import { placeholdersOf, scopeOptions } from "../model/model-scopes.js";
import { load } from "../model/observe.js";
import { tally } from "../often.js";
import { runs, TIMEOUT } from "./brute/runs.js";

const RUNS = runs(80);
const AT_MOST = { timeout: TIMEOUT };

/** Codes of a call whose scopes are enough: a plan assumes that the user has just authenticated. */
const OPEN = ["allowed", "insufficient_user_authentication"];

const isText = (value: unknown) => typeof value === "string";

const casesOf = (options: PolicyOptions) => (draw: Draw) => {
  const one = drawGoodCase(draw, { patterns: 40, ...options });
  const { definition, facts } = one;
  const policy = load(definition);
  const known = [
    ...Object.keys(definition.tools ?? {}),
    ...Object.keys(definition.endpoints ?? {}),
  ];
  const names = draw
    .shuffle([...known, "list_things", "get_b", "list_s"])
    .slice(0, 1 + draw.int(11))
    .filter(
      (name) =>
        !isPattern(name) && policy.decide({ scope: "" }, name, {}).code !== "unknown_operation",
    );
  const params = Object.fromEntries(Object.entries(Object(one.params) as object));
  const { tier, account_type, entitlements } = facts;
  const types: readonly unknown[] = Array.isArray(account_type) ? account_type : [account_type];
  const account = {
    ...(isText(tier) && { tier }),
    ...(types.every((type) => isText(type) && type !== "") && { accountType: types as string[] }),
    ...(Array.isArray(entitlements) &&
      entitlements.every((name) => isText(name) && name !== "") && {
        entitlements: entitlements as string[],
      }),
  };
  const held = draw.chance(50) ? one.held.join(" ") : "";
  const plan = leastPrivilege(policy, names, { ...account, held, params });
  return { definition, policy, names, params, account, held, plan, shuffle: draw };
};

type PlanCase = ReturnType<ReturnType<typeof casesOf>>;

/** Returns the values that a placeholder can have. */
function textsOf(params: PlanCase["params"]): readonly string[] {
  const texts = Object.values(params).flatMap((value) =>
    isText(value) || typeof value === "number" ? String(value) : [],
  );
  return [...new Set(texts)];
}

/** Returns the token of the account with some scopes, within every boundary. */
function tokenWith({ account, held, params }: PlanCase, scopes: readonly string[]) {
  const values = textsOf(params);
  const { tier, accountType, entitlements } = account;
  return {
    scope: [...new Set([...held.split(" "), ...scopes])].filter((text) => text !== ""),
    ...(tier !== undefined && { tier }),
    ...(accountType !== undefined && { account_type: accountType }),
    ...(entitlements !== undefined && { entitlements }),
    boundaries: { project: values, region: values },
    auth_time: MODEL_NOW,
  };
}

function codesOf(one: PlanCase, scopes: readonly string[], names: readonly string[] = one.names) {
  return names.map((name) => one.policy.decide(tokenWith(one, scopes), name, one.params).code);
}

/** Returns the operations that the plan opens. */
function opened({ names, plan }: PlanCase): readonly string[] {
  const closed = new Set(plan.unreachable.map(({ operation }) => operation));
  return names.filter((name) => !closed.has(name));
}

function isEnough(one: PlanCase, scopes: readonly string[]): boolean {
  return codesOf(one, scopes, opened(one)).every((code) => OPEN.includes(code));
}

const tokensOf = (scope: string) => scope.split(" ").filter((text) => text !== "");

/** Returns every scope that a third party can be granted, with all values of the call. */
function everyScope({ definition, params, policy }: PlanCase): readonly string[] {
  const values = textsOf(params);
  return Object.keys(definition.scopes).flatMap((scope) => {
    const { reserved, restricted } = scopeOptions(definition, scope);
    if (reserved === true || restricted === true) return [];
    const names = placeholdersOf(scope);
    const lists = names.reduce<readonly (readonly string[])[]>(
      (all) => all.flatMap((list) => values.map((value) => [...list, value])),
      [[]],
    );
    return lists.flatMap((list) => {
      const bound = policy.bindScope(
        scope,
        Object.fromEntries(names.map((name, at) => [name, list[at]])),
      );
      return bound.ok ? bound.scope : [];
    });
  });
}

const sizeOf = ({ policy, held }: PlanCase, scopes: readonly string[]) =>
  policy.expand([...tokensOf(held), ...scopes].join(" ") || []).length - policy.expand(held).length;

const KINDS: readonly (readonly [string, PolicyOptions])[] = [
  ["exact scopes", {}],
  ["boundaries, authentication and internal operations", { closed: true }],
  ["cases", { cases: 40 }],
  ["matching rules", { ruled: true }],
];

describe.each(KINDS)("the least privilege of policies with %s", (_kind, options) => {
  it("is enough, and so is each alternative", AT_MOST, () => {
    const other = tally("an alternative", 2);
    law(
      casesOf(options),
      (one) => {
        const { plan } = one;
        expect(plan.exact).toBe(true);
        for (const scope of [plan.scopes, ...plan.alternatives]) {
          if (!isEnough(one, tokensOf(scope))) throw new Error(`not enough: ${scope}`);
        }
        if (plan.alternatives.length > 0) other.count += 1;
        return tokensOf(plan.scopes).length > 1;
      },
      16,
      RUNS,
      [other],
    );
  });

  it("has no scope that can be left out, is reduced, and adds nothing to itself", AT_MOST, () => {
    law(
      casesOf(options),
      (one) => {
        const { plan, policy, names, account, params, held } = one;
        for (const scope of [plan.scopes, ...plan.alternatives]) {
          const tokens = tokensOf(scope);
          for (const left of tokens) {
            const rest = tokens.filter((text) => text !== left);
            if (isEnough(one, rest)) throw new Error(`${left} can be left out of ${scope}`);
          }
          expect(policy.reduce(tokens)).toBe(scope);
        }
        const again = `${held} ${plan.scopes}`.trim();
        expect(leastPrivilege(policy, names, { ...account, params, held: again }).scopes).toBe("");
        return tokensOf(plan.scopes).length > 1;
      },
      16,
      RUNS,
    );
  });

  it("names for an unreachable operation the code of a token with every scope", AT_MOST, () => {
    law(
      casesOf(options),
      (one) => {
        const { plan } = one;
        const all = everyScope(one);
        for (const { operation, reason } of plan.unreachable)
          expect(codesOf(one, all, [operation])).toEqual([reason]);
        return plan.unreachable.some(({ reason }) => reason !== "invalid_params");
      },
      16,
      RUNS,
    );
  });

  it("is not larger than another set that is enough", AT_MOST, () => {
    law(
      casesOf(options),
      (one) => {
        let rest = one.shuffle.shuffle(everyScope(one));
        expect(isEnough(one, rest)).toBe(true);
        for (const scope of rest) {
          const fewer = rest.filter((text) => text !== scope);
          if (isEnough(one, fewer)) rest = fewer;
        }
        const least = sizeOf(one, tokensOf(one.plan.scopes));
        expect(least).toBeLessThanOrEqual(sizeOf(one, rest));
        return least < sizeOf(one, rest);
      },
      3,
      RUNS / 2,
    );
  });
});
