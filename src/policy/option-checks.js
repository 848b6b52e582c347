import { PolicyError } from "../errors.js";
import { urlParts } from "../grammar/url.js";
import { ownMembers } from "./own-members.js";
import { describeFindings, escapeControls } from "./report.js";
import { nearest } from "./suggest.js";
/** Creates the check of a required option. */
export function required(check) {
    return (value) => (value === undefined ? "is missing" : check(value));
}
/** Creates the check of an optional option. */
export function optional(check) {
    return (value) => (value === undefined ? undefined : check(value));
}
/** Checks that a value is a function. */
export const isFunction = (value) => typeof value === "function" ? undefined : "expected a function";
/** Checks that a value is `true` or `false`. */
export const isBoolean = (value) => typeof value === "boolean" ? undefined : "expected true or false";
/** Checks that a value is a string. It may be empty. */
export const isString = (value) => typeof value === "string" ? undefined : "expected a string";
/** Creates the check that a value is one of a list. */
export function oneOf(...values) {
    const list = values.map((value) => `\`${String(value)}\``).join(", ");
    return (value) => (values.includes(value) ? undefined : `expected one of ${list}`);
}
/** Creates the check that a value is a number above 0 and at most `most`. */
export function positive(most) {
    return (value) => typeof value === "number" && value > 0 && value <= most
        ? undefined
        : `expected a number above 0, up to ${most}`;
}
/** Checks that a value is a list of non-empty strings. */
export const isStringList = (value) => Array.isArray(value) && value.every((member) => typeof member === "string" && member !== "")
    ? undefined
    : "expected a list of non-empty strings";
/** Checks that a value is an absolute URL. */
export const isUrl = (value) => urlParts(value) === undefined ? "expected an absolute URL" : undefined;
const UNDEFINED = "expected a value, got `undefined`: leave the option out instead";
/**
 * Checks the options of a public function: unknown names, invalid values, and members that are `undefined`, which would
 * silently count as absent. Throws all findings at once.
 *
 * Returns a frozen copy of the own members without a prototype, so that no read from it is inherited.
 *
 * @param owner - what has the options, as a noun phrase for the message: `the authorizer`, `` `fetchGate` ``
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` with all findings
 */
export function checkOptions(owner, options, checks) {
    const given = ownMembers(options);
    const own = (given ?? {});
    const known = Object.keys(checks);
    const findings = [
        ...optionFindings(own, checks),
        ...(given === undefined ? [findingOf("option", "", "expected an object with options")] : []),
        ...Object.keys(own)
            .filter((name) => !known.includes(name))
            .map((name) => {
            const meant = nearest(name, known);
            return findingOf("unknown_key", name, "unknown option", meant);
        }),
    ];
    if (findings.length > 0) {
        const message = describeFindings(findings, `the options for ${owner}`);
        throw new PolicyError("ERR_OPTIONS_INVALID", message, findings);
    }
    return Object.freeze(own);
}
/**
 * Returns the findings of the options that have a check: invalid values, and members that are `undefined`. Ignores other
 * members and all that `own` inherits.
 */
export function optionFindings(own, checks) {
    return Object.entries(checks).flatMap(([name, check]) => {
        const isGiven = Object.hasOwn(own, name);
        const value = isGiven ? own[name] : undefined;
        const message = check(value, own);
        if (message !== undefined)
            return [findingOf("option", name, message)];
        if (!isGiven || value !== undefined)
            return [];
        return [findingOf("undefined_value", name, UNDEFINED)];
    });
}
function findingOf(code, path, message, suggestion) {
    const finding = { code, path: escapeControls(path), message: escapeControls(message) };
    return suggestion === undefined ? finding : { ...finding, suggestion };
}
