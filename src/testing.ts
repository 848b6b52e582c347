import type {} from "vitest";
import type { Widening } from "./analysis/diff/compare-call.js";
import { intersectPatterns, NO_INTERSECTIONS } from "./analysis/diff/pattern-intersections.js";
import { widenings } from "./analysis/diff/widenings.js";
import type { AccessToken } from "./decision/access-token.js";
import { DECISION_CODES, type Decision, type DecisionCode } from "./decision/decision.js";
import type { ParamsArgument, Policy } from "./decision/define-policy.js";
import type { KnownName, OperationName } from "./decision/operation-name.js";
import { PolicyError } from "./errors.js";
import { isObject } from "./grammar/is-object.js";
import { compiledPolicyOf } from "./policy/compiled-policies.js";
import {
  checkOptions,
  isStringList,
  type OptionCheck,
  optional,
  required,
} from "./policy/option-checks.js";
import type { PolicyTypes } from "./policy/policy-types.js";
import { escapeControls } from "./policy/report.js";
import { nearest } from "./policy/suggest.js";

export type { Widening } from "./analysis/diff/compare-call.js";

/** A token in a test: its claims, or only its scope, as a string or a list. `undefined` means no credentials. */
export type TestToken = AccessToken | string | readonly string[] | undefined;

/** The codes that `toDeny` can expect. */
export type DenialCode = Exclude<DecisionCode, "allowed">;

/** Values of parameters, by name. */
export interface TestParams {
  readonly [param: string]: unknown;
}

type TypesOf<Subject> = 0 extends 1 & Subject
  ? PolicyTypes
  : Subject extends { readonly "~types"?: infer Types }
    ? Extract<Types, PolicyTypes>
    : never;

type DeniedName<Types extends PolicyTypes, Name extends string, Code> = [Code] extends [
  "unknown_operation",
]
  ? string
  : KnownName<Types, Name>;

/** The matchers of `expect(policy)` after you have registered {@link policyMatchers}. */
export interface PolicyMatchers<Subject = unknown> {
  /**
   * Asserts that the policy allows the token to call the tool or endpoint. An unknown name fails, after `.not` too, because
   * otherwise a misspelt name would pass for ever.
   */
  toAllow<const Name extends string>(
    token: TestToken,
    tool: KnownName<TypesOf<Subject>, Name>,
    ...params: ParamsArgument<TypesOf<Subject>, Name>
  ): void;
  /** Asserts that the policy denies the call with exactly this code. An unknown name fails unless the code is `unknown_operation`. */
  toDeny<const Name extends string, Code extends DenialCode>(
    token: TestToken,
    tool: DeniedName<TypesOf<Subject>, Name, Code>,
    code: Code,
    params?: TestParams,
  ): void;
}

declare module "vitest" {
  interface Matchers<T> extends PolicyMatchers<T> {}
}

/** The result of a matcher. */
export interface MatcherResult {
  /** Whether the decision has the expected code. */
  readonly pass: boolean;
  /** Returns the message for a failed assertion. */
  readonly message: () => string;
  /** The decision code, as an object for the diff. */
  readonly actual: unknown;
  /** The expected code, as an object for the diff. */
  readonly expected: unknown;
}

/**
 * Vitest matchers for policies, for Vitest 3.2 and 4. Register them with `expect.extend`, preferably in a setup file.
 *
 * A matcher throws {@link index!PolicyError}, after `.not` too, for a subject that is not a policy, for an unknown operation
 * and for an unknown code, because each would make a test that cannot fail.
 *
 * @example
 * ```ts
 * import { definePolicy } from "scope-policy";
 * import { policyMatchers } from "scope-policy/testing";
 * import { expect } from "vitest";
 *
 * expect.extend(policyMatchers);
 * const policy = definePolicy({
 *   name: "School",
 *   version: "1",
 *   scopes: { "courses:read": "Read courses" },
 *   tools: { list_courses: "courses:read" },
 * });
 * expect(policy).toAllow("openid courses:read", "list_courses");
 * expect(policy).toDeny({ scope: "openid", tier: "pro" }, "list_courses", "insufficient_scope");
 * ```
 */
export const policyMatchers = {
  /** See {@link PolicyMatchers.toAllow}. */
  toAllow(subject: unknown, token: unknown, tool: unknown, params?: unknown): MatcherResult {
    return matchDecision(subject, token, tool, "allowed", params);
  },
  /** See {@link PolicyMatchers.toDeny}. */
  toDeny(
    subject: unknown,
    token: unknown,
    tool: unknown,
    code: unknown,
    params?: unknown,
  ): MatcherResult {
    const denials = DECISION_CODES.filter((one) => one !== "allowed");
    const known = denials.find((one) => one === code);
    if (known !== undefined) return matchDecision(subject, token, tool, known, params);
    const meant = nearest(String(code), denials);
    const hint =
      meant === undefined ? `expected one of ${denials.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      `\`${String(code)}\` is not a denial code; ${hint}`,
    );
  },
};

