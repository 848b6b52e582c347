import { readOwn } from "../../decision/access-token.js";
import type { Policy } from "../../decision/define-policy.js";
import { findEndpoint } from "../../decision/find-endpoint.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { Report } from "../../policy/report.js";
import { nearest } from "../../policy/suggest.js";
import { checkConditions } from "../explain/asked-token.js";
import { whyUnknown } from "../explain/question.js";
import { UsageError } from "../terminal/io.js";
import type { TestCase } from "./case-file.js";

/** The call of a case, for one policy. */
export interface BoundCase {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly token: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Finds the operation of a case in a policy. Reports an operation, a parameter, a tier, an account type, an entitlement or a boundary
 * that the policy does not have.
 *
 * @param now - the time of the call, in seconds since 1970
 */
export function bindCase(
  test: TestCase,
  policy: Policy,
  compiled: CompiledPolicy,
  now: number,
  report: Report,
): BoundCase {
  const { path, token } = test;
  const { name, params, isKnown } = callOf(test, policy, compiled);
  if (!isKnown && test.expect !== "unknown_operation") {
    const { why, meant } = whyUnknown({ asked: name, compiled });
    report.add(
      "unknown_operation",
      [...path, "operation"],
      `${policy.name} has no operation \`${name}\`: ${why}`,
      () => meant,
    );
  }
  if (isKnown) checkParams(test, policy.operation(name).params, params, report);
  try {
    checkConditions(token ?? {}, compiled);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    report.add("unknown_name", [...path, "token"], error.message);
  }
  return { name, params, token: token && withAuthTime(token, now) };
}

interface FoundCall {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly isKnown: boolean;
}

/** Returns the call of a case: an operation by its name, or the endpoint of a request line. */
function callOf(
  { operation, params }: TestCase,
  policy: Policy,
  compiled: CompiledPolicy,
): FoundCall {
  const space = operation.indexOf(" ");
  const isName = space === -1 || compiled.fromCode.operations.has(operation);
  if (isName) {
    const { code } = policy.decide(undefined, operation, params);
    return { name: operation, params, isKnown: code !== "unknown_operation" };
  }
  const method = operation.slice(0, space);
  const path = operation.slice(space + 1);
  const found = findEndpoint(compiled, { method, path, params });
  return found === undefined
    ? { name: operation, params, isKnown: false }
    : { name: found.name, params: { ...params, ...found.params }, isKnown: true };
}

/** Reports a parameter that is misspelt: the operation does not have it, and lacks one of nearly the same name. */
function checkParams(
  { path, params: written }: TestCase,
  names: readonly string[],
  given: Readonly<Record<string, unknown>>,
  report: Report,
): void {
  const lacking = names.filter((name) => readOwn(given, name) === undefined);
  for (const name of Object.keys(written)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, lacking);
    if (meant === undefined) continue;
    report.add(
      "unknown_param",
      [...path, "params", name],
      `the operation has no parameter \`${name}\``,
      () => meant,
    );
  }
}

function withAuthTime(
  { auth_age: age, ...claims }: Readonly<Record<string, unknown>>,
  now: number,
): Readonly<Record<string, unknown>> {
  return typeof age === "number" ? { ...claims, auth_time: now - age } : claims;
}
