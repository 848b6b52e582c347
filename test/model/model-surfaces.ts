// A model of requests by method and path and of the list of tools, based on the naive decision.

import {
  type Definition,
  isPattern,
  type ModelDecision,
  modelBranches,
  modelDecide,
  modelOperation,
  modelParams,
  modelTokens,
  optionsOf,
  type Rule,
} from "./model.js";
import { fits, rank, split, valuesIn } from "./model-endpoints.js";
import {
  approvedEntries,
  isBindable,
  modelApproves,
  modelBind,
  modelNamed,
  modelReached,
  placeholdersOf,
  scopeOptions,
  textOfValue,
  type Values,
} from "./model-scopes.js";
import { without } from "./without.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
interface ModelRequest {
  method?: unknown;
  path?: unknown;
  params?: unknown;
}

/** Returns the endpoints that match a request, the most specific first. A request of HEAD is one of GET. */
export function modelEndpoints(definition: Definition, request: ModelRequest): string[] {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const { path } = request;
  if (typeof method !== "string" || !METHODS.includes(method)) return [];
  if (typeof path !== "string" || !path.startsWith("/")) return [];
  return Object.keys(definition.endpoints ?? {})
    .filter((key) => key.startsWith(`${method} `) && fits(key, split(path)))
    .sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}

