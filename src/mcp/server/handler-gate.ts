import { type AccessToken, readOwn } from "../../decision/access-token.js";
import type { Allowed } from "../../decision/decision.js";
import type { Policy } from "../../decision/define-policy.js";
import { isObject } from "../../grammar/is-object.js";
import type { AuthenticationResult, ReportStatus } from "../../resource-server/authorizer-types.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { LocalToken } from "../../resource-server/local-token.js";
import { type PinnedAuthorizer, pinned } from "../../resource-server/pinned-authorizer.js";
import { CREDENTIAL_CODES, deniedError } from "../shared/denied-error.js";
import type { Handshake } from "../shared/handshake.js";
import {
  type DeniedOperation,
  hasDenials,
  jointDenial,
  jointSignIn,
} from "../shared/joint-denial.js";
import type { Params } from "../shared/message.js";
import { errorOf } from "../shared/protocol-errors.js";
import { addReport } from "../shared/reports.js";
import {
  type FindRequiredOperations,
  HANDSHAKE_METHODS,
  unknownOperation,
} from "../shared/required-operations.js";
import { createSessionStore, type McpSessionStore, ownerOf } from "../shared/sessions.js";
import type { McpSurface } from "../shared/shared-options.js";
import { signInScopeMode } from "../shared/sign-in-scope.js";
import { deniedToolResult } from "../shared/tool-result.js";
import { type Caller, isOverHttp, type McpHandlerContext, readCaller } from "./caller.js";
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

/** The parts of a handler gate. */
export interface HandlerGateParts {
  readonly authorizer: PinnedAuthorizer;
  readonly surface: McpSurface;
  readonly targets: FindRequiredOperations;
  readonly listsOf: (policy: Policy) => ListFilter;
  readonly registrations: Registrations;
  readonly handshake: Handshake;
  readonly tasks: TaskOwners;
  readonly local: LocalToken | undefined;
  readonly authenticate?: ((context: McpHandlerContext) => unknown) | undefined;
}

/** The gate in front of every handler of one server. */
export interface HandlerGate {
  /** Returns a handler that passes the gate before it calls the given one. */
  readonly wrap: (registration: Registration, handler: Handler) => Handler;
  /** Returns the token of the call to which a context belongs. */
  readonly tokenOf: (context: unknown) => AccessToken | undefined;
  /** Returns the decision about the call to which a context belongs. */
  readonly decisionOf: (context: unknown) => Allowed | undefined;
}

interface HandlerDenial {
  readonly kind: "refused";
  readonly denial: Denial;
  readonly answer: DenialResponse;
}

/** A call that may reach its handler. */
interface PassedCall {
  readonly kind: "passed";
  readonly token: AccessToken | undefined;
  /** The decision on its first operation; `undefined` for a method that needs none. */
  readonly decision: Allowed | undefined;
}

type HandlerOutcome = PassedCall | HandlerDenial;

const WITHOUT_TOKEN: PassedCall = { kind: "passed", token: undefined, decision: undefined };

/** A call with its caller, with what its policy decides, and with the functions that report the status of its response to the audit. */
interface GatedCall {
  readonly method: string;
  readonly params: Params;
  readonly request: unknown;
  readonly context: unknown;
  readonly caller: Caller;
  /** The authorizer with the policy that was in force when the call began. */
  readonly authorizer: PinnedAuthorizer;
  readonly lists: ListFilter;
  readonly reports: ReportStatus[];
}

