import { withoutPrototype } from "../../policy/own-members.js";
import type { Denial, DenialResponse } from "../../resource-server/challenge.js";

/** The result of a denied tool call, for the model and the user to read. */
export interface DeniedToolResult {
  readonly content: [{ readonly type: "text"; readonly text: string }];
  readonly isError: true;
  readonly _meta: Record<string, unknown>;
}

interface Advice {
  /** What the user can do, and whether a repeated call can succeed. */
  readonly text: string;
  /** `credential`: a new token helps. `denial`: no credentials help. `other`: the denial does not concern authorization. */
  readonly kind: "credential" | "denial" | "other";
}

/** One row for each code. A model reads the sentence, so it states what helps and what does not. */
const ADVICE: Readonly<Record<Denial["code"], Advice>> = {
  unknown_operation: { kind: "denial", text: "Calling it again will not help." },
  denied: {
    kind: "denial",
    text: "Neither consent nor another plan changes this; calling it again will not help.",
  },
  invalid_params: { kind: "other", text: "Call it again with a valid value." },
  unauthenticated: { kind: "credential", text: "Sign in, then call it again." },
  invalid_request: { kind: "credential", text: "Send one bearer token, then call it again." },
  invalid_token: { kind: "credential", text: "Sign in again, then call it again." },
  temporarily_unavailable: {
    kind: "other",
    text: "Try the same call again later.",
  },
  insufficient_user_authentication: {
    kind: "credential",
    text: "Sign in again as required, then call it again with the new token.",
  },
  insufficient_scope: {
    kind: "credential",
    text: "Ask the user to grant it, then call it again with the new token.",
  },
  binding_mismatch: {
    kind: "denial",
    text: "Use the value that this connection was authorized for; calling it again with the same value will not help.",
  },
  account_type_required: {
    kind: "denial",
    text: "Granting more scope will not help; calling it again will not help.",
  },
  upgrade_required: {
    kind: "denial",
    // the message states whether a scope is missing in addition
    text: "The user can upgrade the plan. Call it again after the upgrade.",
  },
  reserved_scope: {
    kind: "denial",
    text: "Granting more scope will not help; calling it again will not help.",
  },
};

/** The member for the envelope of the draft of structured denials (SEP-2643). */
const ENVELOPE = "io.modelcontextprotocol/authorization";
/** The member in which ChatGPT looks for a challenge. */
const CHALLENGE = "mcp/www_authenticate";
/** The member for the whole problem document. */
const DENIAL = "scope-policy/denial";

/** Creates the `_meta` of a denial, which tool results and protocol errors share. */
export function denialMeta(
  { code }: Denial,
  { headers, body }: DenialResponse,
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

/**
 * Returns the text of a denial: one line that starts with the state (`upgrade required: …`, `denied: …`, `more scope is needed:
 * …`).
 */
export function denialText(denial: Denial, answer: DenialResponse, upgradeUrl?: string): string {
  const { scope } = withoutPrototype(answer.body);
  const parts = [
    denial.message.endsWith(".") ? denial.message : `${denial.message}.`,
    ADVICE[denial.code].text,
    // some clients leave a step-up to the user; the scope is last, so that no full stop joins it
    ...(scope === undefined
      ? []
      : [`If the client does not do this by itself, sign in again asking for: ${scope}`]),
    ...(denial.code === "upgrade_required" && upgradeUrl !== undefined
      ? [`Plans: ${upgradeUrl}`]
      : []),
  ];
  return parts.join(" ");
}

/** Creates the result of a denied tool call. Text and members come from fixed tables and the policy, never from an inner error. */
export function deniedToolResult(
  denial: Denial,
  answer: DenialResponse,
  upgradeUrl?: string,
): DeniedToolResult {
  return {
    content: [{ type: "text", text: denialText(denial, answer, upgradeUrl) }],
    isError: true,
    _meta: denialMeta(denial, answer, upgradeUrl),
  };
}
