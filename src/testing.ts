import type {} from "vitest";
import type { AccessToken } from "./decision/access-token.js";
import { DECISION_CODES, type Decision, type DecisionCode } from "./decision/decision.js";
import type { KnownName, OperationName, ParamsArgument, Policy } from "./decision/policy.js";
import { PolicyError } from "./errors.js";
import { compiledPolicyOf } from "./policy/compiled-policies.js";
import type { PolicyTypes } from "./policy/definition.js";
import { nearest, oneLine } from "./policy/findings.js";
import {
  checkOptions,
  isTextList,
  type OptionCheck,
  optional,
  required,
} from "./policy/option-checks.js";
import { meetingsOf, NO_MEETINGS } from "./testing/meetings.js";
import { type Widening, widenings } from "./testing/widenings.js";

export type { Widening } from "./testing/widenings.js";

/** A token as a test writes it: claims, or only its scope, as text or as a list. `undefined` is no credentials. */
export type TestToken = AccessToken | string | readonly string[] | undefined;

/** The codes that `toDeny` can expect. */
export type DenialCode = Exclude<DecisionCode, "allowed">;

/** Values of parameters, by their names. */
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

/** What `expect(policy)` can do once {@link policyMatchers} are registered. */
export interface PolicyMatchers<Subject = unknown> {
  /**
   * The token may call the tool or endpoint. A name that the policy lacks fails, also after `.not`: a misspelt name would
   * pass for ever.
   */
  toAllow<const Name extends string>(
    token: TestToken,
    tool: KnownName<TypesOf<Subject>, Name>,
    ...params: ParamsArgument<TypesOf<Subject>, Name>
  ): void;
  /** The token may not, for exactly this reason. A name that the policy lacks fails unless the code is `unknown_operation`. */
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

/** What a matcher answers. */
export interface MatcherAnswer {
  /** Whether it is so. */
  readonly pass: boolean;
  /** What to say where it was expected otherwise. */
  readonly message: () => string;
  /** What was decided. */
  readonly actual: unknown;
  /** What was expected. */
  readonly expected: unknown;
}

/**
 * Vitest matchers of policies, for versions 3.2 and 4. Nothing is registered until you do so, best in a setup file.
 *
 * A matcher throws {@link index!PolicyError}, after `.not` too, for a subject that is no policy, for an operation that the policy
 * lacks and for a code that does not exist: each would make a test that cannot fail.
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
  toAllow(subject: unknown, token: unknown, tool: unknown, params?: unknown): MatcherAnswer {
    return answer(subject, token, tool, "allowed", params);
  },
  /** See {@link PolicyMatchers.toDeny}. */
  toDeny(
    subject: unknown,
    token: unknown,
    tool: unknown,
    code: unknown,
    params?: unknown,
  ): MatcherAnswer {
    const denials = DECISION_CODES.filter((one) => one !== "allowed");
    const known = denials.find((one) => one === code);
    if (known !== undefined) return answer(subject, token, tool, known, params);
    const meant = nearest(String(code), denials);
    const hint =
      meant === undefined ? `expected one of ${denials.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new PolicyError("ERR_OPTIONS_INVALID", `\`${String(code)}\` is no denial; ${hint}`);
  },
};

function answer(
  subject: unknown,
  token: unknown,
  tool: unknown,
  wanted: DecisionCode,
  params: unknown,
): MatcherAnswer {
  compiledPolicyOf(subject);
  const policy = subject as Policy;
  const decision = policy.decideUntrusted(claimsOf(token), tool, params);
  // throws, and says what was meant
  if (decision.code === "unknown_operation" && wanted !== decision.code)
    policy.operation(String(tool));
  const pass = decision.code === wanted;
  const message = () =>
    `expected \`${String(tool)}\` ${pass ? "not " : ""}to be ${said(wanted)}, and it was${pass ? "" : ` ${said(decision.code)}`}
${[...detailsOf(decision), `token: ${showToken(token)}`].map((line) => `  ${line}`).join("\n")}`;
  return { pass, message, actual: { code: decision.code }, expected: { code: wanted } };
}

const said = (code: DecisionCode) => (code === "allowed" ? code : `refused with ${code}`);

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

