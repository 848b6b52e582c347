import { readOwn } from "../decision/access-token.js";
import { TEMPORARILY_UNAVAILABLE } from "../decision/decision.js";
import type { PolicyTypes } from "../policy/definition.js";
import type { Admission, Authorizer } from "./authorizer.js";
import { answerInTime, tellConsole } from "./facts.js";
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
export function authorizationFields({
  rawHeaders = [],
  headers,
}: RawRequest): readonly string[] | string | undefined {
  const fields = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "authorization",
  );
  return fields.length === 0 ? headers.authorization : fields;
}

/** What a gate has found to be called. */
export interface GateOperation {
  /** A tool or endpoint of the policy, or a text that is neither. */
  readonly name: string;
  /** The names of its parameters. */
  readonly params: readonly string[];
  /** Values of the route, by those names: they win. */
  readonly values: unknown;
}

/** A call at a gate, before anybody has read its parameters. */
export interface GateCall {
  readonly authorization: readonly string[] | string | undefined;
  readonly operation: GateOperation;
  /** Reads the parameters that the route does not have. */
  readonly read?: (() => unknown) | undefined;
}

/**
 * As `admit`, with code of somebody else inside: what it throws, and an answer that is not there within the authorizer's
 * `timeout`, closes the gate, and is told on the console without its words.
 */
export async function admitAtGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  { authorization, operation: { name: operation, params: names, values }, read }: GateCall,
): Promise<Admission> {
  try {
    const others = read && (await answerInTime(read, authorizer.timeout));
    const params = names.map((name) => [name, readOwn(values, name) ?? readOwn(others, name)]);
    return await authorizer.admit({
      authorization,
      operation,
      params: Object.fromEntries(params) as unknown,
    });
  } catch (error) {
    tellConsole("a gate could not read its call", error);
    const decision = TEMPORARILY_UNAVAILABLE;
    return { decision, answer: authorizer.answer(decision, { operation }), token: undefined };
  }
}

/** A route that is no operation: under a name that no tool and no endpoint can have, whatever the client sends. */
export function noOperation(method: string, target: string): GateOperation {
  const name = `(no operation) ${method} ${pathOf(target).slice(0, 256)}`;
  return { name, params: [], values: undefined };
}
