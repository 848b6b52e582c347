import type { AnyPolicy } from "../policy/any-policy.js";
import { compilePolicy, compilePolicyText } from "../policy/compile.js";
import { brandPolicy } from "../policy/compiled-policies.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { PolicyDefinition } from "../policy/definition.js";
import type { NoUndefined } from "../policy/no-undefined.js";
import { compileBaseline } from "../policy/operations.js";
import { checkOptions, isFunction, optional } from "../policy/option-checks.js";
import { createPolicyScopes, type PolicyScopes } from "../policy/policy-scopes.js";
import type {
  IsPublic,
  OptionalParam,
  ParamNames,
  PolicyTypes,
  PolicyTypesOf,
  ToolName,
} from "../policy/policy-types.js";
import { AccessDenied } from "./access-denied.js";
import type { AccessToken } from "./access-token.js";
import { type Clock, systemClock } from "./authentication.js";
import { storeBaselineDecider } from "./baseline.js";
import { AT_GATE, createNamedDecider, decide, decideOperation, FROM_CODE } from "./decide.js";
import { createDecider, type Decider, operationOf } from "./decider.js";
import { type Decision, UNKNOWN_OPERATION } from "./decision.js";
import { type EndpointMatch, findEndpoint, type RequestLine } from "./find-endpoint.js";
import { storeDecider } from "./gate-decider.js";
import { createToolLister, storeToolLister, type ToolView } from "./list-tools.js";
import type { KnownName, OperationName } from "./operation-name.js";
import { prepareOperation } from "./prepare.js";
import type { PreparedOperation } from "./prepared.js";
import { unknownOperationError } from "./unknown-operation.js";

/** The parameters of an operation: an object of strings. The arguments that cases compare can have values of any type. */
export type ParamsFor<Types extends PolicyTypes, Name> = unknown extends Types["definition"]
  ? LooseParams
  : ParamsObject<ParamNames<Types, Name>>;

interface LooseParams {
  readonly [param: string]: unknown;
}

type ParamsObject<Params> = {
  readonly [Param in Exclude<Params, OptionalParam> & string]: string;
} & (Extract<Params, OptionalParam> extends never ? unknown : OptionalParams<Params>);

type OptionalParams<Params> = {
  readonly [Param in Params & string as Param extends OptionalParam<infer Name>
    ? Name
    : never]?: unknown;
};

/**
 * The last argument, `params`: required if every call of the operation has parameters, otherwise ignored. Of an operation with
 * cases, the arguments that these compare are optional, and so are the parameters that only some branches have.
 */
export type ParamsArgument<Types extends PolicyTypes, Name> = ArgumentOf<ParamNames<Types, Name>>;

type ArgumentOf<Params> = [Params] extends [never]
  ? [params?: LooseParams]
  : [Params] extends [OptionalParam]
    ? [params?: OptionalParams<Params>]
    : [params: ParamsObject<Params>];

/** The result of `authorize`: the token. Only for a public operation can it be `undefined`. */
export type Authorized<Types extends PolicyTypes, Name> =
  true extends IsPublic<Types, Name> ? AccessToken | undefined : AccessToken;

/** An operation resolved once, at startup, for a route or a registered tool. */
export interface ResolvedOperation<Types extends PolicyTypes = PolicyTypes, Name = string> {
  /** The name that was passed to {@link Policy.operation}. */
  readonly name: string;
  /** The names of its parameters, in the order of its rule. */
  readonly params: readonly string[];
  /** Returns the decision about a call, as {@link Policy.decide} does, without looking up the name. */
  decide(token: AccessToken | undefined, ...params: ParamsArgument<Types, Name>): Decision;
  /** Returns the token or throws, as {@link Policy.authorize} does, without looking up the name. */
  authorize(
    token: AccessToken | undefined,
    ...params: ParamsArgument<Types, Name>
  ): Authorized<Types, Name>;
}

/**
 * A checked, immutable policy. Only {@link definePolicy} and {@link loadPolicy} create it; a copy is rejected. Decisions are
 * pure and do no I/O. They do not verify tokens.
 */
