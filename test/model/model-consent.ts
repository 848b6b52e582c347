// A slow model, after the API document, of what a client can be offered and what the tokens of a ceiling cover.

import type { ConsentFacts, ConsentOptions } from "scope-policy";
import { VALUES } from "./arbitrary-request.js";
import type { Definition } from "./model.js";
import {
  canonical,
  isLegal,
  modelApproves,
  modelBind,
  modelMatchScope,
  modelMeanings,
  modelNamed,
  placeholdersOf,
  scopeOptions,
  type Values,
} from "./model-scopes.js";

/** Returns the tokens of a well-formed scope; `undefined` for a malformed one. */
export function tokensOf(scope: unknown): string[] | undefined {
  const list: unknown = scope === "" ? [] : typeof scope === "string" ? scope.split(" ") : scope;
  if (!Array.isArray(list)) return undefined;
  const isToken = (text: unknown) =>
    typeof text === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
  return list.every(isToken) ? [...new Set(list as string[])] : undefined;
}

/** Returns the tokens of a grant; an empty list if it is malformed or has a template. */
export function grantOf(scope: unknown): string[] {
  const tokens = tokensOf(scope) ?? [];
  return tokens.some((token) => placeholdersOf(token).length > 0) ? [] : tokens;
}

/**
 * Values that no draw gives to a scope: one more of each class that some form rejects, and one that every form accepts. Without them,
 * a template and one drawn value together would seem to cover every value of a class.
 */
const UNDRAWN_VALUES = ["z", "z.z", "URN"];

/** Returns every instance of a token over the drawn and the undrawn values; the token itself if it has no placeholder. */
export function instancesOf(token: string): string[] {
  const names = placeholdersOf(token);
  const values = names.reduce<Values[]>(
    (made, name) =>
      made.flatMap((one) =>
        [...VALUES, ...UNDRAWN_VALUES].map((value) => ({ ...one, [name]: value })),
      ),
    [{}],
  );
  const legal = values.filter((one) => isLegal(token, one));
  return names.length === 0 ? [token] : [...new Set(legal.map((one) => modelBind(token, one)))];
}

/** Returns what the entries of a ceiling cover. A template covers each of its values. */
export function modelCeiling(
  definition: Definition,
  entries: readonly string[],
  firstParty: boolean,
): Set<string> {
  return new Set(modelMeanings(definition, entries.flatMap(instancesOf), firstParty));
}

interface ScopeOfText {
  readonly scope: string;
  readonly values: Values;
}

/** Returns the declared scopes of a meaning and their values: several if they differ in placeholder names alone. */
export function scopesOfText(definition: Definition, text: string): ScopeOfText[] {
  return Object.keys(definition.scopes).flatMap((name) => {
    const values = modelMatchScope(name, text);
    return values === undefined ? [] : [{ scope: canonical(name), values }];
  });
}

/** Returns the first declared scope of a meaning and its values. */
export function scopeOfText(definition: Definition, text: string): ScopeOfText {
  const [first] = scopesOfText(definition, text);
  if (first === undefined) throw new Error(`no scope is written as ${text}`);
  return first;
}

/** Returns the text before a placeholder of a name, for every template that has one. */
function prefixesOf(definition: Definition, name: string): Set<string> {
  const templates = Object.keys(definition.scopes).map(canonical);
  return new Set(templates.flatMap((scope) => scope.split(`{${name}}`).slice(0, -1)));
}

/** Returns whether a client with these approved scopes can have a scope. */
export function modelMayHave(
  definition: Definition,
  text: string,
  approvedScopes: readonly string[] | undefined,
): boolean {
  const { restricted } = scopeOptions(definition, scopeOfText(definition, text).scope);
  return restricted !== true || modelApproves(definition, approvedScopes, text);
}

type Owner = "owned" | "foreign" | "outage" | "needs_owns";

