import { groupBy } from "../../grammar/entry-of.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import type { Template } from "../../grammar/template.js";
import type {
  CompiledPolicy,
  CompiledScope,
  ImpliedScope,
  Rule,
  ScopeUse,
} from "../../policy/compiled-policy.js";
import { createTemplateNames, type TemplateName } from "../../policy/template-names.js";
import { type ClaimForm, hasBoundToken } from "./cedar-claim.js";
import { allOf, anyOf } from "./cedar-text.js";

/** The condition that the token belongs to a first-party client. */
export const FIRST_PARTY = "context.token has first_party && context.token.first_party";

/** The condition that a token has a scope, by any of its names and by any scope that implies it. */
export interface ScopeGrant {
  readonly condition: string;
  /** The tokens that the condition reads from the context, by their names there: scopes that the host bound to values of the call. */
  readonly bound: readonly string[];
  /** Names of the scopes that imply it, but that the condition leaves out: it is stricter than the policy. */
  readonly leftOut: readonly string[];
}

/** Returns the condition that a token has a scope, for the parameters of a rule. */
export type GrantReader = (use: ScopeUse, rule: Rule) => ScopeGrant;

/** A scope that implies another one, or the scope itself. */
interface Source {
  readonly scope: CompiledScope;
  readonly implied: ImpliedScope;
  /** Its names with placeholders, older ones included; empty for a scope without placeholders. */
  readonly templates: readonly TemplateName[];
}

/** Creates the reader of the conditions of scopes. */
export function createGrantReader(compiled: CompiledPolicy, form: ClaimForm): GrantReader {
  const templatesOf = createTemplateNames(compiled);
  const all = compiled.scopes.flatMap((scope) =>
    scope.closure.map((implied): Source => ({ scope, implied, templates: templatesOf(scope) })),
  );
  const sources = groupBy(all, ({ implied }) => String(implied.scope));
  return (use, rule) => {
    const conditions: string[] = [];
    const bound: string[] = [];
    const leftOut: string[] = [];
    for (const source of sources.get(String(use.scope.id)) as readonly Source[]) {
      const { scope, templates } = source;
      if (templates.length === 0) {
        conditions.push(withClient(scope, plainTokens(scope, form)));
        continue;
      }
      const keys = boundKeys(source, use, rule);
      if (keys === undefined) leftOut.push(scope.name);
      else conditions.push(withClient(scope, keys.map(hasBoundToken)));
      bound.push(...(keys ?? []));
    }
    return { condition: anyOf(conditions), bound, leftOut };
  };
}

/** Returns the conditions for each name of a scope without placeholders, older names included. */
function plainTokens({ name, options }: CompiledScope, form: ClaimForm): readonly string[] {
  return [name, ...(options.replaces ?? []).map(printedScope)].flatMap(form.has);
}

/**
 * Returns the name in the context of each token that grants a scope with placeholders. Returns `undefined` if a placeholder can have any
 * value, which no condition can say.
 */
function boundKeys(
  { implied, templates }: Source,
  use: ScopeUse,
  rule: Rule,
): readonly string[] | undefined {
  const keys: string[] = [];
  for (const { template, values } of templates) {
    const params: string[] = [];
    for (const [place, value] of implied.values.entries()) {
      params[values[value] as number] = paramOf(use, rule, place);
    }
    if (Object.keys(params).length < template.names.length) return undefined;
    keys.push(boundKey(template, params));
  }
  return keys;
}

/** Returns the name of the parameter that fills a placeholder of a scope. */
function paramOf({ params }: ScopeUse, rule: Rule, place: number): string {
  return rule.params[params[place] as number]?.name as string;
}

/** Returns the scope of a use with the names of parameters in place of its placeholders. */
export function keyOfUse(use: ScopeUse, rule: Rule): string {
  const { template } = use.scope;
  return boundKey(
    template,
    template.names.map((_, place) => paramOf(use, rule, place)),
  );
}

/** Returns a scope with the names of parameters in place of its placeholders: the name in the context of the token bound to them. */
function boundKey({ literals, holes }: Template, params: readonly string[]): string {
  return literals.reduce(
    (text, literal, at) => `${text}{${params[holes[at - 1] as number]}}${literal}`,
  );
}

/** Returns the condition that one of some conditions is met. A reserved scope in a token counts for a first-party client only. */
function withClient({ reserved }: CompiledScope, conditions: readonly string[]): string {
  const condition = anyOf(conditions);
  return reserved ? `(${allOf([FIRST_PARTY, condition])})` : condition;
}
