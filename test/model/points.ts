// Random calls of each operation of a policy, and the rules and branches of a decision that they meet.

import { drawAimed, drawNames } from "./aim.js";
import { type Claims, drawCase, drawRequest } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import {
  type Alternative,
  type Definition,
  type ModelDecision,
  modelCaseAt,
  modelDecide,
  modelOperation,
  optionsOf,
  type RuleOptions,
} from "./model.js";
import { scopeOptions, twinsOf } from "./model-scopes.js";
import { modelDecideRequest } from "./model-surfaces.js";

const OPTIONS = { patterns: 30, closed: true, cases: 25, ruled: true };
const REAUTHENTICATE = "insufficient_user_authentication";

/** Adds an endpoint of HEAD with the rule of its GET, beside some of them. */
function withHeads(draw: Draw, definition: Definition): Definition {
  const endpoints = Object.entries(definition.endpoints ?? {}).flatMap(([name, rule]) => {
    const isBoth = name.startsWith("GET ") && draw.chance(50);
    return isBoth
      ? [[name, rule] as const, [name.replace("GET", "HEAD"), rule] as const]
      : [[name, rule] as const];
  });
  return { ...definition, endpoints: Object.fromEntries(endpoints) };
}

/** A call, and what the model decides on it. */
interface Call {
  readonly name: string;
  readonly token: unknown;
  readonly params: unknown;
  readonly model: ModelDecision;
  /** The rules that decide it: of each operation the branch that its arguments choose. */
  readonly rules: readonly RuleOptions[];
  readonly alternatives: readonly Alternative[];
  /** The type of the branch, for an operation with cases. */
  readonly branch: "case" | "otherwise" | "weakOtherwise" | undefined;
}

const own = (source: unknown, key: string): unknown =>
  Object.hasOwn(source ?? {}, key) ? (source as Record<string, unknown>)[key] : undefined;

/** Returns whether a call is within a boundary and its token has a list for it, or none. */
const hasLimit = ({ rules, token }: Call, boundary: string, isListed: boolean) =>
  rules.some(({ within }) => within?.[boundary] !== undefined) &&
  (own(own(token, "boundaries"), boundary) !== undefined) === isListed;
const has = ({ rules }: Call, key: keyof RuleOptions) =>
  rules.some((rule) => rule[key] !== undefined);
const templatesOf = ({ alternatives }: Call) =>
  alternatives.flatMap(({ uses }) => uses.map(({ template }) => template));

type Point = (call: Call, definition: Definition) => boolean;

/** The rules and branches of an allowed call. */
export const ALLOWED: Readonly<Record<string, Point>> = {
  "in a case": ({ branch }) => branch === "case",
  "in `otherwise`": ({ branch }) => branch === "otherwise",
  "in `otherwise` with `weakOtherwise`": ({ branch }) => branch === "weakOtherwise",
  "within a boundary": (call) => hasLimit(call, "project", true),
  "without a list that is `dangerouslyAll`": (call) => hasLimit(call, "region", false),
  "with an entitlement": ({ alternatives, rules }) =>
    alternatives.every(({ entitlements }) => entitlements.length > 0) &&
    rules.some((rule) => !rule.public),
  "with `acr`": (call) => has(call, "acr"),
  "with `maxAge`": (call) => has(call, "maxAge"),
  "with enrichments": ({ model }) => model.enriched === true,
  "without its enrichments": (call) => !call.model.enriched && has(call, "enrichedBy"),
  "with a restricted scope": (call, definition) =>
    templatesOf(call).some((scope) => scopeOptions(definition, scope).restricted),
  "by a twin": (call, definition) =>
    templatesOf(call).some((scope) => twinsOf(definition, scope).length > 0),
  "by a public rule": ({ rules }) => rules.every((rule) => rule.public),
  "for any token": (call) => has(call, "authenticated"),
};

