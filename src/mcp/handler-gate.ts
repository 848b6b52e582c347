import { type AccessToken, readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";
import type { Authorizer } from "../resource-server/authorizer-types.js";
import type { Answer, Refusal } from "../resource-server/challenge.js";
import type { Vouched } from "../resource-server/vouched.js";
import { type Caller, readCaller } from "./caller.js";
import type { Handshake } from "./handshake.js";
import type { Lists } from "./lists.js";
import type { Params } from "./message.js";
import { errorOf } from "./protocol-errors.js";
import type { Registrations } from "./registrations.js";
import { newSessionMemory, ownerOf } from "./sessions.js";
import { signInScopeOf } from "./sign-in-scope.js";
import type { McpSurface } from "./surface.js";
import { HANDSHAKE_METHODS, refused, type Targets } from "./targets.js";
import { type Tasks, tasksNamed } from "./tasks.js";
import { refusalMeta, refusalText, refusedToolResult } from "./tool-result.js";

/** A request handler of either SDK, which the SDK calls with the parsed request. */
export type Handler = (request: unknown, context: unknown) => unknown;

/** How a handler was registered. */
export interface Registration {
  /** The method; `undefined` if only the request names it. */
  readonly method: string | undefined;
  /** Whether the handler gets the parameters instead of the request, as a handler with its own schema does. */
  readonly isBare: boolean;
}

interface Incoming {
  readonly method: string;
  readonly params: Params;
  readonly request: unknown;
  readonly context: unknown;
}

/** The parts of a handler gate. */
export interface HandlerGateParts {
  readonly authorizer: Authorizer;
  readonly surface: McpSurface;
  readonly targets: Targets;
  readonly lists: Lists;
  readonly registrations: Registrations;
  readonly handshake: Handshake;
  readonly tasks: Tasks;
  readonly local: Vouched | undefined;
}

/** The gate in front of every handler of one server. */
export interface HandlerGate {
  /** Returns a handler that passes the gate before it calls the given one. */
  readonly guard: (registration: Registration, handler: Handler) => Handler;
  /** Returns the token of the call to which a context belongs. */
  readonly tokenOf: (context: unknown) => AccessToken | undefined;
}

/** A code of the range for servers: the draft of structured denials has not assigned one yet. */
const REFUSED_CODE = -32_010;

interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
  readonly answer: Answer;
}

type Passed = { readonly kind: "passed"; readonly token: AccessToken | undefined } | Refused;

/** Creates the handler gate of one server. */
export function newHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { authorizer, surface, targets, lists, registrations, handshake, tasks, local } = parts;
  const tokens = new WeakMap<object, AccessToken>();
  const sessions = newSessionMemory();
  const signInScope = signInScopeOf(surface.anonymous === true);

  /** Authenticates a caller of a method that needs no operation. An anonymous caller passes where the method allows it. */
  const know = async (method: string, caller: Caller): Promise<Passed> => {
    // a list shows public entries to an anonymous caller
    const isOpen = surface.anonymous === true || lists.has(method);
    if (caller.authorization === undefined && isOpen) return { kind: "passed", token: undefined };
    const known = await authorizer.authenticate(caller.authorization, answerTo(caller));
    const request = { name: `mcp:${method}`, requestId: caller.requestId };
    if (known.kind === "refused") {
      await authorizer.record(known, request);
      return { kind: "refused", refusal: known.decision, answer: known.answer };
    }
    const { token } = known;
    const decision = handshake(token);
    if (decision === undefined) return { kind: "passed", token };
    const answer = authorizer.answer(decision, { ...answerTo(caller), token });
    await authorizer.record({ decision, answer, token }, request);
    return { kind: "refused", refusal: decision, answer };
  };

  /** Returns whether the caller owns every task that a request names. */
  const hasOwnTasks = async (named: readonly unknown[], caller: Caller): Promise<boolean> => {
    if (named.length === 0) return true;
    const { authorization } = caller;
    const known =
      authorization === undefined ? undefined : await authorizer.authenticate(authorization);
    if (known?.kind === "refused") return false;
    return inTime(tasks.areOf(named, ownerOfCall(known?.token, caller)));
  };

  const pass = async (method: string, params: Params, caller: Caller): Promise<Passed> => {
    const asked = targets({ kind: "request", method, params }, caller.protocolVersion);
    if (asked.kind === "malformed") throw protocolError(errorOf("params"));
    const isNowhere = asked.kind === "operations" && asked.isMethodUnknown;
    const isOwn = isNowhere || (await hasOwnTasks(tasksNamed(method, params, caller.meta), caller));
    const target = isOwn ? asked : refused(method);
    if (target.kind === "known") return know(method, caller);
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
        return { kind: "refused", refusal: admission.decision, answer: admission.answer };
      }
      token = admission.token;
    }
    return { kind: "passed", token };
  };

  const guarded = async (
    { method, params, request, context }: Incoming,
    handler: Handler,
  ): Promise<unknown> => {
    const caller = readCaller(context, local);
    const passed = await pass(method, params, caller);
    if (passed.kind === "refused") return sayNo(method, params, passed, surface.upgradeUrl);
    const { token } = passed;
    const owner = ownerOfCall(token, caller);
    if (!(await takesPart(caller.sessionId, owner))) throw protocolError(errorOf("session"));
    if (token !== undefined && typeof context === "object" && context !== null) {
      tokens.set(context, token);
    }
    const result = await inTime(tasks.see(method, await handler(request, context), owner));
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
    guard: ({ method: named, isBare }, handler) => {
      // the fallback handler has no method, and never handles the handshake
      const isHandshake = named !== undefined && HANDSHAKE_METHODS.includes(named);
      return async (request, context) => {
        if (isHandshake) return handler(request, context);
        const method = named ?? methodOf(request);
        const params = isBare ? request : (request as { readonly params?: unknown }).params;
        return guarded({ method, params: params as Params, request, context }, handler);
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

function answerTo({ protocolVersion }: Caller) {
  return { operation: undefined, token: undefined, protocolVersion };
}

/** Returns the owner of the sessions and tasks that a call creates. */
function ownerOfCall(token: AccessToken | undefined, { authorization }: Caller): string {
  return ownerOf(token, typeof authorization === "string" ? authorization : undefined);
}

/** Waits for a store of the host. Its failure becomes an internal server error, without the store's own message. */
async function inTime<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch {
    throw protocolError(errorOf("server"));
  }
}

/** Returns the denial of a tool call as its result; throws the denial of any other method as a protocol error. */
function sayNo(
  method: string,
  params: Params,
  { refusal, answer }: Refused,
  upgradeUrl: string | undefined,
): unknown {
  // for a call that asks for a task, the SDK accepts only a task
  const isToolResult = method === "tools/call" && readOwn(params, "task") === undefined;
  if (isToolResult) return refusedToolResult(refusal, answer, upgradeUrl);
  const message = refusalText(refusal, answer, upgradeUrl);
  const data = refusalMeta(refusal, answer, upgradeUrl);
  throw protocolError({ code: REFUSED_CODE, message, data });
}

/** Creates an error that both SDKs send as a JSON-RPC error. */
function protocolError(said: { code: number; message: string; data?: object }): Error {
  return Object.assign(new Error(said.message), said);
}
