import type { AccessToken } from "../decision/access-token.js";
import type { Policy, ToolOf } from "../decision/policy.js";
import { type Finding, PolicyError } from "../errors.js";
import type { PolicyTypes } from "../policy/definition.js";
import { describeFindings } from "../policy/findings.js";
import { checkOptions, isBoolean, type OptionCheck, optional } from "../policy/option-checks.js";
import { type Authorizer, createLocalAuthorizer } from "../resource-server/authorizer.js";
import { vouchFor } from "../resource-server/vouched.js";
import { coverageFindings, newListing, registrationFindings } from "./coverage.js";
import { newHandlerGate } from "./handler-gate.js";
import { addScopeChallenge, guardHandlers, highLevelOf, refuseLate } from "./handlers.js";
import { newHandshake } from "./handshake.js";
import { planOf } from "./plan.js";
import { newPolicyMemory } from "./policy-memory.js";
import { heedRegistrations, newRegistrations } from "./registrations.js";
import { newScopeChallenge } from "./scope-challenge.js";
import type { AnyServer, HighLevelServer, RegisterTool, RequestHandlers } from "./sdk.js";
import type { McpSessionStore } from "./sessions.js";
import { isStore, type McpSurface, SURFACE_CHECKS } from "./surface.js";
import { newTasks, taskMemoryOf } from "./tasks.js";

/** What a server is protected with: a policy, and whoever verifies the tokens that arrive. */
export interface ProtectOptions<Types extends PolicyTypes = PolicyTypes> extends McpSurface<Types> {
  /** Who may do what; that of the authorizer if it is left out. */
  readonly policy?: Policy<Types>;
  /** Verifies the token of each call. Without one, no token that arrives is good, and only `localToken` lets anybody in. */
  readonly authorizer?: Authorizer<Types>;
  /**
   * The claims of whoever runs the process, for standard input and output and for a transport in memory: the program vouches
   * for them. Never used for a call that came over HTTP. Past their `exp` they are no good.
   */
  readonly localToken?:
    | AccessToken
    | (() => AccessToken | null | undefined | PromiseLike<AccessToken | null | undefined>);
  /**
   * Who created which task; in the memory of the process by default, for all servers of one authorizer. Bring a store of your
   * own where several processes serve one address.
   */
  readonly tasks?: McpSessionStore;
  /** Adds `securitySchemes` to every tool of a list, as the policy has them. */
  readonly securitySchemes?: boolean;
}

/** A server behind its policy. */
export type Protected<
  Server extends AnyServer = AnyServer,
  Types extends PolicyTypes = PolicyTypes,
> = ProtectedServer<Server> &
  (Server extends HighLevelServer ? ProtectedTools<Server, Types> : unknown);

/** What every protected server has. */
export interface ProtectedServer<Server> {
  /** The server that was given. */
  readonly server: Server;
  /** The verified token of the call that a handler's context (`ctx` of v2, `extra` of v1) belongs to; `undefined` where there is none. */
  token(context: unknown): AccessToken | undefined;
  /**
   * Checks at start-up that the tools of the server and of the policy are the same, and that its resources and prompts are
   * those of the options. A tool of the policy that is denied, or that decides on resources, prompts or methods, need not be
   * registered. The resources and prompts of a low-level server are not known.
   *
   * @param tools - the names of the tools, for a low-level server whose list takes time
   * @throws {@link index!PolicyError} `ERR_COVERAGE` with every finding at once
   */
  assertComplete(tools?: readonly string[]): void;
}

/** What a protected `McpServer` has. */
export interface ProtectedTools<Server, Types extends PolicyTypes> {
  /** The server's own `registerTool`, with a name that the policy has. */
  readonly registerTool: RegisterTool<Server, ToolOf<Policy<Types>>>;
}

const isObject: OptionCheck = (value) =>
  typeof value === "object" && value !== null ? undefined : "expected an object";
const isLocalToken: OptionCheck = (value) =>
  typeof value === "function" || isObject(value) === undefined
    ? undefined
    : "expected claims, or a function that gives them";

