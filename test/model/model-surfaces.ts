// A model of requests by method and path and of the list of tools, based on the naive decision.

import {
  type Definition,
  isPattern,
  type ModelDecision,
  modelDecide,
  modelOperation,
  modelTokens,
  optionsOf,
  type Rule,
} from "./model.js";
import { fits, rank, split, valuesIn } from "./model-endpoints.js";
import { modelReached } from "./model-scopes.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
interface ModelRequest {
  method?: unknown;
  path?: unknown;
  params?: unknown;
}

export function modelDecideRequest(
  definition: Definition,
  token: unknown,
  request: ModelRequest,
): ModelDecision {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const { path } = request;
  const unknown: ModelDecision = { code: "unknown_operation", allowed: false };
  if (typeof method !== "string" || !METHODS.includes(method)) return unknown;
  if (typeof path !== "string" || !path.startsWith("/")) return unknown;
  const given = split(path);
  const fitting = Object.keys(definition.endpoints ?? {})
    .filter((key) => key.startsWith(`${method} `) && fits(key, given))
    .sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
  const [key] = fitting;
  const fromPath = key === undefined ? undefined : valuesIn(key, given);
  if (key === undefined || fromPath === undefined) return unknown;
  const rules = definition.endpoints ?? {};
  const isDenied = (one: string) => optionsOf(rules[one] as Rule).deny !== undefined;
  const denying = fitting.find((one) => one.endsWith("*}") && isDenied(one));
  if (denying !== undefined && !isDenied(key)) {
    const decision = modelDecide(definition, token, key);
    return decision.code === "denied" ? decision : modelDecide(definition, token, denying);
  }
  const own =
    typeof request.params === "object" && request.params !== null
      ? Object.entries(request.params)
      : [];
  return modelDecide(definition, token, key, Object.fromEntries([...own, ...fromPath]));
}

/** Returns every value that a scope of the token is bound to, and one that no scope is bound to. */
function valuesOf(definition: Definition, token: unknown): string[] {
  const values = modelReached(definition, modelTokens(token) ?? [], true).flatMap((one) =>
    Object.values(one.values),
  );
  return [...new Set([...values, "some-other-value"])];
}

/** Returns a policy without `within`: a list has no arguments. */
function withoutWithin(definition: Definition): Definition {
  const tools = Object.entries(definition.tools ?? {}).map(([name, rule]) => {
    if (typeof rule === "string") return [name, rule] as const;
    const { within: _, ...rest } = rule;
    return [name, rest] as const;
  });
  return { ...definition, tools: Object.fromEntries(tools) };
}

const LISTED = [
  "allowed",
  "insufficient_user_authentication",
  "insufficient_scope",
  "upgrade_required",
  "unauthenticated",
];

/**
 * Returns the names and codes of the list. A tool with parameters has the best code of any binding. If each value is a
 * mismatch for some scope of the token, no call can succeed and the tool is left out.
 */
export function modelToolsFor(given: Definition, token: unknown): { name: string; code: string }[] {
  const definition = withoutWithin(given);
  const values = valuesOf(definition, token);
  return Object.entries(definition.tools ?? {}).flatMap(([name, rule]) => {
    if (isPattern(name) || (typeof rule !== "string" && (rule.hidden || rule.internal))) return [];
    const params = modelOperation(definition, name)?.params ?? [];
    const bindings = params.reduce<Record<string, string>[]>(
      (made, param) => made.flatMap((one) => values.map((value) => ({ ...one, [param]: value }))),
      [{}],
    );
    const codes = new Set<string>();
    for (const binding of bindings) {
      if (codes.has("allowed")) break;
      codes.add(modelDecide(definition, token, name, binding).code);
    }
    const code = LISTED.find((listed) => codes.has(listed));
    return code === undefined ? [] : [{ name, code }];
  });
}
