import type { Alternative, Operation, Param, Rule } from "../policy/compiled.js";
import { type Allowed, allowed, type Denied, denied, type InsufficientScope, insufficientScope } from "./decision.js";

/** An alternative laid out for the request path. */
export interface PreparedAlternative {
  readonly source: Alternative;
  /** The ids of its scopes without placeholders. */
  readonly literals: readonly number[];
  /** Its templates, with the places of their values among the rule's parameters. */
  readonly bound: readonly { readonly scope: number; readonly params: readonly number[] }[];
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
  /** The scopes of all alternatives where they are the same for every call: no gate, no bound value. */
  readonly accepted: readonly (readonly string[])[] | undefined;
  /** The refusal where it is the same for every call: each alternative is one such scope. */
  readonly refusal: InsufficientScope | undefined;
}

/** An operation laid out for the request path; where patterns meet, one rule for each. */
export interface PreparedOperation {
  readonly name: string;
  readonly params: readonly string[];
  readonly denied: Denied | undefined;
  readonly public: boolean;
  readonly gated: boolean;
  readonly rules: readonly PreparedRule[];
  /** The rules as cases where none has a parameter: there is nothing to read for them. */
  readonly plain: readonly Case[] | undefined;
}

/** A rule to be judged, with the values of its parameters; `undefined` where no values are known. */
export interface Case {
  readonly rule: PreparedRule;
  readonly values: readonly string[] | undefined;
}

/** Lays out one operation of the compiled policy. */
export function prepareOperation(operation: Operation): PreparedOperation {
  const rules = operation.rules.map(prepareRule);
  return {
    name: operation.name,
    params: operation.params,
    denied: operation.denial === undefined ? undefined : denied(operation.denial),
    public: operation.public,
    ...summary(rules),
  };
}

const NO_VALUES: readonly string[] = Object.freeze([]);

function summary(
  rules: readonly PreparedRule[],
): Pick<PreparedOperation, "rules" | "gated" | "plain"> {
  const plain = rules.every((rule) => rule.params.length === 0)
    ? rules.map((rule) => ({ rule, values: NO_VALUES }))
    : undefined;
  return { rules, gated: rules.some((rule) => rule.gated), plain };
}

function prepareRule(rule: Rule): PreparedRule {
  const alternatives = rule.alternatives.map(prepareAlternative);
  const enriched = rule.enriched && prepareAlternative(rule.enriched);
  const gated = [...alternatives, ...(enriched ? [enriched] : [])].some((one) => one.gated);
  const scopes = alternatives.flatMap((one) => (one.source.scopes ? [one.source.scopes] : []));
  const accepted = gated || scopes.length < alternatives.length ? undefined : Object.freeze(scopes);
  const [first] = accepted ?? [];
  const single = alternatives.every((one) => one.literals.length === 1);
  const refusal =
    accepted && first && single ? Object.freeze(insufficientScope(first, first, accepted)) : undefined;
  return { params: rule.params, alternatives, enriched, gated, accepted, refusal };
}

function prepareAlternative(source: Alternative): PreparedAlternative {
  const literals = source.uses.filter((use) => use.params.length === 0);
  return {
    source,
    literals: literals.map((use) => use.scope.id),
    bound: source.uses
      .filter((use) => use.params.length > 0)
      .map((use) => ({ scope: use.scope.id, params: use.params })),
    gated: source.reserved || source.accountTypes !== undefined || source.tier >= 0,
    granted: source.scopes && allowed(source.scopes),
  };
}

/**
 * What several patterns demand of a name that all of them fit: a denial among them denies, public ones demand nothing,
 * and all others must hold. The operation is public only if all of them are.
 */
export function combine(name: string, matching: readonly PreparedOperation[]): PreparedOperation | undefined {
  const [first] = matching;
  if (first === undefined) return undefined;
  const isPublic = matching.every((operation) => operation.public);
  const demanding = matching.filter((operation) => isPublic || !operation.public);
  const rules = demanding.flatMap((operation) => operation.rules);
  return {
    name,
    params: [...new Set(demanding.flatMap((operation) => operation.params))],
    denied: matching.find((operation) => operation.denied)?.denied,
    public: isPublic,
    ...summary(rules),
  };
}
