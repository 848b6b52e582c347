import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { CredentialDenial, PolicyDenial } from "../decision/decision.js";
import { readNames } from "../grammar/any-value.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { firstScopes } from "../policy/first-scopes.js";
import { OFFLINE_ACCESS } from "../policy/openid-scopes.js";
import { withoutPrototype } from "../policy/own-members.js";
import { namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { operationsByName, sufficientSet } from "./sufficient-set.js";

/** A denial of the policy or of the credentials. */
export type Denial = PolicyDenial | CredentialDenial;

/** A problem document (RFC 9457) that names the scope to ask for. */
export interface ProblemDocument {
  /** The reason phrase of the status. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** One readable line. */
  readonly detail: string;
  /** The code of the decision. */
  readonly error: Denial["code"];
  /** The scope to ask for, if consent can fix the denial: the scope of the challenge. */
  readonly scope?: string;
  /** The called tool, unless it is hidden. */
  readonly tool?: string;
  /** The called endpoint, unless it is hidden. */
  readonly endpoint?: string;
  /** The tier that would be enough. */
  readonly tier?: string;
  /** The entitlement that is missing. */
  readonly entitlement?: string;
  /** The authentication context classes, of which one is enough. */
  readonly acr_values?: readonly string[];
  /** Maximum number of seconds since the user authenticated. */
  readonly max_age?: number;
  /** The account types that would be allowed. */
  readonly account_types?: readonly string[];
  /** The parameter that is missing, unsafe, or bound to another value. */
  readonly param?: string;
}

/** An HTTP response as plain data. An adapter writes it as it is and adds nothing. */
export interface DenialResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, to write as JSON. */
  readonly body: ProblemDocument;
}

/** What the response depends on in addition to the decision. */
export interface DenialContext {
  /** The name of the tool or endpoint. */
  readonly operation?: string | undefined;
  /** The values of its parameters, which bind the scopes that a 401 without credentials names. */
  readonly params?: unknown;
  /**
   * The scopes that a 401 without credentials names. `"operation"`: one sufficient set of the operation, and none if the operation
   * is unknown or hidden. `"resource"`: the scopes of the protected resource metadata. `"operation-or-resource"`: the first if there
   * is such a set, else the second. `"object-or-resource"`: the same for an operation that decides on an object of a list, a resource
   * of MCP for example; a hidden operation counts, too. A list: these scopes, for a request that calls several operations. Default:
   * `"operation"`, and `"resource"` without an `operation`.
   */
  readonly signInScope?:
    | "operation"
    | "resource"
    | "operation-or-resource"
    | "object-or-resource"
    | readonly string[];
  /** The token. A challenge of mode `union` names its scopes too. */
  readonly token?: AccessToken | undefined;
  /** The version of the Model Context Protocol that the client speaks, for the mode `auto`. */
  readonly protocolVersion?: string | undefined;
}

/**
 * The scopes that a challenge names. `minimum`: the scopes of the operation. `union`: these and the scopes in the token. `auto`:
 * one of the two, by the client. MCP clients before version 2026-07-28 replace their scope by that of a challenge, so the challenge
 * names the union for them.
 */
export type ChallengeMode = "minimum" | "union" | "auto";

/** The options of responses, complete. */
export interface ChallengeOptions {
  readonly mode: ChallengeMode;
  readonly metadataUrl: string | undefined;
  readonly upgradeStatus: 402 | 403;
  readonly retryAfter: number;
  /** Whether callers have tokens. It changes only texts for people. */
  readonly verifiesTokens: boolean;
}

interface Row {
  readonly status: 400 | 401 | 402 | 403 | 503;
  /** The challenge with its `error` (RFC 6750, section 3.1); `undefined` without one. */
  readonly challenge: Challenge | undefined;
}

interface Challenge {
  readonly error:
    | "invalid_request"
    | "invalid_token"
    | "insufficient_user_authentication"
    | "insufficient_scope"
    | undefined;
  readonly description: string | undefined;
}

/** Creates a row without a challenge. `challenge` is an own member, so that it is not read from `Object.prototype`. */
const rowWithoutChallenge = (status: Row["status"]): Row => ({ status, challenge: undefined });

