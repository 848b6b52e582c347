import { readOwn } from "../../decision/access-token.js";
import { PolicyError } from "../../errors.js";
import { isObject } from "../../grammar/is-object.js";
import { withoutPrototype } from "../../policy/own-members.js";
import { GATED_METHODS, HANDSHAKE_METHODS } from "../shared/required-operations.js";
import type { McpSurface } from "../shared/shared-options.js";
import type { Listing } from "./coverage.js";
import type { Handler, HandlerGate } from "./handler-gate.js";
import type { ScopeChallengeHandler } from "./scope-challenge.js";
import type { AnyServer, HighLevelServer, RequestHandlers } from "./sdk-types.js";

/** Returns the server as an `McpServer`, which contains a low-level server; `undefined` for a low-level server. */
export function highLevelOf(server: AnyServer): HighLevelServer | undefined {
  return memberOf(server, "server") === undefined ? undefined : (server as HighLevelServer);
}

/** Returns a member of a server or its class; `undefined` for a member that other code added to `Object.prototype`. */
function memberOf(server: object, name: string): unknown {
  const found = (server as Record<string, unknown>)[name];
  return found === (Object.prototype as Record<string, unknown>)[name] ? undefined : found;
}

/** The methods for which an `McpServer` sets handlers when it is created with `capabilities`. */
const CAPABILITY_METHODS = new Set([
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "prompts/list",
  "prompts/get",
]);

/** The members in which an `McpServer` of either SDK keeps what is registered on it. */
const REGISTRATION_MEMBERS = [
  "_registeredTools",
  "_registeredResources",
  "_registeredResourceTemplates",
  "_registeredPrompts",
];

/**
 * Checks that a server does not have a handler yet that must be gated, since the gate covers only handlers that are set later.
 * Returns the methods of the handlers that an empty `McpServer` has for its `capabilities`, which {@link gateHandlers} gates.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function checkNoHandlers(
  handlers: RequestHandlers,
  { methods = {} }: McpSurface,
  high: HighLevelServer | undefined,
): readonly string[] {
  const advice =
    "call `protect` right after the server is created, before the first tool, resource, prompt or handler";
  if (Object.hasOwn(handlers, FALLBACK_STATE)) {
    throw new PolicyError("ERR_OPTIONS_INVALID", "the server is already protected");
  }
  const methodsToCheck = [...GATED_METHODS, ...Object.keys(methods), ...methodsOf(handlers)];
  const handled = methodsToCheck.filter((method) => {
    try {
      handlers.assertCanSetRequestHandler(method);
      return false;
    } catch {
      return true;
    }
  });
  if (handled.length === 0) return handled;
  const isOfCapabilities =
    isEmpty(high) && handled.every((method) => CAPABILITY_METHODS.has(method));
  if (isOfCapabilities && storeOf(handlers) !== undefined) return handled;
  const names = [...new Set(handled)].map((method) => `\`${method}\``).join(", ");
  throw new PolicyError(
    "ERR_OPTIONS_INVALID",
    `the server already has a handler for ${names}: ${advice}`,
  );
}

/** Returns whether a server is an `McpServer` on which nothing is registered. */
function isEmpty(high: HighLevelServer | undefined): boolean {
  const registered = REGISTRATION_MEMBERS.map((name) => high && readOwn(high, name));
  return registered.every((part) => isObject(part) && Object.keys(part).length === 0);
}

/** The methods for which an SDK sets handlers itself: the handshake, and the level of the SDK's own logging. */
const OWN_METHODS = new Set([...HANDSHAKE_METHODS, "logging/setLevel"]);

/** Returns the handlers by method. Neither SDK lists them; both keep them in this member. */
function storeOf(handlers: RequestHandlers): Map<string, Handler> | undefined {
  const store = readOwn(handlers, "_requestHandlers");
  return store instanceof Map ? (store as Map<string, Handler>) : undefined;
}

/** Returns every method that has a handler, except those of the SDK itself. */
function methodsOf(handlers: RequestHandlers): readonly string[] {
  return [...(storeOf(handlers)?.keys() ?? [])].filter((method) => !OWN_METHODS.has(method));
}

/**
 * Puts the gate in front of every handler that is set from now on, of the fallback handler, and of the existing handlers of some
 * methods.
 */
