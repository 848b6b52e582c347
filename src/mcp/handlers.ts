import { readOwn } from "../decision/access-token.js";
import { PolicyError } from "../errors.js";
import type { Listing } from "./coverage.js";
import type { Handler, HandlerGate } from "./handler-gate.js";
import type { ScopeChallengeHandler } from "./scope-challenge.js";
import type { AnyServer, HighLevelServer, RequestHandlers } from "./sdk.js";
import type { McpSurface } from "./surface.js";
import { GATED_METHODS, HANDSHAKE_METHODS } from "./targets.js";

/** Returns the server as an `McpServer`, which has a low-level server in it; `undefined` for a low-level one. */
export function highLevelOf(server: AnyServer): HighLevelServer | undefined {
  return memberOf(server, "server") === undefined ? undefined : (server as HighLevelServer);
}

/** A member of a server or of its class, never one that other code has put on `Object.prototype`. */
function memberOf(server: object, name: string): unknown {
  const found = (server as Record<string, unknown>)[name];
  return found === (Object.prototype as Record<string, unknown>)[name] ? undefined : found;
}

/**
 * Checks that a server has no handler yet that must be gated: one that is there before the gate never would be.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function refuseLate(handlers: RequestHandlers, { methods = {} }: McpSurface): void {
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

/** Returns every method that has a handler. Neither SDK lists them; both keep them here. */
function methodsOf(handlers: RequestHandlers): readonly string[] {
  const kept = readOwn(handlers, "_requestHandlers");
  return kept instanceof Map
    ? [...(kept.keys() as Iterable<string>)].filter((method) => !OWN_METHODS.has(method))
    : [];
}

/** Puts the gate before every handler that is set from now on, and before the one for methods that have none. */
export function guardHandlers(
  handlers: RequestHandlers,
  gate: HandlerGate,
  listing: Listing,
): void {
  const set = handlers.setRequestHandler.bind(handlers) as (...given: unknown[]) => void;
  handlers.setRequestHandler = (...given: unknown[]) => {
    const handler = given.at(-1);
    if (typeof handler !== "function") return set(...given);
    const method = methodNamed(given[0]);
    listing.note(method, handler as Handler);
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

/** One accessor for all servers: with one each, every server would be an object of a shape of its own, and slow to read. */
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

/** The position of the options in each way to register, for the second generation's own hook before the stream. */
const CONFIG_AT = { registerTool: 1, registerPrompt: 1, registerResource: 2 } as const;

/** Gives what is registered from now on the hook of the second generation before the stream; the first has none. */
export function addScopeChallenge(server: HighLevelServer, challenge: ScopeChallengeHandler): void {
  if (typeof memberOf(server, "resolveScopeChallenge") !== "function") return;
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
