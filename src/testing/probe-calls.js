import { createDecider, operationOf } from "../decision/decide.js";
import { isEndpoint, isParam, parseEndpoint } from "../policy/route.js";
import { intersectPatterns } from "./pattern-intersections.js";
/** Returns all calls to compare under the policy `after`: one for each class of calls with the same decisions. */
export function probeCallsOf(before, after, except) {
    const decider = createDecider(after);
    const exact = new Set([...before.operations.keys(), ...after.operations.keys()]);
    const globs = [...before.patterns, ...after.patterns].map(({ operation }) => operation.name);
    const meetings = after.patterns.length === 0
        ? { found: [], complete: true }
        : intersectPatterns([...new Set(globs)], exact);
    const endpoints = [...exact].flatMap((name) => endpointOf(name) ?? []);
    const targets = [...exact, ...meetings.found.map(({ name }) => name)].flatMap((name) => {
        const operation = operationOf(decider, name);
        if (operation === undefined)
            return [];
        const met = after.operations.has(name)
            ? [name]
            : after.patterns.flatMap((one) => (one.matches(name) ? one.operation.name : []));
        if (met.some((one) => except.has(one)))
            return [];
        const endpoint = endpointOf(name);
        const route = endpoint === undefined ? new Map() : routeOf(endpoint, endpoints);
        return [{ title: met.join(" + "), name, operation, route, endpoint }];
    });
    return { targets, complete: meetings.complete };
}
function endpointOf(name) {
    const parsed = name.includes(" ") ? parseEndpoint(name) : undefined;
    return parsed !== undefined && isEndpoint(parsed) ? parsed : undefined;
}
/** Returns, for each path parameter, the values that one of the policies may read as a literal, or as a literal in other letter case. */
function routeOf({ method, segments }, endpoints) {
    const near = endpoints.filter((one) => one.method === method && one.segments.length === segments.length);
    const route = new Map();
    for (const [at, segment] of segments.entries()) {
        if (!isParam(segment))
            continue;
        const texts = near.flatMap(({ segments: other }) => {
            const facing = other[at];
            return facing !== undefined && !isParam(facing)
                ? [facing.literal, otherCase(facing.literal)]
                : [];
        });
        route.set(segment.param, [...new Set(texts)]);
    }
    return route;
}
/** Returns a text with inverted letter case; percent-escapes stay unchanged. */
function otherCase(text) {
    return text.replace(/%..|[a-z]+|[A-Z]+/g, (part) => {
        if (part.startsWith("%"))
            return part;
        const upper = part.toUpperCase();
        return part === upper ? part.toLowerCase() : upper;
    });
}
/**
 * Yields values of all parameters: first safe values that occur in neither policy, then the same with one value that some
 * templates reject. A path parameter that no rule uses gets a text that a rule of `before` could not accept.
 */
export function* valuesOf({ operation, route }, fresh) {
    const names = [...new Set([...route.keys(), ...operation.params])];
    const asked = (name) => operation.params.includes(name);
    const base = names.map((name, at) => (asked(name) ? `${fresh}${at}` : `@${fresh}${at}`));
    for (const chosen of combinations(names.map((name, at) => [base[at], ...(route.get(name) ?? [])]))) {
        const plain = new Map(names.map((name, at) => [name, chosen[at]]));
        yield plain;
        for (const [at, name] of names.entries()) {
            if (!asked(name) || chosen[at] !== base[at])
                continue;
            yield new Map(plain).set(name, `${base[at]}.0`);
            yield new Map(plain).set(name, "urn");
        }
    }
}
/** Returns the request that calls an endpoint; `undefined` for a tool. */
export function requestOf({ endpoint }, values) {
    if (endpoint === undefined)
        return undefined;
    const { method, segments } = endpoint;
    const texts = segments.map((one) => (isParam(one) ? values.get(one.param) : one.literal));
    return { method, path: `/${texts.join("/")}` };
}
/** Returns the parameters that are not in the path. */
export function paramsOf({ route }, values) {
    return Object.fromEntries([...values].filter(([name]) => !route.has(name)));
}
/** Yields every combination of one item of each list. */
export function* combinations(lists) {
    const [first, ...rest] = lists;
    if (first === undefined) {
        yield [];
        return;
    }
    for (const one of first)
        for (const others of combinations(rest))
            yield [one, ...others];
}
