import { metadataRoute } from "../../adapters/metadata-route.js";
import { createRequestStore } from "../../adapters/request-store.js";
import { targetOfUrl } from "../../adapters/request-target.js";
import { PolicyError } from "../../errors.js";
import {
  checkOptions,
  isBoolean,
  type OptionCheck,
  optional,
  positive,
} from "../../policy/option-checks.js";
import type { PolicyTypes } from "../../policy/policy-types.js";
import type { Authorizer } from "../../resource-server/authorizer-types.js";
import { readBounded } from "../../resource-server/bounded-body.js";
import { requireAuthorizer } from "../../resource-server/option-checks.js";
import { firstPolicyOf } from "../../resource-server/pinned-authorizer.js";
import { createHandshake } from "../shared/handshake.js";
import { idOf, readMessage } from "../shared/message.js";
import type { ProtocolFault } from "../shared/protocol-errors.js";
import { createRequiredOperations } from "../shared/required-operations.js";
import { createSessionStore, type McpSessionStore } from "../shared/sessions.js";
import {
  checkMappedTools,
  isStore,
  type McpSurface,
  SHARED_OPTION_CHECKS,
} from "../shared/shared-options.js";
import { createRequestCheck, type McpGateResult, type McpRequestContext } from "./check-request.js";
import type { BodyResult, McpHttpRequest, McpHttpResponse } from "./http-types.js";
import {
  cannotRespond,
  type NodeRequest,
  type NodeResponse,
  onResponseHead,
  readNodeRequest,
  toWebRequest,
  writeAnswer,
  writeResponse,
} from "./node-http.js";
import { faultResponse } from "./protocol-answers.js";
import { recheckStream, watchedBody } from "./recheck-stream.js";

/** Options of the HTTP gate, in addition to the authorizer. */
export interface McpGateOptions<Types extends PolicyTypes = PolicyTypes> extends McpSurface<Types> {
  /** Maximum size of a body in bytes; a larger one gets 413. Default: 4 MiB. */
  readonly maxBodySize?: number;
  /** Maximum number of messages in a batch; `0` refuses all batches. Versions after 2025-03-26 have no batches. Default: `50`. */
  readonly maxBatch?: number;
  /** Store of the owner of each session. Default: in the memory of the process. */
  readonly sessions?: McpSessionStore;
  /** Whether to audit allowed calls, too: for a server without {@link protect}, which audits them itself. Default: `false`. */
  readonly auditAllowed?: boolean;
  /**
   * Whether to accept the header `Last-Event-ID`, which resumes a stream. Where sessions share an event store, both SDKs replay
   * the stream of an id for any caller. Set `true` only for a store whose ids no other caller can guess or see, or for one that
   * compares the session. Default: `false`.
   */
  readonly eventIdsAreUnguessable?: boolean;
  /**
   * Whether to accept a body that a parser such as `express.json()` has read before the gate, for {@link McpGate.node} and
   * {@link McpGate.middleware}. The gate decides on the parsed value `request.body`, and hands on a copy of it as plain JSON. It no
   * longer sees the text, so it cannot refuse a repeated key, and the limits of the parser apply before its own. Default: `false`, so
   * that such a request gets 500.
   */
  readonly acceptParsedBody?: boolean;
  /** Interval in seconds at which the gate checks the token of a long stream again. Default: `30`. */
  readonly recheckStreams?: number;
}

/**
 * A server or transport with the web's `Request` and `Response`: `createMcpHandler(…).fetch`, or `handleRequest` of a web
 * transport.
 */
export type McpServe = (
  request: Request,
  passed: McpRequestContext,
) => Response | PromiseLike<Response>;

/** The gate in front of a server over Streamable HTTP. */
export interface McpGate {
  /** Returns a handler for hosts with the web's `Request` and `Response`: Workers, Deno, Bun, Hono, Next. */
  fetch(serve: McpServe): (request: Request) => Promise<Response>;
  /** Returns a handler of `node:http` or Express for the same server. Mount it before any body parser, or see `acceptParsedBody`. */
  node(serve: McpServe): (request: NodeRequest, response: NodeResponse) => Promise<void>;
  /**
   * Returns a middleware for a transport that takes Node's request and response. It calls `next` for an allowed request, and
   * {@link McpGate.passed} returns what the transport needs. It responds to every other request itself and never calls `next(error)`.
   * It does not catch what `next` throws.
   */
  middleware(): (
    request: NodeRequest,
    response: NodeResponse,
    next: (error?: unknown) => void,
  ) => void;
  /**
   * Returns what the middleware passes on with a request.
   *
   * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` for a request that the middleware has not seen
   */
  passed(request: object): McpRequestContext;
  /** Checks a request and returns the result, for other hosts. Never rejects. */
  check(request: McpHttpRequest): Promise<McpGateResult>;
}

