import { placeholderName } from "./placeholder.js";
import { joinSegments, parseScopeToken, scopeForm, splitSegments, } from "./scope-syntax.js";
import { isScopeToken } from "./scope-token.js";
// Forms in which a dot in a value would end the segment or change the form.
const DOTLESS = new Set(["dot", "flat"]);
const SAFE_VALUE = /^[A-Za-z0-9_.~-]{1,128}$/;
/**
 * Returns whether a value is safe in a template of a form: 1 to 128 characters of `[A-Za-z0-9_.~-]`, not `.` or `..`, and
 * without `.` in dot and flat scopes. {@link acceptsValue} checks the same for one hole.
 */
export function isSafeValue(form, value) {
    if (typeof value !== "string" || !SAFE_VALUE.test(value))
        return false;
    return DOTLESS.has(form) ? !value.includes(".") : value !== "." && value !== "..";
}
/** Returns whether a value is accepted for the name at `index`: it is safe and does not change the form of the template. */
export function acceptsValue(template, index, value) {
    return isSafeValue(template.form, value) && !turnsIntoUrn(template, index, value);
}
// The only value that can change the form: with it, `{x}:read` and `{x}://host` would start with `urn:`.
function turnsIntoUrn({ form, segments }, index, value) {
    return value === "urn" && segments[0] === index && (form === "colon" || form === "uri");
}
/**
 * Returns a key that is equal only for placeholders for which {@link acceptsValue} accepts the same values, so that a value
 * is not checked for each of a thousand templates.
 */
export function acceptanceKey({ form, segments }, index) {
    return `${form} ${segments[0] === index}`;
}
/** Compiles a parsed scope-token into a template. */
export function compileTemplate(token) {
    const names = [...new Set(token.params)];
    const segments = token.segments.map((segment) => {
        const name = placeholderName(segment);
        return name === undefined ? segment : names.indexOf(name);
    });
    return { form: token.form, names, segments };
}
/** Returns the scope of a template for values in the order of `names`. Does not check them: see {@link acceptsValue}. */
export function bindTemplate(template, values) {
    const { form, segments } = template;
    return joinSegments(form, segments.map((segment) => typeof segment === "number" ? values[segment] : segment));
}
/**
 * Returns the values, in the order of `names`, for which a template is the scope of this form with these segments;
 * `undefined` if there are none. A granted scope that has a placeholder itself does not match any template.
 */
export function matchTemplate(template, form, segments) {
    if (form !== template.form || segments.length !== template.segments.length)
        return undefined;
    const values = [];
    for (const [at, segment] of segments.entries()) {
        const expected = template.segments[at];
        if (typeof expected === "number") {
            if (!acceptsValue(template, expected, segment))
                return undefined;
            values[expected] ??= segment;
            if (values[expected] !== segment)
                return undefined;
        }
        else if (segment !== expected)
            return undefined;
    }
    return values;
}
/** Returns the shape of a template. */
export function shapeOf({ form, segments }) {
    const holes = [...segments.keys()].filter((at) => typeof segments[at] === "number");
    return { form, length: segments.length, holes };
}
/**
 * Returns a key of segments without the contents of the holes. Templates of one shape have the same key as the scopes that
 * can match them. An equal key makes a scope a candidate, {@link matchTemplate} decides.
 */
export function skeleton(segments, holes) {
    const parts = [...segments];
    // No segment contains a quote or a space, so different holes or segments give a different key.
    for (const hole of holes)
        parts[hole] = '"';
    return parts.join(" ");
}
/** Returns whether there is a scope that is an instance of both templates. */
export function templatesOverlap(one, other) {
    if (one.form !== other.form || one.segments.length !== other.segments.length)
        return false;
    const pairs = one.segments.map((left, at) => [left, other.segments[at]]);
    const lefts = new Map();
    const rights = new Map();
    // The known value of a hole is passed to the hole in the same place of the other template, until nothing changes. Holes
    // that stay unknown can all have the same value.
    let known = -1;
    while (known < lefts.size + rights.size) {
        known = lefts.size + rights.size;
        for (const [left, right] of pairs) {
            const a = typeof left === "number" ? lefts.get(left) : left;
            const b = typeof right === "number" ? rights.get(right) : right;
            if (a !== undefined && b !== undefined && a !== b)
                return false;
            if (typeof left === "number" && b !== undefined) {
                if (!acceptsValue(one, left, b))
                    return false;
                lefts.set(left, b);
            }
            if (typeof right === "number" && a !== undefined) {
                if (!acceptsValue(other, right, a))
                    return false;
                rights.set(right, a);
            }
        }
    }
    return true;
}
/**
 * Returns the scope of a template with values for its placeholders. Different values give different scopes. A value is a
 * string of 1 to 128 characters of `[A-Za-z0-9_.~-]`, not `.` or `..`, without `.` in dot and flat scopes, and must not change
 * the form of the scope. Only own string properties of `params` count, other keys are ignored. Values are checked, not
 * escaped. The result does not mean that a policy declares the scope.
 *
 * Never throws, whatever `params` is. An error names the first placeholder without a safe value; its `param` is `""` if the
 * template is not a scope-token.
 *
 * @example
 * ```ts
 * import { bindScope } from "scope-policy";
 *
 * bindScope("/accounts/{accountID}/", { accountID: "a" }); // { ok: true, scope: "/accounts/a/" }
 * bindScope("/accounts/{accountID}/", { accountID: "../b" }); // { ok: false, param: "accountID", reason: "…" }
 * ```
 */
export function bindScope(template, params) {
    const result = parseScopeToken(template);
    if (!result.ok)
        return { ok: false, param: "", reason: result.reason };
    return bindCompiled(compileTemplate(result.token), params);
}
/** As {@link bindScope}, for a compiled template. */
export function bindCompiled(template, params) {
    const values = [];
    for (const [index, name] of template.names.entries()) {
        const value = ownValue(params, name);
        if (!acceptsValue(template, index, value)) {
            return { ok: false, param: name, reason: `\`${name}\` ${valueFault(template.form, value)}` };
        }
        values.push(value);
    }
    return { ok: true, scope: bindTemplate(template, values) };
}
/** Returns why a value is not accepted. */
function valueFault(form, value) {
    if (value === undefined)
        return "is missing";
    if (isSafeValue(form, value))
        return `must not be \`${value}\` here: it would make the scope a different URI`;
    return DOTLESS.has(form)
        ? "must be 1 to 128 characters of `A-Z a-z 0-9 _ ~ -`"
        : "must be 1 to 128 characters of `A-Z a-z 0-9 _ . ~ -`, and not `.` or `..`";
}
/** Returns an own property; `undefined` if the value does not have it, or if reading it throws. */
function ownValue(params, name) {
    if (typeof params !== "object" || params === null)
        return undefined;
    try {
        return Object.hasOwn(params, name) ? Reflect.get(params, name) : undefined;
    }
    catch {
        return undefined;
    }
}
export function matchScope(template, scope) {
    const result = parseScopeToken(template);
    if (!result.ok || !isScopeToken(scope))
        return undefined;
    const compiled = compileTemplate(result.token);
    const form = scopeForm(scope);
    const values = matchTemplate(compiled, form, splitSegments(form, scope));
    return (values &&
        Object.fromEntries(compiled.names.map((name, index) => [name, values[index]])));
}
