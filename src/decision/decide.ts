import { acceptsValue } from "../grammar/template.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { isToolName } from "../policy/names.js";
import { readOwn } from "./access-token.js";
import {
  allowed,
  type Decision,
  INVALID_TOKEN,
  invalidParams,
  PUBLIC,
  PUBLIC_ENRICHED,
  UNAUTHENTICATED,
  UNKNOWN_OPERATION,
} from "./decision.js";
import { type Held, type HeldReader, heldReader } from "./held.js";
import { type Facts, isMet, judgeCall, refuse, scopesOf } from "./judge.js";
import {
  type Case,
  combine,
  type PreparedAlternative,
  type PreparedOperation,
  type PreparedRule,
  prepareOperation,
} from "./prepare.js";
import { decideQuick } from "./quick.js";

/** What decides for one policy: its tables, laid out once. */
export interface Decider {
  readonly policy: CompiledPolicy;
  readonly read: HeldReader;
  /** Exact operations by name, in declared order, tools first. */
  readonly operations: ReadonlyMap<string, PreparedOperation>;
  readonly patterns: readonly {
    readonly matches: (name: string) => boolean;
    readonly operation: PreparedOperation;
  }[];
}

/** Lays a policy out for deciding. */
export function newDecider(policy: CompiledPolicy): Decider {
  const operations = new Map<string, PreparedOperation>();
  for (const [name, operation] of policy.operations)
    operations.set(name, prepareOperation(operation));
  return {
    policy,
    read: heldReader(policy),
    operations,
    patterns: policy.patterns.map(({ matches, operation }) => ({
      matches,
      operation: prepareOperation(operation),
    })),
  };
}

/** The operation of a name: its exact entry, else what the patterns that fit it say together. */
export function operationOf(decider: Decider, name: unknown): PreparedOperation | undefined {
  if (typeof name !== "string") return undefined;
  const exact = decider.operations.get(name);
  if (exact !== undefined || decider.patterns.length === 0 || !isToolName(name)) return exact;
  const matching = decider.patterns.filter((pattern) => pattern.matches(name));
  return combine(
    name,
    matching.map((pattern) => pattern.operation),
  );
}

/** Total: any value at all in any position gives a decision. */
export function decide(decider: Decider, token: unknown, name: unknown, params: unknown): Decision {
  const operation = operationOf(decider, name);
  if (operation === undefined) return UNKNOWN_OPERATION;
  return decideOperation(decider, operation, token, params);
}

/** The order of the steps is that of the codes, and is part of the contract. */
export function decideOperation(
  decider: Decider,
  operation: PreparedOperation,
  token: unknown,
  params: unknown,
): Decision {
  if (operation.quick !== undefined) {
    // no denial, no parameter, not public: what is left of the order is the token
    if (token === undefined) return UNAUTHENTICATED;
    const held = heldBy(decider, token);
    return held === undefined ? INVALID_TOKEN : decideQuick(operation.quick, held);
  }
  if (operation.denied !== undefined) return operation.denied;
  const cases = operation.plain ?? readCases(operation, params);
  if (typeof cases === "string") return invalidParams(cases);
  if (token === undefined) return operation.public ? PUBLIC : UNAUTHENTICATED;
  const held = heldBy(decider, token);
  if (held === undefined) return INVALID_TOKEN;
  const facts = factsOf(decider.policy, operation, token);
  if (operation.public) return isEnriched(operation, held, facts) ? PUBLIC_ENRICHED : PUBLIC;
  const granted = grant(cases, held, facts);
  if (granted !== undefined) return granted;
  const judge = (facts: Facts) => cases.map((one) => judgeCall(one, held, facts));
  return refuse(decider.policy, judge(facts), held, facts, judge);
}

/** What a token holds, reserved scopes only for a first-party client; `undefined` for a token that is no good. */
export function heldBy(decider: Decider, token: unknown): Held | undefined {
  const scopes = decider.read(token);
  return scopes && (isFirstParty(token) ? scopes.firstParty : scopes.everyone);
}

/** Only exactly `true` counts, and only where the token itself says so. */
function isFirstParty(token: unknown): boolean {
  try {
    // the comparison first: it is all that most tokens cost
    return (
      (token as { readonly first_party?: unknown }).first_party === true &&
      Object.hasOwn(token as object, "first_party")
    );
  } catch {
    return false; // a getter or a proxy of somebody else's
  }
}

const NO_FACTS: Facts = { firstParty: false, tier: undefined, rank: -1, accountType: undefined };

/** What the gates of an operation ask of a token; one without gates asks nothing. */
export function factsOf(
  policy: CompiledPolicy,
  operation: PreparedOperation,
  token: unknown,
): Facts {
  if (!operation.gated) return NO_FACTS;
  const tier = readOwn(token, "tier");
  const named = typeof tier === "string" ? tier : undefined;
  const rank = named === undefined ? -1 : (policy.tierRank.get(named) ?? -1);
  const accountType = readOwn(token, "account_type");
  return { firstParty: isFirstParty(token), tier: named, rank, accountType };
}

/** The cases of a call, or the first parameter that is missing or no safe value. */
function readCases({ rules }: PreparedOperation, params: unknown): readonly Case[] | string {
  const cases: Case[] = [];
  for (const rule of rules) {
    const values = readValues(rule, params);
    if (typeof values === "string") return values;
    cases.push({ rule, values });
  }
  return cases;
}

function readValues(rule: PreparedRule, params: unknown): readonly string[] | string {
  const values: string[] = [];
  for (const { name, sites } of rule.params) {
    const value = readOwn(params, name);
    if (!sites.every(({ template, index }) => acceptsValue(template, index, value))) return name;
    values.push(value as string);
  }
  return values;
}

function isEnriched({ rules }: PreparedOperation, held: Held, facts: Facts): boolean {
  const asked = rules.flatMap((rule) => rule.enriched ?? []);
  return asked.length > 0 && asked.every((one) => isMet(one, held, facts, []));
}

/** The answer where every case has an alternative that is met; the first declared of each is named. */
function grant(cases: readonly Case[], held: Held, facts: Facts): Decision | undefined {
  if (cases.length === 1) {
    const only = cases[0] as Case;
    const met = firstMet(only, held, facts);
    return met && (met.granted ?? allowed(scopesOf(met, only.values)));
  }
  const scopes: string[] = [];
  for (const one of cases) {
    const met = firstMet(one, held, facts);
    if (met === undefined) return undefined;
    scopes.push(...scopesOf(met, one.values));
  }
  return allowed([...new Set(scopes)]);
}

function firstMet(
  { rule, values }: Case,
  held: Held,
  facts: Facts,
): PreparedAlternative | undefined {
  const { alternatives } = rule;
  for (let index = 0; index < alternatives.length; index += 1) {
    const alternative = alternatives[index] as PreparedAlternative;
    if (isMet(alternative, held, facts, values)) return alternative;
  }
  return undefined;
}
