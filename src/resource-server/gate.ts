import { readOwn } from "../decision/access-token.js";
import { type InvalidParams, TEMPORARILY_UNAVAILABLE } from "../decision/decision.js";
import type { PolicyTypes } from "../policy/definition.js";
import type { Admission, Authorizer } from "./authorizer-types.js";
import { type Awaitable, askInTime, tellConsole } from "./facts.js";
import { type GateView, readView } from "./gate-audit.js";
import { pathOf } from "./target.js";

/** A request as Node's servers have it, as far as a gate reads it. */
export interface RawRequest {
  readonly rawHeaders?: readonly string[];
  readonly headers: { readonly authorization?: string | undefined };
}

/**
 * Every `Authorization` field of a request. Node keeps the first of two in `headers` and drops the other, so that two
 * readers may see two tokens; the raw lines have both. A host that has no raw lines is believed.
 */
export function authorizationFields(request: RawRequest): readonly string[] | string | undefined {
  const { rawHeaders = [] } = request;
  const fields: string[] = [];
  for (let index = 1; index < rawHeaders.length; index += 2) {
    if (isAuthorization(rawHeaders[index - 1] as string)) fields.push(rawHeaders[index] as string);
  }
  if (fields.length > 1) return fields;
  return fields[0] ?? (readOwn(request.headers, FIELD) as string | undefined);
}

const FIELD = "authorization";

/** The spellings that clients have first: to change the case of a text costs more than a decision. */
function isAuthorization(name: string): boolean {
  if (name.length !== FIELD.length) return false;
  return name === FIELD || name === "Authorization" || name.toLowerCase() === FIELD;
}

/** What a gate has found to be called. */
export interface GateOperation {
  /** A tool or endpoint of the policy, or a text that is neither. */
  readonly name: string;
  /** The names of its parameters. */
  readonly params: readonly string[];
  /** Gives the values of the route, by those names: they win. Asked where there are names: Express's requests are slow to read. */
  readonly values?: () => unknown;
}

/** A call at a gate, before anybody has read its parameters. */
export interface GateCall {
  readonly authorization: readonly string[] | string | undefined;
  readonly operation: GateOperation;
  /** Reads the parameters that the route does not have. */
  readonly read?: (() => unknown) | undefined;
  /** Returns what the audit reads of the request, beyond the values of the route and of `read`; called for an event alone. */
  readonly view: () => GateView;
}

/**
 * As `admit`, with code of somebody else inside: what it throws, and an answer that is not there within the authorizer's
 * `timeout`, closes the gate, and is told on the console without its words.
 */
export function admitAtGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  { authorization, operation: { name: operation, params: names, values }, read, view }: GateCall,
): Awaitable<Admission> {
  const failed = (error: unknown): Admission => {
    tellConsole("a gate could not read its call", error);
    const decision = TEMPORARILY_UNAVAILABLE;
    const answer = authorizer.answer(decision, { operation });
    return { kind: "refused", decision, answer, token: undefined };
  };
  const admit = (others: unknown): Awaitable<Admission> => {
    const params = paramsOf(names, values, others);
    const audited = () => {
      const { sources, requestId } = view();
      return readView(params, {
        sources: [() => values?.(), () => others, ...sources],
        requestId,
      });
    };
    return authorizer.admit({ authorization, operation, params, audited });
  };
  try {
    const admission =
      read === undefined ? admit(undefined) : askInTime(read, authorizer.timeout, admit);
    return admission instanceof Promise ? admission.catch(failed) : admission;
  } catch (error) {
    return failed(error);
  }
}

/**
 * Returns whether a value that a handler reads is the one that was decided on: the same text, or what a schema makes of it
 * and writes back as the same text, as `7` of `"7"`. The number `7` of `"007"` is another value.
 */
export function isSameValue(decided: unknown, seen: unknown): boolean {
  if (decided === seen) return true;
  const isWritten =
    typeof seen === "number" || typeof seen === "boolean" || typeof seen === "bigint";
  return isWritten && String(seen) === decided;
}

/**
 * Reads the values of the route that an operation is decided on, and returns a check for a later time. The check returns the
 * first parameter of which the handler would read another value by then.
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

/** Returns the denial of a call whose handler would read another value than the one that was decided on. */
export function otherValue(param: string): InvalidParams {
  const message = `invalid parameter \`${param}\`: its value changed after the decision`;
  return { allowed: false, code: "invalid_params", message, param };
}

const NO_PARAMS = Object.freeze({});

function paramsOf(
  names: readonly string[],
  valuesOf: (() => unknown) | undefined,
  others: unknown,
): unknown {
  if (names.length === 0) return NO_PARAMS;
  const values = valuesOf?.();
  const found = names.map((name) => [name, readOwn(values, name) ?? readOwn(others, name)]);
  return Object.fromEntries(found) as unknown;
}

/** A route that is no operation: under a name that no tool and no endpoint can have, whatever the client sends. */
export function noOperation(method: string, target: string): GateOperation {
  const name = `(no operation) ${method} ${pathOf(target).slice(0, 256)}`;
  return { name, params: [] };
}