export function modelDecideRequest(
  definition: Definition,
  token: unknown,
  request: ModelRequest,
): ModelDecision {
  const unknown: ModelDecision = { code: "unknown_operation", allowed: false };
  const fitting = modelEndpoints(definition, request);
  const [key] = fitting;
  const fromPath = key === undefined ? undefined : valuesIn(key, split(request.path as string));
  if (key === undefined || fromPath === undefined) return unknown;
  const rules = definition.endpoints ?? {};
  const isDenied = (one: string) => optionsOf(rules[one] as Rule).deny !== undefined;
  const denying = fitting.find((one) => one.endsWith("*}") && isDenied(one));
  if (denying !== undefined && !isDenied(key)) {
    const decision = modelDecide(definition, token, key);
    // an internal endpoint stays unknown even if another endpoint matches its path
    const isFinal = ["denied", "unknown_operation"].includes(decision.code);
    return isFinal ? decision : modelDecide(definition, token, denying);
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

/** Returns a token whose client is approved for all values of each scope that it is approved for at some value. */
function withTemplatesApproved(definition: Definition, token: unknown): unknown {
  if (typeof token !== "object" || token === null || !Object.hasOwn(token, "approvedScopes")) {
    return token;
  }
  const entries = approvedEntries((token as { approvedScopes: unknown }).approvedScopes);
  const instances = entries.map((entry) =>
    modelBind(entry, Object.fromEntries(placeholdersOf(entry).map((name) => [name, "a"]))),
  );
  const reached = modelReached(definition, instances, true);
  const approvedScopes = reached.flatMap(({ scope, text }) => (text === undefined ? [] : [scope]));
  return { ...token, approvedScopes };
}

/** Returns a policy without `within`: a list has no arguments. */
function withoutWithin(definition: Definition): Definition {
  const tools = Object.entries(definition.tools ?? {}).map(([name, rule]) => {
    if (typeof rule === "string") return [name, rule] as const;
    return [name, without(rule, ["within"])] as const;
  });
  return { ...definition, tools: Object.fromEntries<Rule>(tools) };
}

/** Returns whether a tool names a restricted template that the token has for some value and its client is not approved for. */
function hasUnapprovedTemplate(definition: Definition, token: unknown, name: string): boolean {
  const uses = modelOperation(definition, name)?.alternatives.flatMap((one) => one.uses) ?? [];
  const inToken = modelReached(definition, modelTokens(token) ?? [], true);
  const list = (token as { approvedScopes?: unknown } | undefined)?.approvedScopes;
  return uses.some(
    ({ template }) =>
      scopeOptions(definition, template).restricted &&
      inToken.some(
        ({ scope, text, values }) =>
          scope === template &&
          Object.keys(values).length > 0 &&
          !modelApproves(definition, list, text ?? ""),
      ),
  );
}

/** Maximum number of bindings of a tool that the model tries. */
const MAX_BINDINGS = 500;

/** Returns whether a tool has more bindings to the values of a token than the model tries. */
const hasManyBindings = (definition: Definition, token: unknown, name: string): boolean =>
  valuesOf(definition, token).length ** modelParams(definition, name).length > MAX_BINDINGS;

/** Creates a filter for the codes of a list of tools that the model knows. */
export const knownIn =
  (definition: Definition, token: unknown) =>
  ({ name, code }: { readonly name: string; readonly code: string }): boolean =>
    !hasManyBindings(definition, token, name) &&
    (code === "allowed" || !hasUnapprovedTemplate(definition, token, name));

const LISTED = [
  "allowed",
  "insufficient_user_authentication",
  "insufficient_scope",
  "upgrade_required",
  "unauthenticated",
];

/**
 * Returns the names and codes of the list. A tool with parameters has the best code of any binding. If each value is a
 * mismatch for some scope of the token, no call can succeed and the tool is left out. A tool with cases is allowed if any branch is;
 * otherwise it has the code of `otherwise`.
 */
export function modelToolsFor(
  given: Definition,
  givenToken: unknown,
): { name: string; code: string }[] {
  const definition = withoutWithin(given);
  const token = withTemplatesApproved(definition, givenToken);
  const values = valuesOf(definition, token);
  const codeOf = (name: string, branch: Rule): string | undefined => {
    const only = { ...definition, tools: { ...definition.tools, [name]: branch } };
    const params = modelOperation(only, name)?.params ?? [];
    const bindings = params.reduce<Record<string, string>[]>(
      (made, param) => made.flatMap((one) => values.map((value) => ({ ...one, [param]: value }))),
      [{}],
    );
    const codes = new Set<string>();
    for (const binding of bindings) {
      if (codes.has("allowed")) break;
      codes.add(modelDecide(only, token, name, binding).code);
    }
    // a restricted template in the token without an approval: a list looks at its values only
    if (!codes.has("allowed") && hasUnapprovedTemplate(only, token, name)) return undefined;
    return LISTED.find((listed) => codes.has(listed));
  };
  return Object.entries(definition.tools ?? {}).flatMap(([name, rule]) => {
    if (isPattern(name) || (typeof rule !== "string" && (rule.hidden || rule.internal))) return [];
    if (hasManyBindings(definition, token, name)) return [];
    const branches = typeof rule === "string" ? [rule] : modelBranches(rule);
    const codes = branches.map((branch) => codeOf(name, branch));
    const code = codes.includes("allowed") ? "allowed" : codes.at(-1);
    return code === undefined ? [] : [{ name, code }];
  });
}

/** Returns the scopes of a challenge of the mode `minimum`, or with the scopes of a token of the mode `union`. */
export function modelChallenge(
  definition: Definition,
  { code, scopes = [] }: ModelDecision,
  tokens: readonly string[] = [],
): string[] {
  if (code !== "insufficient_scope") return [];
  const named = [...tokens, ...scopes].flatMap((text) => {
    const isKnown = modelNamed(definition, text, true).length > 0;
    return isKnown ? modelNamed(definition, text, false) : [text];
  });
  return [...new Set(named)];
}

/**
 * Returns the scopes of the challenge of a caller without a token; `undefined` if the model does not know it: it does not know names
 * that only patterns match.
 */
export function modelSignIn(
  definition: Definition,
  name: string,
  params: unknown,
): string[] | undefined {
  const operation = modelOperation(definition, name, params);
  const entries = { ...definition.tools, ...definition.endpoints };
  const rule = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (operation === undefined || rule === undefined) return undefined;
  const isHidden = optionsOf(rule).hidden;
  const open = operation.alternatives.filter(
    ({ uses, types }) =>
      uses.every(({ template }) => {
        const { reserved, restricted } = scopeOptions(definition, template);
        return !reserved && !restricted;
      }) && (types[0] ?? ["any"]).some((type) => types.every((list) => list.includes(type))),
  );
  const isFree = ({ tier, types, entitlements }: (typeof open)[number]) =>
    tier === -1 && types.length === 0 && entitlements.length === 0;
  const chosen = isHidden ? undefined : (open.find(isFree) ?? open[0]);
  const scopes = (chosen?.uses ?? []).flatMap((use) => {
    const values = placeholdersOf(use.template).map((key, at) => {
      const param = use.params[at] ?? "";
      const own = Object.hasOwn(params ?? {}, param);
      return [key, own ? textOfValue((params as Record<string, unknown>)[param]) : undefined];
    });
    const bound = Object.fromEntries(values) as Values;
    const { match } = scopeOptions(definition, use.template);
    return isBindable(use.template, match, bound) ? [modelBind(use.template, bound)] : [];
  });
  return [...new Set(scopes)];
}
