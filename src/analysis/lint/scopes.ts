import { IDENTITY_SCOPES, OFFLINE_ACCESS } from "../../policy/openid-scopes.js";
import type { LintRule } from "./lint-rule.js";
import { namedScopes, type PlacedScope, scopesOf } from "./places.js";

/** Scopes that open nothing: no operation names them or a scope that they imply. Those of OpenID Connect open the user's claims. */
export const unusedScope: LintRule = (policy) => {
  const named = namedScopes(policy);
  const isUsed = ({ scope: { name, closure } }: PlacedScope) =>
    IDENTITY_SCOPES.has(name) ||
    name === OFFLINE_ACCESS ||
    closure.some((implied) => named.has(implied.scope));
  return scopesOf(policy)
    .filter((placed) => !isUsed(placed))
    .map(({ scope, path }) => ({
      path,
      message: `\`${scope.name}\` opens nothing: no tool and no endpoint requires it or a scope that it implies`,
      fix: "remove the scope, or require it in the operations that it is for",
    }));
};

/** Scopes that users cannot deselect and are never offered. */
export const requiredReserved: LintRule = (policy) =>
  scopesOf(policy)
    .filter(({ scope }) => scope.reserved && scope.options.required === true)
    .map(({ scope, path }) => ({
      path: [...path, "required"],
      message: `\`${scope.name}\` is reserved, so no third party is offered it, and \`required\` has no effect for them`,
      fix: "remove `required`, or `reserved`",
    }));

/** Scopes with a warning that are preselected, or granted to clients that ask for nothing. */
export const warnedDefault: LintRule = (policy) =>
  scopesOf(policy)
    .filter(({ scope: { options, reserved } }) => {
      return !reserved && (options.warning ?? "") !== "" && options.default !== "off";
    })
    .map(({ scope, path }) => ({
      path: scope.options.default === undefined ? path : [...path, "default"],
      message: `\`${scope.name}\` has a warning, and the consent page shows it preselected`,
      fix: 'write `default: "off"`, so that the user selects it, or remove the warning',
    }));

/** Returns the placeholders of a scope, each with the word before it: `accounts` in `/accounts/{id}/read`. Without one, it is left out. */
function prefixesOf({ scope: { template } }: PlacedScope): readonly (readonly [string, string])[] {
  return template.holes.flatMap((hole, at) => {
    const prefix = (template.literals[at] as string)
      .split(/[^\w-]+/)
      .findLast((word) => word !== "");
    return prefix === undefined ? [] : [[template.names[hole] as string, prefix] as const];
  });
}

/** Placeholders that have one name and follow different words: an operation fills both with one parameter. */
export const ambiguousPlaceholder: LintRule = (policy) => {
  const first = new Map<string, { readonly prefix: string; readonly text: string }>();
  return scopesOf(policy).flatMap((placed) => {
    const { scope, path } = placed;
    return prefixesOf(placed).flatMap(([name, prefix]) => {
      const known = first.get(name);
      if (known === undefined) first.set(name, { prefix, text: scope.name });
      if (known === undefined || known.prefix === prefix) return [];
      return {
        path,
        message: `\`{${name}}\` follows \`${prefix}\` here and \`${known.prefix}\` in \`${known.text}\`: one parameter fills both`,
        fix: "give each of them a name of its own, such as `{accountID}` and `{projectID}`",
      };
    });
  });
};
