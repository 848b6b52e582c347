// The matching rules because of which a call is allowed, and those of the scopes that it needs.

import { type Definition, modelOperation, type ScopeOptions } from "./model.js";
import { scopeOptions } from "./model-scopes.js";

export type Match = NonNullable<ScopeOptions["match"]>;
export const MATCHES: readonly Match[] = [
  "exact",
  "parent",
  "wildcard",
  "path-prefix",
  "smart",
  "registry",
];

/** Returns the same policy in which no scope has a rule. */
function withoutRule(definition: Definition, match: Match): Definition {
  const scopes = Object.entries(definition.scopes).map(([name, options]) => {
    const isRuled = typeof options === "object" && options.match === match;
    return [name, isRuled ? { ...options, match: "exact" as const } : options] as const;
  });
  return { ...definition, scopes: Object.fromEntries(scopes) };
}

/** Creates a function that returns the rules because of which a call is allowed; `exact` if no other rule matters. */
export function createRulesReader(definition: Definition) {
  const exact = MATCHES.reduce(withoutRule, definition);
  const others = MATCHES.filter((match) => match !== "exact").map(
    (match) => [match, withoutRule(definition, match)] as const,
  );
  return (isAllowed: (changed: Definition) => boolean): Match[] => {
    if (isAllowed(exact)) return ["exact"];
    return others.flatMap(([match, changed]) => (isAllowed(changed) ? [] : [match]));
  };
}

/** Returns the rules of the scopes that a call needs. */
export function neededBy(definition: Definition, name: string, params: unknown): Match[] {
  const uses = modelOperation(definition, name, params)?.alternatives.flatMap((one) => one.uses);
  const matches = (uses ?? []).map(({ template }) => scopeOptions(definition, template).match);
  return [...new Set(matches.map((match) => match ?? "exact"))];
}
