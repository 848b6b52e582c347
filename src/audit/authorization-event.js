import { firstItems } from "../grammar/any-value.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { checkOptions, oneOf, optional, required, } from "../policy/option-checks.js";
import { ownMembers, withoutPrototype } from "../policy/own-members.js";
import { runtime } from "../policy/runtime.js";
import { namedMeanings } from "../policy/scope-meanings.js";
import { cleanIdentifier, cleanText, redactClientText, redactCredentials, redactName, redactText, } from "./redaction/clean-text.js";
const TYPES = ["registration", "consent", "token", "revocation"];
const OUTCOMES = ["success", "denied", "failure"];
const MAX_NAME = 128;
const MAX_SCOPE = 256;
const MAX_REASON = 512;
/** Maximum length in characters of all the scopes of one event. */
const MAX_SCOPES = 6_144;
const anyValue = () => undefined;
const isDate = (value) => value instanceof Date && Number.isFinite(value.getTime()) ? undefined : "expected a valid date";
const isStatus = (value) => Number.isInteger(value) && value >= 100 && value <= 599
    ? undefined
    : "expected an HTTP status";
const CHECKS = {
    type: required(oneOf(...TYPES)),
    outcome: required(oneOf(...OUTCOMES)),
    first_party: optional(oneOf(true, false)),
    status: optional(isStatus),
    time: optional(isDate),
    error: anyValue,
    reason: anyValue,
    client_id: anyValue,
    client_name: anyValue,
    sub: anyValue,
    iss: anyValue,
    scope: anyValue,
    requested: anyValue,
    removed: anyValue,
    grantId: anyValue,
    grant_type: anyValue,
    jti: anyValue,
    requestId: anyValue,
};
/**
 * Creates the audit event of an authorization server for one registration, consent, token or revocation request. The event is a
 * plain object for the same sink and the same mappers as the events of an authorizer. The function does not write it anywhere.
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with every finding at once, for unknown keys and for members of a wrong type
 * that your program sets; `ERR_POLICY_UNKNOWN` for a value that `definePolicy` or `loadPolicy` did not return. Client input never
 * makes it throw.
 *
 * @example
 * ```ts
 * import { loadPolicy } from "scope-policy";
 * import { authorizationEvent } from "scope-policy/audit";
 *
 * const policy = loadPolicy({ name: "Shop", version: "1", scopes: { "orders:read": "See your orders" } });
 * const event = authorizationEvent(policy, {
 *   type: "consent",
 *   outcome: "success",
 *   client_id: "assistant",
 *   sub: "user-1",
 *   requested: "orders:read orders:write",
 *   scope: "orders:read",
 *   grantId: "grant-1",
 * });
 * event.scopes.granted; // ["orders:read"]
 * ```
 */
export function authorizationEvent(policy, details) {
    const compiled = compiledPolicyOf(policy);
    const { definition } = compiled;
    const known = withoutUndefined(details);
    checkOptions("`authorizationEvent`", known, CHECKS);
    const { type, outcome, time = new Date(), status, first_party } = known;
    const issuer = member("iss", known.iss, cleanIdentifier);
    return {
        id: runtime.crypto.randomUUID(),
        time: time.toISOString(),
        policy: {
            name: cleanIdentifier(definition.name),
            version: cleanIdentifier(definition.version),
        },
        type,
        outcome,
        ...member("error", known.error, cleanProtocolName),
        ...member("reason", known.reason, cleanReason),
        actor: { ...member("sub", known.sub, cleanIdentifier), ...issuer },
        client: {
            ...member("client_id", known.client_id, cleanIdentifier),
            ...member("client_name", known.client_name, cleanClientName),
            ...(first_party === true && { first_party }),
        },
        token: { ...member("jti", known.jti, cleanIdentifier), ...issuer },
        grant: {
            ...member("id", known.grantId, cleanIdentifier),
            ...member("grant_type", known.grant_type, cleanProtocolName),
        },
        scopes: scopesOf(compiled, known),
        ...(status !== undefined && { status }),
        ...member("requestId", known.requestId, cleanIdentifier),
    };
}
/** Returns whether an event comes from an authorization server. */
export function isAuthorizationEvent(event) {
    return Object.hasOwn(event, "type");
}
/** Returns the own members that are not `undefined`. A value that is not an object has none, and the checks report that. */
function withoutUndefined(details) {
    const entries = Object.entries(ownMembers(details) ?? {}).filter(([, value]) => value !== undefined);
    return withoutPrototype(Object.fromEntries(entries));
}
function member(name, value, clean) {
    const found = typeof value === "string" && value !== "" ? { [name]: clean(value) } : {};
    return found;
}
/** Returns the clean text of a protocol code or name, which can be client input. */
function cleanProtocolName(text) {
    return redactName(cleanText(text, MAX_NAME));
}
function cleanClientName(text) {
    return redactClientText(cleanText(text, MAX_NAME));
}
function cleanReason(text) {
    return redactText(cleanText(text, MAX_REASON));
}
const SCOPES = [
    ["granted", "scope"],
    ["removed", "removed"],
    ["requested", "requested"],
];
function scopesOf(policy, known) {
    // a scope of the policy, such as `secrets:read`, is a name, and so are the values of granted scopes; other text can be a secret
    const isName = (token, isGranted) => namedMeanings(policy, token, true).some(({ values }) => isGranted || values.length === 0);
    let room = MAX_SCOPES;
    let leftOut = 0;
    const written = SCOPES.flatMap(([name, option]) => {
        const tokens = tokensOf(known[option]);
        if (tokens === undefined)
            return [];
        const fitting = [];
        for (const token of tokens) {
            const redact = isName(token, name !== "requested") ? redactCredentials : redactName;
            const clean = redact(cleanText(token, MAX_SCOPE));
            room -= clean.length + 3;
            if (room < 0)
                break;
            fitting.push(clean);
        }
        leftOut += tokens.length - fitting.length;
        return [[name, fitting]];
    });
    return { ...Object.fromEntries(written), ...(leftOut > 0 && { leftOut }) };
}
/** Maximum number of scopes that are read: more than an event has room for. */
const MAX_TOKENS = 65_536;
/** Returns the scope tokens of a text or of a list; `undefined` for any other value. */
function tokensOf(scope) {
    if (typeof scope === "string")
        return scope.split(" ").filter((token) => token !== "");
    return firstItems(scope, MAX_TOKENS)?.filter((token) => typeof token === "string" && token !== "");
}
