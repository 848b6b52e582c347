import { readOwn } from "../decision/access-token.js";
import { type InvalidParams, TEMPORARILY_UNAVAILABLE } from "../decision/decision.js";
import type { Admission } from "../resource-server/authorizer-types.js";
import { type Awaitable, logOutage, withTimeout } from "../resource-server/callbacks.js";
import type { PinnedAuthorizer } from "../resource-server/pinned-authorizer.js";
import { type AuditedInput, readAuditedRequest } from "./request-audit.js";
import { pathOf } from "./request-target.js";

/** The part of a request of Node's servers that a gate reads. */
export interface RawRequest {
  readonly rawHeaders?: readonly string[];
  readonly headers: { readonly authorization?: string | undefined };
}

/**
 * Returns every `Authorization` header of a request. Of two headers, Node keeps only the first in `headers`, so that two readers
 * could see two tokens; `rawHeaders` has both. Without `rawHeaders`, the header of the host is used.
 */
export function authorizationHeaders(request: RawRequest): readonly string[] | string | undefined {
  const { rawHeaders = [] } = request;
  const fields: string[] = [];
  for (let index = 1; index < rawHeaders.length; index += 2) {
    if (isAuthorization(rawHeaders[index - 1] as string)) fields.push(rawHeaders[index] as string);
  }
  if (fields.length > 1) return fields;
  // an empty list has no item of its own: `Object.prototype` may have one
  return fields.length === 1 ? fields[0] : (readOwn(request.headers, HEADER) as string | undefined);
}

const HEADER = "authorization";

/** Returns whether a header name is `Authorization`. It tests common spellings first: lower-casing costs more than a decision. */
function isAuthorization(name: string): boolean {
  if (name.length !== HEADER.length) return false;
  return name === HEADER || name === "Authorization" || name.toLowerCase() === HEADER;
}

/** The operation that a gate found for a request. */
export interface GateOperation {
  /** The name of a tool or endpoint of the policy, or a text that is neither. */
  readonly name: string;
  /** The names of its parameters. */
  readonly params: readonly string[];
  /**
   * Returns the values of the route by those names; they take precedence. Called only if there are names, since reading requests
   * of Express is slow.
   */
  readonly values?: () => unknown;
  /** All parameters, if the host passes them itself: the gate then reads no others. */
  readonly given?: unknown;
}

/** A call at a gate, before its parameters are read. */
export interface GateCall {
  /** The authorizer with the policy that was in force when the gate got the request. */
  readonly authorizer: PinnedAuthorizer;
  readonly authorization: readonly string[] | string | undefined;
  /** Returns claims that the server has verified already; see {@link AuthorizationCall.authenticate}. */
  readonly authenticate?: (() => unknown) | undefined;
  /** Whether the gate acts on the decision. Default: `true`. */
  readonly enforced?: boolean;
  readonly operation: GateOperation;
  /** Reads the parameters that are not in the route. */
  readonly read?: (() => unknown) | undefined;
  /**
   * Returns what the audit reads from the request in addition to the values of the route and of `read`. Called only for an event.
   */
  readonly view: () => AuditedInput;
}

/**
 * Decides on a call as `admit` does, with parameters that code of the host reads. If that code throws, rejects or exceeds the
 * `timeout` of the authorizer, the call is denied as an outage, and a line without the error message is logged.
 */
export function admitRequest(given: GateCall): Awaitable<Admission> {
  const { authorizer, authorization, authenticate, enforced = true, read, view } = given;
  const { name: operation, params: names, values } = given.operation;
  const denyOutage = (error: unknown): Admission => {
    logOutage("a gate could not read its call", error);
    const decision = TEMPORARILY_UNAVAILABLE;
    const answer = authorizer.answer(decision, { operation });
    return { kind: "refused", decision, answer, token: undefined };
  };
  const admit = (others: unknown): Awaitable<Admission> => {
    const params = Object.hasOwn(given.operation, "given")
      ? given.operation.given
      : paramsOf(names, values, others);
    const audited = () => {
      const { sources, requestId } = view();
      return readAuditedRequest(params, {
        sources: [() => values?.(), () => others, ...sources],
        requestId,
      });
    };
    return authorizer.admit({
      authorization,
      authenticate,
      enforced,
      operation,
      params,
      audited,
    });
  };
  try {
    const admission =
      read === undefined ? admit(undefined) : withTimeout(read, authorizer.timeout, admit);
    return admission instanceof Promise ? admission.catch(denyOutage) : admission;
  } catch (error) {
    return denyOutage(error);
  }
}

/**
 * Returns whether a value that a handler reads is the decided one: the same text, or a value that a schema converted from it and
 * that converts back to the same text, as `7` of `"7"`. The number `7` of `"007"` is another value.
 */
export function isSameValue(decided: unknown, seen: unknown): boolean {
  if (decided === seen) return true;
  const isWritten =
    typeof seen === "number" || typeof seen === "boolean" || typeof seen === "bigint";
  return isWritten && String(seen) === decided;
}

/**
 * Reads the values of the route that a decision is made on, and returns a check to call later. The check returns the first
 * parameter for which the handler would then read another value.
 */
export function watchValues({ params, values }: GateOperation): () => string | undefined {
  const read = () => {
    const seen = values?.();
    return params.map((name) => readOwn(seen, name));
  };
  const decided = read();
  return () => {
    const now = read();
    return params.find((_, index) => !isSameValue(decided[index], now[index]));
  };
}

/** Returns the denial of a call if its handler would read another value than the decided one. */
export function changedValueDenial(param: string): InvalidParams {
  const message = `invalid parameter \`${param}\`: its value changed after the decision`;
  return { allowed: false, code: "invalid_params", message, param };
}

/**
 * Returns a value of the route by its name. Routers split that of a wildcard, such as that of Express 5: it is joined, unless a part
 * has a slash of its own.
 */
export function readRouteValue(values: unknown, name: string): unknown {
  const value = readOwn(values, name);
  const isSplit = Array.isArray(value) && value.every((part) => !String(part).includes("/"));
  return isSplit ? value.join("/") : value;
}

const NO_PARAMS = Object.freeze({});

function paramsOf(
  names: readonly string[],
  valuesOf: (() => unknown) | undefined,
  others: unknown,
): unknown {
  if (names.length === 0) return NO_PARAMS;
  const values = valuesOf?.();
  const found = names.map((name) => [name, readRouteValue(values, name) ?? readOwn(others, name)]);
  return Object.fromEntries(found) as unknown;
}

/**
 * Returns the operation of a route that the policy does not have. No tool and no endpoint can have its name, for any client
 * input.
 */
export function unknownRoute(method: string, target: string): GateOperation {
  const name = `(no operation) ${method} ${pathOf(target).slice(0, 256)}`;
  return { name, params: [] };
}
