import type { AccessToken } from "../../decision/access-token.js";
import { hasPlaceholder } from "../../grammar/placeholder.js";
import { parseScope } from "../../grammar/scope.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { namedMeanings, withImpliedMeanings } from "../../policy/scope-meanings.js";
import { nearest } from "../../policy/suggest.js";

/** One scope-token of a token, as the policy interprets it. */
export interface TokenScope {
  /** As the token spells it. */
  readonly text: string;
  readonly kind: "known" | "older_name" | "reserved" | "unknown" | "template" | "malformed";
  /** The scopes of the policy that it names: by their current name or by an older one. */
  readonly scopes: readonly string[];
  readonly description: string | undefined;
  /** The scopes that it implies. */
  readonly implies: readonly string[];
  /** The values that it is bound to. */
  readonly bound: Readonly<Record<string, string>>;
  /** The declared scope that was probably meant by an unknown one. */
  readonly meant?: string;
}

/** Returns the scope-tokens of a token, each with its meaning. A reserved scope counts for first-party clients only. */
export function describeTokenScopes(
  policy: CompiledPolicy,
  token: AccessToken,
): readonly TokenScope[] {
  const texts = typeof token.scope === "string" ? token.scope.split(" ") : token.scope;
  const unique = [...new Set(texts)].filter((text) => text !== "");
  return unique.map((text) => describeTokenScope(policy, text, token.first_party === true));
}

function describeTokenScope(policy: CompiledPolicy, text: string, firstParty: boolean): TokenScope {
  const nothing = { text, scopes: [], description: undefined, implies: [], bound: {} };
  if (!parseScope(text).ok) return { ...nothing, kind: "malformed" };
  const all = namedMeanings(policy, text, true);
  if (all.length === 0) {
    if (hasPlaceholder(text)) return { ...nothing, kind: "template" };
    const meant = nearest(
      text,
      policy.scopes.map(({ name }) => name),
    );
    return { ...nothing, kind: "unknown", ...(meant === undefined ? {} : { meant }) };
  }
  const counting = all.filter(({ scope }) => !scope.reserved || firstParty);
  const names = all.map((meaning) => meaning.text);
  const described = (counting.length > 0 ? counting : all).flatMap(
    ({ scope }) => scope.options.description ?? [],
  );
  const bound = all.flatMap(({ scope, values }) =>
    scope.template.names.map((name, index) => [name, values[index] as string] as const),
  );
  const isOwnName = names.includes(text);
  return {
    text,
    kind: counting.length === 0 ? "reserved" : isOwnName ? "known" : "older_name",
    scopes: names,
    description: described.length === 0 ? undefined : described.join("; "),
    implies: [...withImpliedMeanings(policy, counting).keys()].filter(
      (name) => !names.includes(name),
    ),
    bound: Object.fromEntries(bound),
  };
}

/** Returns in one line why the scope of a token is malformed; `undefined` if it is well-formed, empty or a list. */
export function scopeError(token: AccessToken): string | undefined {
  if (typeof token.scope !== "string" || token.scope === "") return undefined;
  const parsed = parseScope(token.scope);
  if (!parsed.ok) return `${parsed.reason} (at character ${parsed.index + 1})`;
  const template = [...parsed.scope].find(hasPlaceholder);
  return template === undefined
    ? undefined
    : `\`${template}\` is a template: replace the braces with a value`;
}

const KINDS: Readonly<Record<TokenScope["kind"], string>> = {
  known: "",
  older_name: "older name",
  reserved: "reserved: has no effect in the token of a third-party client",
  unknown: "unknown to this policy: grants nothing",
  template: "a placeholder without a value, which makes the whole token invalid",
  malformed: "malformed, which makes the whole token invalid",
};

/** Returns the meaning of a scope-token in one line. */
export function tokenScopeText({ kind, scopes, description, implies, meant }: TokenScope): string {
  const parts = [
    kind === "older_name" ? `older name of ${scopes.join(" and ")}` : KINDS[kind],
    kind === "reserved" ? "" : (description ?? ""),
    implies.length === 0 ? "" : `also grants ${implies.join(", ")}`,
    meant === undefined ? "" : `did you mean ${meant}?`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "no description" : parts.join("; ");
}
