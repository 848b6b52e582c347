import type { AccessToken } from "../../decision/access-token.js";
import type { Decision } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { meetsCase } from "../../decision/prepare.js";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import { type Boundary, branchesOf, type CompiledPolicy } from "../../policy/compiled-policy.js";
import type { CaseValue } from "../../policy/definition.js";
import { isEndpoint, parseEndpoint } from "../../policy/endpoint-key.js";
import { isInternalName } from "../../policy/internal.js";
import { nearest } from "../../policy/suggest.js";
import { whenText } from "../describe-rule.js";

/** The call to explain, with its token. */
export interface ExplainedCall {
  readonly policy: Policy;
  readonly compiled: CompiledPolicy;
  /** The argument as given: a tool, an endpoint by its name, or a request. */
  readonly asked: string;
  /** The operation found for it; `undefined` if the policy has none. */
  readonly operation: MatchedOperation | undefined;
  readonly params: Readonly<Record<string, CaseValue>>;
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
  /** For each entry with cases that applies: the condition of the branch that the parameters choose. */
  readonly branches?: readonly string[];
}

/** Finds the operation of a call: an entry by its name, a tool by its patterns, or the endpoint of a request. */
export function findCall(
  policy: Policy,
  asked: string,
  params: Readonly<Record<string, string>>,
  token: AccessToken | undefined,
): ExplainedCall {
  const found = findOperation(policy, asked, params, token);
  const { compiled, operation } = found;
  if (operation === undefined) return found;
  const names = operation.patterns.length > 0 ? operation.patterns : [operation.name];
  const entries = names.flatMap(
    (name) =>
      compiled.operations.get(name) ??
      compiled.patterns.flatMap((one) => (one.operation.name === name ? [one.operation] : [])),
  );
  const compared = entries.flatMap((entry) => entry.cases.flatMap(({ when }) => when));
  const typed = Object.entries(found.params).map(([name, value]) => {
    const values = compared.filter(([argument]) => argument === name);
    return [
      name,
      Object.hasOwn(operation.fromPath, name)
        ? value
        : typedAs(value, new Set(values.flatMap(([, list]) => [...list]))),
    ];
  });
  const given = Object.fromEntries(typed) as ExplainedCall["params"];
  const branches = entries
    .filter((entry) => entry.cases.length > 0)
    .map((entry) => {
      const met = entry.cases.find(({ when }) => meetsCase(when, given));
      return met === undefined ? "otherwise" : whenText(met.when);
    });
  const chosen = branches.length === 0 ? operation : { ...operation, branches };
  return { ...found, params: given, operation: chosen };
}

/** Returns the value of another type that a case compares and that has this text in JSON; otherwise the text. */
function typedAs(text: CaseValue, values: ReadonlySet<unknown>): CaseValue {
  if (typeof text !== "string" || values.has(text)) return text;
  const meant = [...values].find((value) => JSON.stringify(value) === text);
  return meant === undefined ? text : (meant as CaseValue);
}

function findOperation(
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
    const found = {
      name,
      kind,
      params: exact.params,
      patterns: [],
      matched: false,
      fromPath: {},
    };
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
    ...[operations.get(name) ?? []].flat(),
    ...patterns.flatMap((one) => (matched.includes(one.operation.name) ? one.operation : [])),
  ];
  const rules = found.flatMap(branchesOf).flatMap((branch) => branch.rules);
  const boundaries = rules.flatMap(({ alternatives, params }) =>
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
export function whyUnknown({ asked, compiled }: Pick<ExplainedCall, "asked" | "compiled">): {
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
