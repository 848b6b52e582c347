import { REDACTED } from "./credential-patterns.js";
import { isSecretName } from "./secret-names.js";
/** Names of members that contain the name of a value in the same object: `{ "name": "password", "value": "…" }`. */
const NAME_MEMBER = /^(?:name|key|type|field|header|label|id|param|parameter|property|attribute|variable|option|k)$/i;
const VALUE_MEMBER = /^(?:(?:[a-z]{1,12}[_-]?)?values?|val|v|data|contents?|text|default|raw|string)$/i;
/** A flag of a command line. */
const FLAG = /^--?[\w-]+$/;
const USER_FLAG = /^(?:-u|--user|--proxy-user)$/i;
/** The name of a header, as in a list that alternates names and values. */
const HEADER_NAME = /^[A-Za-z][\w-]*$/;
/** The limits of a name: a longer text that contains the name of a secret is a title or a sentence. */
const MAX_NAME = 64;
const MAX_WORDS = 3;
/**
 * Returns plain data in which secrets next to their name are redacted, at any depth: in objects that name their value, in lists of
 * a name and its value, in lists that alternate header names and values, and in lists of command-line arguments.
 */
export function redactPairs(value, secrets) {
    const isSecret = (name) => typeof name === "string" &&
        name.length <= MAX_NAME &&
        name.trim().split(/\s+/).length <= MAX_WORDS &&
        isSecretName(name, secrets);
    const redact = (inner) => {
        if (typeof inner !== "object" || inner === null)
            return inner;
        return isList(inner) ? redactList(inner) : redactObject(inner);
    };
    const redactObject = (object) => {
        const entries = Object.entries(object);
        const isNamed = entries.some(([name, named]) => NAME_MEMBER.test(name) && isSecret(named));
        return Object.fromEntries(entries.map(([name, inner]) => [
            name,
            isNamed && VALUE_MEMBER.test(name) ? REDACTED : redact(inner),
        ]));
    };
    const redactList = (list) => {
        const isPairs = list.length === 2 ||
            (list.length % 2 === 0 && list.every((one, at) => at % 2 === 1 || isHeaderName(one)));
        const isValue = (at) => {
            const [name, inner] = [list[at - 1], list[at]];
            if (typeof name !== "string")
                return false;
            if (FLAG.test(name))
                return USER_FLAG.test(name) ? isUser(inner) : isSecret(name) && !isFlag(inner);
            return isPairs && at % 2 === 1 && isSecret(name);
        };
        return list.map((inner, at) => (isValue(at) ? REDACTED : redact(inner)));
    };
    return redact(value);
}
function isList(value) {
    return Array.isArray(value);
}
function isHeaderName(value) {
    return typeof value === "string" && HEADER_NAME.test(value);
}
function isFlag(value) {
    return typeof value === "string" && FLAG.test(value);
}
/** Returns whether a value is a user with a password. */
function isUser(value) {
    return typeof value === "string" && value.includes(":");
}
