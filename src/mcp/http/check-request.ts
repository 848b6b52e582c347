import type { AccessToken } from "../../decision/access-token.js";
import { TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED } from "../../decision/decision.js";
import type { ReportStatus } from "../../resource-server/authorizer-types.js";
import { type PinnedAuthorizer, pinned } from "../../resource-server/pinned-authorizer.js";
import { createAuthInfo, type McpAuthInfo } from "../shared/auth-info.js";
import { CREDENTIAL_CODES, deniedError } from "../shared/denied-error.js";
import { idOf, type Message } from "../shared/message.js";
import { type ProtocolFault, statusOf } from "../shared/protocol-errors.js";
import { LISTEN_METHOD } from "../shared/required-operations.js";
import { type McpSessionStore, ownerOf, storeWithTimeout } from "../shared/sessions.js";
import type { McpSurface } from "../shared/shared-options.js";
import { deniedToolResult } from "../shared/tool-result.js";
import { isModern } from "../shared/versions.js";
import { challengeFor } from "./client-quirks.js";
import {
  type Authorization,
  type DecisionParts,
  decideMessages,
  type MessagesOutcome,
} from "./decide-messages.js";
import { type ProtocolHeaders, protocolVersionOf } from "./header-fields.js";
import type { McpHttpRequest, McpHttpResponse } from "./http-types.js";
import {
  errorResponse,
  faultResponse,
  noMethodResponse,
  resultResponse,
} from "./protocol-answers.js";
import {
  createUnreadable,
  type ReadLimits,
  readRequest,
  type UnreadableRequest,
} from "./read-request.js";

/** What the gate passes on with an allowed request: the second argument of a transport's `fetch` or `handleRequest`. */
export interface McpRequestContext {
  /** The caller, for the SDK; missing for an allowed anonymous request. */
  readonly authInfo?: McpAuthInfo;
  /** The body as the gate parsed it, so that the server runs exactly the call that the gate decided on. */
  readonly parsedBody?: unknown;
  /** The verified token; `undefined` for an anonymous request. */
  readonly token: AccessToken | undefined;
  /** The protocol version of the request, which can be any text: the gate passes unknown versions on. */
  readonly protocolVersion: string;
}

/** The result of the gate for a request. */
export type McpGateResult =
  | { readonly kind: "answer"; readonly answer: McpHttpResponse }
  | {
      readonly kind: "pass";
      readonly passed: McpRequestContext;
      /** The bytes of the body. */
      readonly body: Uint8Array | undefined;
      /**
       * Takes the response of the server: records the session that it opens, or deletes the one that it closes, and reports its
       * status to the audit. `undefined` if there is nothing to record.
       */
      readonly answered:
        | ((status: number, session: string | null | undefined) => Promise<void>)
        | undefined;
      /** Returns whether a stream may continue; `undefined` for a request that opens no long stream. */
      readonly mayContinue: (() => Promise<boolean>) | undefined;
    };

/** The parts and settings of the gate core. */
export interface RequestCheckParts extends DecisionParts, ReadLimits {
  readonly surface: McpSurface;
  readonly sessions: McpSessionStore;
  readonly auditAllowed: boolean;
}

