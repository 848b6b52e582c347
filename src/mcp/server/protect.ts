import type { AccessToken } from "../../decision/access-token.js";
import type { Allowed } from "../../decision/decision.js";
import type { Policy, ToolOf } from "../../decision/define-policy.js";
import { operationForGate } from "../../decision/gate-decider.js";
import { type Finding, PolicyError } from "../../errors.js";
import {
  checkOptions,
  isBoolean,
  isFunction,
  isStringList,
  type OptionCheck,
  optional,
} from "../../policy/option-checks.js";
import type { PolicyTypes } from "../../policy/policy-types.js";
import { describeFindings } from "../../policy/report.js";
import { createLocalAuthorizer } from "../../resource-server/authorizer.js";
import type { Authorizer } from "../../resource-server/authorizer-types.js";
import { createLocalToken } from "../../resource-server/local-token.js";
import { isAuthorizer } from "../../resource-server/option-checks.js";
import { firstPolicyOf, type PinnedAuthorizer } from "../../resource-server/pinned-authorizer.js";
import { createHandshake } from "../shared/handshake.js";
import type { McpSessionStore } from "../shared/sessions.js";
import { isStore, type McpSurface, SHARED_OPTION_CHECKS } from "../shared/shared-options.js";
import type { McpHandlerContext } from "./caller.js";
import { compileSurface } from "./compiled-surface.js";
import {
  createListing,
  laterFindings,
  registrationFindings,
  toolCoverageFindings,
} from "./coverage.js";
import { addScopeChallenge, checkNoHandlers, gateHandlers, highLevelOf } from "./gate-handlers.js";
import { createHandlerGate } from "./handler-gate.js";
import { createPolicyCache } from "./policy-cache.js";
import { createRegistrations, requireOwnEntries } from "./registrations.js";
import { createScopeChallenge } from "./scope-challenge.js";
import type { AnyServer, HighLevelServer, RegisterTool, RequestHandlers } from "./sdk-types.js";
import { createTaskOwners, defaultTaskOwners } from "./task-owners.js";

/** Options of {@link protect}: a policy, and the authorizer that verifies tokens. */
export interface ProtectOptions<Types extends PolicyTypes = PolicyTypes> extends McpSurface<Types> {
  /**
   * The policy. Default: the policy of the authorizer. With an authorizer whose policy was replaced, the policy in force decides,
   * and this one, or the first one of the authorizer, only has the names that are checked at startup.
   */
  readonly policy?: Policy<Types>;
  /** Verifies the token of each call. Without it, every received token is invalid, and only `localToken` authenticates calls. */
  readonly authorizer?: Authorizer<Types>;
  /**
   * The local token: claims of the user who runs the process, for standard input and output and for in-memory transports. They
   * come from the host, so nothing verifies them. The gate never uses them for a call over HTTP, nor after their `exp`.
   */
  readonly localToken?:
    | AccessToken
    | (() => AccessToken | null | undefined | PromiseLike<AccessToken | null | undefined>);
  /**
   * Returns claims that this server has verified already, in the form of an {@link AccessToken}: those of the `AuthInfo` of
   * `requireBearerAuth`, or of a session that belongs to the HTTP request. `undefined` or `null` for a caller without any. It may
   * return a promise. If the authorizer has `verify`, a received token alone decides. A local token takes precedence where it applies.
   * The authorizer checks `exp` and `nbf`, and asks `subject` and `isRevoked`, as for any token; `tier`, `account_type`, `entitlements` and
   * `first_party` count only if `trustClaims` names them. Return `sub`, so that sessions and tasks belong to one user.
   */
  authenticate?(context: McpHandlerContext): unknown;
  /**
   * Store of the owner of each task. Default: in the memory of the process, for all servers of one authorizer. Pass your own
   * store if several processes serve one address.
   */
  readonly tasks?: McpSessionStore;
  /** Whether to add the `securitySchemes` of the policy to every tool of a list. Default: `false`. */
  readonly securitySchemes?: boolean;
}

/** A protected server: with {@link ProtectedTools} for an `McpServer`. */
export type Protected<
  Server extends AnyServer = AnyServer,
  Types extends PolicyTypes = PolicyTypes,
> = ProtectedServer<Server> &
  (Server extends HighLevelServer ? ProtectedTools<Server, Types> : unknown);

