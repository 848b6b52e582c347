// A model of requests by method and path and of the list of tools, based on the naive decision.

import {
  type Definition,
  isPattern,
  type ModelDecision,
  modelBranches,
  modelDecide,
  modelOperation,
  modelTokens,
  type Rule,
} from "./model.js";
import { modelReached } from "./model-scopes.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const UNRESERVED = /[A-Za-z0-9._~-]/;
const OTHERS = "!$&'()+,;=:@|";

/** Decodes a path segment; `undefined` if it is not UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Returns whether a character can be in the value of a parameter. */
function isOfValue(character: string): boolean {
  return character > "\x7f"
    ? /^[\p{L}\p{M}\p{Nd}]$/u.test(character)
    : UNRESERVED.test(character) || character === " " || OTHERS.includes(character);
}

/** Returns the value of a parameter; `undefined` if a segment cannot be one. */
function segmentValue(segment: string): string | undefined {
  const value = decoded(segment);
  if (
    value === undefined ||
    [...segment].some((character) => character > "\x7f" || character === " ")
  )
    return undefined;
  const beforeSemicolon = segment.split(";")[0] as string;
  if (["", ".", ".."].includes(beforeSemicolon) || value.trim() !== value) return undefined;
  if (![...value].every(isOfValue) || value !== value.normalize("NFKC")) return undefined;
  const escapes = segment.match(/%../g) ?? [];
  return escapes.some((one) => UNRESERVED.test(decoded(one) ?? "")) ? undefined : value;
}

/** Returns the text that decides which literal a segment resembles. */
const resembled = (segment: string): string | undefined =>
  decoded(segment.split(";")[0] as string)?.toLowerCase();

const split = (path: string): string[] => (path === "/" ? [] : path.slice(1).split("/"));
const parameterOf = (segment: string): string | undefined =>
  /^:(.+)$/.exec(segment)?.[1] ?? /^\{(.+)\}$/.exec(segment)?.[1];

/** Returns 0 for a literal and 1 for a parameter, segment by segment: the smaller text is the more literal endpoint. */
const rank = (key: string): string =>
  split(key.slice(key.indexOf(" ") + 1))
    .map((segment) => (parameterOf(segment) === undefined ? "0" : "1"))
    .join("");

/** Returns whether a path is spelled as the endpoint is. Letter case does not affect which endpoint a path is for. */
const isSpelledAs = (key: string, given: readonly string[]): boolean =>
  split(key.slice(key.indexOf(" ") + 1)).every(
    (segment, index) => parameterOf(segment) !== undefined || segment === given[index],
  );

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
  const fitting = Object.keys(definition.endpoints ?? {}).filter((key) => {
    const [wantedMethod, wantedPath = ""] = key.split(" ");
    const wanted = split(wantedPath);
    return (
      wantedMethod === method &&
      wanted.length === given.length &&
      wanted.every((segment, index) =>
        parameterOf(segment) === undefined
          ? resembled(segment) === resembled(given[index] ?? "")
          : segmentValue(given[index] ?? "") !== undefined,
      )
    );
  });
  const [key] = fitting.sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
  if (key === undefined || !isSpelledAs(key, given)) return unknown;
  const own =
    typeof request.params === "object" && request.params !== null
      ? Object.entries(request.params)
      : [];
  const fromPath = split(key.slice(key.indexOf(" ") + 1)).flatMap((segment, index) => {
    const name = parameterOf(segment);
    return name === undefined ? [] : [[name, segmentValue(given[index] ?? "")] as const];
  });
  return modelDecide(definition, token, key, Object.fromEntries([...own, ...fromPath]));
}

/** Returns every value that a scope of the token is bound to, and one that no scope is bound to. */
function valuesOf(definition: Definition, token: unknown): string[] {
  const values = modelReached(definition, modelTokens(token) ?? [], true).flatMap((one) =>
    Object.values(one.values),
  );
  return [...new Set([...values, "some-other-value"])];
}

const LISTED = ["allowed", "insufficient_scope", "upgrade_required", "unauthenticated"];

/**
 * Returns the names and codes of the list. A tool with parameters has the best code of any binding. If each value is a
 * mismatch for some scope of the token, no call can succeed and the tool is left out. A tool with cases is allowed if any branch is;
 * otherwise it has the code of `otherwise`.
 */
export function modelToolsFor(
  definition: Definition,
  token: unknown,
): { name: string; code: string }[] {
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
    return LISTED.find((listed) => codes.has(listed));
  };
  return Object.entries(definition.tools ?? {}).flatMap(([name, rule]) => {
    if (isPattern(name) || (typeof rule !== "string" && rule.hidden)) return [];
    const branches = typeof rule === "string" ? [rule] : modelBranches(rule);
    const codes = branches.map((branch) => codeOf(name, branch));
    const code = codes.includes("allowed") ? "allowed" : codes.at(-1);
    return code === undefined ? [] : [{ name, code }];
  });
}
