import { PolicyError } from "../errors.js";
import type { AnyPolicy } from "../policy/any-policy.js";
import { compilePolicy, compilePolicyText } from "../policy/compile.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { brandPolicy } from "../policy/compiled-policies.js";
import type {
  IsPublic,
  ParamNames,
  PolicyDefinition,
  PolicyTypes,
  ToolName,
} from "../policy/definition.js";
import { nearest, oneLine } from "../policy/findings.js";
import type { NoUndefined } from "../policy/no-undefined.js";
import { compileBaseline } from "../policy/operations.js";
import { createPolicyScopes, type PolicyScopes } from "../policy/policy-scopes.js";
import { AccessDenied } from "./access-denied.js";
import { type AccessToken, readOwn } from "./access-token.js";
import { storeBaselineDecider } from "./baseline.js";
import { type Decider, decide, decideOperation, newDecider, operationOf } from "./decide.js";
import { type Decision, UNKNOWN_OPERATION } from "./decision.js";
import { type PreparedOperation, prepareOperation } from "./prepare.js";
import { listTools, type ToolView } from "./tools.js";

/** The tools and endpoints of a policy. */
export type OperationName<Types extends PolicyTypes> = Types["tool"] | Types["endpoint"];

/**
 * A name, if the policy has it; else all that it has, so that the error is about the name. A type parameter that is only
 * a `string` keeps the compiler from working out the parameters of every operation where one is meant.
 */
export type KnownName<Types extends PolicyTypes, Name extends string> = [Name] extends [
  OperationName<Types>,
]
  ? Name
  : OperationName<Types>;

/** The parameters of an operation as an object of strings. */
export type ParamsFor<Types extends PolicyTypes, Name> = unknown extends Types["definition"]
  ? LooseParams
  : { readonly [Param in ParamNames<Types, Name> & string]: string };

interface LooseParams {
  readonly [param: string]: unknown;
}

/** `params` as the last argument: needed where the operation has parameters, ignored where it has none. */
export type ParamsArgument<Types extends PolicyTypes, Name> = ArgumentOf<ParamNames<Types, Name>>;

type ArgumentOf<Params> = [Params] extends [never]
  ? [params?: LooseParams]
  : [params: { readonly [Param in Params & string]: string }];

/** What `authorize` returns: the token, which only a public operation can do without. */
export type Authorized<Types extends PolicyTypes, Name> =
  true extends IsPublic<Types, Name> ? AccessToken | undefined : AccessToken;

/** A request as a host without a router has it. */
export interface RequestLine {
  /** The method, in upper case. */
  readonly method: string;
  /** The path alone, as it stood in the request: no query, nothing decoded. */
  readonly path: string;
  /** Parameters that the path does not hold; one of the path wins over one of the same name. */
  readonly params?: { readonly [param: string]: unknown };
}

/** An endpoint that a request was found to mean. */
export interface EndpointMatch {
  /** The name of the endpoint in the policy: `GET /v1/projects/:projectId`. */
  readonly name: string;
  /** Its parameters: the values of the path, else those that the request line brought. */
  readonly params: { readonly [param: string]: unknown };
}

/** An operation resolved once, at start-up: what an adapter holds for a route or a registered tool. */
export interface ResolvedOperation<Types extends PolicyTypes = PolicyTypes, Name = string> {
  /** The name it was asked for. */
  readonly name: string;
  /** The names of its parameters, in the order in which its rule names them. */
  readonly params: readonly string[];
  /** As {@link Policy.decide}, without the look for the name. */
  decide(token: AccessToken | undefined, ...params: ParamsArgument<Types, Name>): Decision;
  /** As {@link Policy.authorize}, without the look for the name. */
  authorize(
    token: AccessToken | undefined,
    ...params: ParamsArgument<Types, Name>
  ): Authorized<Types, Name>;
}

/**
 * A policy that has been checked. Made by {@link definePolicy} and {@link loadPolicy} alone; immutable; a copy of it is
 * no policy. Deciding is pure, does no I/O, and verifies no token.
 */
