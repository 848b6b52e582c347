import type { Allowed, CredentialDenial, PolicyDenial } from "../decision/decision.js";

/** A JSON value. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };

/** One way to meet a rule, as the policy spells it: placeholders are in braces. */
export interface AuditAlternative {
  /** The scopes, all of which are needed; empty if any valid token is enough. */
  readonly scopes: readonly string[];
  /** The lowest tier. */
  readonly tier?: string;
  /** The account types, one of which is needed. */
  readonly accountTypes?: readonly string[];
  /** The entitlements, all of which are needed. */
  readonly entitlements?: readonly string[];
  /** The parameters whose values must be within a boundary, by boundary. */
  readonly within?: Readonly<Record<string, string>>;
  /** Present if it needs a reserved scope, and so a first-party client. */
  readonly reserved?: true;
  /** Present if it needs a restricted scope, which only approved clients can be granted. */
  readonly restricted?: true;
}

/** One rule of an operation. */
export interface AuditRule {
  /** The alternatives, of which one must be met. */
  readonly anyOf: readonly AuditAlternative[];
  /** The authentication context classes, of which one is needed. */
  readonly acr?: readonly string[];
  /** Maximum number of seconds since the user authenticated. */
  readonly maxAge?: number;
}

/** What the policy requires for an operation. */
export interface AuditRequirement {
  /** Present if every caller is allowed, without credentials. */
  readonly public?: true;
  /** Present if every call is denied. */
  readonly denied?: true;
  /**
   * The rules. Each must be met by one alternative of its `anyOf`. There is more than one only if several tool patterns match.
   */
  readonly rules: readonly AuditRule[];
  /** Number of further alternatives for which the event has no room. */
  readonly leftOut?: number;
}

/** The decision, with the members that a decision of its code has. */
export interface AuditDecision {
  /** The code of the decision. */
  readonly code: (Allowed | PolicyDenial | CredentialDenial)["code"];
  /** Whether the call was allowed. */
  readonly allowed: boolean;
  /** The scopes of the alternative that is met, or of the one that the denial names; with bound values. */
  readonly scopes?: readonly string[];
  /** The scopes of `scopes` that the token lacks. */
  readonly missing?: readonly string[];
  /** Every alternative that consent could grant; at most 16. */
  readonly accepted?: readonly (readonly string[])[];
  /** The parameter that is missing, unsafe, or bound to another value. */
  readonly param?: string;
  /** The tier that would be enough. */
  readonly tier?: string;
  /** The entitlement that is missing. */
  readonly entitlement?: string;
  /** The tier of the account. */
  readonly had?: string;
  /** The account types that would be allowed. */
  readonly accountTypes?: readonly string[];
  /** The authentication context classes that would be enough. */
  readonly acr?: readonly string[];
  /** Maximum number of seconds since the user authenticated. */
  readonly maxAge?: number;
  /** The reason that the policy gives for a hard denial. */
  readonly reason?: string;
  /** Present if the call may return additional detail. */
  readonly enriched?: true;
  /** The scopes for additional detail that are granted. Present with `enriched`. */
  readonly enrichments?: readonly string[];
}

/** The description of one argument of the call. */
export interface AuditArgument {
  /** Its name, as the client sent it; `""` if the arguments are not an object. */
  readonly name: string;
  /** The type of its value; `unreadable` for a getter and for a value that throws when it is read. */
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
  /** Length of a text in UTF-16 code units, or of a list. Missing if the argument has the name of a secret. */
  readonly size?: number;
  /** The value, if the policy's `audit.show` names it. Secrets in it are redacted, long values are cut. */
  readonly value?: AuditValue;
  /**
   * The digest of the value, if the policy's `audit.hash` names it: `hmac-sha256:` with an `auditKey`, else `sha256:`, then 64
   * hexadecimal digits. It is computed over the canonical JSON of the value (RFC 8785).
   */
  readonly digest?: string;
  /** The reason why a value that the policy declares is missing: it has the name of a secret, is too large, or is not JSON. */
  readonly withheld?: "secret" | "size" | "unreadable";
}

/**
 * One decision as plain data. Every text in it is safe in any sink: one line of bounded length, without control, format or
 * bidirectional characters, and without text that looks like a credential. `JSON.stringify(event)` is one line of at most
 * 64 KiB characters.
 */
export interface AuditEvent {
  /** The id of the decision: a UUID. Both events of one call have the same id. */
  readonly id: string;
  /**
   * Present in the second event of a call, which repeats the first one with the status that the client got. A sink that keeps the
   * last event of each id has everything.
   */
  readonly kind?: "answered";
  /** The time of the decision, in the second event that of the response (ISO 8601, UTC). */
  readonly time: string;
  /** The policy that decided. */
  readonly policy: { readonly name: string; readonly version: string };
  /**
   * The operation. `unknown`: the policy does not have it, and the client chose the name. `protocol`: a denied message that calls
   * no operation of the policy, such as `mcp:tools/list`.
   */
  readonly operation: {
    readonly name: string;
    readonly kind: "tool" | "endpoint" | "protocol" | "unknown";
  };
  /** The user, by verified claims and the facts of `subject`; empty without a valid token. */
  readonly actor: {
    readonly sub?: string;
    readonly iss?: string;
    readonly tier?: string;
    readonly account_type?: string | readonly string[];
    readonly entitlements?: readonly string[];
  };
  /** The client that the token was issued to. */
  readonly client: { readonly client_id?: string; readonly first_party?: true };
  /** The identifier of the token, which is not a credential, and its issuer. */
  readonly token: { readonly jti?: string; readonly iss?: string };
  /** The decision that the event records. */
  readonly decision: AuditDecision;
  /** Present if the gate only reports: the call went on, unless its code is `denied`. */
  readonly enforced?: false;
  /** What the policy requires; missing for an unknown operation. */
  readonly requirement?: AuditRequirement;
  /**
   * In the first event, the HTTP status of the denial; missing if the call was allowed, since its response does not exist yet. In
   * the second event, the status that the client got.
   */
  readonly status?: number;
  /** The id of the request, from the adapter. */
  readonly requestId?: string;
  /** The arguments of the call: at most 64. */
  readonly arguments: readonly AuditArgument[];
  /** Number of further arguments. */
  readonly argumentsLeftOut?: number;
}
