import type { AccessToken } from "../decision/access-token.js";
import { TEMPORARILY_UNAVAILABLE, UNAUTHENTICATED } from "../decision/decision.js";
import type { Authorizer } from "../resource-server/authorizer.js";
import { type McpAuthInfo, newAuthInfo } from "./auth-info.js";
import { challengeFor } from "./clients.js";
import { decideMessages, OF_CREDENTIALS, type Outcome } from "./decide-messages.js";
import {
  doFieldsAgree,
  type Fields,
  isPlainJson,
  protocolVersionOf,
  readFields,
} from "./fields.js";
import {
  type Fault,
  faultAnswer,
  type McpHttpAnswer,
  type McpHttpRequest,
  noMethodAnswer,
  type RequestId,
  resultAnswer,
} from "./http.js";
import { idOf, type Message, readMessage } from "./message.js";
import { boundStore, isOwner, type McpSessionStore, NOBODY, ownerOf } from "./sessions.js";
import { readStrictJson } from "./strict-json.js";
import type { McpSurface } from "./surface.js";
import type { Targets } from "./targets.js";
import { refusedToolResult } from "./tool-result.js";
import { hasBatches, isModern } from "./versions.js";

/** What the gate hands on with a request that may go on: the second argument of a transport's `fetch` or `handleRequest`. */
export interface McpPassed {
  /** Who calls, for the SDK; missing where nobody is known and nobody need be. */
  readonly authInfo?: McpAuthInfo;
  /** The body as the gate has read it: what was decided on is what is carried out. */
  readonly parsedBody?: unknown;
  /** The verified token. */
  readonly token: AccessToken | undefined;
  /** The version of the protocol that the request says it speaks: any text, where its field holds one that nobody knows. */
  readonly protocolVersion: string;
}

/** What the gate says of a request. */
export type McpVerdict =
  | { readonly kind: "answer"; readonly answer: McpHttpAnswer }
  | {
      readonly kind: "pass";
      readonly passed: McpPassed;
      /** The bytes of the body. */
      readonly body: Uint8Array | undefined;
      /** Notes the session that the server has opened with its answer, or forgets the one it has closed; `undefined` where it can do neither. */
      readonly answered:
        | ((status: number, session: string | null | undefined) => Promise<void>)
        | undefined;
      /** For a stream that lives long: whether it may go on. */
      readonly mayGoOn: (() => Promise<boolean>) | undefined;
    };

/** What the core is made of. */
export interface GateParts {
  readonly authorizer: Authorizer;
  readonly surface: McpSurface;
  readonly targets: Targets;
  readonly sessions: McpSessionStore;
  readonly maxBodySize: number;
  readonly maxBatch: number;
  readonly auditAllowed: boolean;
}

interface Read {
  readonly fields: Fields;
  readonly messages: readonly Message[];
  readonly body: Uint8Array | undefined;
  readonly parsedBody: unknown;
  /** The id of the one request; `null` where there is none, or several. */
  readonly id: RequestId;
}

/** A request that is none, with its id as far as it can be read. */
interface Unread {
  readonly fault: Fault;
  readonly id: RequestId;
  /** Whether only somebody who is known would have been read further. */
  readonly isCutShort?: boolean;
}

/** Returns the refusal of a caller without valid credentials; `undefined` for an authenticated caller. */
type AskStranger = () => Promise<object | undefined>;

