import { bindTemplate } from "../grammar/template.js";
import type { Alternative, Operation, Param, Rule, ScopeUse } from "../policy/compiled.js";
import {
  type Allowed,
  allowed,
  type Denied,
  denied,
  type InsufficientScope,
  insufficientScope,
} from "./decision.js";

/** One scope of an alternative. */
export interface PreparedUse {
  readonly scope: number;
  /** The places of its values among the rule's parameters; empty for a scope without placeholders. */
  readonly params: readonly number[];
  /** What stands before, between and after the values in its text. */
  readonly pieces: readonly string[];
  /** Which of `params` stands in each gap. */
  readonly gaps: readonly number[];
}

/** An alternative laid out for the request path. */
export interface PreparedAlternative {
  readonly source: Alternative;
  readonly uses: readonly PreparedUse[];
  /** The ids of its scopes without placeholders. */
  readonly literals: readonly number[];
  /** Its templates. */
  readonly bound: readonly PreparedUse[];
  /** Whether it asks for more than scopes. */
  readonly gated: boolean;
  /** The answer where it is met, made once; `undefined` where it carries bound values. */
  readonly granted: Allowed | undefined;
}

export interface PreparedRule {
  readonly params: readonly Param[];
  readonly alternatives: readonly PreparedAlternative[];
  readonly enriched: PreparedAlternative | undefined;
  readonly gated: boolean;
}

/** A rule that asks for scopes alone: whatever it answers has been made before, but for a list of missing scopes. */
export interface QuickRule {
  /** For each alternative: the ids of its scopes. */
  readonly literals: readonly (readonly number[])[];
  /** For each alternative: the answer where it is met. */
  readonly granted: readonly Allowed[];
  /** For each alternative: its scopes. */
  readonly accepted: readonly (readonly string[])[];
  /** Where each alternative is one scope: these, and the refusal, which is the same for every call then. */
  readonly single:
    | { readonly ids: readonly number[]; readonly refusal: InsufficientScope }
    | undefined;
}

/** An operation laid out for the request path; where patterns meet, one rule for each. */
export interface PreparedOperation {
  readonly name: string;
  readonly params: readonly string[];
  readonly denied: Denied | undefined;
  readonly public: boolean;
  readonly gated: boolean;
  readonly rules: readonly PreparedRule[];
  /** Its only rule where that asks for scopes alone: no gate, no bound value. Most operations are of this kind. */
  readonly quick: QuickRule | undefined;
  /** The rules as cases where none has a parameter: there is nothing to read for them. */
  readonly plain: readonly Case[] | undefined;
}

/** Values of a rule's parameters by their places; in a list of tools some may not be known. */
export type Values = readonly (string | undefined)[];

/** A rule of a call, with the values of its parameters. */
export interface Case {
  readonly rule: PreparedRule;
  readonly values: readonly string[];
}

/** Lays out one operation of the compiled policy. */
export function prepareOperation(operation: Operation): PreparedOperation {
  const rules = operation.rules.map(prepareRule);
  return {
    name: operation.name,
    params: operation.params,
    public: operation.public,
    ...summary(rules, operation.denial === undefined ? undefined : denied(operation.denial)),
  };
}

const NO_VALUES: readonly string[] = Object.freeze([]);

function summary(
  rules: readonly PreparedRule[],
  denial: Denied | undefined,
): Pick<PreparedOperation, "denied" | "rules" | "gated" | "plain" | "quick"> {
  const plain = rules.every((rule) => rule.params.length === 0)
    ? rules.map((rule) => ({ rule, values: NO_VALUES }))
    : undefined;
  const quick = denial === undefined ? quickRule(rules) : undefined;
  return { denied: denial, rules, gated: rules.some((rule) => rule.gated), plain, quick };
}

function quickRule(rules: readonly PreparedRule[]): QuickRule | undefined {
  const [rule, another] = rules;
  if (rule === undefined || another !== undefined) return undefined;
  const granted = rule.alternatives.flatMap((one) => (one.gated ? [] : (one.granted ?? [])));
  const [first] = granted;
  if (first === undefined || granted.length < rule.alternatives.length) return undefined;
  const literals = rule.alternatives.map((one) => one.literals);
  const accepted = Object.freeze(granted.map(({ scopes }) => scopes));
  if (literals.some((ids) => ids.length !== 1))
    return { literals, granted, accepted, single: undefined };
  const refusal = Object.freeze(insufficientScope(first.scopes, first.scopes, accepted));
  return { literals, granted, accepted, single: { ids: literals.flat(), refusal } };
}

function prepareRule(rule: Rule): PreparedRule {
  const prepare = newPreparer();
  const alternatives = rule.alternatives.map(prepare);
  const enriched = rule.enriched && prepare(rule.enriched);
  const gated = [...alternatives, ...(enriched ? [enriched] : [])].some((one) => one.gated);
  return { params: rule.params, alternatives, enriched, gated };
}

const NO_USES: readonly PreparedUse[] = Object.freeze([]);

/** Creates a function that prepares the alternatives of one rule: what they use alike is prepared once. */
function newPreparer(): (source: Alternative) => PreparedAlternative {
  const prepared = new Map<ScopeUse, PreparedUse>();
  const prepareOnce = (use: ScopeUse): PreparedUse => {
    const known = prepared.get(use) ?? prepareUse(use);
    prepared.set(use, known);
    return known;
  };
  return (source) => {
    const uses = source.uses.map(prepareOnce);
    const bound = uses.filter((use) => use.params.length > 0);
    return {
      source,
      uses,
      literals: uses.filter((use) => use.params.length === 0).map((use) => use.scope),
      bound: bound.length === 0 ? NO_USES : bound,
      gated: source.reserved || source.accountTypes !== undefined || source.tier >= 0,
      granted: source.scopes && Object.freeze(allowed(source.scopes)),
    };
  };
}

/** A character that stands in no scope-token, and so marks a gap. */
const GAP = " ";

function prepareUse({ scope, params }: ScopeUse): PreparedUse {
  const { template } = scope;
  if (params.length === 0) return { scope: scope.id, params, pieces: [scope.name], gaps: [] };
  const pieces = bindTemplate(
    template,
    template.names.map(() => GAP),
  ).split(GAP);
  const gaps = template.segments.filter((segment) => typeof segment === "number");
  return { scope: scope.id, params, pieces, gaps };
}

/** The text of a scope for the values of a rule's parameters. */
export function textOf({ params, pieces, gaps }: PreparedUse, values: Values): string {
  let text = pieces[0] as string;
  for (let index = 0; index < gaps.length; index += 1) {
    const param = params[gaps[index] as number] as number;
    text += (values[param] as string) + (pieces[index + 1] as string);
  }
  return text;
}

/**
 * What several patterns demand of a name that all of them fit: a denial among them denies, public ones demand nothing,
 * and all others must hold. The operation is public only if all of them are.
 */
export function combine(
  name: string,
  matching: readonly PreparedOperation[],
): PreparedOperation | undefined {
  const [first] = matching;
  if (first === undefined) return undefined;
  const isPublic = matching.every((operation) => operation.public);
  const demanding = matching.filter((operation) => isPublic || !operation.public);
  const rules = demanding.flatMap((operation) => operation.rules);
  return {
    name,
    params: Object.freeze([...new Set(demanding.flatMap((operation) => operation.params))]),
    public: isPublic,
    ...summary(rules, matching.find((operation) => operation.denied)?.denied),
  };
}
