import { parseScope } from "../grammar/scope.js";
import { holdsPlaceholder, printedScope } from "../grammar/scope-syntax.js";
import { isScopeToken } from "../grammar/scope-token.js";
import { bindTemplate } from "../grammar/template.js";
import type { CompiledPolicy, CompiledScope } from "../policy/compiled.js";
import { currentNames, type KnownScope, knownScope } from "../policy/known-scope.js";
import { forLog } from "./clean-text.js";
import type { ConsentFacts, ConsentOptions, DroppedScope } from "./model.js";

/** What a request comes down to. */
export interface Offer {
  /** In the order of the policy, each once. */
  readonly scopes: readonly KnownScope[];
  readonly dropped: readonly DroppedScope[];
  /** Whether nothing may be shown: the request is malformed, holds what may not be dropped, or comes down to nothing. */
  readonly isRefused: boolean;
  /** The scope-tokens of the request; `undefined` where it named none. */
  readonly requested: readonly string[] | undefined;
}

/** Sorts what a client asked for into what can be offered and what cannot, by the policy, the client's registration and the account. */
export function offerOf(
  policy: CompiledPolicy,
  facts: ConsentFacts,
  options: ConsentOptions,
): Offer {
  const requested = requestedTokens(facts.requested);
  if (requested === undefined) {
    return refusal([{ scope: forLog(facts.requested), why: "malformed" }], undefined);
  }
  const tokens = requested.length > 0 ? requested : tokensOfNone(policy, facts, options);
  const byText = new Map<string, KnownScope>();
  const dropped: DroppedScope[] = [];
  const registered = registeredNames(policy, facts);
  for (const token of tokens) {
    const found = knownScope(policy, token);
    if (found === undefined) {
      const why = holdsPlaceholder(token) ? "unbound" : "unknown";
      dropped.push({ scope: forLog(token), why });
      continue;
    }
    const why = whyNot(found, facts, registered);
    if (why === undefined) byText.set(found.text, found);
    else dropped.push({ scope: forLog(token), why });
  }
  // what the client did not ask for cannot be held against it
  const isStrict = options.ineligible === "refuse" && requested.length > 0;
  const isRefused = byText.size === 0 || (dropped.length > 0 && isStrict);
  const asked = requested.length > 0 ? requested : undefined;
  if (isRefused) return refusal(dropped, asked);
  const order = (one: KnownScope) => one.scope.id;
  const scopes = [...byText.values()].sort((left, right) => order(left) - order(right));
  return { scopes, dropped, isRefused: false, requested: asked };
}

function refusal(
  dropped: readonly DroppedScope[],
  requested: readonly string[] | undefined,
): Offer {
  return { scopes: [], dropped, isRefused: true, requested };
}

/** The tokens of a scope parameter; none for one that was not sent, `undefined` for a malformed one. */
export function requestedTokens(scope: unknown): readonly string[] | undefined {
  if (scope === undefined || scope === "") return [];
  if (Array.isArray(scope)) {
    const list: readonly unknown[] = scope;
    if (!list.every(isScopeToken)) return undefined;
    return list.length === 0 ? [] : requestedTokens(list.join(" "));
  }
  if (typeof scope !== "string") return undefined;
  const parsed = parseScope(scope);
  return parsed.ok ? [...parsed.scope] : undefined;
}

/** What a person holds: each scope-token under its name of today, with all that the grant calls it; nothing, where the grant is malformed. */
export function grantedNames(
  policy: CompiledPolicy,
  { granted }: ConsentFacts,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const token of requestedTokens(granted) ?? []) {
    const name = knownScope(policy, token)?.text ?? token;
    names.set(name, [...(names.get(name) ?? []), token]);
  }
  return names;
}

/** What a request without scope asks for (RFC 6749, section 3.3). */
function tokensOfNone(
  policy: CompiledPolicy,
  { account }: ConsentFacts,
  { whenNoScope = "defaults" }: ConsentOptions,
): readonly string[] {
  if (whenNoScope === "fail") return [];
  if (whenNoScope === "defaults") return policy.definition.defaultScopes ?? [];
  return policy.scopes
    .filter((scope) => !scope.reserved)
    .flatMap((scope) => bindingsOf(scope, account?.resources));
}

/** A scope bound to everything of this account that its one placeholder can mean; itself, where it has none. */
function bindingsOf(
  { template }: CompiledScope,
  resources: { readonly [param: string]: { readonly [value: string]: string } } = {},
): readonly string[] {
  if (template.names.length === 0) return [bindTemplate(template, [])];
  const [param, ...others] = template.names as readonly [string, ...string[]];
  // two placeholders would be every pair: that is for a request to name
  const values = others.length === 0 && Object.hasOwn(resources, param) ? resources[param] : {};
  return Object.keys(values as object).map((value) => bindTemplate(template, [value]));
}

function whyNot(
  { scope, values, text }: KnownScope,
  { client, account }: ConsentFacts,
  registered: ReadonlySet<string> | undefined,
): DroppedScope["why"] | undefined {
  if (scope.reserved && client.first_party !== true) return "reserved";
  if (registered !== undefined && !registered.has(text) && !registered.has(scope.name)) {
    return "not-registered";
  }
  const isOwn = values.every(
    (value, index) =>
      ownedLabel(account, scope.template.names[index] as string, value) !== undefined,
  );
  if (!isOwn) return "foreign";
  const kind = account?.account_type;
  return kind !== undefined && scope.accountTypes?.includes(kind) === false
    ? "account-type"
    : undefined;
}

/** What a client registered; a malformed list registers nothing. */
function registeredNames(
  policy: CompiledPolicy,
  { client }: ConsentFacts,
): ReadonlySet<string> | undefined {
  if (client.scope === undefined) return undefined;
  const tokens = currentNames(policy, requestedTokens(client.scope) ?? []);
  return new Set(tokens.flatMap((token) => [token, printedScope(token)]));
}

/** What a person calls a value of their own; `undefined` for a value that is not theirs. */
export function ownedLabel(
  account: ConsentFacts["account"],
  param: string,
  value: string,
): string | undefined {
  const all = account?.resources ?? {};
  const owned = Object.hasOwn(all, param) ? all[param] : undefined;
  return owned !== undefined && Object.hasOwn(owned, value) ? owned[value] : undefined;
}