/** Creates the function that takes a request from its bytes to a verdict. It never rejects. */
export function createRequestCheck(
  parts: RequestCheckParts,
): (request: McpHttpRequest) => Promise<McpGateResult> {
  const { surface } = parts;
  const sessions = storeWithTimeout(parts.sessions, STORE_TIMEOUT);

  const decide = async (
    request: McpHttpRequest,
    authorizer: PinnedAuthorizer,
  ): Promise<McpGateResult> => {
    const deciders = { authorizer, targets: parts.targets, handshake: parts.handshake };
    const authorization = authorizationOf(request.field("authorization"));
    const anonymous = surface.anonymous === true;
    const httpMethod = request.method;
    const authenticateOnce = once(async () => {
      if (authorization === undefined) {
        const answer = authorizer.answer(UNAUTHENTICATED, NO_CONTEXT);
        return { decision: UNAUTHENTICATED, answer };
      }
      const known = await authorizer.authenticate(authorization, NO_CONTEXT);
      return known.kind === "refused" ? known : undefined;
    });
    // a caller without a valid token gets 401 before any error about the body
    const rejectUnreadable = async ({ fault, id, isCutShort }: UnreadableRequest) => {
      const isAllowed = authorization === undefined && anonymous;
      const mustAuthenticate = isCutShort || (CONTENT_FAULTS.has(fault) && !isAllowed);
      const denial = mustAuthenticate ? await authenticateOnce() : undefined;
      if (denial === undefined) return respondWith(faultResponse(fault, id));
      // its only event: no message of the request is decided
      const answered = await authorizer.record(denial, { name: `mcp:${httpMethod}` });
      const close = isCutShort && { Connection: "close" };
      const { answer } = denial;
      answered?.(answer.status);
      return respondWith({ ...answer, headers: { ...answer.headers, ...close } });
    };
    const read = await readRequest(request, parts, authenticateOnce);
    if (read.kind === "unread") return rejectUnreadable(read);
    const { fields, messages, id } = read;
    const isSubscribing = messages.some(
      (message) => message.kind !== "response" && message.method === LISTEN_METHOD,
    );
    const protocolVersion = protocolVersionOf(fields, messages);
    const outcome =
      request.method === "POST"
        ? await decideMessages(deciders, messages, {
            httpMethod,
            authorization,
            protocolVersion,
            anonymous,
            // the SDK responds to a subscription itself, so no handler behind the gate would write the event
            auditDenialsOnly: !parts.auditAllowed && !(isSubscribing && isModern(protocolVersion)),
          })
        : await decideMessages(deciders, [{ kind: "response" }], {
            httpMethod,
            authorization,
            protocolVersion,
            anonymous,
            auditDenialsOnly: true,
          });
    if (outcome.kind === "malformed") {
      for (const report of outcome.reports) report(statusOf("params"));
      return rejectUnreadable(createUnreadable("params", idOf(outcome.message)));
    }
    if (outcome.kind === "refused") {
      const answer = denialResponse(outcome, messages, surface, protocolVersion, request);
      return reportingRefusal(answer, outcome.reports);
    }
    const rawToken = outcome.token && rawTokenOf(authorization);
    const owner = () => ownerOf(outcome.token, rawToken);
    const { session } = fields;
    if (session !== undefined && (await sessions.get(session)) !== owner()) {
      return reportingRefusal(faultResponse("session", id), outcome.reports);
    }
    const { token } = outcome;
    const authInfo =
      token !== undefined && rawToken !== undefined
        ? createAuthInfo(rawToken, token, authorizer.resource)
        : undefined;
    const passed: { -readonly [Name in keyof McpRequestContext]: McpRequestContext[Name] } = {
      token,
      protocolVersion,
    };
    // own members only where there is something: transports copy them
    if (authInfo !== undefined) passed.authInfo = authInfo;
    if (read.parsedBody !== undefined) passed.parsedBody = read.parsedBody;
    const isLong = request.method === "GET" || isSubscribing;
    return {
      kind: "pass",
      passed,
      body: read.body,
      answered: responseRecorder(
        outcome.reports,
        mayChangeSession(request, messages) &&
          ((status, session) => recordSession(sessions, request, fields, owner(), status, session)),
      ),
      mayContinue: isLong ? () => mayContinue(parts, authorization, outcome.targets) : undefined,
    };
  };

  return async (request) => {
    // one policy decides all messages of a request
    const authorizer = pinned(parts.authorizer);
    try {
      return await decide(request, authorizer);
    } catch {
      // the session store failed: a failure never grants access
      const { status, headers, body } = authorizer.answer(TEMPORARILY_UNAVAILABLE, NO_CONTEXT);
      return respondWith({ status, headers, body });
    }
  };
}

/** Faults of the content of a request: an unauthenticated caller gets 401 instead. */
const CONTENT_FAULTS: ReadonlySet<ProtocolFault> = new Set<ProtocolFault>([
  "json",
  "message",
  "params",
  "batch",
  "fields",
  "event_id",
]);

/** The context of a response that concerns no operation. */
const NO_CONTEXT = { operation: undefined, token: undefined, protocolVersion: undefined };

/** Timeout of the session store in milliseconds. */
const STORE_TIMEOUT = 5_000;

function respondWith(answer: McpHttpResponse): McpGateResult {
  return { kind: "answer", answer };
}

/** Returns the gate's own response, after it reported its status to the audit. */
function reportingRefusal(
  answer: McpHttpResponse,
  reports: readonly ReportStatus[],
): McpGateResult {
  for (const report of reports) report(answer.status);
  return respondWith(answer);
}

type RecordResponse = (status: number, session: string | null | undefined) => Promise<void>;

