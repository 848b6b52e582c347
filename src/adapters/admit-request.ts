import { readOwn } from "../decision/access-token.js";
import { type InvalidParams, TEMPORARILY_UNAVAILABLE } from "../decision/decision.js";
import type { Admission } from "../resource-server/authorizer-types.js";
import { type Awaitable, isPending, logOutage, withTimeout } from "../resource-server/callbacks.js";
import type { PinnedAuthorizer } from "../resource-server/pinned-authorizer.js";
import { readAuditedRequest } from "./request-audit.js";
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
  let found = -1;
  for (let index = 1; index < rawHeaders.length; index += 2) {
    if (!isAuthorizationValue(rawHeaders, index)) continue;
    // nearly no request has a second one, and a list takes 180 bytes
    if (found >= 0) return listValues(rawHeaders);
    found = index;
  }
  return found < 0 ? (readOwn(request.headers, HEADER) as string | undefined) : rawHeaders[found];
}

/** A loop, because `filter` leaves out an item that is missing. */
function listValues(rawHeaders: readonly string[]): readonly string[] {
  const values: string[] = [];
  for (let index = 1; index < rawHeaders.length; index += 2)
    if (isAuthorizationValue(rawHeaders, index)) values.push(rawHeaders[index] as string);
  return values;
}

/** Returns whether an item of the raw headers, in an odd place, is the value of an `Authorization` header. */
function isAuthorizationValue(rawHeaders: readonly string[], index: number): boolean {
  return isAuthorization(rawHeaders[index - 1] as string);
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

/** A call at a gate, before its parameters are read. Its functions are those of the gate, not created for each request. */
export interface GateCall<Request> {
  /** The authorizer with the policy that was in force when the gate got the request. */
  readonly authorizer: PinnedAuthorizer;
  readonly authorization: readonly string[] | string | undefined;
  readonly operation: GateOperation;
  /** Reads the parameters that are not in the route. */
  readonly read?: ((request: Request) => unknown) | undefined;
  /**
   * Returns the sources of what the audit reads from the request in addition to the values of the route and of `read`, in order of
   * precedence. Called only for an event.
   */
  readonly sources: (request: Request) => readonly (() => unknown)[];
}

/** What is the same for all calls at a gate. */
export interface GateSettings<Request> {
  /** Returns claims that the server has verified already; see {@link AuthorizationCall.authenticate}. */
  readonly authenticate: ((request: Request) => unknown) | undefined;
  /** Whether the gate acts on the decision. */
  readonly enforced: boolean;
  /** Returns the id of a request for its events. */
  readonly requestIdOf: (request: Request) => string;
}

/**
 * Decides on a call as `admit` does, with parameters that code of the host reads. If that code throws, rejects or exceeds the
 * `timeout` of the authorizer, the call is denied as an outage, and a line without the error message is logged.
 */
export function admitRequest<Request>(
  request: Request,
  call: GateCall<Request>,
  gate: GateSettings<Request>,
): Awaitable<Admission> {
  try {
    const admission =
      call.read === undefined
        ? admitWith(undefined, request, call, gate)
        : admitAfter(call.read, request, call, gate);
    return isPending(admission) ? orOutage(admission, call) : admission;
  } catch (error) {
    return denyOutage(error, call);
  }
}

function admitAfter<Request>(
  read: (request: Request) => unknown,
  request: Request,
  call: GateCall<Request>,
  gate: GateSettings<Request>,
): Awaitable<Admission> {
  const question = () => read(request);
  return withTimeout(question, call.authorizer.timeout, (others) =>
    admitWith(others, request, call, gate),
  );
}

/** @param others - the parameters that are not in the route */
function admitWith<Request>(
  others: unknown,
  request: Request,
  { authorizer, authorization, operation, sources }: GateCall<Request>,
  { authenticate, enforced, requestIdOf }: GateSettings<Request>,
): Awaitable<Admission> {
  const { name, params: names, values } = operation;
  const params = Object.hasOwn(operation, "given")
    ? operation.given
    : paramsOf(names, values, others);
  const audited = () =>
    readAuditedRequest(params, {
      sources: [() => values?.(), () => others, ...sources(request)],
      requestId: () => requestIdOf(request),
    });
  return authorizer.admit({
    authorization,
    authenticate: authenticate && (() => authenticate(request)),
    enforced,
    operation: name,
    params,
    audited,
  });
}

function orOutage<Request>(
  admission: Promise<Admission>,
  call: GateCall<Request>,
): Promise<Admission> {
  return admission.catch((error: unknown) => denyOutage(error, call));
}

function denyOutage<Request>(
  error: unknown,
  { authorizer, operation }: GateCall<Request>,
): Admission {
  logOutage("a gate could not read its call", error);
  const decision = TEMPORARILY_UNAVAILABLE;
  const answer = authorizer.answer(decision, { operation: operation.name });
  return { kind: "refused", decision, answer, token: undefined };
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
