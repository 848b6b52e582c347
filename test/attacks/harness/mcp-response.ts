// Reads responses of the Model Context Protocol: a response with status 200 may contain a denial.
import { isList, isObject, type Json, member, type Outcome, textOf } from "./corpus.js";
import type { RawResponse } from "./raw-http.js";
import { outcomesOf } from "./result.js";

export interface MessageResult {
  readonly outcomes: readonly Outcome[];
  /** The names in a list of tools. */
  readonly list?: readonly string[];
}

/** Returns the messages of a body, as JSON or as a stream of events; `undefined` if there are none. */
function messagesOf({ headers, body }: RawResponse): readonly Json[] | undefined {
  const type = headers.get("content-type") ?? "";
  const texts = type.startsWith("text/event-stream")
    ? body.split(/\r?\n/).flatMap((line) => /^data: ?(.+)$/.exec(line)?.[1] ?? [])
    : [body];
  try {
    const values = texts.flatMap((text) => JSON.parse(text) as Json);
    const messages = values.filter((value) => member(value, "jsonrpc") === "2.0");
    return messages.length > 0 ? messages : undefined;
  } catch {
    return undefined;
  }
}

/** Error codes of JSON-RPC and of the protocol for messages that the server did not understand. */
const INPUT_ERROR_CODES = new Set([-32700, -32600, -32602, -32020, -32000, -32001, -32004, -32022]);

function outcomesOfMessage(message: Json): readonly Outcome[] {
  const error = member(message, "error");
  if (error !== undefined) {
    const code = Number(member(error, "code"));
    return INPUT_ERROR_CODES.has(code) ? ["reject-input"] : code === -32603 ? [] : ["deny"];
  }
  const result = member(message, "result");
  if (member(result, "isError") !== true) return result === undefined ? [] : ["allow"];
  const denial = member(member(result, "_meta"), "scope-policy/denial");
  const status = member(denial, "status");
  // an error of the tool itself is not a denial by the gate
  return typeof status === "number" ? outcomesOf(status) : [];
}

/** Returns the result of the messages in a response with status 200; of several messages, the one that denies access. */
export function readMessages(response: RawResponse): MessageResult | undefined {
  if (response.status !== 200) return undefined;
  const messages = messagesOf(response);
  if (messages === undefined) return undefined;
  const all = messages.map(outcomesOfMessage);
  const outcomes = all.find((list) => !list.includes("allow")) ?? ["allow"];
  const tools = messages.map((message) => member(member(message, "result"), "tools")).find(isList);
  return {
    outcomes,
    ...(tools !== undefined && {
      list: tools.filter(isObject).map((tool) => textOf(member(tool, "name"))),
    }),
  };
}
