import type { DecisionCode } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { otherValuesOf, type SampleCall, sampleCallsOf, valuesOf } from "./sample-call.js";
import { type ChosenAlternative, type Claims, claimsFor, scopeFor } from "./sample-token.js";

/** A case as a file has it. */
export interface DraftCase {
  readonly name: string;
  readonly token?: string | Claims;
  readonly operation: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expect: DecisionCode;
  readonly missing?: string;
  readonly enriched?: boolean;
}

/** A token for a call, with what it is made for. */
interface Attempt {
  readonly what: string;
  readonly token: Claims | undefined;
  /** Arguments in place of those of the call. */
  readonly params?: SampleCall["params"];
}

/**
 * Returns cases for a policy, each with the code that the policy decides today: for each operation, branch and alternative a call that
 * meets it, and a call that lacks one of its demands.
 */
export function draftCasesOf(policy: Policy): readonly DraftCase[] {
  const compiled = compiledPolicyOf(policy);
  const cases = new Map<string, DraftCase>();
  for (const call of sampleCallsOf(compiled)) {
    for (const attempt of attemptsOf(call, compiled)) {
      const key = JSON.stringify([call.name, attempt.params ?? call.params, attempt.token]);
      if (!cases.has(key)) cases.set(key, draftOf(attempt, call, policy));
    }
  }
  return [...cases.values()];
}

function draftOf(attempt: Attempt, call: SampleCall, policy: Policy): DraftCase {
  const { what, token, params = call.params } = attempt;
  const { name } = call;
  const now = Math.floor(Date.now() / 1_000);
  const { auth_age: age, ...claims } = token ?? { scope: "" };
  const timed = age === undefined ? claims : { ...claims, auth_time: now - age };
  const decision = policy.decide(token && timed, name, params);
  return {
    name: `${name}: ${what}`,
    ...(token !== undefined && {
      token: Object.keys(token).length === 1 ? token.scope : token,
    }),
    operation: name,
    ...(Object.keys(params).length > 0 && { params }),
    expect: decision.code,
    ...(decision.code === "insufficient_scope" && { missing: decision.missing.join(" ") }),
    ...(decision.allowed && enrichmentsOf(call).length > 0 && { enriched: decision.enriched }),
  };
}

/** Returns the scopes for additional detail, each as an alternative of its rule. */
function enrichmentsOf({ branches }: SampleCall): readonly ChosenAlternative[] {
  return branches.flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      rule.enrichments.map((alternative) => ({ rule, alternative, values: [] })),
    ),
  );
}

function attemptsOf(call: SampleCall, policy: CompiledPolicy): readonly Attempt[] {
  const { branches, params } = call;
  const none: Attempt = { what: "without a token", token: undefined };
  const isPublic = branches.every((branch) => branch.public);
  if (branches.some(({ denial }) => denial !== undefined)) return [none];
  const detailAttempts = (others: readonly ChosenAlternative[]) =>
    enrichmentsOf(call).map(
      (one): Attempt => ({
        what: `with the detail of ${scopeNamesOf(one)}`,
        token: claimsFor([one, ...others], policy),
      }),
    );
  if (isPublic) return [none, ...detailAttempts([])];
  const demanding = branches.filter((branch) => !branch.public);
  const rules = demanding.flatMap((branch) => branch.rules);
  const lists = rules.map((rule) =>
    rule.alternatives.map((alternative) => ({ rule, alternative, values: valuesOf(rule, params) })),
  );
  const attempts = lists.flatMap((list, at) =>
    list.flatMap((one) => {
      const others = lists.flatMap(([first], index) =>
        index === at || first === undefined ? [] : [first],
      );
      return one.alternative.uses.length === 0
        ? [none, ...attemptsWith(one, others, params, policy)]
        : attemptsWith(one, others, params, policy);
    }),
  );
  const [first] = attempts;
  const unbound: readonly Attempt[] =
    first === undefined || call.unbound === undefined
      ? []
      : [{ ...first, what: "without its parameters", params: call.unbound }];
  const chosen = lists.flatMap(([one]) => one ?? []);
  return [...attempts, ...unbound, ...detailAttempts(chosen)];
}

function scopeNamesOf({ alternative }: ChosenAlternative): string {
  return alternative.uses.map(({ scope }) => scope.name).join(" ");
}

/** Returns a token that meets an alternative, then tokens that lack one of its demands each. */
function attemptsWith(
  one: ChosenAlternative,
  others: readonly ChosenAlternative[],
  params: SampleCall["params"],
  policy: CompiledPolicy,
): readonly Attempt[] {
  const full = claimsFor([one, ...others], policy);
  const { alternative, rule } = one;
  const names = scopeNamesOf(one) || "any token";
  const without = (...names: readonly string[]): Claims =>
    Object.fromEntries(
      Object.entries(full).filter(([name]) => !names.includes(name)),
    ) as unknown as Claims;
  const elsewhere = { ...one, values: otherValuesOf(rule, params) };
  const attempts: readonly (Attempt | false)[] = [
    { what: `with ${names}`, token: full },
    alternative.uses.length > 0 && {
      what: `without ${names}`,
      token: { ...full, scope: scopeFor(others) },
    },
    alternative.uses.some((use) => use.params.length > 0) && {
      what: `with ${names} for another value`,
      token: { ...full, scope: scopeFor([elsewhere, ...others]) },
    },
    alternative.reserved && {
      what: `with ${names}, third party`,
      token: without("first_party"),
    },
    alternative.accountTypes !== undefined && {
      what: `with ${names}, another account type`,
      token: without("account_type"),
    },
    alternative.tier >= 0 && {
      what: `with ${names}, a lower tier`,
      token: withTier(without("tier"), policy.tiers[alternative.tier - 1]),
    },
    ...alternative.entitlements.map((entitlement) => ({
      what: `with ${names}, without ${entitlement}`,
      token: {
        ...full,
        entitlements: (full.entitlements ?? []).filter((name) => name !== entitlement),
      },
    })),
    ...alternative.within.map(({ boundary, param }) => ({
      what: `with ${names}, outside ${boundary.name}`,
      token: {
        ...full,
        boundaries: { ...full.boundaries, [boundary.name]: [elsewhere.values[param] as string] },
      },
    })),
    rule.authentication !== undefined && {
      what: `with ${names}, authenticated otherwise`,
      token: without("acr", "auth_age"),
    },
  ];
  return attempts.filter((attempt) => attempt !== false);
}

function withTier(claims: Claims, tier: string | undefined): Claims {
  return tier === undefined ? claims : { ...claims, tier };
}