/** Returns the function that takes the server's response; `undefined` if neither the audit nor the sessions need it. */
function responseRecorder(
  reports: readonly ReportStatus[],
  record: RecordResponse | false,
): RecordResponse | undefined {
  if (reports.length === 0) return record === false ? undefined : record;
  return async (status, session) => {
    for (const report of reports) report(status);
    if (record !== false) await record(status, session);
  };
}

/** Returns a function that calls `ask` once and returns the same promise from then on. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** Returns the credentials of a request: one header as a text, which the authorizer looks up before it reads it. */
function authorizationOf(fields: readonly string[]): Authorization {
  // an empty list has no item of its own: `Object.prototype` may have one
  if (fields.length === 0) return undefined;
  return fields.length === 1 && typeof fields[0] === "string" ? fields[0] : fields;
}

/** Returns the raw token of valid credentials. */
function rawTokenOf(authorization: Authorization): string | undefined {
  return typeof authorization === "string" ? authorization.replace(/^\S+ +/, "") : undefined;
}

/**
 * Returns whether a request can open or close a session: `initialize` opens one and DELETE closes it (MCP 2025-11-25,
 * basic/transports).
 */
function mayChangeSession({ method }: McpHttpRequest, messages: readonly Message[]): boolean {
  const isHandshake = (message: Message) =>
    message.kind === "request" && message.method === "initialize";
  return method === "DELETE" || messages.some(isHandshake);
}

async function recordSession(
  sessions: McpSessionStore,
  request: McpHttpRequest,
  fields: ProtocolHeaders,
  owner: string,
  status: number,
  session: string | null | undefined,
): Promise<void> {
  const isGood = status >= 200 && status < 300;
  if (request.method === "DELETE" && isGood && fields.session !== undefined) {
    await sessions.delete(fields.session);
  } else if (typeof session === "string" && (await sessions.get(session)) === undefined) {
    await sessions.set(session, owner);
  }
}

/** Creates the HTTP response to a denial: a status with its challenge, a tool result, or a JSON-RPC error. */
function denialResponse(
  { denial, answer, message, isMethodUnknown }: Extract<MessagesOutcome, { kind: "refused" }>,
  messages: readonly Message[],
  { challenge = "http", anonymous, upgradeUrl }: McpSurface,
  protocolVersion: string,
  request: McpHttpRequest,
): McpHttpResponse {
  if (isMethodUnknown && message?.kind === "request") {
    return noMethodResponse(message.id, isModern(protocolVersion));
  }
  const isCall = message?.kind === "request" && message.method === "tools/call";
  const [userAgent] = request.field("user-agent");
  const usesToolResult = challengeFor(challenge, userAgent) === "tool-result";
  const isMissingScope =
    denial.code === "insufficient_scope" ||
    (denial.code === "unauthenticated" && anonymous === true && isCall);
  const isHttpStatus = HTTP_STATUS_CODES.has(denial.code) && !(usesToolResult && isMissingScope);
  // nothing else responds to notifications, GET and DELETE (MCP, basic/transports)
  const ids = messages.flatMap((one) => (one.kind === "request" ? [one.id] : []));
  if (isHttpStatus || ids.length === 0) return answer;
  if (!isCall) {
    const named = message?.kind === "request" ? message : undefined;
    const error = deniedError(named, denial, answer, upgradeUrl);
    return errorResponse(ids, error, message === undefined);
  }
  const result = deniedToolResult(denial, answer, upgradeUrl);
  return resultResponse(message.id, {
    ...(isModern(protocolVersion) && { resultType: "complete" }),
    ...result,
  });
}

/** The codes of denials that a client fixes by authorizing or by a corrected request. Over HTTP they are statuses. */
const HTTP_STATUS_CODES = new Set<string>([...CREDENTIAL_CODES, "insufficient_scope"]);

/** Returns whether the token is still valid, and still sufficient by the policy in force. */
async function mayContinue(
  { authorizer: replaceable, handshake }: RequestCheckParts,
  authorization: Authorization,
  targets: Extract<MessagesOutcome, { kind: "passed" }>["targets"],
): Promise<boolean> {
  const authorizer = pinned(replaceable);
  const { policy } = authorizer;
  const known =
    authorization === undefined
      ? undefined
      : await authorizer.authenticate(authorization, NO_CONTEXT);
  if (known?.kind === "refused") return false;
  const token = known?.token;
  if (token !== undefined && handshake(token, policy) !== undefined) return false;
  return targets.every(
    (target) =>
      target.kind !== "operations" ||
      target.operations.every(
        ({ operation, params }) => policy.decideUntrusted(token, operation, params).allowed,
      ),
  );
}
