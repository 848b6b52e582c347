import { isOpen } from "../../policy/approval.js";
import { firstScopes } from "../../policy/first-scopes.js";
import type { LintRule } from "./lint-rule.js";

/** Scopes that every tool requires and that no client is told to ask for. */
export const unadvertisedBaseline: LintRule = (policy) => {
  const advertised = new Set(firstScopes(policy).baseline);
  return policy.baseline.flatMap(({ name, reserved }, index) => {
    if (advertised.has(name)) return [];
    const why = reserved ? "it is reserved" : "metadata and challenges never name it";
    return {
      path: ["baseline", index],
      message: `every tool requires \`${name}\`, and no client is told to ask for it: ${why}`,
      fix: "remove it from `baseline`, or choose a scope that third parties can be granted",
    };
  });
};

/** Policies of MCP servers with which a client cannot learn what to ask for first. */
export const noFirstScopes: LintRule = (policy) => {
  const isGrantable = policy.scopes.some(
    (scope) => isOpen(scope) && scope.template.names.length === 0,
  );
  // a policy with endpoints is one of a REST API, where each 401 names the scopes of its endpoint
  const names = [...policy.operations.keys()];
  const hasTools = policy.patterns.length > 0 || names.some((name) => !name.includes(" "));
  const isMcp = hasTools && !names.some((name) => name.includes(" "));
  if (!isMcp || !isGrantable || firstScopes(policy).all.length > 0) return [];
  return [
    {
      path: [],
      message:
        "no scope is in `baseline`, on by default or in `defaultScopes`: the 401 of an MCP server and the metadata of the resource " +
        "then name none, and clients such as Codex ask for every scope that the authorization server has",
      fix: 'put the scopes with which a client begins into `baseline` or `defaultScopes`, or write `default: "on"` for them',
    },
  ];
};