function matchDecision(
  subject: unknown,
  token: unknown,
  tool: unknown,
  wanted: DecisionCode,
  params: unknown,
): MatcherResult {
  compiledPolicyOf(subject);
  const policy = subject as Policy;
  const decision = policy.decide(claimsOf(token) as never, tool as never, params as never);
  // throws with a suggestion
  if (decision.code === "unknown_operation" && wanted !== decision.code)
    policy.operation(String(tool));
  const pass = decision.code === wanted;
  const message = () =>
    `expected \`${String(tool)}\` ${pass ? "not " : ""}to be ${codeText(wanted)}, but it was${pass ? "" : ` ${codeText(decision.code)}`}
${[...detailsOf(decision), `token: ${showToken(token)}`].map((line) => `  ${line}`).join("\n")}`;
  return { pass, message, actual: { code: decision.code }, expected: { code: wanted } };
}

const codeText = (code: DecisionCode) => (code === "allowed" ? code : `denied with ${code}`);

function claimsOf(token: unknown): unknown {
  return typeof token === "string" || Array.isArray(token) ? { scope: token } : token;
}

function showToken(token: unknown): string {
  return token === undefined ? "no credentials" : (JSON.stringify(claimsOf(token)) ?? typeof token);
}

function detailsOf(decision: Decision): string[] {
  const list = (value: readonly unknown[]): string =>
    value
      .map((one) => (Array.isArray(one) ? list(one) : one))
      .join(value.some(Array.isArray) ? " | " : " ");
  return Object.entries(decision)
    .filter(([key]) => key !== "allowed" && key !== "code")
    .map(
      ([key, value]) => `${key}: ${Array.isArray(value) ? list(value) || "none" : String(value)}`,
    );
}

/** Options of {@link decisionMatrix}. */
export interface MatrixOptions<Name extends string = string> {
  /** The tokens of the columns, by column name. `undefined` means no credentials. */
  readonly tokens: { readonly [name: string]: TestToken };
  /** The tools and endpoints to show. Default: all, and one name for each combination of tool patterns that match a common name. */
  readonly operations?: readonly Name[];
  /** Values of parameters, by name, for all operations that have them. Without a value, the row shows `invalid_params`. */
  readonly params?: TestParams;
}

const isObjectOption: OptionCheck = (value) => (isObject(value) ? undefined : "expected an object");

const MATRIX_CHECKS = {
  tokens: required(isObjectOption),
  operations: optional(isStringList),
  params: optional(isObjectOption),
} satisfies Record<keyof MatrixOptions, OptionCheck>;

/**
 * Returns the decisions of a policy as text for a snapshot: one line for each operation with the decision code for each
 * token. Lines and tokens are sorted, so a line changes only when a decision changes. Denied, hidden and reserved operations
 * are included, internal ones are not. Names that only patterns match are represented by one name for each combination of patterns, as
 * `list_* + *_all as list_all`.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_UNKNOWN`, and `ERR_OPTIONS_INVALID` with every finding about the options at once
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { decisionMatrix } from "scope-policy/testing";
 * import { expect } from "vitest";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": {} }, tools: { list_orders: "orders:read" } });
 * expect(decisionMatrix(policy, { tokens: { anonymous: undefined, reader: "orders:read" } })).toBe(
 *   "list_orders: anonymous unauthenticated | reader allowed",
 * );
 * ```
 */
export function decisionMatrix<Types extends PolicyTypes>(
  policy: Policy<Types>,
  options: MatrixOptions<OperationName<Types>>,
): string {
  const { operations, patterns } = compiledPolicyOf(policy);
  const own = checkOptions("the matrix", options, MATRIX_CHECKS);
  const globs = patterns.map(({ operation }) => operation.name).sort();
  const meetings =
    own.operations === undefined
      ? intersectPatterns(globs, new Set(operations.keys()))
      : NO_INTERSECTIONS;
  const rows = [
    ...(own.operations ?? [...operations.keys()]).map((name: string) => ({
      title: name,
      name,
    })),
    ...meetings.found.map(({ name, globs: met }) => ({
      title: `${met.join(" + ")} as ${name}`,
      name,
    })),
  ];
  const tokens = Object.entries(own.tokens).sort(byFirst);
  const lines = rows.map(({ title, name }) => {
    const cells = tokens.map(([column, token]) => {
      const decision = policy.decideUntrusted(claimsOf(token), name, own.params);
      const code = decision.allowed && decision.enriched ? "allowed (enriched)" : decision.code;
      return `${/^[\w.-]+$/.test(column) ? column : JSON.stringify(column)} ${code}`;
    });
    return [`${title}: ${cells.join(" | ")}`] as const;
  });
  const rest = meetings.complete
    ? []
    : ["(more combinations of patterns match a common name than are shown)"];
  return [...lines.sort(byFirst).flat(), ...rest].join("\n");
}