/** What a decision matrix shows. */
export interface MatrixOptions<Name extends string = string> {
  /** The columns, by the names they are to have; `undefined` is no credentials. */
  readonly tokens: { readonly [name: string]: TestToken };
  /** Only these tools and endpoints. Without it: all there are, and each way in which patterns of tools can meet. */
  readonly operations?: readonly Name[];
  /** Values for all operations that have a parameter of the name; without one, such a row says `invalid_params`. */
  readonly params?: TestParams;
}

const isObject: OptionCheck = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? undefined
    : "expected an object";

const MATRIX_CHECKS = {
  tokens: required(isObject),
  operations: optional(isTextList),
  params: optional(isObject),
} satisfies Record<keyof MatrixOptions, OptionCheck>;

/**
 * Who may do what, as text for a snapshot: a line for each operation, sorted, with the code for each token, sorted too, so
 * that only a change of a decision changes a line. Denied, hidden and reserved operations are there like all others. Names
 * that only patterns fit are shown by one for each way in which patterns meet, as `list_* + *_all as list_all`.
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
 * expect(decisionMatrix(policy, { tokens: { nobody: undefined, reader: "orders:read" } })).toBe(
 *   "list_orders: nobody unauthenticated | reader allowed",
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
    own.operations === undefined ? meetingsOf(globs, new Set(operations.keys())) : NO_MEETINGS;
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
  const rest = meetings.complete ? [] : ["(patterns meet in more ways than are shown)"];
  return [...lines.sort(byFirst).flat(), ...rest].join("\n");
}

const byFirst = (
  [left]: readonly [string, ...unknown[]],
  [right]: readonly [string, ...unknown[]],
) => (left < right ? -1 : Number(left > right));

/** Which widenings are meant. */
export interface WideningOptions {
  /** Tools, endpoints and patterns of `after` that may allow more. */
  readonly except?: readonly string[];
}

const WIDENING_CHECKS = {
  except: optional(isTextList),
} satisfies Record<keyof WideningOptions, OptionCheck>;

/** What {@link expectNoWidening} throws: every widening, as text for people and as data. */
export class WideningFound extends Error {
  override readonly name = "WideningFound";
  readonly widenings: readonly Widening[];
  /** Operations that were not gone through to the end: nothing is proved of them. */
  readonly unproved: readonly string[];

  constructor(found: readonly Widening[], unproved: readonly string[]) {
    super([...found.map(showWidening), ...unproved.map(showUnproved)].join("\n"));
    this.widenings = found;
    this.unproved = unproved;
  }
}

/**
 * Proves that a change of a policy lets nobody do more: fails where some call by some token is allowed under `after`, or
 * enriched, and is not under `before`. Names every operation that has become wider, with a token that shows it.
 *
 * It is a proof, not a sample. A decision can only turn to allowed as a token gets more scopes, so the least tokens that
 * `after` allows are enough: for each alternative, each scope of it by every name that gives it (its own, older ones, those
 * that imply it), the plan that is worth the least under `before`, each account type, with and without `first_party`.
 * Values of placeholders are fresh, so that what holds for them holds for all values; besides, each takes a value with a dot,
 * and `urn`, which some scopes refuse. Tools go by name: every name that either policy has, and one for each way in
 * which the patterns of both can meet, for these decide all other names. Endpoints go by request: names of path parameters
 * do not matter, and each one takes fresh text, the literals that either policy has in its place, and those in
 * other letter case.
 *
 * Not compared: what is thrown and answered to what is refused by both; what `toolsFor` lists; texts, consent and
 * whatever is no decision. A parameter that `after` no longer checks counts as wider, since calls without it, or with any
 * value, pass. Of an operation that would take more than 50,000 search steps, and of patterns that meet in
 * too many ways, it says so and fails.
 *
 * @throws {@link WideningFound} with all there are, {@link index!PolicyError} `ERR_POLICY_UNKNOWN`, `ERR_OPTIONS_INVALID`, and
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
 * expectNoWidening(before, after); // the way back would fail
 * ```
 */
export function expectNoWidening(
  before: Policy,
  after: Policy,
  options: WideningOptions = {},
): void {
  const { operations, patterns } = compiledPolicyOf(after);
  const { except = [] } = checkOptions("the comparison", options, WIDENING_CHECKS);
  const names = [...operations.keys(), ...patterns.map(({ operation }) => operation.name)];
  for (const name of except) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
    throw new PolicyError(
      "ERR_OPERATION_UNKNOWN",
      oneLine(`\`except\`: the policy has no operation \`${name}\`${hint}`),
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
  return `not proved: \`${operation}\` can be met in too many ways to go through`;
}
