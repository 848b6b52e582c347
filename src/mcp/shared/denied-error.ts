import { readOwn } from "../../decision/access-token.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";
import type { ProtocolError } from "./protocol-errors.js";
import { denialMeta, denialText } from "./tool-result.js";

/** A JSON-RPC error with the denial as its `data`. */
export interface DeniedError extends ProtocolError {
  readonly data: Readonly<Record<string, unknown>>;
}

/** The codes of denials that depend on the credentials only, not on the operation. */
export const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  "unauthenticated",
  "invalid_token",
  "invalid_request",
  "temporarily_unavailable",
]);

/** The code of the range for servers: the draft of structured denials has not assigned one yet. */
const DENIED = -32_010;

/** "Invalid params", which MCP 2026-07-28 prescribes for unknown resources and prompts (server/resources, server/prompts). */
const OBJECT_DENIED = -32_602;

/** The methods whose denials have the code of an unknown object, and the parameter that names the object. */
const OBJECT_MEMBERS = new Map<string, "uri" | "name">([
  ["resources/read", "uri"],
  ["resources/subscribe", "uri"],
  ["resources/unsubscribe", "uri"],
  ["prompts/get", "name"],
]);

/** Maximum number of characters of a name that an error repeats. */
const MAX_NAME_LENGTH = 2_048;

/**
 * Creates the JSON-RPC error for a denial of a message that is not a tool call. A denied resource or prompt gets the error of an
 * unknown one; a denial of the credentials does not depend on the object.
 *
 * @param message - `undefined` for a batch
 */
export function deniedError(
  message: { readonly method: string; readonly params: unknown } | undefined,
  denial: Denial,
  answer: DenialResponse,
  upgradeUrl: string | undefined,
): DeniedError {
  const isOfObject = message !== undefined && !CREDENTIAL_CODES.has(denial.code);
  const member = isOfObject ? OBJECT_MEMBERS.get(message.method) : undefined;
  const name = member && readOwn(message?.params, member);
  const isRepeated = typeof name === "string" && name.length <= MAX_NAME_LENGTH;
  return {
    code: member === undefined ? DENIED : OBJECT_DENIED,
    message: denialText(denial, answer, upgradeUrl),
    data: {
      ...(member !== undefined && isRepeated && { [member]: name }),
      ...denialMeta(denial, answer, upgradeUrl),
    },
  };
}