const count: OptionCheck = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 1_000
    ? undefined
    : "expected a whole number from 0 to 1000";

const CHECKS = {
  ...SHARED_OPTION_CHECKS,
  maxBodySize: optional(positive(2 ** 30)),
  maxBatch: optional(count),
  sessions: optional(isStore),
  auditAllowed: optional(isBoolean),
  eventIdsAreUnguessable: optional(isBoolean),
  acceptParsedBody: optional(isBoolean),
  recheckStreams: optional(positive(86_400)),
} satisfies Record<keyof McpGateOptions, OptionCheck>;

/**
 * Creates the gate in front of an MCP server over Streamable HTTP, for both SDKs and for low-level servers.
 *
 * The gate reads the raw body itself and decides on every message before a stream starts. It responds with the HTTP statuses
 * 400, 401, 403 with a challenge, and 503. It serves the resource metadata (RFC 9728) on its well-known path, binds each session
 * to the caller that opened it, and ends long streams when their token ends. It does not check `Host` and `Origin`: the SDKs do.
 *
 * The gate does not filter lists, and does not see calls that arrive by other transports. Use {@link protect} behind it for both.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID`, and `ERR_OPERATION_UNKNOWN` for a tool that the policy lacks
 *
 * @example
 * ```ts
 * import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
 * import { createAuthorizer, definePolicy } from "scope-policy";
 * import { mcpGate, protect } from "scope-policy/mcp";
 *
 * const policy = definePolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "See your orders" },
 *   tools: { list_orders: "orders:read" },
 * });
 * const authorizer = createAuthorizer({
 *   policy,
 *   verify: (rawToken) => (rawToken === "demo" ? { scope: "orders:read" } : undefined),
 *   resource: "https://api.example.com/mcp",
 * });
 * const handler = createMcpHandler(() => {
 *   const server = new McpServer({ name: "shop", version: "1.0.0" });
 *   const mcp = protect(server, { policy, authorizer });
 *   mcp.registerTool("list_orders", {}, () => ({ content: [{ type: "text", text: "none" }] }));
 *   return server;
 * });
 * const gate = mcpGate(authorizer);
 * export default { fetch: gate.fetch(handler.fetch) };
 * ```
 *
 * {@link https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization MCP, basic/authorization}
 */