/** The members of every protected server. */
export interface ProtectedServer<Server> {
  /** The server that you passed. */
  readonly server: Server;
  /**
   * Returns the verified token of the call of a handler's context (`ctx` of v2, `extra` of v1); `undefined` for a call without
   * a token.
   */
  token(context: unknown): AccessToken | undefined;
  /**
   * Returns the decision that allowed the call of a handler's context: the scopes that opened it, and whether it may return enriched
   * detail. Where several tools decide on a resource, it is that of the first. `undefined` for a call on which no tool decides.
   */
  decision(context: unknown): Allowed | undefined;
  /**
   * Checks at startup that the server and the policy have the same tools, and that the server and the options have the same
   * resources and prompts. A tool of the policy that is denied, or that decides on resources, prompts or methods, need not be
   * registered. The resources and prompts of a low-level server are not checked.
   *
   * @param options - the names of the tools, for a low-level server with an asynchronous list handler; or these as `tools`, and in
   * `later` what is registered later
   * @throws {@link index!PolicyError} `ERR_COVERAGE` with all findings
   */
  assertComplete(options?: readonly string[] | McpCoverageOptions): void;
}

/** Options of {@link ProtectedServer.assertComplete}. */
export interface McpCoverageOptions {
  /** The names of the tools of a low-level server with an asynchronous list handler. */
  readonly tools?: readonly string[];
  /** The tools of the policy, and the keys of `resources` and `prompts`, that are registered later. They are not reported. */
  readonly later?: readonly string[];
}

/** The additional members of a protected `McpServer`. */
export interface ProtectedTools<Server, Types extends PolicyTypes> {
  /** The server's own `registerTool`, restricted to tool names of the policy. */
  readonly registerTool: RegisterTool<Server, ToolOf<Policy<Types>>>;
}

const isObjectOption: OptionCheck = (value) =>
  typeof value === "object" && value !== null ? undefined : "expected an object";
const isLocalTokenOption: OptionCheck = (value) =>
  typeof value === "function" || isObjectOption(value) === undefined
    ? undefined
    : "expected claims, or a function that returns them";

const CHECKS = {
  ...SHARED_OPTION_CHECKS,
  policy: optional(isObjectOption),
  authorizer: optional(isAuthorizer),
  localToken: optional(isLocalTokenOption),
  authenticate: optional(isFunction),
  tasks: optional(isStore),
  securitySchemes: optional(isBoolean),
} satisfies Record<keyof ProtectOptions, OptionCheck>;

const COVERAGE_CHECKS = {
  tools: optional(isStringList),
  later: optional(isStringList),
} satisfies Record<keyof McpCoverageOptions, OptionCheck>;

/** Servers that {@link ProtectedServer.assertComplete} found complete: listing the tools of a server takes time. */
const completeServers = createPolicyCache<true>();

/**
 * Puts a policy in front of a server of `@modelcontextprotocol/server` (2.x) or `@modelcontextprotocol/sdk` (1.x), on every
 * transport. The gate verifies the raw token of each call again and decides on it. Lists contain only the entries that the
 * caller may see, and a denied tool call returns a result that states what helps. Resources, prompts and methods that the options
 * do not name are denied. Notifications are not checked: neither SDK passes the caller to their handlers.
 *
 * Call it right after the server is created, before the first tool, resource, prompt or handler. It opens no socket and reads no header: over Streamable HTTP, use {@link mcpGate} in front of it.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for invalid options and for a server that already has handlers,
 * `ERR_OPERATION_UNKNOWN` for a tool that the policy lacks
 *
 * @example
 * ```ts
 * import { McpServer } from "@modelcontextprotocol/server";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { protect } from "scope-policy/mcp";
 *
 * const policy = definePolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "See your orders" },
 *   tools: { list_orders: "orders:read" },
 * });
 * const authorizer = createAuthorizer({
 *   policy,
 *   verify: (rawToken) => (rawToken === "demo" ? { scope: "orders:read" } : undefined),
 * });
 * const mcp = protect(new McpServer({ name: "shop", version: "1.0.0" }), { policy, authorizer });
 * mcp.registerTool("list_orders", { description: "Lists orders" }, (ctx) => ({
 *   content: [{ type: "text", text: `orders of ${mcp.token(ctx)?.sub}` }],
 * }));
 * mcp.assertComplete();
 * ```
 *
 * {@link https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization MCP, basic/authorization}
 */
