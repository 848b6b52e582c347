import { type AccessToken, readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { Authorizer } from "../../resource-server/authorizer-types.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { LocalToken } from "../../resource-server/local-token.js";
import { deniedError } from "../shared/denied-error.js";
import type { Handshake } from "../shared/handshake.js";
import type { Params } from "../shared/message.js";
import { errorOf } from "../shared/protocol-errors.js";
import {
  type FindRequiredOperations,
  HANDSHAKE_METHODS,
  unknownOperation,
} from "../shared/required-operations.js";
import { createSessionStore, ownerOf } from "../shared/sessions.js";
import type { McpSurface } from "../shared/shared-options.js";
import { signInScopeMode } from "../shared/sign-in-scope.js";
import { deniedToolResult } from "../shared/tool-result.js";
import { type Caller, readCaller } from "./caller.js";
import type { ListFilter } from "./filter-lists.js";
import type { Registrations } from "./registrations.js";
import { namedTasks, type TaskOwners } from "./task-owners.js";

/** A request handler of either SDK, which the SDK calls with the parsed request. */
export type Handler = (request: unknown, context: unknown) => unknown;

/** How a handler was registered. */
export interface Registration {
  /** The method; `undefined` if only the request names it. */
  readonly method: string | undefined;
  /** Whether the handler gets the parameters instead of the request, as a handler with its own schema does. */
  readonly isBare: boolean;
}

interface IncomingCall {
  readonly method: string;
  readonly params: Params;
  readonly request: unknown;
  readonly context: unknown;
}

/** The parts of a handler gate. */
export interface HandlerGateParts {
  readonly authorizer: Authorizer;
  readonly surface: McpSurface;
  readonly targets: FindRequiredOperations;
  readonly lists: ListFilter;
  readonly registrations: Registrations;
  readonly handshake: Handshake;
  readonly tasks: TaskOwners;
  readonly local: LocalToken | undefined;
}

/** The gate in front of every handler of one server. */
export interface HandlerGate {
  /** Returns a handler that passes the gate before it calls the given one. */
  readonly wrap: (registration: Registration, handler: Handler) => Handler;
  /** Returns the token of the call to which a context belongs. */
  readonly tokenOf: (context: unknown) => AccessToken | undefined;
}

interface HandlerDenial {
  readonly kind: "refused";
  readonly denial: Denial;
  readonly answer: DenialResponse;
}

type HandlerOutcome =
  | { readonly kind: "passed"; readonly token: AccessToken | undefined }
  | HandlerDenial;

/** Creates the handler gate of one server. */
export function createHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { authorizer, surface, targets, lists, registrations, handshake, tasks, local } = parts;
  const tokens = new WeakMap<object, AccessToken>();
  const sessions = createSessionStore();
  const signInScope = signInScopeMode(surface.anonymous === true);

  /** Authenticates a caller of a method that needs no operation. An anonymous caller passes where the method allows it. */
  const authenticate = async (method: string, caller: Caller): Promise<HandlerOutcome> => {
    // a list shows public entries to an anonymous caller
    const isOpen = surface.anonymous === true || lists.has(method);
    if (caller.authorization === undefined && isOpen) return { kind: "passed", token: undefined };
    const known = await authorizer.authenticate(caller.authorization, denialContext(caller));
    const request = { name: `mcp:${method}`, requestId: caller.requestId };
    if (known.kind === "refused") {
      await authorizer.record(known, request);
      return { kind: "refused", denial: known.decision, answer: known.answer };
    }
    const { token } = known;
    const decision = handshake(token);
    if (decision === undefined) return { kind: "passed", token };
    const answer = authorizer.answer(decision, { ...denialContext(caller), token });
    await authorizer.record({ decision, answer, token }, request);
    return { kind: "refused", denial: decision, answer };
  };

  /** Returns whether the caller owns every task that a request names. */
  const hasOwnTasks = async (named: readonly unknown[], caller: Caller): Promise<boolean> => {
    if (named.length === 0) return true;
    const { authorization } = caller;
    const known =
      authorization === undefined ? undefined : await authorizer.authenticate(authorization);
    if (known?.kind === "refused") return false;
    return waitForStore(tasks.areOf(named, ownerOfCall(known?.token, caller)));
  };

  const pass = async (method: string, params: Params, caller: Caller): Promise<HandlerOutcome> => {
    const required = targets({ kind: "request", method, params }, caller.protocolVersion);
    if (required.kind === "malformed") throw protocolError(errorOf("params"));
    const isMethodUnknown = required.kind === "operations" && required.isMethodUnknown;
    const isOwn =
      isMethodUnknown || (await hasOwnTasks(namedTasks(method, params, caller.meta), caller));
    const target = isOwn ? required : unknownOperation(method);
    if (target.kind === "known") return authenticate(method, caller);
    let token: AccessToken | undefined;
    for (const operation of target.operations) {
      const admission = await authorizer.admit({
        ...operation,
        authorization: caller.authorization,
        protocolVersion: caller.protocolVersion,
        requestId: caller.requestId,
        auditDenialsOnly: false,
        credentialsFirst: !isOwn,
        signInScope,
      });
      if (admission.kind === "refused") {
        if (target.isMethodUnknown) throw protocolError(errorOf("unknown_method"));
        return { kind: "refused", denial: admission.decision, answer: admission.answer };
      }
      token = admission.token;
    }
    return { kind: "passed", token };
  };

  const runGated = async (
    { method, params, request, context }: IncomingCall,
    handler: Handler,
  ): Promise<unknown> => {
    const caller = readCaller(context, local);
    const passed = await pass(method, params, caller);
    if (passed.kind === "refused") return denyCall(method, params, passed, surface.upgradeUrl);
    const { token } = passed;
    const owner = ownerOfCall(token, caller);
    if (!(await takesPart(caller.sessionId, owner))) throw protocolError(errorOf("session"));
    if (token !== undefined && typeof context === "object" && context !== null) {
      tokens.set(context, token);
    }
    const result = await waitForStore(tasks.see(method, await handler(request, context), owner));
    return lists.filter(method, result, token, registrations.isNamed);
  };

  /**
   * Returns whether a caller may use a session. It belongs to the first caller that uses it; an anonymous session stays
   * anonymous.
   */
  const takesPart = async (sessionId: string | undefined, caller: string): Promise<boolean> => {
    if (sessionId === undefined) return true;
    const owner = await sessions.get(sessionId);
    if (owner === undefined) sessions.set(sessionId, caller);
    return owner === undefined || owner === caller;
  };

  return {
    wrap: ({ method: named, isBare: getsParamsOnly }, handler) => {
      // the fallback handler has no method, and never handles the handshake
      const isHandshake = named !== undefined && HANDSHAKE_METHODS.includes(named);
      return async (request, context) => {
        if (isHandshake) return handler(request, context);
        const method = named ?? methodOf(request);
        const params = getsParamsOnly ? request : (request as { readonly params?: unknown }).params;
        return runGated({ method, params: params as Params, request, context }, handler);
      };
    },
    tokenOf: (context) =>
      typeof context === "object" && context !== null ? tokens.get(context) : undefined,
  };
}

