import { meetsCase } from "../decision/prepare.js";
import type { Alternative, CompiledPolicy, Operation, Param } from "../policy/compiled-policy.js";
import type { OperationDefinition } from "../policy/definition.js";
import { isToolName } from "../policy/tool-names.js";
import type { AuditAlternative, AuditRequirement } from "./audit-event.js";
import type { Disclosure } from "./redaction/arguments.js";
import { cleanText } from "./redaction/clean-text.js";

/** The part of an event that depends on the operation alone. */
export interface AuditedOperation {
  readonly kind: "tool" | "endpoint";
  readonly requirement: AuditRequirement;
  readonly disclosure: Disclosure;
  readonly params: readonly string[];
  /** Whether the rule comes from tool patterns, so that the client chose the name. */
  readonly isPattern: boolean;
}

const MAX_NAME = 256;
/**
 * Maximum length in characters of all alternatives of one operation. An alternative that does not fit is left out and counted.
 */
const MAX_ALTERNATIVES_LENGTH = 6_144;

/** Returns the description of an operation for the parameters of a call, which choose its branch. */
type DescribeCall = (params: unknown) => AuditedOperation;

/**
 * Precomputes the descriptions of the operations of a policy, and creates the function that looks one up by name and, with cases,
 * by the parameters that the decision was made on.
 */
export function createOperationLookup(
  policy: CompiledPolicy,
): (name: string, params: unknown) => AuditedOperation | undefined {
  const exact = new Map(
    [...policy.fromCode.operations].map(([name, operation]) => [
      name,
      describe(policy, operation, false),
    ]),
  );
  const patterns = policy.fromCode.patterns.map(({ matches, operation }) => ({
    matches,
    described: describe(policy, operation, true),
  }));
  return (name, params) => {
    const known = exact.get(name);
    if (known !== undefined || !isToolName(name)) return known?.(params);
    const [first, ...others] = patterns
      .filter((pattern) => pattern.matches(name))
      .map(({ described }) => described(params));
    return first && others.reduce(combineOperations, first);
  };
}

function describe(policy: CompiledPolicy, operation: Operation, isPattern: boolean): DescribeCall {
  const otherwise = describeBranch(policy, operation, isPattern);
  const branches = operation.cases.map(({ when, branch }) => ({
    when,
    described: { ...otherwise, requirement: requirementOf(policy, branch) },
  }));
  return (params) => branches.find(({ when }) => meetsCase(when, params))?.described ?? otherwise;
}

function describeBranch(
  policy: CompiledPolicy,
  operation: Operation,
  isPattern: boolean,
): AuditedOperation {
  const { kind, params } = operation;
  const entries = kind === "tool" ? policy.definition.tools : policy.definition.endpoints;
  // every operation is compiled from the entry of its name
  const entry = (entries as Readonly<Record<string, OperationDefinition>>)[operation.name];
  const audit = typeof entry === "object" ? entry.audit : undefined;
  return {
    kind,
    requirement: requirementOf(policy, operation),
    disclosure: { show: new Set(audit?.show), hash: new Set(audit?.hash) },
    params,
    isPattern,
  };
}

/**
 * Combines the descriptions of two patterns that match the same name: every rule of both applies, and each declares disclosures.
 */
function combineOperations(one: AuditedOperation, other: AuditedOperation): AuditedOperation {
  const union = (of: keyof Disclosure) => new Set([...one.disclosure[of], ...other.disclosure[of]]);
  return {
    ...one,
    requirement: combineRequirements(one.requirement, other.requirement),
    disclosure: { show: union("show"), hash: union("hash") },
    params: [...one.params, ...other.params],
  };
}

function combineRequirements(one: AuditRequirement, other: AuditRequirement): AuditRequirement {
  if (Object.hasOwn(one, "denied")) return one;
  if (Object.hasOwn(other, "denied") || Object.hasOwn(one, "public")) return other;
  // a public rule requires nothing, so it adds no rule
  return limitAlternatives([...one.rules, ...other.rules], leftOutOf(one) + leftOutOf(other));
}

function leftOutOf(requirement: AuditRequirement): number {
  return Object.hasOwn(requirement, "leftOut") ? (requirement.leftOut as number) : 0;
}

function requirementOf(policy: CompiledPolicy, operation: Operation): AuditRequirement {
  if (operation.denial !== undefined) return { denied: true, rules: [] };
  if (operation.public) return { public: true, rules: [] };
  const rules = operation.rules.map(({ alternatives, authentication, params }) => ({
    anyOf: alternatives.map((alternative) => ({
      ...describeAlternative(policy, alternative),
      ...describeWithin(alternative, params),
    })),
    ...(authentication?.acr !== undefined && { acr: authentication.acr.map(clean) }),
    ...(authentication?.maxAge !== undefined && { maxAge: authentication.maxAge }),
  }));
  return limitAlternatives(rules, 0);
}

function limitAlternatives(rules: AuditRequirement["rules"], before: number): AuditRequirement {
  let room = MAX_ALTERNATIVES_LENGTH;
  let leftOut = before;
  const fits = (alternative: AuditAlternative): boolean => {
    room -= JSON.stringify(alternative).length;
    if (room < 0) leftOut += 1;
    return room >= 0;
  };
  const written = rules.map((rule) => ({ ...rule, anyOf: rule.anyOf.filter(fits) }));
  return { rules: written, ...(leftOut > 0 && { leftOut }) };
}

function describeAlternative(
  { tiers }: CompiledPolicy,
  alternative: Alternative,
): AuditAlternative {
  const tier = tiers[alternative.tier];
  const { accountTypes, entitlements } = alternative;
  return {
    scopes: alternative.uses.map(({ scope }) => clean(scope.name)),
    ...(tier !== undefined && { tier: clean(tier) }),
    ...(accountTypes !== undefined && { accountTypes: accountTypes.map(clean) }),
    ...(entitlements.length > 0 && { entitlements: entitlements.map(clean) }),
    ...(alternative.reserved && { reserved: true }),
    ...(alternative.restricted && { restricted: true }),
  };
}

function describeWithin(
  { within }: Alternative,
  params: readonly Param[],
): Pick<AuditAlternative, "within"> {
  if (within.length === 0) return {};
  const named = within.map(({ boundary, param }) => [
    clean(boundary.name),
    clean((params[param] as Param).name),
  ]);
  return { within: Object.fromEntries(named) as Readonly<Record<string, string>> };
}

function clean(words: string): string {
  return cleanText(words, MAX_NAME);
}