export function modelOwner(
  definition: Definition,
  text: string,
  account: ConsentFacts["account"],
): Owner {
  const owners = scopesOfText(definition, text).map((one) => ownerAs(definition, one, account));
  const refused = owners.filter((owner) => owner !== "owned");
  return refused.find((owner) => owner !== "outage") ?? refused[0] ?? "owned";
}

/** Returns who owns the values of a scope token as an instance of one of its scopes. */
function ownerAs(
  definition: Definition,
  { scope, values }: ScopeOfText,
  account: ConsentFacts["account"],
): Owner {
  const names = placeholdersOf(scope);
  if (names.length === 0) return "owned";
  if (account?.owns !== undefined) {
    try {
      const label: unknown = account.owns(scope, values);
      return typeof label === "string" && label !== "" ? "owned" : "foreign";
    } catch {
      return "outage";
    }
  }
  const [name = ""] = names;
  if (names.length > 1 || prefixesOf(definition, name).size > 1) return "needs_owns";
  const owned = account?.resources?.[name] ?? {};
  return Object.hasOwn(owned, values[name] ?? "") ? "owned" : "foreign";
}

export interface ModelOffer {
  /** The meanings on the consent page. */
  readonly offered: string[];
  /** The meanings that the request names, offered or not. */
  readonly asked: string[];
  readonly error: "invalid_scope" | "temporarily_unavailable" | null;
}

/** Returns the meanings that a request names, and those of them that this client can have from this account. */
export function modelOffer(
  definition: Definition,
  facts: ConsentFacts,
  { whenNoScope = "defaults", ineligible = "drop" }: ConsentOptions,
): ModelOffer {
  const nothing = { offered: [], asked: [] };
  const { client, account, requested = "" } = facts;
  const firstParty = client.firstParty === true;
  const tokens = tokensOf(requested);
  if (tokens === undefined) return { ...nothing, error: "invalid_scope" };
  const unasked = {
    fail: [],
    defaults: definition.defaultScopes ?? [],
    catalogue: catalogueOf(definition, account),
  }[whenNoScope];
  const named = (tokens.length > 0 ? tokens : unasked).map((token) =>
    modelNamed(definition, token, firstParty),
  );
  const asked = [...new Set(named.flat())];
  const ceiling =
    client.scope === undefined
      ? undefined
      : modelCeiling(definition, tokensOf(client.scope) ?? [], firstParty);
  const registered = asked.filter(
    (text) => ceiling?.has(text) !== false && modelMayHave(definition, text, client.approvedScopes),
  );
  const ownerOf = (text: string) => modelOwner(definition, text, account);
  const isForAccount = (text: string): boolean => {
    const { accountTypes } = scopeOptions(definition, scopeOfText(definition, text).scope);
    const types = [account?.account_type ?? []].flat();
    const isOpen = account?.account_type === undefined || accountTypes === undefined;
    return isOpen || types.some((type) => accountTypes.includes(type));
  };
  const offered = registered.filter((text) => ownerOf(text) === "owned" && isForAccount(text));
  const granted = modelMeanings(definition, grantOf(facts.granted), firstParty);
  if (registered.some((text) => ownerOf(text) === "outage" && granted.includes(text))) {
    return { ...nothing, error: "temporarily_unavailable" };
  }
  const isStrict = ineligible === "refuse" && tokens.length > 0;
  const isDropped = offered.length < asked.length || named.some((list) => list.length === 0);
  if (offered.length === 0 || (isStrict && isDropped)) {
    return { ...nothing, error: "invalid_scope" };
  }
  return { offered, asked: tokens.length > 0 ? asked : offered, error: null };
}

function catalogueOf(definition: Definition, account: ConsentFacts["account"]): string[] {
  return Object.keys(definition.scopes).flatMap((scope) => {
    const names = placeholdersOf(scope);
    const [name = ""] = names;
    if (scopeOptions(definition, scope).reserved || names.length > 1) return [];
    const values = Object.keys(account?.resources?.[name] ?? {});
    if (names.length === 0) return [scope];
    return values.map((value) => modelBind(scope, { [name]: value }));
  });
}
