import type { AccessToken } from "../../decision/access-token.js";
import { decideBaseline } from "../../decision/baseline.js";
import type { PolicyDenial } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { PolicyError } from "../../errors.js";
import { describeFindings } from "../../policy/report.js";
import type { McpSurface } from "./shared-options.js";

/** Decides by a policy whether a token may initialize, list and listen. Returns the denial, or `undefined` if it may. */
export type Handshake = (token: AccessToken, policy: Policy) => PolicyDenial | undefined;

const alwaysAllowed: Handshake = () => undefined;

// the baseline means the same as for a tool: old names, implied and reserved scopes, tiers
const byBaseline: Handshake = (token, policy) => {
  const decision = decideBaseline(policy, token);
  return decision.allowed ? undefined : decision;
};

/**
 * Returns the decision for every request that calls no tool. With `"baseline"` a token needs the scopes that every tool needs: none
 * with a later policy that has no baseline.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for `"baseline"` if the policy has no baseline
 */
export function createHandshake(policy: Policy, { handshake }: McpSurface): Handshake {
  if (handshake !== "baseline") return alwaysAllowed;
  if (Object.hasOwn(policy.definition, "baseline")) return byBaseline;
  const message = "`baseline` has no effect: the policy has no `baseline`";
  const findings = [{ code: "option", path: "handshake", message }];
  throw new PolicyError("ERR_OPTIONS_INVALID", describeFindings(findings, "the gate"), findings);
}
