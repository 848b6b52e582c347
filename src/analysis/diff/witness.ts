import type { AccessToken } from "../../decision/access-token.js";
import { readClock } from "../../decision/authentication.js";
import { AT_GATE, decide } from "../../decision/decide.js";
import type { Decider } from "../../decision/decider.js";
import type { DecisionCode } from "../../decision/decision.js";
import { findEndpoint } from "../../decision/find-endpoint.js";
import { MAX_TIME } from "../../policy/authentication.js";
import { withoutPrototype } from "../../policy/own-members.js";
import { ACCENT } from "./call-values.js";
import { gradeOf, NOW, type Widening } from "./compare-call.js";
import type { ProbeCall } from "./probe-calls.js";
import type { Sides } from "./sides.js";

/** A call with a token about which two policies decide differently. */
export interface DiffWitness {
  /** The name of the tool, or the method and path of the request. */
  readonly call: string;
  /** A smallest token that shows the difference; `undefined` for no credentials. */
  readonly token: AccessToken | undefined;
  /**
   * The parameters that the policies read, path parameters included. Absent if there are none. An argument that one policy reads from the
   * query has precedence over a path parameter of the same name of the other; confirm it with `decideRequest`, which reads the path.
   */
  readonly params?: { readonly [param: string]: unknown };
  readonly before: DecisionCode;
  readonly after: DecisionCode;
  /** If both policies allow the call: the one under which the decision is enriched. */
  readonly enriched?: "before" | "after";
}

/**
 * Returns a widening as a witness.
 *
 * @param time - the time for which the witness is confirmed, in seconds since 1970
 */
export function witnessOf(
  found: Widening,
  target: ProbeCall,
  sides: Sides,
  time: number,
): DiffWitness {
  const { token, before, after } = found;
  const call = target.endpoint === undefined ? found.call : plainCall(found, sides);
  const params = target.endpoint === undefined ? found.params : readParams(call, found, sides);
  return {
    call,
    token: token && atTime(token, time),
    ...(Object.keys(params).length > 0 && { params }),
    before: before.code,
    after: after.code,
    ...(before.allowed && { enriched: "after" as const }),
  };
}

/** Returns the request of a widening, with plain letters in values that no rule reads, if both policies then decide the same. */
function plainCall({ call, token, params, before, after }: Widening, sides: Sides): string {
  const plain = call.replaceAll(ACCENT, "");
  const isSame = [[sides.before, before] as const, [sides.after, after] as const].every(
    ([decider, decision]) => {
      const match = requestMatch(plain, params, decider);
      const now = () => NOW;
      const again = decide(decider, token, match?.name, match?.params, { ...AT_GATE, now });
      return again.code === decision.code && gradeOf(again) === gradeOf(decision);
    },
  );
  return isSame ? plain : call;
}

function requestMatch(call: string, params: Widening["params"], { policy }: Decider) {
  const [method, path] = call.split(" ");
  return findEndpoint(policy, { method, path, params });
}

/** Returns the parameters that the policies read of a request, under the names of both. */
function readParams(
  call: string,
  { params }: Widening,
  sides: Sides,
): Readonly<Record<string, unknown>> {
  const read = [sides.before, sides.after].flatMap((decider) =>
    Object.entries(requestMatch(call, params, decider)?.params ?? {}),
  );
  return { ...Object.fromEntries(read.filter(([, value]) => value !== undefined)), ...params };
}

/** Returns a token with the same age of its authentication at another time. */
function atTime(token: AccessToken, time: number): AccessToken {
  const { auth_time } = withoutPrototype(token);
  if (auth_time === undefined) return token;
  return { ...token, auth_time: Math.max(1, Math.floor(time) - (NOW - auth_time)) };
}

/** Returns a witness of the search in the other direction. */
export function swapped({ before, after, enriched, ...call }: DiffWitness): DiffWitness {
  return {
    ...call,
    before: after,
    after: before,
    ...(enriched && { enriched: "before" as const }),
  };
}

/** Returns the time of the clock of a policy, in seconds since 1970; any time if its clock fails. */
export function timeOf({ now }: Decider): number {
  const time = readClock(now);
  return time > 0 && time < MAX_TIME ? time : NOW;
}
