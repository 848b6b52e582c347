import type { AccessToken } from "../decision/access-token.js";
import { TEMPORARILY_UNAVAILABLE } from "../decision/decision.js";
import type { Authorizer } from "../resource-server/authorizer.js";
import { type McpAuthInfo, newAuthInfo } from "./auth-info.js";
import { challengeFor } from "./clients.js";
import { decideMessages, type Outcome } from "./decide-messages.js";
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
  resultAnswer,
} from "./http.js";
import { isModern } from "./lists.js";
import { type Message, readMessage } from "./message.js";
import { isOwner, type McpSessionStore, NOBODY, ownerOf } from "./sessions.js";
import { readStrictJson } from "./strict-json.js";
import type { McpSurface } from "./surface.js";
import type { Targets } from "./targets.js";
import { refusedToolResult } from "./tool-result.js";

/** What the gate hands on with a request that may go on: the second argument of a transport's `fetch` or `handleRequest`. */
export interface McpPassed {
  /** Who calls, for the SDK; missing where nobody is known and nobody need be. */
  readonly authInfo?: McpAuthInfo;
  /** The body as the gate has read it: what was decided on is what is carried out. */
  readonly parsedBody?: unknown;
  /** The verified token. */
  readonly token: AccessToken | undefined;
  /** The version of the protocol that the request speaks. */
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
      /** Notes the session that the server has opened with its answer, or forgets the one it has closed. */
      readonly answered: (status: number, session: string | null | undefined) => Promise<void>;
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

/** The last version with batches (MCP 2025-06-18, changelog). */
const LAST_BATCH_VERSION = "2025-03-26";

interface Read {
  readonly fields: Fields;
  readonly messages: readonly Message[];
  readonly body: Uint8Array | undefined;
  readonly parsedBody: unknown;
  readonly isBatch: boolean;
}

/** Lays out the way of a request from its bytes to a verdict. Never rejects. */
export function newGateCore(parts: GateParts): (request: McpHttpRequest) => Promise<McpVerdict> {
  const { authorizer, surface, targets, sessions } = parts;

  const decide = async (request: McpHttpRequest): Promise<McpVerdict> => {
    const read = await readRequest(request, parts);
    const credentials = request.field("authorization");
    const authorization = credentials.length === 0 ? undefined : credentials;
    const anonymous = surface.anonymous === true;
    if (typeof read === "string") {
      // whoever is nobody is told first to become somebody
      const isFirst = authorization === undefined && !anonymous && ASKED_BEHIND.has(read);
      const known = isFirst ? await authorizer.authenticate(undefined) : undefined;
      return answered(known !== undefined && "answer" in known ? known.answer : faultAnswer(read));
    }
    const { fields, messages, isBatch } = read;
    const protocolVersion = protocolVersionOf(fields, messages);
    const outcome =
      request.method === "POST"
        ? await decideMessages(authorizer, targets, messages, {
            authorization,
            protocolVersion,
            anonymous,
            auditDenialsOnly: !parts.auditAllowed,
          })
        : await decideMessages(authorizer, targets, [{ kind: "response" }], {
            authorization,
            protocolVersion,
            anonymous,
            auditDenialsOnly: true,
          });
    if (outcome.kind === "malformed") return answered(faultAnswer("params", idOf(outcome.message)));
    if (outcome.kind === "refused") {
      return answered(refusalAnswer(outcome, surface, protocolVersion, request));
    }
    if (isBatch && protocolVersion > LAST_BATCH_VERSION) return answered(faultAnswer("batch"));
    const rawToken = outcome.token && rawTokenOf(authorization);
    const owner = ownerOf(outcome.token, rawToken);
    if (fields.session !== undefined && !(await takes(sessions, fields.session, owner))) {
      return answered(faultAnswer("session"));
    }
    const { token } = outcome;
    const authInfo =
      token !== undefined && rawToken !== undefined
        ? newAuthInfo(rawToken, token, authorizer.resource)
        : undefined;
    const isLong =
      request.method === "GET" ||
      messages.some((message) => message.kind !== "response" && LONG_LIVED.has(message.method));
    return {
      kind: "pass",
      passed: {
        ...(authInfo !== undefined && { authInfo }),
        ...(read.parsedBody !== undefined && { parsedBody: read.parsedBody }),
        token,
        protocolVersion,
      },
      body: read.body,
      answered: (status, session) => noteSession(sessions, request, fields, owner, status, session),
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
const ASKED_BEHIND: ReadonlySet<Fault> = new Set<Fault>(["json", "message", "batch", "fields"]);

const LONG_LIVED = new Set(["subscriptions/listen"]);

function answered(answer: McpHttpAnswer): McpVerdict {
  return { kind: "answer", answer };
}

function idOf(message: Message): string | number | null {
  return message.kind === "request" ? message.id : null;
}

async function readRequest(
  request: McpHttpRequest,
  { maxBodySize, maxBatch }: GateParts,
): Promise<Read | Fault> {
  const fields = readFields(request);
  if (request.method === "GET" || request.method === "DELETE") {
    const nothing = { messages: [], body: undefined, parsedBody: undefined, isBatch: false };
    return fields === undefined ? "fields" : { fields, ...nothing };
  }
  if (request.method !== "POST") return "method";
  if (!isPlainJson(request)) return "media_type";
  if (fields === undefined) return "fields";
  const body = await request.read(maxBodySize);
  if (body === "too_large") return "too_large";
  if (body === "already_read") return "body_read";
  if (body === "unreadable") return "json";
  const json = readStrictJson(body);
  if (!json.ok) return "json";
  const isBatch = Array.isArray(json.value);
  const list: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  if (list.length === 0) return "message";
  if (isBatch && list.length > maxBatch) return "batch";
  const messages: Message[] = [];
  for (const value of list) {
    const message = readMessage(value);
    if (message === undefined) return "message";
    messages.push(message);
  }
  if (
    isBatch
      ? fields.method !== undefined || fields.name !== undefined
      : !doFieldsAgree(fields, messages)
  ) {
    return "fields";
  }
  return { fields, messages, body, parsedBody: json.value, isBatch };
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
  { refusal, answer, message }: Extract<Outcome, { kind: "refused" }>,
  { challenge = "http", anonymous, upgradeUrl }: McpSurface,
  protocolVersion: string,
  request: McpHttpRequest,
): McpHttpAnswer {
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
const AT_THE_DOOR = new Set<string>([
  "unauthenticated",
  "invalid_token",
  "invalid_request",
  "insufficient_scope",
  "temporarily_unavailable",
]);

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