export interface Policy<Types extends PolicyTypes = PolicyTypes>
  extends AnyPolicy,
    PolicyScopes<Types> {
  /** The names it declares, for the compiler alone; never there at run time. */
  readonly "~types"?: Types;

  /**
   * Whether a token may call a tool or an endpoint. Never throws on anything a client can send.
   *
   * @param token - verified claims; `undefined` is no credentials
   * @param tool - the name of a tool or endpoint
   * @param params - own string properties by parameter name; others are ignored
   */
  decide<const Name extends string>(
    token: AccessToken | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Decision;

  /** As {@link Policy.decide}, for any values at all: what has not been checked by a type, a getter that throws included. */
  decideUntrusted(token: unknown, name: unknown, params?: unknown): Decision;

  /**
   * As {@link Policy.decide}, for code that goes on only when allowed: returns the token, `undefined` only for a public
   * operation without credentials.
   *
   * @throws {@link AccessDenied} with the decision, for every denial
   */
  authorize<const Name extends string>(
    token: AccessToken | undefined,
    tool: KnownName<Types, Name>,
    ...params: ParamsArgument<Types, Name>
  ): Authorized<Types, Name>;

  /**
   * Whether a token may make a request, for hosts without a router. A path that is not canonical (an empty or dot
   * segment, a trailing slash, a needless or dangerous escape, a query) and an unknown method are `unknown_operation`;
   * HEAD is answered as GET. Path parameters fill the operation's parameters of the same name. Never throws.
   */
  decideRequest(token: AccessToken | undefined, request: RequestLine): Decision;

  /**
   * The endpoint of a request with the values of its path, by the rules of {@link Policy.decideRequest}; `undefined` where there is
   * none. For hosts without a router that want to decide at a door of their own. Never throws.
   */
  findEndpoint(request: RequestLine): EndpointMatch | undefined;

  /**
   * The tools that a list shows to a token, in declared order: those it can call, and those that consent, an upgrade or
   * a sign-in would open. Denied and hidden tools are left out, those that only reserved scopes would open (for a token
   * of somebody else), and patterns.
   */
  toolsFor(token: AccessToken | undefined): ToolView[];

  /**
   * A tool or endpoint resolved once, at start-up; a name that only patterns fit is one too.
   *
   * @throws {@link PolicyError} `ERR_OPERATION_UNKNOWN` for a name the policy lacks
   */
  operation<const Name extends string>(
    name: KnownName<Types, Name>,
  ): ResolvedOperation<Types, Name>;
}

/** What carries the names of a policy; every {@link Policy} does. */
interface Typed {
  readonly "~types"?: PolicyTypes;
}

/** The scopes of a policy as a type. */
export type ScopeOf<Of extends Typed> = NonNullable<Of["~types"]>["scope"];
/** The tools of a policy as a type; a pattern `list_*` is `` `list_${string}` ``. */
export type ToolOf<Of extends Typed> = NonNullable<Of["~types"]>["tool"];
/** The endpoints of a policy as a type. */
export type EndpointOf<Of extends Typed> = NonNullable<Of["~types"]>["endpoint"];
/** The plans of a policy as a type. */
export type TierOf<Of extends Typed> = NonNullable<Of["~types"]>["tier"];
/** The parameters of one operation of a policy as a type: an object of strings. */
export type ParamsOf<
  Of extends Typed,
  Name extends OperationName<NonNullable<Of["~types"]>>,
> = ParamsFor<NonNullable<Of["~types"]>, Name>;

/** Gives the compiler the definition as it is written, and demands nothing of it: the arms are one and the same to a caller. */
type Capture<Definition> = Definition extends unknown ? unknown : Definition;

/**
 * Creates a policy from plain data. The names it declares become types: an undeclared scope, tier, account type or bundle
 * member and a misspelt option are compile errors on the very token, and so is an unknown name given to `decide`. A
 * member whose value can be `undefined` is a compile error that names the tool or scope; leave the member out instead.
 *
 * The data is copied, so that later changes of it change nothing.
 *
 * @throws {@link PolicyError} `ERR_POLICY_INVALID` with every finding at once
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
>(
  definition: Capture<Definition> &
    NoUndefined<Definition> &
    PolicyDefinition<Scope, Tier, AccountType, Tool, Endpoint, Bundle, Param>,
): Policy<{
  readonly scope: Scope;
  readonly tier: Tier;
  readonly accountType: AccountType;
  readonly bundle: Bundle;
  readonly tool: ToolName<Tool>;
  readonly endpoint: Endpoint;
  readonly definition: Definition;
}>;
export function definePolicy(definition: unknown): Policy {
  return makePolicy(compilePolicy(definition));
}

/**
 * Makes a policy of data that only the running program knows: an object of the shape that `definePolicy` takes, or JSON
 * text. In text, a byte order mark, a duplicate key and trailing text are findings.
 *
 * @throws {@link PolicyError} `ERR_POLICY_INVALID` with every finding at once
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy('{ "name": "Shop", "version": "1", "scopes": {}, "tools": { "ping": { "public": true } } }');
 * policy.decide(undefined, "ping").allowed; // true
 * ```
 */
export function loadPolicy(source: unknown): Policy {
  return makePolicy(typeof source === "string" ? compilePolicyText(source) : compilePolicy(source));
}

function makePolicy(compiled: CompiledPolicy): Policy {
  const decider = newDecider(compiled);
  const { definition } = compiled;
  const policy: Pick<Policy, Extract<keyof Policy, string>> = {
    name: definition.name,
    version: definition.version,
    definition,
    ...createPolicyScopes(compiled),
    decide: (token, tool, params?) => decide(decider, token, tool, params),
    decideUntrusted: (token, name, params) => decide(decider, token, name, params),
    authorize: (token, tool, params?) => passOn(token, decide(decider, token, tool, params)),
    decideRequest: (token, request) => decideRequest(decider, token, request),
    findEndpoint: (request) => findEndpoint(decider, request),
    toolsFor: (token) => listTools(decider, token),
    operation: (name) => resolve(decider, name),
  };
  let baseline: PreparedOperation | undefined;
  storeBaselineDecider(policy, (token) => {
    baseline ??= prepareOperation(compileBaseline(compiled.baseline));
    return decideOperation(decider, baseline, token, {});
  });
  return Object.freeze(brandPolicy(policy as Policy, compiled));
}

function passOn(token: AccessToken | undefined, decision: Decision): AccessToken | undefined {
  if (!decision.allowed) throw new AccessDenied(decision);
  return token;
}

function decideRequest(decider: Decider, token: unknown, request: unknown): Decision {
  const match = findEndpoint(decider, request);
  const operation = match && decider.operations.get(match.name);
  if (match === undefined || operation === undefined) return UNKNOWN_OPERATION;
  return decideOperation(decider, operation, token, match.params);
}

function findEndpoint(decider: Decider, request: unknown): EndpointMatch | undefined {
  const method = readOwn(request, "method");
  const path = readOwn(request, "path");
  if (typeof method !== "string" || typeof path !== "string") return undefined;
  const match = decider.policy.router.match(method, path);
  if (match === undefined) return undefined;
  const { name, params: names } = match.value;
  const given = readOwn(request, "params");
  // what the path says wins: it is what the handler acts on
  const params = names.map((key) => [key, match.params.get(key) ?? readOwn(given, key)] as const);
  return { name, params: Object.fromEntries(params) };
}

function resolve(decider: Decider, name: string): ResolvedOperation {
  const operation = operationOf(decider, name);
  if (operation === undefined) {
    const shown = typeof name === "string" ? name : typeof name;
    const meant = nearest(shown, decider.operations.keys());
    const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
    throw new PolicyError(
      "ERR_OPERATION_UNKNOWN",
      oneLine(`the policy has no operation \`${shown}\`${hint}`),
    );
  }
  const decideIt = (token: AccessToken | undefined, params?: unknown) =>
    decideOperation(decider, operation, token, params);
  return Object.freeze({
    name,
    params: operation.params,
    decide: decideIt,
    authorize: (token, params?) => passOn(token, decideIt(token, params)),
  } satisfies ResolvedOperation);
}
