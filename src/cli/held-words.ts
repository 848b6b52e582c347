import type { AccessToken } from "../decision/access-token.js";
import { parseScope } from "../grammar/scope.js";
import { holdsPlaceholder, scopeForm, splitSegments } from "../grammar/scope-syntax.js";
import { bindTemplate, matchTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";

/** What one scope-token of a token is to a policy. */
export interface HeldScope {
  /** As the token spells it. */
  readonly text: string;
  readonly kind: "known" | "older_name" | "reserved" | "unknown" | "template" | "malformed";
  /** The scopes of the policy that it is: its own name, or what came after an older one. */
  readonly scopes: readonly string[];
  readonly description: string | undefined;
  /** What it holds besides, by implication. */
  readonly implies: readonly string[];
  /** The values that it is bound to. */
  readonly bound: Readonly<Record<string, string>>;
}

/** What a token holds, scope-token by scope-token. A reserved scope counts for first-party clients alone. */
export function heldScopes(policy: CompiledPolicy, token: AccessToken): readonly HeldScope[] {
  const texts = typeof token.scope === "string" ? token.scope.split(" ") : token.scope;
  const unique = [...new Set(texts)].filter((text) => text !== "");
  return unique.map((text) => heldScope(policy, text, token.first_party === true));
}

function heldScope(policy: CompiledPolicy, text: string, firstParty: boolean): HeldScope {
  const nothing = { text, scopes: [], description: undefined, implies: [], bound: {} };
  if (!parseScope(text).ok) return { ...nothing, kind: "malformed" };
  const hits = policy.lookups.flatMap((lookup) => lookup(text));
  const [first] = hits;
  const scope = policy.scopes[first?.scope ?? -1];
  if (first === undefined || scope === undefined) {
    return { ...nothing, kind: holdsPlaceholder(text) ? "template" : "unknown" };
  }
  const all = hits.flatMap((hit) => {
    const own = policy.scopes[hit.scope];
    return own === undefined ? [] : [{ own, values: hit.values }];
  });
  const counts = all.some(({ own }) => !own.reserved || firstParty);
  const implied = all.flatMap(({ own, values }) =>
    own.closure
      .filter((one) => one.scope !== own.id)
      .map((one) =>
        print(
          policy.scopes[one.scope],
          one.values.map((index) => values[index] ?? ""),
        ),
      ),
  );
  return {
    text,
    kind: counts ? (isOwnName(scope, text) ? "known" : "older_name") : "reserved",
    scopes: all.map(({ own, values }) => print(own, values)),
    description: scope.options.description,
    implies: counts ? [...new Set(implied)] : [],
    bound: Object.fromEntries(
      scope.template.names.map((name, index) => [name, first.values[index] ?? ""]),
    ),
  };
}

function print(scope: CompiledScope | undefined, values: readonly string[]): string {
  return scope === undefined ? "" : bindTemplate(scope.template, values);
}

function isOwnName(scope: CompiledScope, text: string): boolean {
  const form = scopeForm(text);
  return matchTemplate(scope.template, form, splitSegments(form, text)) !== undefined;
}

/** What is wrong with a scope as a text, in one line; `undefined` where it is one, or empty. */
export function scopeFault(token: AccessToken): string | undefined {
  if (typeof token.scope !== "string" || token.scope === "") return undefined;
  const parsed = parseScope(token.scope);
  if (!parsed.ok) return `${parsed.reason} (at character ${parsed.index + 1})`;
  const template = [...parsed.scope].find(holdsPlaceholder);
  return template === undefined
    ? undefined
    : `\`${template}\` was never filled in: a real value has to stand where the braces are`;
}

const KINDS: Readonly<Record<HeldScope["kind"], string>> = {
  known: "",
  older_name: "older name",
  reserved: "reserved: counts for nothing in the token of another party's app",
  unknown: "unknown to this policy: opens nothing",
  template: "never filled in, which makes the whole token no good",
  malformed: "malformed, which makes the whole token no good",
};

/** A held scope as a line: its name, and what it is. */
export function heldWords({ kind, scopes, description, implies }: HeldScope): string {
  const parts = [
    kind === "older_name" ? `older name of ${scopes.join(" and ")}` : KINDS[kind],
    kind === "reserved" ? "" : (description ?? ""),
    implies.length === 0 ? "" : `also gives ${implies.join(", ")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "no description" : parts.join("; ");
}