/** Lays out the way of a request from its bytes to a verdict. Never rejects. */
export function newGateCore(parts: GateParts): (request: McpHttpRequest) => Promise<McpVerdict> {
  const { authorizer, surface, targets } = parts;
  const sessions = boundStore(parts.sessions, STORE_TIMEOUT);

  const decide = async (request: McpHttpRequest): Promise<McpVerdict> => {
    const credentials = request.field("authorization");
    const authorization = credentials.length === 0 ? undefined : credentials;
    const anonymous = surface.anonymous === true;
    const httpMethod = request.method;
    const askStranger = once(async () => {
      if (authorization === undefined) {
        return { decision: UNAUTHENTICATED, answer: authorizer.answer(UNAUTHENTICATED) };
      }
      const known = await authorizer.authenticate(authorization);
      return "answer" in known ? known : undefined;
    });
    // whoever is nobody is told first to become somebody
    const faulty = async ({ fault, id, isCutShort }: Unread) => {
      const isAllowed = authorization === undefined && anonymous;
      const isAsked = isCutShort === true || (ASKED_BEHIND.has(fault) && !isAllowed);
      const told = isAsked ? await askStranger() : undefined;
      if (told === undefined) return answered(faultAnswer(fault, id));
      // its only event, since nothing of it is decided on
      await authorizer.record(told, { name: `mcp:${httpMethod}` });
      const close = isCutShort === true && { Connection: "close" };
      const { answer } = told;
      return answered({ ...answer, headers: { ...answer.headers, ...close } });
    };
    const read = await readRequest(request, parts, askStranger);
    if ("fault" in read) return faulty(read);
    const { fields, messages, id } = read;
    const isSubscribing = messages.some(
      (message) => message.kind !== "response" && LONG_LIVED.has(message.method),
    );
    const protocolVersion = protocolVersionOf(fields, messages);
    const outcome =
      request.method === "POST"
        ? await decideMessages(authorizer, targets, messages, {
            httpMethod,
            authorization,
            protocolVersion,
            anonymous,
            // the SDK answers a subscription itself: no handler behind would write its event
            auditDenialsOnly: !parts.auditAllowed && !(isSubscribing && isModern(protocolVersion)),
          })
        : await decideMessages(authorizer, targets, [{ kind: "response" }], {
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
    if (fields.session !== undefined && !(await takes(sessions, fields.session, owner()))) {
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
      mayGoOn: isLong ? () => mayGoOn(authorizer, authorization, outcome.targets) : undefined,
    };
  };

  return async (request) => {
    try {
      return await decide(request);
    } catch {
      // a store of sessions that cannot be asked: nobody is let in on a guess
      const { status, headers, body } = authorizer.answer(TEMPORARILY_UNAVAILABLE);
      return answered({ status, headers, body });
    }
  };
}

/** Faults of what a request says, which nobody is told of. */
const ASKED_BEHIND: ReadonlySet<Fault> = new Set<Fault>([
  "json",
  "message",
  "params",
  "batch",
  "fields",
]);

/** Bytes of a body that are read for whoever is not known: it is read in full for somebody whose token is good. */
const STRANGERS_BODY = 65_536;

/** Milliseconds that a store of sessions is waited for. */
const STORE_TIMEOUT = 5_000;

const LONG_LIVED = new Set(["subscriptions/listen"]);

function answered(answer: McpHttpAnswer): McpVerdict {
  return { kind: "answer", answer };
}

const unread = (fault: Fault, id: RequestId = null): Unread => ({ fault, id });

async function readRequest(
  request: McpHttpRequest,
  { maxBodySize, maxBatch }: GateParts,
  askStranger: AskStranger,
): Promise<Read | Unread> {
  const fields = readFields(request);
  if (request.method === "GET" || request.method === "DELETE") {
    const nothing = { messages: [], body: undefined, parsedBody: undefined };
    return fields === undefined ? unread("fields") : { fields, ...nothing, id: null };
  }
  if (request.method !== "POST") return unread("method");
  if (!isPlainJson(request)) return unread("media_type");
  const isShort = Number(request.field("content-length")[0]) <= STRANGERS_BODY;
  const isKnown =
    maxBodySize <= STRANGERS_BODY || (!isShort && (await askStranger()) === undefined);
  const most = isKnown ? maxBodySize : STRANGERS_BODY;
  const body = await request.read(most);
  if (body === "too_large") return { ...unread("too_large"), isCutShort: !isKnown };
  if (body === "already_read") return unread("body_read");
  if (body === "unreadable") return unread("json");
  const json = readStrictJson(body);
  if (!json.ok) return unread("json");
  const isBatch = Array.isArray(json.value);
  const list: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  if (list.length === 0) return unread("message");
  if (isBatch && list.length > maxBatch) return unread("batch");
  const messages: Message[] = [];
  for (const value of list) {
    const message = readMessage(value);
    if (message === undefined) return unread("message");
    messages.push(message);
  }
  const id = isBatch ? null : idOf(messages[0]);
  if (fields === undefined) return unread("fields", id);
  if (isBatch && !hasBatches(protocolVersionOf(fields, messages))) return unread("batch");
  const doAgree = isBatch
    ? fields.method === undefined && fields.name === undefined
    : doFieldsAgree(fields, messages);
  if (!doAgree) return unread("fields", id);
  return { fields, messages, body, parsedBody: json.value, id };
}

/** Asks once, and gives the same answer from then on. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

/** The token of credentials that are known to be good. */
function rawTokenOf(authorization: readonly string[] | undefined): string | undefined {
  return authorization?.[0]?.replace(/^\S+ +/, "");
}

/** Whether a caller may take part in a session; one opened by nobody becomes theirs. */
async function takes(sessions: McpSessionStore, session: string, caller: string): Promise<boolean> {
  const owner = await sessions.get(session);
  if (owner === NOBODY && caller !== NOBODY) await sessions.set(session, caller);
  return isOwner(owner, caller);
}

/** A session begins with the handshake and ends with DELETE (MCP 2025-11-25, basic/transports); no other answer names a new one. */
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

/** A refusal over HTTP: a status with its challenge, or the result of the tool. */
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

/** Refusals that a client mends by authorizing or by a better request: over HTTP they are statuses. */
const AT_THE_DOOR = new Set<string>([...OF_CREDENTIALS, "insufficient_scope"]);

/** Whether the token is still good, and still enough. */
async function mayGoOn(
  authorizer: Authorizer,
  authorization: readonly string[] | undefined,
  targets: Extract<Outcome, { kind: "passed" }>["targets"],
): Promise<boolean> {
  const known =
    authorization === undefined ? undefined : await authorizer.authenticate(authorization);
  if (known !== undefined && !("token" in known)) return false;
  return targets.every(
    (target) =>
      target.kind !== "operations" ||
      target.operations.every(
        ({ operation, params }) =>
          authorizer.policy.decideUntrusted(known?.token, operation, params).allowed,
      ),
  );
}
