import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Denial, DoorDenial } from "../decision/decision.js";
import { firstScopes } from "../discovery/first-scopes.js";
import { OFFLINE_ACCESS } from "../discovery/public-scopes.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { isToolName } from "../policy/names.js";
import { namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { sufficientSet } from "./sufficient-set.js";

/** Why a call is refused at the door. */
export type Refusal = Denial | DoorDenial;

/** A problem document (RFC 9457) that says which scope would help. */
export interface ProblemDocument {
  /** The status's own words. */
  readonly title: string;
  /** The status. */
  readonly status: number;
  /** One line for people. */
  readonly detail: string;
  /** The code of the decision. */
  readonly error: Refusal["code"];
  /** The scope to ask for, where consent would help: that of the challenge. */
  readonly scope?: string;
  /** The tool that was called. */
  readonly tool?: string;
  /** The endpoint that was called. */
  readonly endpoint?: string;
  /** The plan that would do. */
  readonly tier?: string;
  /** The kinds of account that would do. */
  readonly account_types?: readonly string[];
  /** The parameter that is missing, unsafe, or bound to another value. */
  readonly param?: string;
}

/** An answer as plain data: what an adapter writes to its response, and nothing else. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** Header fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, to be written as JSON. */
  readonly body: ProblemDocument;
}

/** What an answer depends on in addition to the decision. */
export interface AnswerContext {
  /** The name of the tool or endpoint. */
  readonly operation?: string | undefined;
  /** The values of its parameters: they bind the scopes that a 401 without credentials names. */
  readonly params?: unknown;
  /**
   * What a 401 without credentials names: one sufficient set of the operation, nothing where it is unknown or hidden
   * (`"operation"`); what the protected-resource document names (`"resource"`); or the first where there is such a set, else the
   * second. Default: `"operation"`, and `"resource"` without an `operation`.
   */
  readonly signInScope?: "operation" | "resource" | "operation-or-resource";
  /** The token whose scopes a challenge of mode `union` names too. */
  readonly token?: AccessToken | undefined;
  /** The version of the Model Context Protocol that the client speaks, for the mode `auto`. */
  readonly protocolVersion?: string | undefined;
}

/**
 * What a challenge names: the scopes of the operation (`minimum`), these and what the token holds (`union`), or by the client
 * (`auto`): clients of MCP before 2026-07-28 replace their scope by that of a challenge, so they are told the union.
 */
export type ChallengeMode = "minimum" | "union" | "auto";

/** What of the options shapes an answer. */
export interface ChallengeOptions {
  readonly mode: ChallengeMode;
  readonly metadataUrl: string | undefined;
  readonly upgradeStatus: 402 | 403;
  readonly retryAfter: number;
}

interface Row {
  readonly status: 400 | 401 | 402 | 403 | 503;
  /** The challenge, with its `error` (RFC 6750, section 3.1); `undefined` for none. */
  readonly challenge: Challenge | undefined;
}

interface Challenge {
  readonly error: "invalid_request" | "invalid_token" | "insufficient_scope" | undefined;
  readonly description: string | undefined;
}

/** A row without a challenge. Each member is its own, whatever `Object.prototype` has. */
const plain = (status: Row["status"]): Row => ({ status, challenge: undefined });

/** The one table of statuses and challenges; its texts are all that a challenge ever says in words. */
const ROWS: Readonly<Record<Refusal["code"], Row>> = {
  unknown_operation: plain(403),
  denied: plain(403),
  invalid_params: plain(400),
  unauthenticated: { status: 401, challenge: { error: undefined, description: undefined } },
  invalid_request: {
    status: 400,
    challenge: { error: "invalid_request", description: "Expected one bearer token" },
  },
  invalid_token: {
    status: 401,
    challenge: { error: "invalid_token", description: "The access token is not valid here" },
  },
  temporarily_unavailable: plain(503),
  insufficient_scope: {
    status: 403,
    challenge: { error: "insufficient_scope", description: "More scope is needed" },
  },
  binding_mismatch: plain(403),
  account_type_required: plain(403),
  upgrade_required: plain(403),
  reserved_scope: plain(403),
};

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  503: "Service Unavailable",
} as const;

/** Clients accept some 16 KiB of headers. A longer union is cut down to what is needed, a longer list of the resource to the baseline. */
const MAX_CHALLENGE_SCOPE = 8_192;

function isShort(scopes: readonly string[]): boolean {
  return scopes.join(" ").length <= MAX_CHALLENGE_SCOPE;
}

/** Since this version clients unite a challenge with what they hold (MCP, basic/authorization). */
const UNITING_VERSION = "2026-07-28";

