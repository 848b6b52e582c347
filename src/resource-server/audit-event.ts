import type { Allowed, Denial, DoorDenial } from "../decision/decision.js";

/** What JSON can say. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };

/** One way to meet a rule, in the policy's words: placeholders stand in braces. */
export interface AuditAlternative {
  /** All of these scopes; empty where any token will do. */
  readonly scopes: readonly string[];
  /** The lowest plan. */
  readonly tier?: string;
  /** The kinds of account. */
  readonly accountTypes?: readonly string[];
  /** Whether it needs a reserved scope, and so a first-party client. */
  readonly reserved?: true;
}

/** What the policy demands of an operation. */
export interface AuditRequirement {
  /** Everybody may, without credentials. */
  readonly public?: true;
  /** Nobody may. */
  readonly denied?: true;
  /** Each must be met, by one alternative of its `anyOf`; more than one only where patterns of tool names meet. */
  readonly rules: readonly { readonly anyOf: readonly AuditAlternative[] }[];
  /** How many alternatives there are besides, where they are too many to be written down. */
  readonly leftOut?: number;
}

/** What was decided, with the members that the decision has. */
export interface AuditDecision {
  /** Why. */
  readonly code: (Allowed | Denial | DoorDenial)["code"];
  /** Whether. */
  readonly allowed: boolean;
  /** The alternative that is met, or the one whose scopes are asked for; with bound values. */
  readonly scopes?: readonly string[];
  /** Of these, what the token lacks. */
  readonly missing?: readonly string[];
  /** Every alternative that consent could give; at most 16. */
  readonly accepted?: readonly (readonly string[])[];
  /** The parameter that is missing, unsafe, or bound to another value. */
  readonly param?: string;
  /** The plan that would do. */
  readonly tier?: string;
  /** The plan of the account. */
  readonly had?: string;
  /** The kinds of account that would do. */
  readonly accountTypes?: readonly string[];
  /** The policy's words about a hard denial. */
  readonly reason?: string;
  /** Whether a public operation was allowed to show its added detail. */
  readonly enriched?: true;
}

/** What an event says of one argument of the call. */
export interface AuditArgument {
  /** Its name, as the client sent it; `""` where the arguments are no object. */
  readonly name: string;
  /** The kind of its value; `unreadable` for a getter, and for what throws when it is looked at. */
  readonly type:
    | "string"
    | "number"
    | "boolean"
    | "null"
    | "array"
    | "object"
    | "bigint"
    | "undefined"
    | "function"
    | "symbol"
    | "unreadable";
  /** How long a text (in UTF-16 code units) or a list is. Not said of what has the name of a secret. */
  readonly size?: number;
  /** The value, where the policy's `audit.show` names it: secrets in it are replaced, what is long is cut. */
  readonly value?: AuditValue;
  /**
   * The digest of the value, where the policy's `audit.hash` names it: `hmac-sha256:` with an `auditKey`, else `sha256:`, and
   * 64 hexadecimal digits, over the value's canonical JSON (RFC 8785).
   */
  readonly digest?: string;
  /** Why a value that the policy declares is not there: it has the name of a secret, is too large, or is no JSON. */
  readonly withheld?: "secret" | "size" | "unreadable";
}

/**
 * One decision as plain data. Every text in it is safe in any sink: one line, no control, format or bidirectional
 * characters, of bounded length, without what looks like a credential. `JSON.stringify(event)` is one line of at most
 * 64 KiB characters.
 */
export interface AuditEvent {
  /** Names the event: a UUID. */
  readonly id: string;
  /** When it was decided (ISO 8601, UTC). */
  readonly time: string;
  /** By which edition of which policy. */
  readonly policy: { readonly name: string; readonly version: string };
  /**
   * What was called. `unknown`: the policy has no such name, and the name is the client's. `protocol`: a message that asks for
   * no operation of the policy, such as `mcp:tools/list`, whose credentials were refused.
   */
  readonly operation: {
    readonly name: string;
    readonly kind: "tool" | "endpoint" | "protocol" | "unknown";
  };
  /** The user, by verified claims and the facts of `subject`; empty where there is no good token. */
  readonly actor: {
    readonly sub?: string;
    readonly iss?: string;
    readonly tier?: string;
    readonly account_type?: string;
  };
  /** The client that the token was issued to. */
  readonly client: { readonly client_id?: string; readonly first_party?: true };
  /** Which token: its identifier, which is no credential. */
  readonly token: { readonly jti?: string; readonly iss?: string };
  /** What was decided. */
  readonly decision: AuditDecision;
  /** What the policy demands; missing for an unknown operation. */
  readonly requirement?: AuditRequirement;
  /** The HTTP status of the refusal; missing where the call was allowed, since its answer is yet to be made. */
  readonly status?: number;
  /** The request, by the name that the adapter gave it. */
  readonly requestId?: string;
  /** The arguments of the call: at most 64. */
  readonly arguments: readonly AuditArgument[];
  /** How many arguments there are besides. */
  readonly argumentsLeftOut?: number;
}
