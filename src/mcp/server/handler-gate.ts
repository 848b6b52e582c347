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
import { type DeniedOperation, jointDenial, jointSignIn } from "../shared/joint-denial.js";
import type { Params } from "../shared/message.js";
import { errorOf } from "../shared/protocol-errors.js";
import { reportsOf } from "../shared/reports.js";
import {
  type FindRequiredOperations,
  HANDSHAKE_METHODS,
  unknownOperation,
} from "../shared/required-operations.js";
import { createSessionStore, ownerOf } from "../shared/sessions.js";
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

interface IncomingCall {
  readonly method: string;
  readonly params: Params;
  readonly request: unknown;
  readonly context: unknown;
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
  readonly token: AccessToken | undefined;
  /** The decision on its first operation; `undefined` for a method that needs none. */
  readonly decision: Allowed | undefined;
}

type HandlerOutcome = ({ readonly kind: "passed" } & PassedCall) | HandlerDenial;

/** A call with what its policy decides, and with the functions that report the status of its response to the audit. */
interface AuditedCaller extends Caller {
  /** The authorizer with the policy that was in force when the call began. */
  readonly authorizer: PinnedAuthorizer;
  readonly lists: ListFilter;
  readonly reports: ReportStatus[];
}

/** Creates the handler gate of one server. */
export function createHandlerGate(parts: HandlerGateParts): HandlerGate {
  const { surface, targets, registrations, handshake, tasks } = parts;
  const calls = new WeakMap<object, PassedCall>();
  const sessions = createSessionStore();
  const isOpen = surface.anonymous === true;

  /** Authenticates a caller of a method that needs no operation. An anonymous caller passes where the method allows it. */
  const authenticate = async (method: string, caller: AuditedCaller): Promise<HandlerOutcome> => {
    const { authorizer, lists } = caller;
    const context = denialContext(caller);
    const known = await authorizer.authenticate(caller.authorization, context, caller.authenticate);
    const request = { name: `mcp:${method}`, requestId: caller.requestId };
    if (known.kind === "refused") {
      // a list shows public entries to an anonymous caller
      if ((isOpen || lists.has(method)) && isAnonymous(known)) {
        return { kind: "passed", token: undefined, decision: undefined };
      }
      caller.reports.push(...reportsOf({ answered: await authorizer.record(known, request) }));
      return { kind: "refused", denial: known.decision, answer: known.answer };
    }
    const { token } = known;
    const decision = handshake(token, authorizer.policy);
    if (decision === undefined) return { kind: "passed", token, decision };
    const answer = authorizer.answer(decision, { ...context, token });
    const answered = await authorizer.record({ decision, answer, token }, request);
    caller.reports.push(...reportsOf({ answered }));
    return { kind: "refused", denial: decision, answer };
  };

  /** Returns whether the caller owns every task that a request names. */
  const hasOwnTasks = async (
    named: readonly unknown[],
    caller: AuditedCaller,
  ): Promise<boolean> => {
    if (named.length === 0) return true;
    const known = await caller.authorizer.authenticate(
      caller.authorization,
      undefined,
      caller.authenticate,
    );
    if (known.kind === "refused" && !isAnonymous(known)) return false;
    const token = known.kind === "refused" ? undefined : known.token;
    return waitForStore(tasks.areOf(named, ownerOfCall(token, caller)));
  };

  const pass = async (
    method: string,
    params: Params,
    caller: AuditedCaller,
  ): Promise<HandlerOutcome> => {
    const required = targets({ kind: "request", method, params }, caller.protocolVersion);
    if (required.kind === "malformed") throw protocolError(errorOf("params"));
    const isMethodUnknown = required.kind === "operations" && required.isMethodUnknown;
    const isOwn =
      isMethodUnknown || (await hasOwnTasks(namedTasks(method, params, caller.meta), caller));
    const target = isOwn ? required : unknownOperation(method);
    if (target.kind === "known") return authenticate(method, caller);
    let passed: PassedCall | undefined;
    const denials: DeniedOperation[] = [];
    for (const { isOfObject, ...operation } of target.operations) {
      const admission = await caller.authorizer.admit({
        ...operation,
        authorization: caller.authorization,
        authenticate: caller.authenticate,
        protocolVersion: caller.protocolVersion,
        requestId: caller.requestId,
        auditDenialsOnly: false,
        credentialsFirst: !isOwn,
        signInScope: signInScopeMode(isOpen, isOfObject),
      });
      caller.reports.push(...reportsOf(admission));
      if (admission.kind === "refused") {
        if (target.isMethodUnknown) throw protocolError(errorOf("unknown_method"));
        const { decision: denial, answer, token } = admission;
        denials.push({ denial, answer, token });
        // the other operations have the same credentials
        if (CREDENTIAL_CODES.has(denial.code)) break;
        continue;
      }
      const { token, decision } = admission;
      passed = { token, decision: passed?.decision ?? decision };
    }
    const [first, ...others] = denials;
    if (first !== undefined) {
      const { protocolVersion } = caller;
      const joint = jointDenial(caller.authorizer, [first, ...others], protocolVersion);
      const refused = isOpen
        ? jointSignIn(caller.authorizer, joint, target.operations, protocolVersion)
        : joint;
      return { kind: "refused", ...refused };
    }
    return { kind: "passed", token: undefined, decision: undefined, ...passed };
  };

  const runGated = async (call: IncomingCall, handler: Handler): Promise<unknown> => {
    const { context } = call;
    const reports: ReportStatus[] = [];
    const authorizer = pinned(parts.authorizer);
    const lists = parts.listsOf(authorizer.policy);
    const read = readCaller(context, parts.local, parts.authenticate);
    const caller = { ...read, authorizer, lists, reports };
    try {
      return await runDecided(call, handler, caller);
    } finally {
      // both SDKs send results and errors of handlers with this status
      if (isOverHttp(context)) for (const report of reports) report(200);
    }
  };

  const runDecided = async (
    { method, params, request, context }: IncomingCall,
    handler: Handler,
    caller: AuditedCaller,
  ): Promise<unknown> => {
    const passed = await pass(method, params, caller);
    if (passed.kind === "refused") return denyCall(method, params, passed, surface.upgradeUrl);
    const { token, decision } = passed;
    const owner = ownerOfCall(token, caller);
    if (!(await takesPart(caller.sessionId, owner))) throw protocolError(errorOf("session"));
    if (isObject(context)) calls.set(context, { token, decision });
    const result = await waitForStore(tasks.see(method, await handler(request, context), owner));
    return caller.lists.filter(method, result, token, registrations.isNamed);
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

  const callOf = (context: unknown) => (isObject(context) ? calls.get(context) : undefined);

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