/** The rules and branches of a denied call. */
export const DENIED: Readonly<Record<string, Point>> = {
  "without a list of a boundary": (call) =>
    call.model.code === "binding_mismatch" && hasLimit(call, "project", false),
  "for lack of an entitlement": ({ model }) => model.entitlement !== undefined,
  "for lack of a tier": ({ model }) => model.tier !== undefined,
  "for lack of one of several account types": ({ model, token }) =>
    model.code === "account_type_required" && Array.isArray(own(token, "account_type")),
  "for `acr`": ({ model }) => model.code === REAUTHENTICATE && model.acr !== undefined,
  "for `maxAge`": ({ model }) => model.code === REAUTHENTICATE && model.maxAge !== undefined,
  "for a restricted scope": (call, definition) =>
    call.model.code === "reserved_scope" &&
    templatesOf(call).every((scope) => !scopeOptions(definition, scope).reserved),
  "by an internal operation": ({ name, params, model }, definition) =>
    model.code === "unknown_operation" &&
    modelOperation(definition, name, params, true) !== undefined,
  "by a case or `otherwise`": ({ model, branch }) =>
    model.code === "denied" && branch !== undefined,
};

/** Returns what a call meets. */
export function pointsOf(definition: Definition, call: Call): string[] {
  const [kind, table] = call.model.allowed ? ["allowed", ALLOWED] : ["denied", DENIED];
  const met = Object.entries(table).filter(([, isMet]) => isMet(call, definition));
  return met.map(([point]) => `${kind} ${point}`);
}

export function branchOf(
  { tools, endpoints }: Definition,
  name: string,
  params: unknown,
): Call["branch"] {
  const rule = optionsOf({ ...tools, ...endpoints }[name] ?? "");
  if (rule.otherwise === undefined) return undefined;
  if (modelCaseAt(rule, params) !== -1) return "case";
  return rule.weakOtherwise ? "weakOtherwise" : "otherwise";
}

const isVerb = (key: string) => key.endsWith(":archive");

/** The types of endpoints, and whether a request meets one. */
export const REQUESTS: Readonly<Record<string, (key: string, method: string) => boolean>> = {
  "an endpoint": () => true,
  "a catch-all endpoint": (key) => key.endsWith("*}"),
  "an endpoint with a custom verb": isVerb,
  "an endpoint of HEAD beside its GET": (_, method) => method === "HEAD",
};

/** Draws a policy and calls of each of its operations, by a random token and by one that is aimed at the operation. */
export function drawCalls(draw: Draw) {
  const one = drawCase(draw, OPTIONS);
  const definition = withHeads(draw, one.definition);
  const { token, params } = one;
  const names = [...drawNames(draw, definition), "nothing"];
  const calls = names.flatMap((name) => {
    const decide = (claims: Claims) => modelDecide(definition, claims, name, params);
    const operation = modelOperation(definition, name, params);
    const aimed = Array.from({ length: 3 }, () =>
      drawAimed(draw, definition, params, decide, operation),
    );
    return [token, ...aimed].map((given) => ({ name, token: given, params }));
  });
  return { definition, calls: [{ name: draw.pick(names), token: undefined, params }, ...calls] };
}

/** Draws a policy, requests and tokens that are aimed at them. */
export function drawRequests(draw: Draw) {
  const one = drawCase(draw, OPTIONS);
  const definition = withHeads(draw, one.definition);
  const verbs = Object.entries(definition.endpoints ?? {}).filter(([key]) => isVerb(key));
  const requests = Array.from({ length: 6 }, (_, index) => {
    const isAimed = index < 3 && verbs.length > 0;
    const endpoints = isAimed ? Object.fromEntries(verbs) : one.definition.endpoints;
    const request = drawRequest(draw, { ...definition, endpoints: endpoints ?? {} });
    const isHead = request.method === "GET" && draw.chance(30);
    return isHead ? { ...request, method: "HEAD" } : request;
  });
  const calls = requests.flatMap((request) => {
    const decide = (claims: Claims) => modelDecideRequest(definition, claims, request);
    const aimed = Array.from({ length: 2 }, () =>
      drawAimed(draw, definition, request.params, decide),
    );
    return [one.token, ...aimed].map((token) => ({ request, token }));
  });
  return { definition, calls };
}
