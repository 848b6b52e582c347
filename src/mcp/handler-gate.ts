import { type AccessToken, readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";
import type { Authorizer } from "../resource-server/authorizer.js";
import type { Answer, Refusal } from "../resource-server/challenge.js";
import type { Vouched } from "../resource-server/vouched.js";
import { type Caller, readCaller } from "./caller.js";
import type { Handshake } from "./handshake.js";
import { errorOf } from "./http.js";
import type { Lists } from "./lists.js";
import type { Params } from "./message.js";
import type { Registrations } from "./registrations.js";
import { newSessionMemory, ownerOf } from "./sessions.js";
import { signInScopeOf } from "./sign-in-scope.js";
import type { McpSurface } from "./surface.js";
import { HANDSHAKE_METHODS, refused, type Targets } from "./targets.js";
import { type Tasks, tasksNamed } from "./tasks.js";
import { refusalMeta, refusalText, refusedToolResult } from "./tool-result.js";

/** A handler of either generation, after its SDK has parsed the request. */
export type Handler = (request: unknown, context: unknown) => unknown;

/** How a handler was registered. */
export interface Registration {
  /** The method; missing where only the request says it. */
  readonly method: string | undefined;
  /** Whether the handler is handed the parameters alone, as one with a schema of its own is. */
  readonly isBare: boolean;
}

interface Incoming {
  readonly method: string;
  readonly params: Params;
  readonly request: unknown;
  readonly context: unknown;
}

/** What a gate in the handler is made of. */
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

/** A gate that stands in front of every handler of one server. */
export interface HandlerGate {
  /** Puts the gate before a handler. */
  readonly guard: (registration: Registration, handler: Handler) => Handler;
  /** The token of the call that a context belongs to. */
  readonly tokenOf: (context: unknown) => AccessToken | undefined;
}

/** Where the draft of structured denials has assigned no code yet: one of the server's own range. */
const REFUSED_CODE = -32_010;

interface Refused {
  readonly kind: "refused";
  readonly refusal: Refusal;
  readonly answer: Answer;
}

type Passed = { readonly kind: "passed"; readonly token: AccessToken | undefined } | Refused;

/** Makes the gate of one server. */
export function newHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { authorizer, surface, targets, lists, registrations, handshake, tasks, local } = parts;
  const tokens = new WeakMap<object, AccessToken>();
  const sessions = newSessionMemory();
  const signInScope = signInScopeOf(surface.anonymous === true);

  /** A caller who is known, or who need not be. */
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

  /** Whether every task that a request names is the caller's own. */
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

  /** A session belongs to the caller who used it first. An anonymous one stays anonymous. */
  const takesPart = async (sessionId: string | undefined, caller: string): Promise<boolean> => {
    if (sessionId === undefined) return true;
    const owner = await sessions.get(sessionId);
    if (owner === undefined) sessions.set(sessionId, caller);
    return owner === undefined || owner === caller;
  };

  return {
    guard: ({ method: named, isBare }, handler) => {
      // a handler for everything else is not one of the handshake
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

/** The owner of what a call creates. */
function ownerOfCall(token: AccessToken | undefined, { authorization }: Caller): string {
  return ownerOf(token, typeof authorization === "string" ? authorization : undefined);
}

/** A store of the program's own that fails is told as an error of the server, without its words. */
async function inTime<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch {
    throw protocolError(errorOf("server"));
  }
}

/** A tool call says no as its result, everything else as an error of the protocol. */
function sayNo(
  method: string,
  params: Params,
  { refusal, answer }: Refused,
  upgradeUrl: string | undefined,
): unknown {
  // the SDK takes nothing but a task for a call that asks for one
  const isToolResult = method === "tools/call" && readOwn(params, "task") === undefined;
  if (isToolResult) return refusedToolResult(refusal, answer, upgradeUrl);
  const message = refusalText(refusal, answer, upgradeUrl);
  const data = refusalMeta(refusal, answer, upgradeUrl);
  throw protocolError({ code: REFUSED_CODE, message, data });
}

/** What both SDKs make an error of the protocol of. */
function protocolError(said: { code: number; message: string; data?: object }): Error {
  return Object.assign(new Error(said.message), said);
}
