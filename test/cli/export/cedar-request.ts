// What a host does that asks Cedar: it builds the context of a request from the schema, the token and the call.

import { bindScope, type PolicyDefinition } from "scope-policy";
import { isBoundValue } from "../../../src/grammar/bound-value.js";
import type { CedarEngine, CedarRequest, Shape } from "./cedar-engine.js";

/** A call to decide. */
export interface Call {
  readonly token: unknown;
  readonly name: string;
  readonly params: unknown;
}

type Json = CedarRequest["context"][string];
type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;
const ownOf = (members: Members, name: string): unknown =>
  Object.hasOwn(members, name) ? members[name] : undefined;
const textsOf = (value: unknown): string[] | undefined => {
  const list: unknown = typeof value === "string" ? [value] : value;
  return Array.isArray(list) && list.every((one) => typeof one === "string") ? list : undefined;
};

/** Returns a record with the attributes that the schema has and `read` gives a value to. */
function recordOf(
  shape: Shape | string | undefined,
  read: (name: string) => Json | undefined,
): Json | undefined {
  if (typeof shape !== "object") return undefined;
  const entries = Object.keys(shape).map((name) => [name, read(name)] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** Returns the request for a call; `undefined` for a token that a host rejects before it asks, and for an unknown operation. */
export function requestOf(
  { tiers = [] }: PolicyDefinition,
  engine: CedarEngine,
  { token, name, params }: Call,
  now: number,
): CedarRequest | undefined {
  const shape = engine.contextOf(name);
  const claims = isMembers(token) ? claimsOf(token, engine.token, tiers) : undefined;
  if (shape === undefined || (token !== undefined && claims === undefined)) return undefined;
  const own = isMembers(params) ? params : {};
  const readers: Readonly<Record<string, () => Json | undefined>> = {
    token: () => claims,
    now: () => now,
    params: () => recordOf(shape["params"], (param) => safeValue(own, param)),
    bound: () => recordOf(shape["bound"], (template) => boundOf(own, template)),
    arguments: () =>
      recordOf(shape["arguments"], (argument) =>
        argumentOf(ownOf(own, argument), (shape["arguments"] as Shape)[argument]),
      ),
  };
  return {
    action: name,
    context: recordOf(shape, (part) => readers[part]?.()) as CedarRequest["context"],
  };
}

/** Returns the claims of a token; `undefined` for a token that is invalid. */
function claimsOf(token: Members, shape: Shape, tiers: readonly string[]): Json | undefined {
  const scope = ownOf(token, "scope");
  const list = textsOf(scope);
  const isBroken = Array.isArray(scope) && list?.some((one) => one === "" || one.includes(" "));
  if (list === undefined || isBroken) return undefined;
  const text = list.join(" ");
  const limits = ownOf(token, "boundaries");
  const rank = tiers.indexOf(String(ownOf(token, "tier")));
  const time = ownOf(token, "auth_time");
  const acr = ownOf(token, "acr");
  const owned = ownOf(token, "entitlements");
  const readers: Readonly<Record<string, () => Json | undefined>> = {
    scope: () => (shape["scope"] === "String" ? text : text === "" ? [] : text.split(" ")),
    first_party: () => (ownOf(token, "first_party") === true ? true : undefined),
    tier: () => (rank < 0 || typeof token["tier"] !== "string" ? undefined : rank),
    account_type: () => textsOf(ownOf(token, "account_type")),
    entitlements: () => (Array.isArray(owned) ? textsOf(owned) : undefined),
    acr: () => (typeof acr === "string" ? acr : undefined),
    auth_time: () => (Number.isSafeInteger(time) ? (time as number) : undefined),
    boundaries: () =>
      recordOf(shape["boundaries"], (name) =>
        textsOf(isMembers(limits) ? ownOf(limits, name) : undefined),
      ),
  };
  return recordOf(shape, (claim) => readers[claim]?.());
}

/** Returns the value of a parameter; `undefined` for one that is not safe. */
function safeValue(params: Members, name: string): string | undefined {
  const value = ownOf(params, name);
  const isNumber = Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
  const text = isNumber ? String(value) : value;
  return isBoundValue(text) ? text : undefined;
}

/** Returns the scope of a template with the parameters of a call; `undefined` if one of them is not safe there. */
function boundOf(params: Members, template: string): string | undefined {
  const result = bindScope<string>(template, params);
  return result.ok ? result.scope : undefined;
}

/** Returns an argument if it has the type of the schema. */
function argumentOf(value: unknown, type: unknown): Json | undefined {
  const isOfType: Readonly<Record<string, boolean>> = {
    String: typeof value === "string",
    Long: Number.isSafeInteger(value),
    Bool: typeof value === "boolean",
    Boolean: typeof value === "boolean",
  };
  return isOfType[String(type)] === true ? (value as Json) : undefined;
}