export interface Policy<Types extends PolicyTypes = PolicyTypes>
  extends AnyPolicy,
    PolicyScopes<Types> {
  /** The declared names, for the compiler only. Always absent at run time. */
  readonly "~types"?: Types;

  /**
   * Returns the decision whether a token may call a tool or an endpoint. Never throws on client input.
   *
   * @param token - verified claims; `undefined` if the request has no credentials
   * @param tool - the name of a tool or endpoint
   * @param params - values by parameter name; only own string properties count, other keys are ignored
   */
  decide<const Name extends string>(
    token: AccessToken | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Decision;

  /**
   * As {@link Policy.decide}, for values of any type, including objects whose getters throw. The name may come from a client, so
   * internal operations are unknown.
   */
  decideUntrusted(token: unknown, name: unknown, params?: unknown): Decision;

  /**
   * Returns the token if {@link Policy.decide} allows the call, and throws otherwise. The result is `undefined` only for a
   * public operation without credentials.
   *
   * @throws {@link AccessDenied} with the decision, for every denial
   */
  authorize<const Name extends string>(
    token: AccessToken | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Authorized<Types, Name>;

  /**
   * Returns the decision whether a token may make a request, for hosts without a router. An unknown method is
   * `unknown_operation`, and so is a path that routers could read differently: an empty or dot segment, a trailing slash, an
   * unnecessary or dangerous escape, a query. HEAD counts as GET. Path parameters, decoded once, fill the operation's parameters
   * of the same name. Never throws.
   */
  decideRequest(token: AccessToken | undefined, request: RequestLine): Decision;

  /**
   * Returns the endpoint that a request matches, with the decoded values of its path, by the rules of {@link Policy.decideRequest};
   * `undefined` if no endpoint matches. For hosts without a router that decide in a gate of their own. Never throws.
   */
  findEndpoint(request: RequestLine): EndpointMatch | undefined;

  /**
   * Returns the tools to list for a token, in declared order: tools that it can call, and tools that consent, an upgrade or a
   * sign-in would open. Left out are patterns, denied tools, hidden tools, and, for a token of a third-party client, tools that
   * only reserved scopes would open, and tools that only restricted scopes would open for which the client is not approved.
   */
  toolsFor(token: AccessToken | undefined): ToolView[];

  /**
   * Resolves a tool or endpoint once, at startup. The name can also be one that only patterns match.
   *
   * @throws {@link index!PolicyError} `ERR_OPERATION_UNKNOWN` for a name that the policy does not declare
   */
  operation<const Name extends string>(
    name: KnownName<Types, Name>,
  ): ResolvedOperation<Types, Name>;
}

/** A value that carries the declared names of a policy as a type; every {@link Policy} does. */
interface CarriesTypes {
  readonly "~types"?: PolicyTypes;
}

/** The union of the scope names of a policy. */
export type ScopeOf<Of extends CarriesTypes> = NonNullable<Of["~types"]>["scope"];
/** The union of the tool names of a policy; a pattern `list_*` is `` `list_${string}` ``. */
export type ToolOf<Of extends CarriesTypes> = NonNullable<Of["~types"]>["tool"];
/** The union of the endpoint names of a policy. */
export type EndpointOf<Of extends CarriesTypes> = NonNullable<Of["~types"]>["endpoint"];
/** The union of the tiers of a policy. */
export type TierOf<Of extends CarriesTypes> = NonNullable<Of["~types"]>["tier"];
/** The parameters of one operation of a policy: an object of strings. */
export type ParamsOf<
  Of extends CarriesTypes,
  Name extends OperationName<NonNullable<Of["~types"]>>,
> = ParamsFor<NonNullable<Of["~types"]>, Name>;

/** Options of {@link definePolicy} and {@link loadPolicy}. */
export interface PolicyOptions {
  /**
   * Returns the current time in seconds since 1970. Only decisions about operations with `maxAge` read it; if it fails, they deny.
   * Default: the clock of the system.
   */
  readonly now?: () => number;
}

/** Makes the compiler infer the literal type of the definition without constraining it: both branches accept every value. */
type Capture<Definition> = Definition extends unknown ? unknown : Definition;

/**
 * Creates a policy from plain data. The declared names become types: an undeclared scope, tier, account type, entitlement, boundary or bundle
 * member and a misspelt option are compile errors at that token, and so is an unknown name passed to `decide`. A member
 * whose value can be `undefined` is a compile error that names the tool or scope; leave the member out instead.
 *
 * The data is copied: later changes to it have no effect.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_INVALID` with every finding at once
 *
 * @example
 * ```ts
 * import { definePolicy } from "scope-policy";
 *
 * const policy = definePolicy({
 *   name: "School",
 *   version: "2026-11-22",
 *   scopes: { openid: { required: true }, "school:read": "Read settings", "appearance:read": "Read the theme" },
 *   tools: { get_settings: { anyOf: ["school:read", "appearance:read"] } },
 * });
 * policy.decide({ scope: "openid appearance:read" }, "get_settings").allowed; // true
 * ```
 */
export function definePolicy<
  Scope extends string,
  Definition,
  Tier extends string = never,
  AccountType extends string = never,
  Tool extends string = never,
  Endpoint extends string = never,
  Bundle extends string = never,
  Param extends string = never,
  Entitlement extends string = never,
  Boundary extends string = never,
  Limited extends string = string,
>(
  definition: Capture<Definition> &
    NoUndefined<Definition> &
    PolicyDefinition<
      Scope,
      Tier,
      AccountType,
      Tool,
      Endpoint,
      Bundle,
      Param,
      Entitlement,
      Boundary,
      Limited
    >,
  options?: PolicyOptions,
): Policy<{
  readonly scope: Scope;
  readonly tier: Tier;
  readonly accountType: AccountType;
  readonly bundle: Bundle;
  readonly tool: ToolName<Tool>;
  readonly endpoint: Endpoint;
  readonly definition: Definition;
}>;
export function definePolicy(definition: unknown, options?: PolicyOptions): Policy {
  const clock = clockOf(options);
  return createPolicy(compilePolicy(definition), clock);
}

/**
 * Creates a policy from data that is known at run time only: an object of the shape that `definePolicy` takes, or JSON text.
 * In JSON text, a byte order mark, a duplicate key and trailing text are findings.
 *
 * The names have no types. To type them, pass the type of the definition, as `scope-policy types FILE` writes it:
 * `loadPolicy<Definition>(source)`. The source is not compared with this type.
 *
 * @throws {@link index!PolicyError} `ERR_POLICY_INVALID` with every finding at once
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy('{ "name": "Shop", "version": "1", "scopes": {}, "tools": { "ping": { "public": true } } }');
 * policy.decide(undefined, "ping").allowed; // true
 * ```
 */
export function loadPolicy<Definition extends PolicyDefinition = PolicyDefinition>(
  source: unknown,
  options?: PolicyOptions,
): Policy<PolicyTypesOf<Definition>> {
  const clock = clockOf(options);
  const compiled = typeof source === "string" ? compilePolicyText(source) : compilePolicy(source);
  return createPolicy(compiled, clock) as Policy<PolicyTypesOf<Definition>>;
}

const OPTION_CHECKS = { now: optional(isFunction) } satisfies Record<keyof PolicyOptions, unknown>;

function clockOf(options: PolicyOptions = {}): Clock {
  return checkOptions("the policy", options, OPTION_CHECKS).now ?? systemClock;
}

function createPolicy(compiled: CompiledPolicy, now: Clock): Policy {
  const decider = createDecider(compiled, now);
  const { definition } = compiled;
  const decideFromCode = createNamedDecider(decider, FROM_CODE);
  const list = createToolLister(decider);
  const policy: Pick<Policy, Extract<keyof Policy, string>> = {
    name: definition.name,
    version: definition.version,
    definition,
    ...createPolicyScopes(compiled),
    decide: decideFromCode,
    decideUntrusted: createNamedDecider(decider, AT_GATE),
    authorize: (token, tool, params?) => tokenOrThrow(token, decideFromCode(token, tool, params)),
    decideRequest: (token, request) => decideRequest(decider, token, request),
    findEndpoint: (request) => findEndpoint(compiled, request),
    toolsFor: (token) => list(token, false).views,
    operation: (name) => resolve(decider, name),
  };
  let baseline: PreparedOperation | undefined;
  storeBaselineDecider(policy, (token) => {
    baseline ??= prepareOperation(compileBaseline(compiled.baseline), compiled.tiers.length);
    return decideOperation(decider, baseline, token, {});
  });
  storeDecider(policy, decider, decide);
  storeToolLister(policy, list);
  return Object.freeze(brandPolicy(policy as Policy, compiled));
}

function tokenOrThrow(token: AccessToken | undefined, decision: Decision): AccessToken | undefined {
  if (!decision.allowed) throw new AccessDenied(decision);
  return token;
}

function decideRequest(decider: Decider, token: unknown, request: unknown): Decision {
  const match = findEndpoint(decider.policy, request);
  const operation = match && decider.operations.get(match.name);
  if (match === undefined || operation === undefined) return UNKNOWN_OPERATION;
  return decideOperation(decider, operation, token, match.params);
}

function resolve(decider: Decider, name: string): ResolvedOperation {
  const operation = operationOf(decider.fromCode, name);
  if (operation === undefined)
    throw unknownOperationError(name, decider.fromCode.operations.keys());
  const decideIt = (token: AccessToken | undefined, params?: unknown) =>
    decideOperation(decider, operation, token, params);
  return Object.freeze({
    name,
    params: operation.params,
    decide: decideIt,
    authorize: (token, params?) => tokenOrThrow(token, decideIt(token, params)),
  } satisfies ResolvedOperation);
}