function methodOf(request: unknown): string {
  const method = isObject(request) ? request["method"] : undefined;
  return typeof method === "string" ? method : "";
}

function denialContext({ protocolVersion }: Caller) {
  return { operation: undefined, token: undefined, protocolVersion };
}

/** Returns the owner of the sessions and tasks that a call creates. */
function ownerOfCall(token: AccessToken | undefined, { authorization }: Caller): string {
  return ownerOf(token, typeof authorization === "string" ? authorization : undefined);
}

/** Waits for a store of the host. Its failure becomes an internal server error, without the store's own message. */
async function waitForStore<Value>(required: Promise<Value>): Promise<Value> {
  try {
    return await required;
  } catch {
    throw protocolError(errorOf("server"));
  }
}

/** Returns the denial of a tool call as its result; throws the denial of any other method as a protocol error. */
function denyCall(
  method: string,
  params: Params,
  { denial, answer }: HandlerDenial,
  upgradeUrl: string | undefined,
): unknown {
  // for a call that asks for a task, the SDK accepts only a task
  const isToolResult = method === "tools/call" && readOwn(params, "task") === undefined;
  if (isToolResult) return deniedToolResult(denial, answer, upgradeUrl);
  throw protocolError(deniedError({ method, params }, denial, answer, upgradeUrl));
}

/** Creates an error that both SDKs send as a JSON-RPC error. */
function protocolError(said: { code: number; message: string; data?: object }): Error {
  return Object.assign(new Error(said.message), said);
}
