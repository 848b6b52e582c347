import type { Clock } from "../decision/authentication.js";
import { decide, FROM_CODE, factsOf, tokenScopesOf } from "../decision/decide.js";
import { createDecider, type Decider } from "../decision/decider.js";
import type { Decision } from "../decision/decision.js";
import { isMet } from "../decision/evaluate.js";
import { branchOf } from "../decision/prepare.js";
import type {
  PreparedAlternative,
  PreparedBranch,
  PreparedOperation,
  PreparedRule,
  RuleCase,
} from "../decision/prepared.js";
import { isDenial, readCases } from "../decision/read-cases.js";
import { firstPartyScopes, type TokenScopes } from "../decision/token-scopes.js";
import type { CompiledPolicy, When } from "../policy/compiled-policy.js";
import { type Demand, demandsOf, type SeenToken, scopeNames } from "./demands.js";

/** A part of a policy that tests can exercise. */
export type CoveredKind =
  | "operation"
  | "branch"
  | "denial"
  | "params"
  | "alternative"
  | "token"
  | "authentication"
  | "enrichment"
  | "plain";

/** A part of a policy, and whether a call exercised it. */
export interface CoveredPart {
  /** The name of the operation, or the pattern. */
  readonly operation: string;
  /** The condition of the branch, empty for `otherwise`; `undefined` for an operation without cases. */
  readonly when: When | undefined;
  /** The names of the scopes of the alternative, separated by spaces. */
  readonly alternative?: string;
  readonly kind: CoveredKind | Demand["kind"];
  /** The tier, the account types, the entitlement, the boundary or the reason; empty for other kinds. */
  readonly detail: string;
  readonly isExercised: boolean;
}

/** Decides on calls, and records which parts of a policy they exercise. */
export interface Coverage {
  /** Returns the decision on a call of code of the host, and records it. */
  readonly decide: (token: unknown, name: string, params: unknown) => Decision;
  /** Returns every part of the policy in declared order. */
  readonly parts: () => readonly CoveredPart[];
}

type Part = { -readonly [Member in keyof CoveredPart]: CoveredPart[Member] };

/** An alternative of a rule, with what it demands of a call. */
interface CoveredAlternative {
  readonly part: Part;
  /** The demand of a token, if any token is enough. */
  readonly token: Part | undefined;
  readonly demands: readonly { readonly demand: Demand; readonly part: Part }[];
}

/** The parts of one rule. */
interface CoveredRule {
  readonly authentication: Part | undefined;
  readonly alternatives: readonly CoveredAlternative[];
}

/** The parts of one branch. */
interface CoveredBranch {
  readonly part: Part;
  readonly denial: Part | undefined;
  /** The demand of parameters that calls of this branch can lack. */
  readonly params: Part | undefined;
  readonly rules: ReadonlyMap<PreparedRule, CoveredRule>;
  readonly enrichments: readonly { readonly part: Part; readonly by: PreparedAlternative }[];
  /** An answer without the additional detail of the enrichments. */
  readonly plain: Part | undefined;
}

/** The parts of one entry of the policy. */
interface CoveredEntry {
  readonly part: Part;
  readonly operation: PreparedOperation;
  readonly branches: ReadonlyMap<PreparedOperation, CoveredBranch>;
}

/**
 * Creates the record of which parts of a policy calls exercise:
 *
 * - an operation, a pattern and a branch: by a call that is decided by it
 * - a denial with a reason: by a call that it denies
 * - the parameters that scopes or boundaries of a branch bind: by a call that is denied for one of them
 * - an alternative: by a call that is allowed and meets it
 * - what an alternative demands: by a call that is denied and meets the rule but for this demand
 * - an alternative that any token meets: in addition by a call without a token
 * - an authentication: by a call that is denied for it
 * - an enrichment: by a call that is allowed with additional detail and has its scope; and the answer without: by a call that gets it
 */
export function createCoverage(policy: CompiledPolicy, now?: Clock): Coverage {
  const decider = createDecider(policy, now);
  const parts: Part[] = [];
  const add = (part: Omit<Part, "isExercised">): Part => {
    const added = { ...part, isExercised: false };
    parts.push(added);
    return added;
  };
  const { operations, patterns } = decider.fromCode;
  const exact = new Map(
    [...operations.keys()].map((name) => {
      const operation = operations.get(name) as PreparedOperation;
      return [name, entryOf(operation, policy, add)];
    }),
  );
  const globs = patterns.map(({ matches, operation }) => ({
    matches,
    entry: entryOf(operation, policy, add),
  }));
  return {
    decide: (token, name, params) => {
      const decision = decide(decider, token, name, params, FROM_CODE);
      if (decision.code === "unknown_operation") return decision;
      const own = exact.get(name);
      const matching = globs.flatMap(({ matches, entry }) => (matches(name) ? [entry] : []));
      record(own === undefined ? matching : [own], { token, params, decision }, decider);
      return decision;
    },
    parts: () => parts,
  };
}

type AddPart = (part: Omit<Part, "isExercised">) => Part;

function entryOf(operation: PreparedOperation, policy: CompiledPolicy, add: AddPart): CoveredEntry {
  const { name } = operation;
  const part = add({ operation: name, when: undefined, kind: "operation", detail: "" });
  const branches = operation.branches ?? [{ when: undefined, operation }];
  return {
    part,
    operation,
    branches: new Map(
      branches.map((branch) => [branch.operation, branchPartsOf(name, branch, part, policy, add)]),
    ),
  };
}

