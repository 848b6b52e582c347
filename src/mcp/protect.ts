import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Policy, ToolOf } from "../decision/policy.js";
import { type Finding, PolicyError } from "../errors.js";
import type { PolicyTypes } from "../policy/definition.js";
import { describeFindings } from "../policy/findings.js";
import { checkOptions, type OptionCheck, optional } from "../policy/option-checks.js";
import { type Authorizer, createAuthorizer } from "../resource-server/authorizer.js";
import { vouchFor } from "../resource-server/vouched.js";
import { coverageFindings, type Listing, newListing } from "./coverage.js";
import { type Handler, type HandlerGate, newHandlerGate } from "./handler-gate.js";
import { planOf } from "./plan.js";
import { newPolicyMemory } from "./policy-memory.js";
import { newScopeChallenge, type ScopeChallengeHandler } from "./scope-challenge.js";
import type { AnyServer, HighLevelServer, RegisterTool, RequestHandlers } from "./sdk.js";
import { isBoolean, type McpSurface, SURFACE_CHECKS } from "./surface.js";
import { GATED_METHODS, HANDSHAKE_METHODS } from "./targets.js";

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
   * Checks at start-up that the tools of the server and of the policy are the same. A tool of the policy that is denied,
   * or that decides on resources, prompts or methods, need not be registered.
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
  options: ProtectOptions<Types>,
): Protected<Server, Types> {
  checkOptions("the protection of the server", options, CHECKS);
  const authorizer = authorizerOf(options);
  const { policy } = authorizer;
  const { schemes, targets, lists } = planOf(policy, options);
  const gate = newHandlerGate({
    authorizer,
    surface: options,
    targets,
    lists,
    local: options.localToken === undefined ? undefined : vouchFor(options.localToken),
  });
  const handlers: RequestHandlers = "server" in server ? server.server : server;
  const listing = newListing(server);
  refuseLate(handlers, options);
  guardHandlers(handlers, gate, listing);
  const hasHook = "resolveScopeChallenge" in server && options.challenge !== "tool-result";
  if ("server" in server && hasHook) {
    addScopeChallenge(server, newScopeChallenge(authorizer, targets));
  }
  const assertComplete: Protected["assertComplete"] = (tools) => {
    const registered = tools === undefined ? listing.key() : undefined;
    const { resources, prompts, methods } = options;
    const key = registered && JSON.stringify([registered, resources, prompts, methods]);
    if (key !== undefined && complete.get(policy, key) === true) return;
    const findings = coverageFindings(policy, options, schemes, listing, tools);
    if (findings.length > 0) throw coverageError(findings);
    if (key !== undefined) complete.set(policy, key, true);
  };
  const guarded: ProtectedServer<Server> & { registerTool?: unknown } = {
    server,
    token: gate.tokenOf,
    assertComplete,
    ...("server" in server && {
      registerTool: (name: string, ...rest: never[]) => {
        policy.operation(name);
        return server.registerTool(...([name, ...rest] as never));
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
  if (authorizer === undefined && policy !== undefined) {
    return createAuthorizer({ policy, verify: () => undefined, trustClaims: [] });
  }
  if (authorizer === undefined || (policy !== undefined && policy !== authorizer.policy)) {
    const said =
      authorizer === undefined
        ? "a server is protected with a policy, an authorizer, or both"
        : "the authorizer enforces another policy than the one given";
    throw new PolicyError("ERR_OPTIONS_INVALID", said);
  }
  return authorizer;
}

/** A handler that is there before the gate could never be gated. */
function refuseLate(handlers: RequestHandlers, { methods = {} }: McpSurface): void {
  const said =
    "protect the server before its first tool, resource or prompt, and make it without `capabilities` for these";
  if (fallbacks.has(handlers)) {
    throw new PolicyError("ERR_OPTIONS_INVALID", "the server is protected already");
  }
  const asked = [...GATED_METHODS, ...Object.keys(methods), ...methodsOf(handlers)];
  const late = asked.filter((method) => {
    try {
      handlers.assertCanSetRequestHandler(method);
      return false;
    } catch {
      return true;
    }
  });
  if (late.length > 0) {
    const names = [...new Set(late)].map((method) => `\`${method}\``).join(", ");
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      `the server already has a handler for ${names}: ${said}`,
    );
  }
}

/** What a server handles before anything is set: the handshake, and the level that the SDK's own logging has. */
const OWN_METHODS = new Set([...HANDSHAKE_METHODS, "logging/setLevel"]);

/** Methods of anybody's that have a handler: neither SDK tells of them, both keep them here. */
function methodsOf(handlers: RequestHandlers): readonly string[] {
  const kept = readOwn(handlers, "_requestHandlers");
  return kept instanceof Map
    ? [...(kept.keys() as Iterable<string>)].filter((method) => !OWN_METHODS.has(method))
    : [];
}

/** From here on every handler that is set stands behind the gate, one for methods that have none too. */
function guardHandlers(handlers: RequestHandlers, gate: HandlerGate, listing: Listing): void {
  const set = handlers.setRequestHandler.bind(handlers) as (...given: unknown[]) => void;
  handlers.setRequestHandler = (...given: unknown[]) => {
    const handler = given.at(-1);
    if (typeof handler !== "function") return set(...given);
    const method = methodNamed(given[0]);
    if (method === "tools/list") listing.noteList(handler as Handler);
    const guarded = gate.guard({ method, isBare: given.length > 2 }, handler as Handler);
    return set(...given.slice(0, -1), guarded);
  };
  const { fallbackRequestHandler } = handlers as { fallbackRequestHandler?: unknown };
  fallbacks.set(handlers, { gate, handler: undefined });
  Object.defineProperty(handlers, "fallbackRequestHandler", FALLBACK);
  (handlers as { fallbackRequestHandler?: unknown }).fallbackRequestHandler =
    fallbackRequestHandler;
}

/** The handler for methods that have none, behind its gate. */
interface Fallback {
  readonly gate: HandlerGate;
  handler: Handler | undefined;
}

const fallbacks = new WeakMap<object, Fallback>();

/** One accessor for all servers: with one of its own each would be an object of its own shape, which nobody reads fast. */
const FALLBACK = {
  configurable: true,
  enumerable: true,
  get(this: object): Handler | undefined {
    return fallbacks.get(this)?.handler;
  },
  set(this: object, handler: unknown): void {
    const fallback = fallbacks.get(this);
    if (fallback === undefined) return;
    const registration = { method: undefined, isBare: false };
    fallback.handler =
      typeof handler === "function"
        ? fallback.gate.guard(registration, handler as Handler)
        : undefined;
  },
} satisfies PropertyDescriptor;

/** The first generation names a method by a schema that has it as a literal. */
function methodNamed(named: unknown): string | undefined {
  if (typeof named === "string") return named;
  const schema = named as
    | { readonly shape?: { readonly method?: { readonly value?: unknown } } }
    | undefined;
  const method = schema?.shape?.method?.value;
  return typeof method === "string" ? method : undefined;
}

/** Where the options stand in each way to register, for the second generation's own hook before the stream. */
const CONFIG_AT = { registerTool: 1, registerPrompt: 1, registerResource: 2 } as const;

function addScopeChallenge(server: HighLevelServer, challenge: ScopeChallengeHandler): void {
  const methods = server as unknown as Record<
    string,
    ((...given: unknown[]) => unknown) | undefined
  >;
  for (const [name, at] of Object.entries(CONFIG_AT)) {
    const register = (methods[name] as (...given: unknown[]) => unknown).bind(server);
    methods[name] = (...given) => {
      const config = given[at] as { readonly scopeChallenge?: ScopeChallengeHandler } | undefined;
      const own = config?.scopeChallenge;
      const scopeChallenge: ScopeChallengeHandler = async (context) =>
        (await challenge(context)) ?? (await own?.(context));
      return register(...given.with(at, { ...config, scopeChallenge }));
    };
  }
}

function coverageError(findings: readonly Finding[]): PolicyError {
  return new PolicyError(
    "ERR_COVERAGE",
    describeFindings(findings, "the cover of the server's tools"),
    findings,
  );
}
