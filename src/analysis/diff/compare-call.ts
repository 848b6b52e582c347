import type { AccessToken } from "../../decision/access-token.js";
import { AT_GATE, decide, FROM_CODE } from "../../decision/decide.js";
import { type Decider, operationOf } from "../../decision/decider.js";
import type { Decision } from "../../decision/decision.js";
import { findEndpoint } from "../../decision/find-endpoint.js";
import { branchOf } from "../../decision/prepare.js";
import type { PreparedOperation } from "../../decision/prepared.js";
import type { CaseValue } from "../../policy/definition.js";
import { paramsOf, requestOf } from "./call-values.js";
import type { ParamValues } from "./param-values.js";
import type { ProbeCall } from "./probe-calls.js";
import type { Sides } from "./sides.js";

/** A call that the policy `after` allows and the policy `before` denies, or that is enriched only under `after`. */
export interface Widening {
  /** The tool or endpoint of `after`; for a name that only patterns match, these patterns: `list_* + *_all`. */
  readonly operation: string;
  /** The call: the name of the tool, or the method and path of the request. */
  readonly call: string;
  /** A minimal token that shows the widening; `undefined` for no credentials. */
  readonly token: AccessToken | undefined;
  /** The parameters of the call, path parameters excluded. */
  readonly params: { readonly [param: string]: CaseValue };
  readonly before: Decision;
  readonly after: Decision;
}

/** The time of every comparison, in seconds since 1970. */
export const NOW = 5e10;
const now = () => NOW;

const GRADES = { refused: 0, allowed: 1, enriched: 2 } as const;

/** Returns how much a decision allows. */
export function gradeOf(decision: Decision): number {
  if (!decision.allowed) return GRADES.refused;
  return decision.enriched ? GRADES.enriched : GRADES.allowed;
}

/** Returns the lowest grade that counts as access to the target. */
export function wantedOf({ operation }: ProbeCall): number {
  return operation.enriching.length > 0 ? GRADES.enriched : GRADES.allowed;
}

/** Returns the name and the parameters with which one policy decides on a call; no name for a request that no endpoint serves. */
function resolveCall(target: ProbeCall, { policy }: Decider, values: ParamValues) {
  const request = requestOf(target, values);
  const params = paramsOf(target, values);
  if (request === undefined) return { name: target.name, params };
  const match = findEndpoint(policy, { ...request, params });
  return { name: match?.name, params: match?.params ?? params };
}

/** Returns the decision of one policy about a call. */
export function decideCall(
  target: ProbeCall,
  decider: Decider,
  token: AccessToken | undefined,
  values: ParamValues,
): Decision {
  const { name, params } = resolveCall(target, decider, values);
  const origin = { ...(target.isFromCode ? FROM_CODE : AT_GATE), now };
  return decide(decider, token, name, params, origin);
}

/** Returns the branch that decides on a call under one policy; `undefined` if the policy does not know the call. */
export function branchOfCall(
  target: ProbeCall,
  decider: Decider,
  values: ParamValues,
): PreparedOperation | undefined {
  const { name, params } = resolveCall(target, decider, values);
  const operation = operationOf(target.isFromCode ? decider.fromCode : decider, name);
  return operation && branchOf(operation, params);
}

/** Returns the widening that a token shows, if any. A path that `after` routes to another endpoint is compared with that endpoint instead. */
export function compareCall(
  target: ProbeCall,
  sides: Sides,
  token: AccessToken | undefined,
  values: ParamValues,
): Widening | undefined {
  const before = decideCall(target, sides.before, token, values);
  if (gradeOf(before) >= wantedOf(target)) return undefined;
  // a list for a boundary that only `after` has: no token of the policy `before` names it
  if (before.code === "invalid_token") return undefined;
  const request = requestOf(target, values);
  if (request && findEndpoint(sides.after.policy, request)?.name !== target.name) return undefined;
  const after = decideCall(target, sides.after, token, values);
  if (gradeOf(after) <= gradeOf(before)) return undefined;
  const call = request === undefined ? target.name : `${request.method} ${request.path}`;
  const { title: operation } = target;
  return { operation, call, token, params: paramsOf(target, values), before, after };
}
