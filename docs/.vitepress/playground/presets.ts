import type { Policy } from "scope-policy";
import { policy as localisation } from "../../../examples/localisation/policy.js";
import { policy as loopwise } from "../../../examples/loopwise/policy.js";
import { policy as moov } from "../../../examples/moov/policy.js";
import { policy as movementors } from "../../../examples/movementors/policy.js";
import * as sessions from "../../../scripts/start-sessions.js";
import type { PlaygroundState } from "./state.js";

/** Returns a state for each example policy: the first of its example calls with a scope that the policy denies. */
export function createPresets(): Readonly<Record<string, PlaygroundState>> {
  return {
    loopwise: presetOf(loopwise, sessions.loopwise),
    movementors: presetOf(movementors, sessions.movementors),
    moov: presetOf(moov, sessions.moov),
    localisation: presetOf(localisation, sessions.localisation),
  };
}

function presetOf(policy: Policy, examples: readonly sessions.Session[]): PlaygroundState {
  const calls = examples.flatMap(({ token, asks }) =>
    token === undefined || token.scope === ""
      ? []
      : asks.map(([operation, params = {}]) => ({ token, operation, params })),
  );
  const denied = calls.find(
    ({ token, operation, params }) => !policy.decideUntrusted(token, operation, params).allowed,
  );
  const { token = { scope: "" }, operation = "", params = {} } = denied ?? {};
  const { scope, ...claims } = token;
  return {
    policy: JSON.stringify(policy.definition, null, 2),
    hasToken: true,
    scope: [scope].flat().join(" "),
    claims: JSON.stringify(claims, null, 2),
    operation,
    params: JSON.stringify(params, null, 2),
    plan: [operation],
  };
}