/** The table of statuses and challenges. A challenge contains no other descriptions. */
const ROWS: Readonly<Record<Denial["code"], Row>> = {
  unknown_operation: rowWithoutChallenge(403),
  denied: rowWithoutChallenge(403),
  invalid_params: rowWithoutChallenge(400),
  unauthenticated: { status: 401, challenge: { error: undefined, description: undefined } },
  invalid_request: {
    status: 400,
    challenge: { error: "invalid_request", description: "Expected one bearer token" },
  },
  invalid_token: {
    status: 401,
    challenge: { error: "invalid_token", description: "The access token is not valid here" },
  },
  temporarily_unavailable: rowWithoutChallenge(503),
  insufficient_user_authentication: {
    status: 401,
    challenge: {
      error: "insufficient_user_authentication",
      description: "A stronger or more recent authentication of the user is required",
    },
  },
  insufficient_scope: {
    status: 403,
    challenge: { error: "insufficient_scope", description: "More scope is needed" },
  },
  binding_mismatch: rowWithoutChallenge(403),
  account_type_required: rowWithoutChallenge(403),
  upgrade_required: rowWithoutChallenge(403),
  reserved_scope: rowWithoutChallenge(403),
};

/** The texts for people where the authorizer verifies no tokens, so that its callers have signed in to the host in another way. */
const SIGN_IN_TEXTS: ReadonlyMap<string, { readonly detail: string; readonly challenge?: string }> =
  /* @__PURE__ */ new Map([
    ["unauthenticated", { detail: "authentication required: sign in" }],
    [
      "invalid_token",
      {
        detail: "the sign-in is not valid: sign in again",
        challenge: "The sign-in is not valid here",
      },
    ],
    ["binding_mismatch", { detail: "the sign-in is bound to another value of the parameter" }],
  ]);

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  503: "Service Unavailable",
} as const;

/**
 * Maximum length of the scope in a challenge: clients accept some 16 KiB of headers. Instead of a longer union, the challenge names
 * the needed scopes; instead of a longer list of the resource, the baseline.
 */
const MAX_CHALLENGE_SCOPE = 8_192;

function isShort(scopes: readonly string[]): boolean {
  return scopes.join(" ").length <= MAX_CHALLENGE_SCOPE;
}

/** The first version in which clients add the scopes of a challenge to the granted ones (MCP, basic/authorization). */
const FIRST_UNION_VERSION = "2026-07-28";

/** Creates the function that returns the response to a denial. It precomputes what the responses of one policy share. */
export function createResponder(
  policy: CompiledPolicy,
  options: ChallengeOptions,
): (denial: Denial, context?: DenialContext) => DenialResponse {
  const namesOf = createScopeNamer(policy);
  const first = firstScopes(policy);
  const ofResource = isShort(first.all) ? first.all : first.baseline;
  const realm = toQuotedText(policy.definition.name);

  const signInScopes = (context: DenialContext): readonly string[] => {
    const operation = readOwn(context, "operation");
    const byDefault = operation === undefined ? "resource" : "operation";
    const mode = readOwn(context, "signInScope") ?? byDefault;
    if (mode === "resource") return ofResource;
    const named = readNames(mode);
    if (named !== undefined) {
      const listed = named.filter(isScopeToken).flatMap(namesOf);
      return isShort(listed) ? listed : ofResource;
    }
    const isListed = mode === "object-or-resource";
    const own = sufficientSet(policy, operation, readOwn(context, "params"), isListed);
    return own ?? (mode === "operation" ? [] : ofResource);
  };

  const scopesOf = (denial: Denial, context: DenialContext) => {
    if (denial.code === "unauthenticated") return signInScopes(context);
    if (denial.code !== "insufficient_scope") return [];
    // a denial that the program creates can contain any text
    const needed = denial.scopes.filter(isScopeToken).flatMap(namesOf);
    const isUnion =
      options.mode === "union" ||
      (options.mode === "auto" && isReplacing(readOwn(context, "protocolVersion")));
    if (!isUnion) return needed;
    const union = [...new Set([...scopesInToken(context).flatMap(namesOf), ...needed])];
    return isShort(union) ? union : needed;
  };

  return (denial, context = {}) => {
    const row = ROWS[denial.code];
    const texts = options.verifiesTokens ? undefined : SIGN_IN_TEXTS.get(denial.code);
    const status = denial.code === "upgrade_required" ? options.upgradeStatus : row.status;
    const scope = scopesOf(denial, context).join(" ");
    const headers: Record<string, string> = {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
    };
    if (row.challenge !== undefined) {
      headers["WWW-Authenticate"] = formatChallenge({
        error: row.challenge.error,
        scope,
        ...authenticationOf(denial),
        resource_metadata: options.metadataUrl,
        // last: two clients search for `scope=` anywhere in the line
        error_description: texts?.challenge ?? row.challenge.description,
        realm: options.metadataUrl === undefined ? realm : undefined,
      });
    }
    if (denial.code === "temporarily_unavailable") {
      headers["Retry-After"] = String(options.retryAfter);
    }
    const body: ProblemDocument = {
      title: TITLES[status],
      status,
      detail: texts?.detail ?? denial.message,
      error: denial.code,
      ...(denial.code === "insufficient_scope" && scope !== "" && { scope }),
      ...operationOf(policy, denial, readOwn(context, "operation")),
      ...remedyOf(denial),
    };
    return { status, headers, body };
  };
}