/** Lays out what answers of one policy share. */
export function newAnswerer(
  policy: CompiledPolicy,
  options: ChallengeOptions,
): (refusal: Refusal, context?: AnswerContext) => Answer {
  const namesOf = namer(policy);
  const first = firstScopes(policy);
  const ofResource = isShort(first.all) ? first.all : first.baseline;
  const realm = quotable(policy.definition.name);

  const signInScopes = (context: AnswerContext): readonly string[] => {
    const operation = readOwn(context, "operation");
    const byDefault = operation === undefined ? "resource" : "operation";
    const mode = readOwn(context, "signInScope") ?? byDefault;
    if (mode === "resource") return ofResource;
    const own = sufficientSet(policy, operation, readOwn(context, "params"));
    return own ?? (mode === "operation" ? [] : ofResource);
  };

  const scopesOf = (refusal: Refusal, context: AnswerContext) => {
    if (refusal.code === "unauthenticated") return signInScopes(context);
    if (refusal.code !== "insufficient_scope") return [];
    // a refusal of somebody's own making can hold any text
    const needed = refusal.scopes.filter(isScopeToken).flatMap(namesOf);
    const isUnion =
      options.mode === "union" ||
      (options.mode === "auto" && isReplacing(readOwn(context, "protocolVersion")));
    if (!isUnion) return needed;
    const union = [...new Set([...heldTokens(context).flatMap(namesOf), ...needed])];
    return isShort(union) ? union : needed;
  };

  return (refusal, context = {}) => {
    const row = ROWS[refusal.code];
    const status = refusal.code === "upgrade_required" ? options.upgradeStatus : row.status;
    const scope = scopesOf(refusal, context).join(" ");
    const headers: Record<string, string> = {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
    };
    if (row.challenge !== undefined) {
      headers["WWW-Authenticate"] = formatChallenge({
        error: row.challenge.error,
        scope,
        resource_metadata: options.metadataUrl,
        // last: two clients look for `scope=` anywhere in the line
        error_description: row.challenge.description,
        realm: options.metadataUrl === undefined ? realm : undefined,
      });
    }
    if (refusal.code === "temporarily_unavailable") {
      headers["Retry-After"] = String(options.retryAfter);
    }
    const body: ProblemDocument = {
      title: TITLES[status],
      status,
      detail: refusal.message,
      error: refusal.code,
      ...(refusal.code === "insufficient_scope" && scope !== "" && { scope }),
      ...operationOf(policy, refusal, readOwn(context, "operation")),
      ...remedyOf(refusal),
    };
    return { status, headers, body };
  };
}

/** Returns the name of the operation. One that the policy does not have is the client's own text, and is left out. */
function operationOf(
  { operations, patterns }: CompiledPolicy,
  { code }: Refusal,
  name: unknown,
): Partial<ProblemDocument> {
  if (typeof name !== "string" || code === "unknown_operation") return {};
  const isKnown =
    operations.has(name) || (isToolName(name) && patterns.some(({ matches }) => matches(name)));
  if (!isKnown) return {};
  return name.includes(" ") ? { endpoint: name } : { tool: name };
}

function remedyOf(refusal: Refusal): Partial<ProblemDocument> {
  switch (refusal.code) {
    case "upgrade_required":
      return { tier: refusal.tier };
    case "account_type_required":
      return { account_types: refusal.accountTypes };
    case "invalid_params":
    case "binding_mismatch":
      return { param: refusal.param };
    default:
      return {};
  }
}

/** `Bearer` with its attributes, in order; an attribute without a value is left out (RFC 6750, section 3). */
function formatChallenge(attributes: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}="${value}"`],
  );
  return `Bearer ${written.join(", ")}`;
}

/** A text as it may stand between quotes: RFC 6750 knows no escapes there, and an `=` would look like an attribute to some clients. */
function quotable(text: string): string {
  const clean = text.replaceAll(/[^\x20\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]/g, "").trim();
  return clean === "" ? "api" : clean;
}

/** Returns whether the client is known to speak a version in which a challenge replaces what it holds. */
function isReplacing(version: unknown): boolean {
  if (typeof version !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(version)) return false;
  return version < UNITING_VERSION;
}

/** Returns the scope tokens that the token holds, as it spells them. Nothing is held by a scope that a decision refuses. */
function heldTokens(context: AnswerContext): readonly string[] {
  return readGrantedTokens(readOwn(readOwn(context, "token"), "scope")) ?? [];
}

/**
 * The names under which a challenge names a scope: those that the policy gives it now, never an older one; none for a
 * reserved one, whatever its value, and for `offline_access`. What the policy does not know stands for itself.
 */
function namer(policy: CompiledPolicy): (scope: string) => readonly string[] {
  return (scope) => {
    const isKnown = namedMeanings(policy, scope, true).length > 0;
    const names = namedMeanings(policy, scope, false).map(({ text }) => text);
    return (isKnown ? names : [scope]).filter((name) => name !== OFFLINE_ACCESS);
  };
}