/** Creates the handler gate of one server. A call through it allocates little: most servers that have a gate serve one call. */
export function createHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { surface, targets, registrations, handshake, tasks } = parts;
  const calls = new WeakMap<object, PassedCall>();
  let sessions: McpSessionStore | undefined;
  const isOpen = surface.anonymous === true;

  /** Authenticates a caller of a method that needs no operation. An anonymous caller passes where the method allows it. */
  const authenticate = async (call: GatedCall): Promise<HandlerOutcome> => {
    const { method, caller, authorizer, lists, reports } = call;
    const context = denialContext(caller);
    const known = await authorizer.authenticate(caller.authorization, context, caller.authenticate);
    const request = { name: `mcp:${method}`, requestId: caller.requestId };
    if (known.kind === "refused") {
      // a list shows public entries to an anonymous caller
      if ((isOpen || lists.has(method)) && isAnonymous(known)) return WITHOUT_TOKEN;
      addReport(reports, { answered: await authorizer.record(known, request) });
      return { kind: "refused", denial: known.decision, answer: known.answer };
    }
    const { token } = known;
    const decision = handshake(token, authorizer.policy);
    if (decision === undefined) return { kind: "passed", token, decision };
    const answer = authorizer.answer(decision, { ...context, token });
    addReport(reports, { answered: await authorizer.record({ decision, answer, token }, request) });
    return { kind: "refused", denial: decision, answer };
  };

  /** Returns whether the caller owns every task that a request names. */
  const hasOwnTasks = async (
    named: readonly unknown[],
    { authorizer, caller }: GatedCall,
  ): Promise<boolean> => {
    const { authorization, authenticate } = caller;
    const known = await authorizer.authenticate(authorization, undefined, authenticate);
    if (known.kind === "refused" && !isAnonymous(known)) return false;
    const token = known.kind === "refused" ? undefined : known.token;
    return waitForStore(tasks.areOf(named, ownerOfCall(token, caller)));
  };

  const pass = async (call: GatedCall): Promise<HandlerOutcome> => {
    const { method, params, caller, authorizer, reports } = call;
    const { protocolVersion } = caller;
    const required = targets({ kind: "request", method, params }, protocolVersion);
    if (required.kind === "malformed") throw protocolError(errorOf("params"));
    const isMethodUnknown = required.kind === "operations" && required.isMethodUnknown;
    const named = namedTasks(method, params, caller.meta);
    const isOwn = isMethodUnknown || named.length === 0 || (await hasOwnTasks(named, call));
    const target = isOwn ? required : unknownOperation(method);
    if (target.kind === "known") return authenticate(call);
    let passed = WITHOUT_TOKEN;
    const denials: DeniedOperation[] = [];
    for (const asked of target.operations) {
      const admission = await authorizer.admit({
        operation: asked.operation,
        params: asked.params,
        arguments: asked.arguments,
        authorization: caller.authorization,
        authenticate: caller.authenticate,
        protocolVersion,
        requestId: caller.requestId,
        auditDenialsOnly: false,
        credentialsFirst: !isOwn,
        signInScope: signInScopeMode(isOpen, asked.isOfObject),
      });
      addReport(reports, admission);
      if (admission.kind === "refused") {
        if (target.isMethodUnknown) throw protocolError(errorOf("unknown_method"));
        const { decision: denial, answer, token } = admission;
        denials.push({ denial, answer, token });
        // the other operations have the same credentials
        if (CREDENTIAL_CODES.has(denial.code)) break;
        continue;
      }
      const { token, decision } = admission;
      passed = { kind: "passed", token, decision: passed.decision ?? decision };
    }
    if (!hasDenials(denials)) return passed;
    const joint = jointDenial(authorizer, denials, protocolVersion);
    const refused = isOpen
      ? jointSignIn(authorizer, joint, target.operations, protocolVersion)
      : joint;
    return { kind: "refused", ...refused };
  };

  const runGated = async (
    method: string,
    getsParamsOnly: boolean,
    request: unknown,
    context: unknown,
    handler: Handler,
  ): Promise<unknown> => {
    const params = getsParamsOnly ? request : (request as { readonly params?: unknown }).params;
    const authorizer = pinned(parts.authorizer);
    const call: GatedCall = {
      method,
      params: params as Params,
      request,
      context,
      caller: readCaller(context, parts.local, parts.authenticate),
      authorizer,
      lists: parts.listsOf(authorizer.policy),
      reports: [],
    };
    try {
      return await runDecided(call, handler);
    } finally {
      // both SDKs send results and errors of handlers with this status
      if (call.reports.length > 0 && isOverHttp(context)) {
        for (const report of call.reports) report(200);
      }
    }
  };

  const runDecided = async (call: GatedCall, handler: Handler): Promise<unknown> => {
    const { method, params, context, caller } = call;
    const passed = await pass(call);
    if (passed.kind === "refused") return denyCall(method, params, passed, surface.upgradeUrl);
    const { token } = passed;
    // before the handler, which may change what the host said of the token
    const owner = ownerOfCall(token, caller);
    const { sessionId } = caller;
    if (sessionId !== undefined && !(await takesPart(sessionId, owner))) {
      throw protocolError(errorOf("session"));
    }
    if (isObject(context)) calls.set(context, passed);
    const result = await handler(call.request, context);
    const seen = tasks.see(method, result, owner);
    const ownResult = seen === undefined ? result : await waitForStore(seen);
    return call.lists.filter(method, ownResult, token, registrations.isNamed);
  };

  /**
   * Returns whether a caller may use a session. It belongs to the first caller that uses it; an anonymous session stays
   * anonymous.
   */
  const takesPart = async (sessionId: string, caller: string): Promise<boolean> => {
    sessions ??= createSessionStore();
    const owner = await sessions.get(sessionId);
    if (owner === undefined) sessions.set(sessionId, caller);
    return owner === undefined || owner === caller;
  };

  const callOf = (context: unknown) => (isObject(context) ? calls.get(context) : undefined);

  return {
    wrap: ({ method: named, isBare: getsParamsOnly }, handler) => {
      // the fallback handler has no method, and never handles the handshake
      const isHandshake = named !== undefined && HANDSHAKE_METHODS.includes(named);
      if (isHandshake) return handler;
      return (request, context) =>
        runGated(named ?? methodOf(request), getsParamsOnly, request, context, handler);
    },
    tokenOf: (context) => callOf(context)?.token,
    decisionOf: (context) => callOf(context)?.decision,
  };
}

function methodOf(request: unknown): string {
  const method = isObject(request) ? request["method"] : undefined;
  return typeof method === "string" ? method : "";
}

function isAnonymous({ decision }: Extract<AuthenticationResult, { kind: "refused" }>): boolean {
  return decision.code === "unauthenticated";
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