/**
 * Returns the name of the operation. An unknown name is left out, since it is client input. A hidden one is left out, since a client
 * that reads a resource of MCP does not know the tool that decides on it.
 */
function operationOf(
  policy: CompiledPolicy,
  { code }: Denial,
  name: unknown,
): Partial<ProblemDocument> {
  if (typeof name !== "string" || code === "unknown_operation") return {};
  const operations = operationsByName(policy, name);
  if (operations.length === 0 || operations.some(({ hidden }) => hidden)) return {};
  return name.includes(" ") ? { endpoint: name } : { tool: name };
}

function remedyOf(denial: Denial): Partial<ProblemDocument> {
  switch (denial.code) {
    case "upgrade_required":
      // a denial has one of them as an own member
      return Object.hasOwn(denial, "entitlement")
        ? { entitlement: denial.entitlement as string }
        : { tier: denial.tier as string };
    case "insufficient_user_authentication": {
      const { acr, maxAge } = withoutPrototype(denial);
      return {
        // empty: patterns whose lists have no class in common, which no authentication can satisfy
        ...(acr !== undefined && acr.length > 0 && { acr_values: acr }),
        ...(maxAge !== undefined && { max_age: maxAge }),
      };
    }
    case "account_type_required":
      return { account_types: denial.accountTypes };
    case "invalid_params":
    case "binding_mismatch":
      return { param: denial.param };
    default:
      return {};
  }
}

/** Returns the attributes of a challenge that asks the user to authenticate again (RFC 9470, section 3). */
function authenticationOf(denial: Denial): Readonly<Record<string, string | undefined>> {
  if (denial.code !== "insufficient_user_authentication") return {};
  const { acr = [], maxAge } = withoutPrototype(denial);
  return { acr_values: acr.filter(isScopeToken).join(" "), max_age: maxAge?.toString() };
}

/** Returns `Bearer` with its attributes, in order. An attribute without a value is left out (RFC 6750, section 3). */
function formatChallenge(attributes: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}="${value}"`],
  );
  return `Bearer ${written.join(", ")}`;
}

/** Returns a text for a quoted attribute: RFC 6750 has no escapes there, and some clients take an `=` for an attribute. */
function toQuotedText(text: string): string {
  const clean = text.replaceAll(/[^\x20\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]/g, "").trim();
  return clean === "" ? "api" : clean;
}

/** Returns whether the client speaks a known version in which it replaces its scope by that of a challenge. */
function isReplacing(version: unknown): boolean {
  if (typeof version !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(version)) return false;
  return version < FIRST_UNION_VERSION;
}

/** Returns the scopes in the token, as it spells them; none if a decision cannot read its scope. */
function scopesInToken(context: DenialContext): readonly string[] {
  return readGrantedTokens(readOwn(readOwn(context, "token"), "scope")) ?? [];
}

/**
 * Creates the function that returns the names of a scope in a challenge: the current names in the policy, never a former one. It
 * returns none for a reserved scope, of any value, and for `offline_access`. A scope that the policy does not have keeps its name.
 */
function createScopeNamer(policy: CompiledPolicy): (scope: string) => readonly string[] {
  return (scope) => {
    const isKnown = namedMeanings(policy, scope, true).length > 0;
    const names = namedMeanings(policy, scope, false).map(({ text }) => text);
    return (isKnown ? names : [scope]).filter((name) => name !== OFFLINE_ACCESS);
  };
}
