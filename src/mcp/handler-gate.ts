import type { AccessToken } from "../decision/access-token.js";
import type { Authorizer } from "../resource-server/authorizer.js";
import type { Answer, Refusal } from "../resource-server/challenge.js";
import type { Vouched } from "../resource-server/vouched.js";
import { type Caller, readCaller } from "./caller.js";
import { errorOf } from "./http.js";
import type { Lists } from "./lists.js";
import { isNamed, type Params } from "./message.js";
import { isOwner, type McpSessionStore, NOBODY, newSessionMemory, ownerOf } from "./sessions.js";
import { signInScopeOf } from "./sign-in-scope.js";
import type { McpSurface } from "./surface.js";
import { HANDSHAKE_METHODS, type Targets } from "./targets.js";
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
  readonly refusal: Refusal;
  readonly answer: Answer;
}

type Passed = { readonly token: AccessToken | undefined } | Refused;

/** Lays out the gate of one server. */
export function newHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { authorizer, surface, targets, lists, local } = parts;
  const tokens = new WeakMap<object, AccessToken>();
  const sessions = newSessionMemory();
  const signInScope = signInScopeOf(surface.anonymous === true);

  const pass = async (method: string, params: Params, caller: Caller): Promise<Passed> => {
    const target = targets(method, params, caller.protocolVersion);
    if (target.kind === "malformed") throw protocolError(errorOf("params"));
    if (target.kind === "known") {
      // to nobody a list shows what is open to nobody
      const isOpen = surface.anonymous === true || lists.has(method);
      return know(authorizer, method, caller, isOpen);
    }
    let token: AccessToken | undefined;
    for (const operation of target.operations) {
      const admission = await authorizer.admit({ ...operation, ...caller, signInScope });
      if ("answer" in admission) {
        if (target.isMethodUnknown) throw protocolError(errorOf("unknown_method"));
        return { refusal: admission.decision, answer: admission.answer };
      }
      token = admission.token;
    }
    return { token };
  };

  const guarded = async (
    { method, params, request, context }: Incoming,
    handler: Handler,
  ): Promise<unknown> => {
    const caller = readCaller(context, local);
    const passed = await pass(method, params, caller);
    if ("refusal" in passed) return sayNo(method, params, passed, surface.upgradeUrl);
    const { token } = passed;
    if (!(await takesPart(sessions, caller, token))) throw protocolError(errorOf("session"));
    if (token !== undefined && typeof context === "object" && context !== null) {
      tokens.set(context, token);
    }
    const result = await handler(request, context);
    return lists.filter(method, result, token);
  };

  return {
    guard: ({ method: named, isBare }, handler) => {
      return async (request, context) => {
        const method = named ?? methodOf(request);
        if (HANDSHAKE_METHODS.includes(method)) return handler(request, context);
        const params = isBare ? request : (request as { readonly params?: unknown }).params;
        return guarded({ method, params: params as Params, request, context }, handler);
      };
    },
    tokenOf: (context) =>
      typeof context === "object" && context !== null ? tokens.get(context) : undefined,
  };
}

function methodOf(request: unknown): string {
  const method = isNamed(request) ? request["method"] : undefined;
  return typeof method === "string" ? method : "";
}

/** Whoever presents nothing is nobody; whoever presents what is no good is refused. */
async function know(
  authorizer: Authorizer,
  method: string,
  caller: Caller,
  isOpen: boolean,
): Promise<Passed> {
  if (caller.authorization === undefined && isOpen) return { token: undefined };
  const known = await authorizer.authenticate(caller.authorization, caller);
  if ("token" in known) return known;
  await authorizer.record(known, { name: `mcp:${method}`, requestId: caller.requestId });
  return { refusal: known.decision, answer: known.answer };
}

/** A session belongs to whom it was first used by; nobody else takes part in it. */
async function takesPart(
  sessions: McpSessionStore,
  { sessionId, authorization }: Caller,
  token: AccessToken | undefined,
): Promise<boolean> {
  if (sessionId === undefined) return true;
  const rawToken = typeof authorization === "string" ? authorization : undefined;
  const caller = ownerOf(token, rawToken);
  const owner = await sessions.get(sessionId);
  if (owner === undefined || (owner === NOBODY && caller !== NOBODY)) {
    sessions.set(sessionId, caller);
    return true;
  }
  return isOwner(owner, caller);
}

/** A tool call says no as its result, everything else as an error of the protocol. */
function sayNo(
  method: string,
  params: Params,
  { refusal, answer }: Refused,
  upgradeUrl: string | undefined,
): unknown {
  // the SDK takes nothing but a task for a call that asks for one
  const isToolResult = method === "tools/call" && !Object.hasOwn(params ?? {}, "task");
  if (isToolResult) return refusedToolResult(refusal, answer, upgradeUrl);
  const message = refusalText(refusal, answer, upgradeUrl);
  const data = refusalMeta(refusal, answer, upgradeUrl);
  throw protocolError({ code: REFUSED_CODE, message, data });
}

/** What both SDKs make an error of the protocol of. */
function protocolError(said: { code: number; message: string; data?: object }): Error {
  return Object.assign(new Error(said.message), said);
}