export function gateHandlers(
  handlers: RequestHandlers,
  gate: HandlerGate,
  listing: Listing,
  existing: readonly string[],
): void {
  const store = storeOf(handlers);
  for (const method of new Set(existing)) {
    const handler = store?.get(method) as Handler;
    listing.note(method, handler);
    store?.set(method, gate.wrap({ method, isBare: false }, handler));
  }
  const set = handlers.setRequestHandler.bind(handlers) as (...given: unknown[]) => void;
  const setRequestHandler = (...given: unknown[]) => {
    const handler = given.at(-1);
    if (typeof handler !== "function") return set(...given);
    const method = methodOf(given[0]);
    listing.note(method, handler as Handler);
    const gated = gate.wrap({ method, isBare: given.length > 2 }, handler as Handler);
    return set(...given.slice(0, -1), gated);
  };
  // not assigned as a literal, which V8 allocates in its old space, so that the server and all that it refers to would stay until
  // the next full collection. With that, and a `WeakMap` in place of the symbol, creating a server of either SDK took a quarter longer
  handlers.setRequestHandler = setRequestHandler;
  const { fallbackRequestHandler } = handlers as { fallbackRequestHandler?: unknown };
  const state: Fallback = { gate, handler: undefined };
  Object.defineProperty(handlers, FALLBACK_STATE, withoutPrototype({ value: state }));
  Object.defineProperty(handlers, "fallbackRequestHandler", FALLBACK);
  (handlers as { fallbackRequestHandler?: unknown }).fallbackRequestHandler =
    fallbackRequestHandler;
}

/** The fallback handler, for methods without their own handler, behind its gate. */
interface Fallback {
  readonly gate: HandlerGate;
  handler: Handler | undefined;
}

/**
 * The member in which a server keeps its fallback. An entry of a `WeakMap` would keep the server, too, until the next full
 * collection.
 */
const FALLBACK_STATE = Symbol("scope-policy");

interface WithFallback {
  readonly [FALLBACK_STATE]?: Fallback;
}

/** Returns the fallback of a server; `undefined` for an object that only inherits from it. */
function fallbackOf(server: WithFallback): Fallback | undefined {
  return Object.hasOwn(server, FALLBACK_STATE) ? server[FALLBACK_STATE] : undefined;
}

/** One accessor for all servers. With one for each, every server would have its own object shape and be slow to read. */
const FALLBACK = {
  configurable: true,
  enumerable: true,
  get(this: WithFallback): Handler | undefined {
    return fallbackOf(this)?.handler;
  },
  set(this: WithFallback, handler: unknown): void {
    const fallback = fallbackOf(this);
    if (fallback === undefined) return;
    const registration = { method: undefined, isBare: false };
    fallback.handler =
      typeof handler === "function"
        ? fallback.gate.wrap(registration, handler as Handler)
        : undefined;
  },
} satisfies PropertyDescriptor;

/** Returns the method of a registration. The v1 SDK names it by a schema that contains it as a literal. */
function methodOf(named: unknown): string | undefined {
  if (typeof named === "string") return named;
  const schema = named as
    | { readonly shape?: { readonly method?: { readonly value?: unknown } } }
    | undefined;
  const method = schema?.shape?.method?.value;
  return typeof method === "string" ? method : undefined;
}

/** The position of the options in each registration method, for the v2 SDK's own hook before the stream. */
const CONFIG_POSITION = { registerTool: 1, registerPrompt: 1, registerResource: 2 } as const;

/** Adds the v2 SDK's hook before the stream to every later registration. The v1 SDK has no such hook. */
export function addScopeChallenge(server: HighLevelServer, challenge: ScopeChallengeHandler): void {
  if (typeof memberOf(server, "resolveScopeChallenge") !== "function") return;
  const methods = server as unknown as Record<
    string,
    ((...given: unknown[]) => unknown) | undefined
  >;
  for (const [name, at] of Object.entries(CONFIG_POSITION)) {
    const register = (methods[name] as (...given: unknown[]) => unknown).bind(server);
    const registerWithChallenge = (...given: unknown[]) => {
      const config = given[at] as { readonly scopeChallenge?: ScopeChallengeHandler } | undefined;
      const own = config?.scopeChallenge;
      const scopeChallenge: ScopeChallengeHandler = async (context) =>
        (await challenge(context)) ?? (await own?.(context));
      return register(...given.with(at, { ...config, scopeChallenge }));
    };
    methods[name] = registerWithChallenge; // not a literal: see `setRequestHandler`
  }
}
