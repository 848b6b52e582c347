import type { AccessToken } from "../../decision/access-token.js";
import type { Decision } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { Boundary, CompiledPolicy } from "../../policy/compiled-policy.js";
import { isEndpoint, parseEndpoint } from "../../policy/endpoint-key.js";
import { isInternalName } from "../../policy/internal.js";
import { nearest } from "../../policy/suggest.js";

/** The call to explain, with its token. */
export interface ExplainedCall {
  readonly policy: Policy;
  readonly compiled: CompiledPolicy;
  /** The argument as given: a tool, an endpoint by its name, or a request. */
  readonly asked: string;
  /** The operation found for it; `undefined` if the policy has none. */
  readonly operation: MatchedOperation | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly token: AccessToken | undefined;
}

/** An operation of the policy, and how it was found. */
export interface MatchedOperation {
  readonly name: string;
  readonly kind: "tool" | "endpoint";
  /** The parameters that its rule requires. */
  readonly params: readonly string[];
  /** The patterns that match a tool without its own entry. */
  readonly patterns: readonly string[];
  /** Whether it was found by matching a request to an endpoint. */
  readonly matched: boolean;
  /** The values of the path parameters in the request. */
  readonly fromPath: Readonly<Record<string, string>>;
}

/** Finds the operation of a call: an entry by its name, a tool by its patterns, or the endpoint of a request. */
export function findCall(
  policy: Policy,
  asked: string,
  params: Readonly<Record<string, string>>,
  token: AccessToken | undefined,
): ExplainedCall {
  const compiled = compiledPolicyOf(policy);
  const base = { policy, compiled, asked, token };
  const exact = compiled.operations.get(asked);
  if (exact !== undefined) {
    const { name, kind } = exact;
    const found = { name, kind, params: exact.params, patterns: [], matched: false, fromPath: {} };
    return { ...base, operation: found, params };
  }
  const space = asked.indexOf(" ");
  if (space !== -1) {
    const match = compiled.router.match(asked.slice(0, space), asked.slice(space + 1));
    if (match === undefined) return { ...base, operation: undefined, params };
    const { name, params: needed } = match.value;
    const fromPath = Object.fromEntries(match.params);
    const found = {
      name,
      kind: "endpoint",
      params: needed,
      patterns: [],
      matched: true,
      fromPath,
    } as const;
    return { ...base, operation: found, params: { ...params, ...fromPath } };
  }
  const patterns = compiled.patterns.filter((pattern) => pattern.matches(asked));
  if (policy.decideUntrusted(undefined, asked).code === "unknown_operation") {
    return { ...base, operation: undefined, params };
  }
  const found = {
    name: asked,
    kind: "tool",
    params: policy.operation(asked).params,
    patterns: patterns.map(({ operation }) => operation.name),
    matched: false,
    fromPath: {},
  } as const;
  return { ...base, operation: found, params };
}

/** Returns the boundaries that the value of a parameter must be within. */
export function boundariesOfParam(
  { compiled, operation }: ExplainedCall,
  param: string,
): readonly Boundary[] {
  const { operations, patterns } = compiled;
  const { name = "", patterns: matched = [] } = operation ?? {};
  const found = [
    ...(operations.get(name)?.rules ?? []),
    ...patterns.flatMap((one) => (matched.includes(one.operation.name) ? one.operation.rules : [])),
  ];
  const boundaries = found.flatMap(({ alternatives, params }) =>
    alternatives.flatMap(({ within }) =>
      within.flatMap((use) => (params[use.param]?.name === param ? [use.boundary] : [])),
    ),
  );
  return [...new Set(boundaries)];
}

/** Returns the decision on a call, with the given token in place of its own. */
export function decideOn(
  { policy, asked, operation, params }: ExplainedCall,
  token: AccessToken | undefined,
): Decision {
  return policy.decideUntrusted(token, operation?.name ?? asked, params);
}

/** Returns why no operation was found, and which name was probably meant. */
export function whyUnknown({ asked, compiled }: ExplainedCall): {
  readonly why: string;
  readonly meant: string | undefined;
} {
  if (isInternalName(compiled, asked)) {
    const why =
      "it is internal: gates do not know it, only `decide`, `authorize` and `operation` do";
    return { why, meant: undefined };
  }
  const names = [...compiled.operations.keys()];
  const upper = asked.replace(/^[A-Za-z]+(?= )/, (method) => method.toUpperCase());
  const suggestion = names.includes(upper) ? upper : nearest(asked, names);
  if (!asked.includes(" "))
    return { why: "the policy has no tool with this name", meant: suggestion };
  const endpoint = parseEndpoint(upper);
  if (upper !== asked) return { why: "methods must be in upper case", meant: suggestion };
  return {
    why: isEndpoint(endpoint) ? "no endpoint of the policy matches this request" : endpoint.message,
    meant: suggestion,
  };
}
