import { withoutPrototype } from "../policy/own-members.js";
import type { Answer, Refusal } from "../resource-server/challenge.js";

/** What a call is answered where it is refused inside the protocol: the result of a tool, for the model and the person to read. */
export interface RefusedToolResult {
  readonly content: [{ readonly type: "text"; readonly text: string }];
  readonly isError: true;
  readonly _meta: Record<string, unknown>;
}

interface Advice {
  /** What a person can do, and whether the same call may come again. */
  readonly text: string;
  /** Whether a new token would help (`credential`), nothing that a client can present (`denial`), or it is not about authorization. */
  readonly kind: "credential" | "denial" | "other";
}

/** One row for each code: a model reads the sentence, so it says what helps and what does not. */
const ADVICE: Readonly<Record<Refusal["code"], Advice>> = {
  unknown_operation: { kind: "denial", text: "Calling it again will not help." },
  denied: {
    kind: "denial",
    text: "No consent and no plan changes that; calling it again will not help.",
  },
  invalid_params: { kind: "other", text: "Call it again with a value that fits." },
  unauthenticated: { kind: "credential", text: "Sign in, then call it again." },
  invalid_request: { kind: "credential", text: "Send one bearer token, then call it again." },
  invalid_token: { kind: "credential", text: "Sign in again, then call it again." },
  temporarily_unavailable: {
    kind: "other",
    text: "The same call may be made again in a while.",
  },
  insufficient_scope: {
    kind: "credential",
    text: "Ask the person to grant it, then call it again with the new token.",
  },
  binding_mismatch: {
    kind: "denial",
    text: "Use the one that this connection was authorized for; calling it again with the same value will not help.",
  },
  account_type_required: {
    kind: "denial",
    text: "Granting more scope will not help; calling it again will not help.",
  },
  upgrade_required: {
    kind: "denial",
    // the message states whether a scope is missing in addition
    text: "The person can upgrade the plan. Call it again after the upgrade.",
  },
  reserved_scope: {
    kind: "denial",
    text: "Granting more scope will not help; calling it again will not help.",
  },
};

/** Where the draft of structured denials (SEP-2643) puts its envelope. */
const ENVELOPE = "io.modelcontextprotocol/authorization";
/** Where ChatGPT looks for a challenge. */
const CHALLENGE = "mcp/www_authenticate";
/** The problem document, whole. */
const DENIAL = "scope-policy/denial";

/** A refusal as a client of the protocol reads it: what all the ways to say it share. */
export function refusalMeta(
  { code }: Refusal,
  { headers, body }: Answer,
  upgradeUrl: string | undefined,
): Record<string, unknown> {
  const { kind } = ADVICE[code];
  const challenge = withoutPrototype(headers)["WWW-Authenticate"];
  const url = code === "upgrade_required" ? upgradeUrl : undefined;
  return {
    ...(kind !== "other" && {
      [ENVELOPE]: {
        reason: "insufficient_authorization",
        ...(kind === "credential" && { credentialDisposition: "replacement" }),
        ...(url !== undefined && { remediationHints: [{ type: "url", url }] }),
      },
    }),
    ...(challenge !== undefined && { [CHALLENGE]: [challenge] }),
    [DENIAL]: body,
  };
}

/** One line that starts with the state: `upgrade required: …`, `denied: …`, `more scope is needed: …`. */
export function refusalText(refusal: Refusal, answer: Answer, upgradeUrl?: string): string {
  const { scope } = withoutPrototype(answer.body);
  const parts = [
    refusal.message.endsWith(".") ? refusal.message : `${refusal.message}.`,
    ...(scope === undefined ? [] : [`Scope: ${scope}.`]),
    ADVICE[refusal.code].text,
    ...(refusal.code === "upgrade_required" && upgradeUrl !== undefined
      ? [`Plans: ${upgradeUrl}`]
      : []),
  ];
  return parts.join(" ");
}

/** The refusal of a tool call as its result. Text and members come from fixed tables and the policy, never from an inner error. */
export function refusedToolResult(
  refusal: Refusal,
  answer: Answer,
  upgradeUrl?: string,
): RefusedToolResult {
  return {
    content: [{ type: "text", text: refusalText(refusal, answer, upgradeUrl) }],
    isError: true,
    _meta: refusalMeta(refusal, answer, upgradeUrl),
  };
}