export function protect<const Server extends AnyServer, Types extends PolicyTypes>(
  server: Server,
  given: ProtectOptions<Types>,
): Protected<Server, Types> {
  const options = checkOptions("the protection of the server", given, CHECKS);
  const authorizer = authorizerOf(options);
  // a server for each request starts as before if a later policy lacks one of its tools
  const policy = firstPolicyOf(authorizer);
  const surfaceOf = compileSurface(policy, options);
  const { schemes, targets: surfaceTargets } = surfaceOf(policy);
  const registrations = createRegistrations(server);
  const targets = requireOwnEntries(surfaceTargets, registrations);
  const gate = createHandlerGate({
    authorizer,
    surface: options,
    targets,
    listsOf: (policy) => surfaceOf(policy).lists,
    registrations,
    handshake: createHandshake(policy, options),
    tasks:
      options.tasks === undefined ? defaultTaskOwners(authorizer) : createTaskOwners(options.tasks),
    local: options.localToken === undefined ? undefined : createLocalToken(options.localToken),
    authenticate: options.authenticate && ((context) => options.authenticate?.(context)),
  });
  const high = highLevelOf(server);
  const handlers = high?.server ?? (server as RequestHandlers);
  const listing = createListing(server);
  gateHandlers(handlers, gate, listing, checkNoHandlers(handlers, options, high));
  if (high !== undefined && options.challenge !== "tool-result" && authorizer.verifiesTokens) {
    addScopeChallenge(high, createScopeChallenge(authorizer, targets));
  }
  const assertComplete: Protected["assertComplete"] = (given = {}) => {
    const isList = Array.isArray(given);
    const { tools, later = [] }: McpCoverageOptions = isList
      ? { tools: given as readonly string[] }
      : checkOptions("`assertComplete`", given as McpCoverageOptions, COVERAGE_CHECKS);
    const registered = tools === undefined ? listing.key() : undefined;
    const { resources, prompts, methods } = options;
    const key =
      registered &&
      JSON.stringify([registered, registrations.key(), resources, prompts, methods, later]);
    if (key !== undefined && completeServers.get(policy, key) === true) return;
    const findings = [
      ...toolCoverageFindings(policy, options, schemes, listing, { tools, later }),
      ...registrationFindings(options, registrations, later),
      ...laterFindings(policy, options, later),
    ];
    if (findings.length > 0) throw coverageError(findings);
    if (key !== undefined) completeServers.set(policy, key, true);
  };
  const protectedServer: ProtectedServer<Server> & { registerTool?: unknown } = {
    server,
    token: gate.tokenOf,
    decision: gate.decisionOf,
    assertComplete,
    ...(high !== undefined && {
      registerTool: (name: string, ...rest: never[]) => {
        operationForGate(policy, name);
        return high.registerTool(...([name, ...rest] as never));
      },
    }),
  };
  return Object.freeze(protectedServer) as unknown as Protected<Server, Types>;
}

/** Returns the authorizer of the options. For a policy without one, it creates an authorizer that rejects every received token. */
function authorizerOf<Types extends PolicyTypes>(options: ProtectOptions<Types>): PinnedAuthorizer {
  const { policy, authorizer } = options;
  if (authorizer === undefined && policy !== undefined) return createLocalAuthorizer(policy);
  if (authorizer === undefined || (policy !== undefined && !hasPolicy(authorizer, policy))) {
    const message =
      authorizer === undefined
        ? "expected a `policy`, an `authorizer`, or both"
        : "`policy` differs from the policy of `authorizer`";
    throw new PolicyError("ERR_OPTIONS_INVALID", message);
  }
  const knowsCallers =
    authorizer.verifiesTokens ||
    options.authenticate !== undefined ||
    options.localToken !== undefined;
  if (!knowsCallers) throw new PolicyError("ERR_OPTIONS_INVALID", NOTHING_VERIFIED);
  return authorizer;
}

/** Returns whether a policy is the first one of an authorizer, or the one in force. */
function hasPolicy(authorizer: PinnedAuthorizer, policy: object): boolean {
  return policy === firstPolicyOf(authorizer) || policy === authorizer.policy;
}

const NOTHING_VERIFIED =
  "the authorizer has no `verify`: give `protect` the option `authenticate` or `localToken`, so that callers can be known";

function coverageError(findings: readonly Finding[]): PolicyError {
  return new PolicyError(
    "ERR_COVERAGE",
    describeFindings(findings, "the coverage of the server"),
    findings,
  );
}
