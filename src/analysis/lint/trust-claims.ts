import { ANY_TIER, branchesOf, type CompiledPolicy } from "../../policy/compiled-policy.js";
import type { TrustableClaim } from "../../policy/trustable-claims.js";
import type { LintRule } from "./lint-rule.js";

/** The members of scopes and of alternatives that are conditions. */
interface Conditions {
  readonly tier: number;
  readonly accountTypes: readonly string[] | undefined;
  readonly entitlements: readonly string[];
  readonly reserved: boolean;
}

interface Need {
  /** What in a policy needs the claim. */
  readonly what: string;
  readonly isIn: (conditions: Conditions) => boolean;
}

const NEEDS: Readonly<Record<TrustableClaim, Need>> = {
  tier: { what: "condition on the tier", isIn: ({ tier }) => tier !== ANY_TIER },
  account_type: {
    what: "condition on account types",
    isIn: ({ accountTypes }) => accountTypes !== undefined,
  },
  entitlements: {
    what: "condition on entitlements",
    isIn: ({ entitlements }) => entitlements.length > 0,
  },
  first_party: { what: "reserved scope", isIn: ({ reserved }) => reserved },
};

function conditionsIn({ scopes, fromCode }: CompiledPolicy): readonly Conditions[] {
  const patterns = fromCode.patterns.map(({ operation }) => operation);
  const branches = [...fromCode.operations.values(), ...patterns].flatMap(branchesOf);
  const rules = branches.flatMap((branch) => branch.rules);
  return [...scopes, ...rules.flatMap(({ alternatives }) => alternatives)];
}

/** Claims that the authorizer trusts and that nothing in the policy needs. */
export const unneededTrustClaim: LintRule = (policy, { trustClaims }) => {
  if (trustClaims === undefined) return undefined;
  const conditions = conditionsIn(policy);
  return trustClaims.flatMap((claim, index) => {
    const { what, isIn } = NEEDS[claim];
    if (conditions.some(isIn)) return [];
    return {
      path: ["trustClaims", index],
      message: `the authorizer trusts the claim \`${claim}\`, and the policy has no ${what}`,
      fix: `remove \`${claim}\` from \`trustClaims\` of the authorizer`,
    };
  });
};
