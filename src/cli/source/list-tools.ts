import { readOwn } from "../../decision/access-token.js";
import type { UrlParts } from "../../grammar/url.js";
import { listed, oneLine } from "../../verify/shown-value.js";
import { packageVersion } from "../policy-file/package-info.js";
import { UsageError } from "../terminal/io.js";
import { redactToken, withoutToken } from "./redact.js";
import {
  createServerFetch,
  type ServerFetch,
  type ServerLimits,
  serverUrl,
  shown,
} from "./server-fetch.js";

/** A tool as a server describes it: an object of JSON with at least a name. */
export interface ToolDescriptor {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** The bounds of a list of tools. */
export interface ListLimits extends ServerLimits {
  /** Maximum number of tools, and of pages. */
  readonly tools: number;
}

/** Options of {@link listTools}. */
export interface ListOptions {
  /** The bearer token. Default: the request carries none. */
  readonly token?: string | undefined;
  /** Default: {@link LIST_LIMITS}. */
  readonly limits?: ListLimits;
}

/** The bounds of {@link listTools}: 1,000 tools, 8 MB, 30 seconds. */
export const LIST_LIMITS: ListLimits = { tools: 1_000, bytes: 8_000_000, milliseconds: 30_000 };

/**
 * Returns the tools of an MCP server (Streamable HTTP), from all pages of `tools/list`. A server lists what it shows to the token.
 * Where it repeats the token in a text, something else is in its place.
 *
 * @throws {@link UsageError} if the server cannot be read: one line that never contains the token
 */
export async function listTools(
  url: string,
  { token, limits = LIST_LIMITS }: ListOptions = {},
): Promise<readonly ToolDescriptor[]> {
  const server = serverUrl(url, token);
  // loaded here, since no other command needs it
  const { Client, StreamableHTTPClientTransport, extractWWWAuthenticateParams } = await import(
    "@modelcontextprotocol/client"
  );
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(), limits.milliseconds);
  const watched = createServerFetch(server, limits, signal, (response) =>
    refusalOf(response, token !== undefined, extractWWWAuthenticateParams(response).scope),
  );
  const transport = new StreamableHTTPClientTransport(new URL(server.href), {
    fetch: withoutListening(watched.fetch),
    requestInit: {
      redirect: "manual",
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
    },
  });
  const info = { name: "scope-policy", version: packageVersion() };
  const client = new Client(info, { versionNegotiation: { mode: "auto" } });
  const options = { signal, timeout: limits.milliseconds };
  try {
    await client.connect(transport, options);
    if (client.getServerCapabilities()?.tools === undefined) return [];
    const tools = await allPages(limits, async (cursor) =>
      client.request(
        { method: "tools/list", params: cursor === undefined ? {} : { cursor } },
        AS_IT_IS,
        options,
      ),
    );
    redactToken(tools, token);
    return tools;
  } catch (error) {
    throw faultOf(error, server, watched, signal.aborted ? limits : undefined, token);
  } finally {
    clearTimeout(timer);
    await client.close();
    controller.abort(); // a stream that the server keeps open ends
  }
}

type ListPage = (cursor: string | undefined) => Promise<unknown>;

/** A result schema that accepts every value unchanged: members that the library does not know stay. */
const AS_IT_IS = {
  "~standard": { version: 1, vendor: "scope-policy", validate: (value: unknown) => ({ value }) },
} as const;

/** An error of what a server answers, as a part of a message. */
class AnswerError extends Error {}

async function allPages(limits: ListLimits, list: ListPage): Promise<readonly ToolDescriptor[]> {
  const tools: ToolDescriptor[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    tools.push(...toolsOf(page, tools.length));
    if (tools.length > limits.tools || cursors.size >= limits.tools) {
      throw new AnswerError(`lists more than ${limits.tools} tools or pages`);
    }
    cursor = cursorIn(page);
    if (cursor !== undefined && cursors.has(cursor)) {
      throw new AnswerError("lists the same page of tools again: its cursor repeats");
    }
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return tools;
}

/** Returns the cursor of the next page; `undefined` on the last one. */
function cursorIn(page: unknown): string | undefined {
  const next = readOwn(page, "nextCursor") ?? undefined;
  if (next === undefined || typeof next === "string") return next;
  throw new AnswerError("answers `tools/list` with a `nextCursor` that is not a text");
}

function toolsOf(page: unknown, before: number): readonly ToolDescriptor[] {
  const tools = readOwn(page, "tools");
  if (!Array.isArray(tools)) throw new AnswerError("answers `tools/list` without `tools`");
  const nameless = tools.findIndex((tool) => typeof readOwn(tool, "name") !== "string");
  if (nameless === -1) return tools as readonly ToolDescriptor[];
  throw new AnswerError(`lists a tool without a name: tools[${before + nameless}]`);
}

/**
 * Returns a `fetch` that opens no stream for messages of the server, which a list does not need. A stream of an answer that broke
 * off is resumed.
 */
function withoutListening(fetch: ServerFetch["fetch"]): ServerFetch["fetch"] {
  return async (url, init) => {
    const isListening = init?.method === "GET" && !new Headers(init.headers).has("last-event-id");
    return isListening ? new Response(null, { status: 405 }) : fetch(url, init);
  };
}

/** Returns the message for a response that no other request can repair; `undefined` for every other one. */
function refusalOf(
  { status, headers }: Response,
  hasToken: boolean,
  scope: string | undefined,
): string | undefined {
  if (status === 401) {
    const needs = scope === undefined ? "" : ` with the scopes ${listed(scope.split(" "), "and")}`;
    return hasToken
      ? `rejects the token (status 401); give --token a valid one${needs}`
      : `requires a token (status 401); give --token one${needs}`;
  }
  if (status === 403) {
    const needs =
      scope === undefined ? "" : `; the server names ${listed(scope.split(" "), "and")}`;
    return `denies the list of tools (status 403)${needs}`;
  }
  const isPage = /^text\/html\b/i.test(headers.get("content-type") ?? "");
  return isPage
    ? `answers with an HTML page (status ${status}), so it is not an MCP server`
    : undefined;
}

/** Returns what ended the reading of a list. */
function faultOf(
  error: unknown,
  server: UrlParts,
  watched: ServerFetch,
  late: ListLimits | undefined,
  token: string | undefined,
): UsageError {
  const message = messageOf(error, watched, late);
  return new UsageError(`${shown(server)}: ${withoutToken(message, token)}`, { cause: error });
}

function messageOf(error: unknown, watched: ServerFetch, late: ListLimits | undefined): string {
  const fault = watched.fault();
  if (fault !== undefined) return fault;
  if (error instanceof AnswerError) return error.message;
  if (late !== undefined) return `no complete answer within ${late.milliseconds / 1_000} s`;
  const status = watched.status();
  const reason = oneLine((error as Error).message);
  return status === undefined
    ? `not an MCP server over Streamable HTTP: ${reason}`
    : `not an MCP server over Streamable HTTP (status ${status})`;
}