const CHECKS = {
  ...SURFACE_CHECKS,
  policy: optional(isObject),
  authorizer: optional(isObject),
  localToken: optional(isLocalToken),
  tasks: optional(isStore),
  securitySchemes: optional(isBoolean),
} satisfies Record<keyof ProtectOptions, OptionCheck>;

/** What was found complete: listing the tools of a server takes time. */
const complete = newPolicyMemory<true>();

/**
 * Puts a policy in front of a server of `@modelcontextprotocol/server` (2.x) or `@modelcontextprotocol/sdk` (1.x), on every
 * transport: each call is decided from its raw token, verified anew; lists hold what the caller may see; refusals of tools
 * are results that say what helps. Resources, prompts and methods that the options do not name are refused. A notification
 * is not decided on: neither SDK tells its handler who sent it.
 *
 * Call it before the first tool, resource or prompt is registered, on a server made without `capabilities` for these (the
 * SDKs add them by themselves). It opens no socket and reads no header: before Streamable HTTP stands {@link mcpGate}.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for faulty options and for a server that already has handlers,
 * `ERR_OPERATION_UNKNOWN` for a tool the policy lacks
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
  const { policy } = authorizer;
  const { schemes, targets: planned, lists } = planOf(policy, options);
  const registrations = newRegistrations(server);
  const targets = heedRegistrations(planned, registrations);
  const gate = newHandlerGate({
    authorizer,
    surface: options,
    targets,
    lists,
    registrations,
    handshake: newHandshake(policy, options),
    tasks: newTasks(options.tasks ?? taskMemoryOf(authorizer)),
    local: options.localToken === undefined ? undefined : vouchFor(options.localToken),
  });
  const high = highLevelOf(server);
  const handlers = high?.server ?? (server as RequestHandlers);
  const listing = newListing(server);
  refuseLate(handlers, options);
  guardHandlers(handlers, gate, listing);
  if (high !== undefined && options.challenge !== "tool-result") {
    addScopeChallenge(high, newScopeChallenge(authorizer, targets));
  }
  const assertComplete: Protected["assertComplete"] = (tools) => {
    const registered = tools === undefined ? listing.key() : undefined;
    const { resources, prompts, methods } = options;
    const key =
      registered && JSON.stringify([registered, registrations.key(), resources, prompts, methods]);
    if (key !== undefined && complete.get(policy, key) === true) return;
    const findings = [
      ...coverageFindings(policy, options, schemes, listing, tools),
      ...registrationFindings(options, registrations),
    ];
    if (findings.length > 0) throw coverageError(findings);
    if (key !== undefined) complete.set(policy, key, true);
  };
  const guarded: ProtectedServer<Server> & { registerTool?: unknown } = {
    server,
    token: gate.tokenOf,
    assertComplete,
    ...(high !== undefined && {
      registerTool: (name: string, ...rest: never[]) => {
        policy.operation(name);
        return high.registerTool(...([name, ...rest] as never));
      },
    }),
  };
  return Object.freeze(guarded) as unknown as Protected<Server, Types>;
}

/** A policy without an authorizer knows no token that arrives: only the program's own. */
function authorizerOf<Types extends PolicyTypes>({
  policy,
  authorizer,
}: ProtectOptions<Types>): Authorizer {
  if (authorizer === undefined && policy !== undefined) return createLocalAuthorizer(policy);
  if (authorizer === undefined || (policy !== undefined && policy !== authorizer.policy)) {
    const said =
      authorizer === undefined
        ? "a server is protected with a policy, an authorizer, or both"
        : "the authorizer enforces another policy than the one given";
    throw new PolicyError("ERR_OPTIONS_INVALID", said);
  }
  return authorizer;
}

function coverageError(findings: readonly Finding[]): PolicyError {
  return new PolicyError(
    "ERR_COVERAGE",
    describeFindings(findings, "the cover of the server's tools"),
    findings,
  );
}
