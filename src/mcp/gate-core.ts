import type { AccessToken } from "../decision/access-token.js";
import { TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED } from "../decision/decision.js";
import { type McpAuthInfo, newAuthInfo } from "./auth-info.js";
import { challengeFor } from "./clients.js";
import { type Deciders, decideMessages, OF_CREDENTIALS, type Outcome } from "./decide-messages.js";
import { type Fields, protocolVersionOf } from "./fields.js";
import type { McpHttpAnswer, McpHttpRequest } from "./http.js";
import { idOf, type Message } from "./message.js";
import { faultAnswer, noMethodAnswer, resultAnswer } from "./protocol-answers.js";
import type { Fault } from "./protocol-errors.js";
import { type ReadLimits, readRequest, type Unread, unread } from "./read-request.js";
import { boundStore, type McpSessionStore, ownerOf } from "./sessions.js";
import type { McpSurface } from "./surface.js";
import { LISTEN } from "./targets.js";
import { refusedToolResult } from "./tool-result.js";
import { isModern } from "./versions.js";

/** What the gate passes on with an allowed request: the second argument of a transport's `fetch` or `handleRequest`. */
export interface McpPassed {
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
export type McpVerdict =
  | { readonly kind: "answer"; readonly answer: McpHttpAnswer }
  | {
      readonly kind: "pass";
      readonly passed: McpPassed;
      /** The bytes of the body. */
      readonly body: Uint8Array | undefined;
      /**
       * Records the session that the server opens with its response, or deletes the one that it closes; `undefined` if the
       * request can do neither.
       */
      readonly answered:
        | ((status: number, session: string | null | undefined) => Promise<void>)
        | undefined;
      /** Returns whether a stream may continue; `undefined` for a request that opens no long stream. */
      readonly mayGoOn: (() => Promise<boolean>) | undefined;
    };

/** The parts and settings of the gate core. */
export interface GateParts extends Deciders, ReadLimits {
  readonly surface: McpSurface;
  readonly sessions: McpSessionStore;
  readonly auditAllowed: boolean;
}

/** Creates the function that takes a request from its bytes to a verdict. It never rejects. */
export function newGateCore(parts: GateParts): (request: McpHttpRequest) => Promise<McpVerdict> {
  const { authorizer, surface } = parts;
  const sessions = boundStore(parts.sessions, STORE_TIMEOUT);

  const decide = async (request: McpHttpRequest): Promise<McpVerdict> => {
    const credentials = request.field("authorization");
    const authorization = credentials.length === 0 ? undefined : credentials;
    const anonymous = surface.anonymous === true;
    const httpMethod = request.method;
    const askStranger = once(async () => {
      if (authorization === undefined) {
        const answer = authorizer.answer(UNAUTHENTICATED, NO_CONTEXT);
        return { decision: UNAUTHENTICATED, answer };
      }
      const known = await authorizer.authenticate(authorization, NO_CONTEXT);
      return known.kind === "refused" ? known : undefined;
    });
    // a caller without a valid token gets 401 before any error about the body
    const faulty = async ({ fault, id, isCutShort }: Unread) => {
      const isAllowed = authorization === undefined && anonymous;
      const isAsked = isCutShort || (ASKED_BEHIND.has(fault) && !isAllowed);
      const told = isAsked ? await askStranger() : undefined;
      if (told === undefined) return answered(faultAnswer(fault, id));
      // its only event: no message of the request is decided
      await authorizer.record(told, { name: `mcp:${httpMethod}` });
      const close = isCutShort && { Connection: "close" };
      const { answer } = told;
      return answered({ ...answer, headers: { ...answer.headers, ...close } });
    };
    const read = await readRequest(request, parts, askStranger);
    if (read.kind === "unread") return faulty(read);
    const { fields, messages, id } = read;
    const isSubscribing = messages.some(
      (message) => message.kind !== "response" && message.method === LISTEN,
    );
    const protocolVersion = protocolVersionOf(fields, messages);
    const outcome =
      request.method === "POST"
        ? await decideMessages(parts, messages, {
            httpMethod,
            authorization,
            protocolVersion,
            anonymous,
            // the SDK answers a subscription itself, so no handler behind the gate would write the event
            auditDenialsOnly: !parts.auditAllowed && !(isSubscribing && isModern(protocolVersion)),
          })
        : await decideMessages(parts, [{ kind: "response" }], {
            httpMethod,
            authorization,
            protocolVersion,
            anonymous,
            auditDenialsOnly: true,
          });
    if (outcome.kind === "malformed") return faulty(unread("params", idOf(outcome.message)));
    if (outcome.kind === "refused") {
      return answered(refusalAnswer(outcome, surface, protocolVersion, request));
    }
    const rawToken = outcome.token && rawTokenOf(authorization);
    const owner = () => ownerOf(outcome.token, rawToken);
    const { session } = fields;
    if (session !== undefined && (await sessions.get(session)) !== owner()) {
      return answered(faultAnswer("session", id));
    }
    const { token } = outcome;
    const authInfo =
      token !== undefined && rawToken !== undefined
        ? newAuthInfo(rawToken, token, authorizer.resource)
        : undefined;
    const isLong = request.method === "GET" || isSubscribing;
    return {
      kind: "pass",
      passed: {
        ...(authInfo !== undefined && { authInfo }),
        ...(read.parsedBody !== undefined && { parsedBody: read.parsedBody }),
        token,
        protocolVersion,
      },
      body: read.body,
      answered: mayMoveSession(request, messages)
        ? (status, session) => noteSession(sessions, request, fields, owner(), status, session)
        : undefined,
      mayGoOn: isLong ? () => mayGoOn(parts, authorization, outcome.targets) : undefined,
    };
  };

  return async (request) => {
    try {
      return await decide(request);
    } catch {
      // the session store failed: a failure never grants access
      const { status, headers, body } = authorizer.answer(TEMPORARILY_UNAVAILABLE, NO_CONTEXT);
      return answered({ status, headers, body });
    }
  };
}

/** Faults of the content of a request: an unauthenticated caller gets 401 instead. */
const ASKED_BEHIND: ReadonlySet<Fault> = new Set<Fault>([
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

function answered(answer: McpHttpAnswer): McpVerdict {
  return { kind: "answer", answer };
}

/** Returns a function that calls `ask` once and returns the same promise from then on. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** Returns the raw token of valid credentials. */
function rawTokenOf(authorization: readonly string[] | undefined): string | undefined {
  return authorization?.[0]?.replace(/^\S+ +/, "");
}

/**
 * Returns whether a request can open or close a session: `initialize` opens one and DELETE closes it (MCP 2025-11-25,
 * basic/transports).
 */
function mayMoveSession({ method }: McpHttpRequest, messages: readonly Message[]): boolean {
  const isHandshake = (message: Message) =>
    message.kind === "request" && message.method === "initialize";
  return method === "DELETE" || messages.some(isHandshake);
}

async function noteSession(
  sessions: McpSessionStore,
  request: McpHttpRequest,
  fields: Fields,
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

/** Creates the HTTP response to a denial: a status with its challenge, or a tool result. */
function refusalAnswer(
  { refusal, answer, message, isMethodUnknown }: Extract<Outcome, { kind: "refused" }>,
  { challenge = "http", anonymous, upgradeUrl }: McpSurface,
  protocolVersion: string,
  request: McpHttpRequest,
): McpHttpAnswer {
  if (isMethodUnknown && message?.kind === "request") {
    return noMethodAnswer(message.id, isModern(protocolVersion));
  }
  const isCall = message?.kind === "request" && message.method === "tools/call";
  const [userAgent] = request.field("user-agent");
  const isByResult = challengeFor(challenge, userAgent) === "tool-result";
  const isShortage =
    refusal.code === "insufficient_scope" ||
    (refusal.code === "unauthenticated" && anonymous === true);
  const isAtTheDoor = AT_THE_DOOR.has(refusal.code) && !(isByResult && isShortage);
  if (!isCall || isAtTheDoor) return answer;
  const result = refusedToolResult(refusal, answer, upgradeUrl);
  return resultAnswer(message.id, {
    ...(isModern(protocolVersion) && { resultType: "complete" }),
    ...result,
  });
}

/** The codes of denials that a client fixes by authorizing or by a corrected request. Over HTTP they are statuses. */
const AT_THE_DOOR = new Set<string>([...OF_CREDENTIALS, "insufficient_scope"]);

/** Returns whether the token is still valid and still sufficient. */
async function mayGoOn(
  { authorizer, handshake }: GateParts,
  authorization: readonly string[] | undefined,
  targets: Extract<Outcome, { kind: "passed" }>["targets"],
): Promise<boolean> {
  const known =
    authorization === undefined
      ? undefined
      : await authorizer.authenticate(authorization, NO_CONTEXT);
  if (known?.kind === "refused") return false;
  const token = known?.token;
  if (token !== undefined && handshake(token) !== undefined) return false;
  return targets.every(
    (target) =>
      target.kind !== "operations" ||
      target.operations.every(
        ({ operation, params }) =>
          authorizer.policy.decideUntrusted(token, operation, params).allowed,
      ),
  );
}