export function mcpGate<Types extends PolicyTypes>(
  authorizer: Authorizer<Types>,
  given: McpGateOptions<Types> = {},
): McpGate {
  requireAuthorizer(authorizer);
  const options = checkOptions("the gate", given, CHECKS);
  const untyped = authorizer as unknown as Authorizer;
  if (!authorizer.verifiesTokens) {
    throw new PolicyError("ERR_OPTIONS_INVALID", "the gate needs an authorizer with `verify`");
  }
  const policy = firstPolicyOf(untyped);
  checkMappedTools(policy, options);
  const check = createRequestCheck({
    authorizer: untyped,
    surface: options,
    targets: createRequiredOperations(options),
    handshake: createHandshake(policy, options),
    sessions: options.sessions ?? createSessionStore(),
    maxBodySize: options.maxBodySize ?? 4_194_304,
    maxBatch: options.maxBatch ?? 50,
    auditAllowed: options.auditAllowed === true,
    eventIdsAreUnguessable: options.eventIdsAreUnguessable === true,
  });
  const { recheckStreams: recheckSeconds = 30, acceptParsedBody = false } = options;
  const metadataAnswer = createMetadataRoute(untyped);
  const contexts = createRequestStore<McpRequestContext>();

  const checkRequest = (request: McpHttpRequest): Promise<McpGateResult> => {
    const answer = metadataAnswer(request);
    return answer === undefined ? check(request) : Promise.resolve({ kind: "answer", answer });
  };

  /** Calls the server, records the session of its response, and watches its stream. */
  const callServer = async (
    serve: McpServe,
    request: Request,
    verdict: Extract<McpGateResult, { kind: "pass" }>,
  ): Promise<Response> => {
    // `mcp-handler` reads the caller here instead of in the second argument; an own member, also without a caller
    const value = verdict.passed.authInfo;
    Object.defineProperty(request, "auth", { value, writable: true, configurable: true });
    const response = await serve(request, verdict.passed);
    await verdict.answered?.(response.status, response.headers.get("mcp-session-id"));
    const { mayContinue } = verdict;
    if (mayContinue === undefined || response.body === null) return response;
    const body = watchedBody(response.body, (stop) =>
      recheckStream(mayContinue, verdict.passed.token?.exp, recheckSeconds, stop),
    );
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };

  /** Returns whether a request may continue, and answers it if not. Never rejects. */
  const admitRequest = async (request: NodeRequest, response: NodeResponse): Promise<boolean> => {
    try {
      const verdict = await checkRequest(readNodeRequest(request, acceptParsedBody));
      if (verdict.kind === "answer") {
        writeAnswer(response, verdict.answer);
        return false;
      }
      if (cannotRespond(response)) return false;
      contexts.set(request, verdict.passed);
      const { answered, mayContinue } = verdict;
      if (answered !== undefined) {
        const note = (status: number, session: string | undefined) =>
          void answered(status, session).catch(() => undefined);
        onResponseHead(response, note);
      }
      if (mayContinue !== undefined) {
        const stop = () => void response.destroy();
        const streamWatch = recheckStream(
          mayContinue,
          verdict.passed.token?.exp,
          recheckSeconds,
          stop,
        );
        response.once("close", streamWatch.end);
      }
      return true;
    } catch {
      writeAnswer(response, faultResponse("server"));
      return false;
    }
  };

  return Object.freeze({
    check: checkRequest,
    fetch: (serve) => async (request) => {
      const verdict = await checkRequest(readWebRequest(request));
      if (verdict.kind === "answer") return toResponse(verdict.answer);
      const { method, url, headers, signal } = request;
      const body = verdict.body === undefined ? {} : { body: verdict.body };
      return callServer(serve, new Request(url, { method, headers, signal, ...body }), verdict);
    },
    node: (serve) => async (request, response) => {
      let parsedBody: unknown;
      const fail = (fault: ProtocolFault) =>
        writeAnswer(response, faultResponse(fault, idOf(readMessage(parsedBody))));
      try {
        const verdict = await checkRequest(readNodeRequest(request, acceptParsedBody));
        if (verdict.kind === "answer") return writeAnswer(response, verdict.answer);
        if (cannotRespond(response)) return;
        parsedBody = verdict.passed.parsedBody;
        const web = toWebRequest(request, response, verdict.body);
        if (web === undefined) return fail("message");
        await writeResponse(response, await callServer(serve, web, verdict));
      } catch {
        fail("server");
      }
    },
    middleware: () => (request, response, next) => {
      // an error of `next` must not become a response of the gate or an unhandled rejection: it is thrown as in any listener
      void admitRequest(request, response).then(
        (isPassed) => isPassed && queueMicrotask(() => next()),
      );
    },
    passed: (request) => {
      const passed = contexts.get(request);
      if (passed !== undefined) return passed;
      const message =
        "the request did not pass the gate: mount the gate's middleware before the route";
      throw new PolicyError("ERR_OPTIONS_INVALID", message);
    },
  } satisfies McpGate);
}

/** Creates the route of the resource metadata (RFC 9728), which is public. */
function createMetadataRoute(
  authorizer: Authorizer,
): (request: McpHttpRequest) => McpHttpResponse | undefined {
  if (authorizer.resource === undefined) return () => undefined;
  const route = metadataRoute(authorizer);
  return ({ method, target }) => {
    if (!route.isMeant(target)) return undefined;
    const { status, headers, body } = route.answer(method);
    return { status, headers, body: method === "HEAD" ? undefined : body };
  };
}

function readWebRequest(request: Request): McpHttpRequest {
  return {
    method: request.method,
    target: targetOfUrl(request.url),
    field: (name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [value];
    },
    read: (most) => readWebBody(request, most),
  };
}

async function readWebBody(request: Request, most: number): Promise<BodyResult> {
  if (request.bodyUsed) return "already_read";
  try {
    return (await readBounded(request.body, most)) ?? "too_large";
  } catch {
    return "unreadable";
  }
}

function toResponse({ status, headers, body }: McpHttpResponse): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}
