import type { Policy } from "../decision/define-policy.js";
import { firstScopes } from "../discovery/first-scopes.js";
import { isOpen } from "../policy/approval.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";

/** Advice about a valid policy: it changes no exit code. */
export interface PolicyWarning {
  readonly code: "no_first_scopes";
  readonly message: string;
}

const NO_FIRST_SCOPES: PolicyWarning = {
  code: "no_first_scopes",
  message:
    "no scope is in `baseline`, on by default or in `defaultScopes`: the 401 of an MCP server and the metadata of the resource " +
    "then name none, and clients such as Codex ask for every scope that the authorization server has",
};

/** Returns the warnings about a policy. */
export function policyWarnings(policy: Policy): readonly PolicyWarning[] {
  const compiled = compiledPolicyOf(policy);
  const isGrantable = compiled.scopes.some(
    (scope) => isOpen(scope) && scope.template.names.length === 0,
  );
  // a policy with endpoints is one of a REST API, where each 401 names the scopes of its endpoint
  const isMcp = policy.toolNames.length > 0 && policy.endpointNames.length === 0;
  return isMcp && isGrantable && firstScopes(compiled).all.length === 0 ? [NO_FIRST_SCOPES] : [];
}
