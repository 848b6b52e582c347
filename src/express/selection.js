import { checkOptions, optional } from "../policy/option-checks.js";
import { isMountedAt } from "./layer.js";
const UNDER = /^(?:\/(?::?[\w.~%!$&'+,;=@-]+))+\/?$|^\/$/;
const COVER_CHECKS = {
    under: optional((value) => typeof value === "string" && UNDER.test(value)
        ? undefined
        : "expected a path such as `/api/v1`, without patterns"),
    except: optional((value) => Array.isArray(value) && value.every(isEntry)
        ? undefined
        : "expected a list of expressions, and of texts that begin with `/`"),
};
function isEntry(value) {
    return value instanceof RegExp || (typeof value === "string" && value.startsWith("/"));
}
/**
 * Creates the {@link Selection} of options.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function createSelection(app, options) {
    const { under = "/", except = [] } = checkOptions("`assertCovers`", options, COVER_CHECKS);
    const isMount = isMountedAt(app);
    const used = new Set();
    let isUnderUsed = false;
    const isExcepted = (paths) => {
        const met = paths.map((path) => except.filter((entry) => isMet(entry, path)));
        if (met.some(({ length }) => length === 0))
            return false;
        for (const entry of met.flat())
            used.add(entry);
        return true;
    };
    return {
        mount: isMount ? joined(under, "").replace(/^\/$/, "") : "",
        isLeftOut(paths, isRoute) {
            const isApart = !isMount && paths?.every((path) => areApart(path, under)) === true;
            if (isRoute && !isApart)
                isUnderUsed = true;
            return (paths !== undefined && isExcepted(paths)) || isApart;
        },
        isExpected: (template) => isBelow(template, under) && !isExcepted([template]),
        findings: () => [
            ...(isMount || isUnderUsed || under === "/"
                ? []
                : [{ code: "unused_under", path: "under", message: NOTHING_BELOW }]),
            ...except.flatMap((entry, index) => used.has(entry)
                ? []
                : [{ code: "unused_except", path: `except[${index}]`, message: NOTHING_LEFT_OUT }]),
        ],
    };
}
const NOTHING_BELOW = "the application has no route below this path: correct it, or mount the application first";
const NOTHING_LEFT_OUT = "the entry leaves out no route: correct it, or remove it";
/** Returns whether an entry of `except` names a path. `search` ignores and keeps the position of an expression with the flag `g` or `y`. */
function isMet(entry, path) {
    if (typeof entry !== "string")
        return path.search(entry) >= 0;
    return `${path}/`.startsWith(entry.endsWith("/") ? entry : `${entry}/`);
}
/** Joins the paths of a router and of a layer in it. Returns no slash at the end, and `/` for the top. */
export function joined(prefix, path) {
    const text = `${prefix}/${path}`.replace(/\/+/g, "/").replace(/\/$/, "");
    return text === "" ? "/" : text;
}
/** Returns the segments of a path. */
export function segmentsOf(path) {
    return path.split("/").filter((segment) => segment !== "");
}
/**
 * Returns whether no request can have both a path of a layer and one below `under`. A router can ignore letter case. What follows
 * a pattern is unknown.
 */
export function areApart(path, under) {
    const segments = segmentsOf(path);
    for (const [index, expected] of segmentsOf(under).entries()) {
        const segment = segments[index];
        if (segment === undefined)
            return true;
        if (/[(*]/.test(segment))
            return false;
        const isLiteral = !segment.includes(":") && !expected.startsWith(":");
        if (isLiteral && segment.toLowerCase() !== expected.toLowerCase())
            return true;
    }
    return false;
}
/** Returns whether every path of an endpoint is below `under`: its segments are the same, with parameters in the same places. */
export function isBelow(template, under) {
    const segments = segmentsOf(template);
    return segmentsOf(under).every((expected, index) => {
        const segment = segments[index];
        return isParam(expected) ? isParam(segment) : segment === expected;
    });
}
function isParam(segment) {
    return segment !== undefined && /^[:{]/.test(segment);
}
