import { readOwn } from "../decision/access-token.js";
import { firstScopes } from "../discovery/first-scopes.js";
import { OFFLINE_ACCESS } from "../discovery/public-scopes.js";
import { isScopeToken } from "../grammar/scope-token.js";
import { namedMeanings, readGrantedTokens } from "../policy/scope-meanings.js";
import { isToolName } from "../policy/tool-names.js";
import { sufficientSet } from "./sufficient-set.js";
/** Creates a row without a challenge. `challenge` is an own member, so that it is not read from `Object.prototype`. */
const rowWithoutChallenge = (status) => ({ status, challenge: undefined });
/** The table of statuses and challenges. A challenge contains no other descriptions. */
const ROWS = {
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
    insufficient_scope: {
        status: 403,
        challenge: { error: "insufficient_scope", description: "More scope is needed" },
    },
    binding_mismatch: rowWithoutChallenge(403),
    account_type_required: rowWithoutChallenge(403),
    upgrade_required: rowWithoutChallenge(403),
    reserved_scope: rowWithoutChallenge(403),
};
const TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    503: "Service Unavailable",
};
/**
 * Maximum length of the scope in a challenge: clients accept some 16 KiB of headers. Instead of a longer union, the challenge names
 * the needed scopes; instead of a longer list of the resource, the baseline.
 */
const MAX_CHALLENGE_SCOPE = 8_192;
function isShort(scopes) {
    return scopes.join(" ").length <= MAX_CHALLENGE_SCOPE;
}
/** The first version in which clients add the scopes of a challenge to the granted ones (MCP, basic/authorization). */
const FIRST_UNION_VERSION = "2026-07-28";
/** Creates the function that returns the response to a denial. It precomputes what the responses of one policy share. */
export function createResponder(policy, options) {
    const namesOf = createScopeNamer(policy);
    const first = firstScopes(policy);
    const ofResource = isShort(first.all) ? first.all : first.baseline;
    const realm = toQuotedText(policy.definition.name);
    const signInScopes = (context) => {
        const operation = readOwn(context, "operation");
        const byDefault = operation === undefined ? "resource" : "operation";
        const mode = readOwn(context, "signInScope") ?? byDefault;
        if (mode === "resource")
            return ofResource;
        const own = sufficientSet(policy, operation, readOwn(context, "params"));
        return own ?? (mode === "operation" ? [] : ofResource);
    };
    const scopesOf = (denial, context) => {
        if (denial.code === "unauthenticated")
            return signInScopes(context);
        if (denial.code !== "insufficient_scope")
            return [];
        // a denial that the program creates can contain any text
        const needed = denial.scopes.filter(isScopeToken).flatMap(namesOf);
        const isUnion = options.mode === "union" ||
            (options.mode === "auto" && isReplacing(readOwn(context, "protocolVersion")));
        if (!isUnion)
            return needed;
        const union = [...new Set([...scopesInToken(context).flatMap(namesOf), ...needed])];
        return isShort(union) ? union : needed;
    };
    return (denial, context = {}) => {
        const row = ROWS[denial.code];
        const status = denial.code === "upgrade_required" ? options.upgradeStatus : row.status;
        const scope = scopesOf(denial, context).join(" ");
        const headers = {
            "Content-Type": "application/problem+json",
            "Cache-Control": "no-store",
        };
        if (row.challenge !== undefined) {
            headers["WWW-Authenticate"] = formatChallenge({
                error: row.challenge.error,
                scope,
                resource_metadata: options.metadataUrl,
                // last: two clients search for `scope=` anywhere in the line
                error_description: row.challenge.description,
                realm: options.metadataUrl === undefined ? realm : undefined,
            });
        }
        if (denial.code === "temporarily_unavailable") {
            headers["Retry-After"] = String(options.retryAfter);
        }
        const body = {
            title: TITLES[status],
            status,
            detail: denial.message,
            error: denial.code,
            ...(denial.code === "insufficient_scope" && scope !== "" && { scope }),
            ...operationOf(policy, denial, readOwn(context, "operation")),
            ...remedyOf(denial),
        };
        return { status, headers, body };
    };
}
/** Returns the name of the operation. An unknown name is left out, since it is client input. */
function operationOf({ operations, patterns }, { code }, name) {
    if (typeof name !== "string" || code === "unknown_operation")
        return {};
    const isKnown = operations.has(name) || (isToolName(name) && patterns.some(({ matches }) => matches(name)));
    if (!isKnown)
        return {};
    return name.includes(" ") ? { endpoint: name } : { tool: name };
}
function remedyOf(denial) {
    switch (denial.code) {
        case "upgrade_required":
            return { tier: denial.tier };
        case "account_type_required":
            return { account_types: denial.accountTypes };
        case "invalid_params":
        case "binding_mismatch":
            return { param: denial.param };
        default:
            return {};
    }
}
/** Returns `Bearer` with its attributes, in order. An attribute without a value is left out (RFC 6750, section 3). */
function formatChallenge(attributes) {
    const written = Object.entries(attributes).flatMap(([name, value]) => value === undefined || value === "" ? [] : [`${name}="${value}"`]);
    return `Bearer ${written.join(", ")}`;
}
/** Returns a text for a quoted attribute: RFC 6750 has no escapes there, and some clients take an `=` for an attribute. */
function toQuotedText(text) {
    const clean = text.replaceAll(/[^\x20\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]/g, "").trim();
    return clean === "" ? "api" : clean;
}
/** Returns whether the client speaks a known version in which it replaces its scope by that of a challenge. */
function isReplacing(version) {
    if (typeof version !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(version))
        return false;
    return version < FIRST_UNION_VERSION;
}
/** Returns the scopes in the token, as it spells them; none if a decision cannot read its scope. */
function scopesInToken(context) {
    return readGrantedTokens(readOwn(readOwn(context, "token"), "scope")) ?? [];
}
/**
 * Creates the function that returns the names of a scope in a challenge: the current names in the policy, never a former one. It
 * returns none for a reserved scope, of any value, and for `offline_access`. A scope that the policy does not have keeps its name.
 */
function createScopeNamer(policy) {
    return (scope) => {
        const isKnown = namedMeanings(policy, scope, true).length > 0;
        const names = namedMeanings(policy, scope, false).map(({ text }) => text);
        return (isKnown ? names : [scope]).filter((name) => name !== OFFLINE_ACCESS);
    };
}