function branchPartsOf(
  operation: string,
  {
    when,
    operation: branch,
  }: { readonly when: When | undefined } & Pick<PreparedBranch, "operation">,
  entry: Part,
  policy: CompiledPolicy,
  add: AddPart,
): CoveredBranch {
  const of = { operation, when };
  const { denied, rules, enriching } = branch;
  const canLack = rules.some(({ params }) =>
    params.some(({ name }) => !when?.some(([compared]) => compared === name)),
  );
  return {
    part: when === undefined ? entry : add({ ...of, kind: "branch", detail: "" }),
    denial: denied && add({ ...of, kind: "denial", detail: denied.reason }),
    params: canLack ? add({ ...of, kind: "params", detail: "" }) : undefined,
    rules: new Map(
      rules.map((rule) => [
        rule,
        {
          alternatives: rule.alternatives.map((one) =>
            alternativePartsOf(of, one, demandsOf(one, rule, policy), add),
          ),
          authentication: rule.authentication && add({ ...of, kind: "authentication", detail: "" }),
        },
      ]),
    ),
    enrichments: enriching.flatMap(({ enrichments }) =>
      enrichments.map((by) => {
        const alternative = scopeNames(by);
        return { part: add({ ...of, alternative, kind: "enrichment", detail: "" }), by };
      }),
    ),
    plain: enriching.length > 0 ? add({ ...of, kind: "plain", detail: "" }) : undefined,
  };
}

function alternativePartsOf(
  of: Pick<Part, "operation" | "when">,
  one: PreparedAlternative,
  demands: readonly Demand[],
  add: AddPart,
): CoveredAlternative {
  const alternative = scopeNames(one);
  const needsToken = one.source.uses.length === 0;
  return {
    part: add({ ...of, alternative, kind: "alternative", detail: "" }),
    token: needsToken ? add({ ...of, alternative, kind: "token", detail: "" }) : undefined,
    demands: demands.map((demand) => {
      const { kind, detail } = demand;
      return { demand, part: add({ ...of, alternative, kind, detail }) };
    }),
  };
}

interface DecidedCall {
  readonly token: unknown;
  readonly params: unknown;
  readonly decision: Decision;
}

/** Records what a call exercised in the entries that decided it: one of its name, or all patterns that match it. */
function record(entries: readonly CoveredEntry[], call: DecidedCall, decider: Decider): void {
  const { token, params, decision } = call;
  const taken = entries.map((entry) => {
    const operation = branchOf(entry.operation, params);
    return { operation, parts: entry.branches.get(operation) as CoveredBranch };
  });
  for (const { part } of [...entries, ...taken.map(({ parts }) => parts)]) part.isExercised = true;
  for (const part of taken.flatMap(({ parts }) => partsOfCode(parts, decision)))
    part.isExercised = true;
  const scopes = tokenScopesOf(decider, token);
  if (scopes === undefined) return;
  const ownersScopes = firstPartyScopes(decider.read(token) as TokenScopes);
  // a public pattern demands nothing, also where others match the same name
  const demanding = taken.filter(({ operation }) => !operation.public);
  const judged = demanding.flatMap(({ operation, parts }) => {
    const cases = readCases(operation, params);
    if (isDenial(cases)) return [];
    const facts = factsOf(decider.policy, operation, token);
    return cases.map((one) => judge(one, parts, { scopes, firstPartyScopes: ownersScopes, facts }));
  });
  if (decision.allowed && decision.enriched) {
    for (const { operation, parts } of taken) {
      const facts = factsOf(decider.policy, operation, token);
      for (const { part, by } of parts.enrichments)
        if (isMet(by, scopes, facts, [])) part.isExercised = true;
    }
  }
  const failing = judged.filter((one) => !one.isMet);
  for (const { met, authentication } of judged) {
    if (decision.allowed) for (const part of met) part.isExercised = true;
    if (decision.code === "insufficient_user_authentication" && authentication)
      authentication.isExercised = true;
  }
  // with several rules that are not met, none of them alone is the reason
  const [only, another] = failing;
  if (only === undefined || another !== undefined) return;
  for (const part of only.nearlyMet) part.isExercised = true;
}

const listOf = (part: Part | undefined): readonly Part[] => (part === undefined ? [] : [part]);

/** Returns the parts of a branch that the decision alone exercises, whatever the token has. */
function partsOfCode(
  { denial, params, plain, rules }: CoveredBranch,
  decision: Decision,
): readonly Part[] {
  switch (decision.code) {
    case "denied":
      return listOf(denial);
    case "invalid_params":
      return [...rules.keys()].some((rule) =>
        rule.params.some((one) => one.name === decision.param),
      )
        ? listOf(params)
        : [];
    case "unauthenticated":
      return [...rules.values()].flatMap(({ alternatives }) =>
        alternatives.flatMap(({ token }) => token ?? []),
      );
    case "allowed":
      return decision.enriched ? [] : listOf(plain);
    default:
      return [];
  }
}

/** Returns which alternatives of a rule a call meets, and the demands that are the only one that it does not meet. */
function judge({ rule, values }: RuleCase, { rules }: CoveredBranch, seen: SeenToken) {
  const { alternatives, authentication } = rules.get(rule) as CoveredRule;
  const judged = alternatives.map(({ part, demands }) => ({
    part,
    failing: demands.filter(({ demand }) => !demand.isMet(seen, values)),
  }));
  const met = judged.flatMap(({ part, failing }) => (failing.length === 0 ? [part] : []));
  return {
    met,
    isMet: met.length > 0,
    nearlyMet: judged.flatMap(({ failing: [first, second] }) =>
      first !== undefined && second === undefined ? [first.part] : [],
    ),
    authentication,
  };
}