const byFirst = (
  [left]: readonly [string, ...unknown[]],
  [right]: readonly [string, ...unknown[]],
) => (left < right ? -1 : Number(left > right));

/** Options of {@link expectNoWidening}. */
export interface WideningOptions {
  /** Tools, endpoints and patterns of `after` that may allow more than before. Default: none. */
  readonly except?: readonly string[];
}

const WIDENING_CHECKS = {
  except: optional(isStringList),
} satisfies Record<keyof WideningOptions, OptionCheck>;

/** The error that {@link expectNoWidening} throws: every widening, as text in the message and as data in `widenings`. */
export class WideningFound extends Error {
  override readonly name = "WideningFound";
  readonly widenings: readonly Widening[];
  /** Operations for which the search stopped at its limit, so nothing is proved about them. */
  readonly unproved: readonly string[];

  constructor(found: readonly Widening[], unproved: readonly string[]) {
    super([...found.map(showWidening), ...unproved.map(showUnproved)].join("\n"));
    this.widenings = found;
    this.unproved = unproved;
  }
}

/**
 * Proves that a change of a policy allows no call that was denied before. Fails if some call with some token is allowed or
 * enriched under `after` but not under `before`, and lists every such operation with a token that shows it.
 *
 * The result is a proof, not a sample. More scopes in a token can only turn a denial into an allowed call, so it is enough to
 * compare the minimal tokens that `after` allows. For each alternative these are: each scope by every name that grants it
 * (current names, older names, scopes that imply it, scope tokens that name several scopes), the tier that ranks lowest under `before`, each account type, the
 * entitlements, the values of boundaries (or none where `after` then accepts each), an age of the authentication that `after` accepts and `before` does not, with and without `first_party`. Placeholders take values that occur in neither policy, so the result applies to all values. In
 * addition, each placeholder takes one value for each reason for which a scope of either policy rejects values, such as a dot.
 * Tools are compared by name: all names in either policy, and one name for each combination of patterns that match a common
 * name, since patterns decide all other names. Endpoints are compared by request. Names of path parameters do not matter: each
 * parameter takes new text, the literals that either policy has in its place, and these literals in other letter case.
 *
 * Not compared: the claims of boundaries, errors and messages of calls that both policies deny, texts, consent, and the result of
 * `toolsFor`. A parameter that `after` no longer checks counts as a widening, since calls without it, or with any value, are allowed. If an
 * operation takes more than 150,000 search steps, or too many patterns match common names, the comparison fails and names the
 * operation as not proved.
 *
 * @throws {@link WideningFound} with every widening; {@link index!PolicyError} `ERR_POLICY_UNKNOWN`, `ERR_OPTIONS_INVALID`, and
 * `ERR_OPERATION_UNKNOWN` for an unknown name in `except`
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { expectNoWidening } from "scope-policy/testing";
 *
 * const shop = { name: "Shop", version: "1", scopes: { "orders:read": {}, "orders:write": {} } };
 * const before = loadPolicy({ ...shop, tools: { list_orders: { anyOf: ["orders:read", "orders:write"] } } });
 * const after = loadPolicy({ ...shop, tools: { list_orders: "orders:read" } });
 * expectNoWidening(before, after); // the reverse direction would fail
 * ```
 */
export function expectNoWidening(
  before: Policy,
  after: Policy,
  options: WideningOptions = {},
): void {
  const { operations, patterns } = compiledPolicyOf(after).fromCode;
  const { except = [] } = checkOptions("the comparison", options, WIDENING_CHECKS);
  const names = [...operations.keys(), ...patterns.map(({ operation }) => operation.name)];
  for (const name of except) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
    throw new PolicyError(
      "ERR_OPERATION_UNKNOWN",
      escapeControls(`\`except\`: the policy has no operation \`${name}\`${hint}`),
    );
  }
  const { found, unproved } = widenings(before, after, new Set(except));
  if (found.length + unproved.length > 0) throw new WideningFound(found, unproved);
}

function showWidening({ operation, call, token, params, before, after }: Widening): string {
  const given = Object.keys(params).length === 0 ? "" : ` with ${JSON.stringify(params)}`;
  const lines = [
    `token: ${showToken(token)}`,
    ...[before, after].map((decision, at) => {
      const said = decision.allowed
        ? decision.enriched
          ? ", enriched"
          : ""
        : `: ${decision.message}`;
      return `${at === 0 ? "before" : "after"}: ${decision.code}${said}`;
    }),
  ];
  const called = call === operation ? "" : ` (${call})`;
  return `wider: \`${operation}\`${called}${given}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function showUnproved(operation: string): string {
  return `not proved: \`${operation}\` takes too many search steps`;
}
