import { readOwn } from "../decision/access-token.js";
import { findEndpoint } from "../decision/find-endpoint.js";
import { compiledPolicyOf } from "../policy/compiled-policies.js";
import { decodeUtf8, isParam, splitEndpoint, } from "../policy/route.js";
import { isSameValue } from "./admit-request.js";
import { pathOf } from "./request-target.js";
/** Creates the {@link EndpointResolver} of a policy. */
export function createEndpointResolver(policy, options) {
    const compiled = compiledPolicyOf(policy);
    const templateSegments = createTemplateReader();
    const declared = new Map();
    const names = new Map();
    for (const name of Object.keys(policy.definition.endpoints ?? {})) {
        const { method, segments } = splitEndpoint(name);
        declared.set(name, { name, segments, params: policy.operation(name).params });
        names.set(shapeOf(method, segments), name);
    }
    const resolveUncached = ({ method, base, template, values }, path) => {
        const match = findEndpoint(compiled, { method, path }, options);
        const endpoint = match && declared.get(match.name);
        const own = templateSegments(template);
        const mounted = mountedSegments(base, path);
        const sources = endpoint && own && mounted && sourcesOf(endpoint, mounted, own);
        if (sources === undefined)
            return undefined;
        const { name, params } = endpoint;
        if (sources.size === 0)
            return { name, params };
        // the router's value of a segment must be the decided one; a parent router, which has removed the segment, need not pass one on
        const isOther = (param) => {
            const source = sources.get(param);
            if (source === undefined)
                return false;
            const seen = readOwn(values(), isParam(source) ? source.param : param);
            const isMissing = seen === undefined && !isParam(source);
            return !isMissing && !isSameValue(match?.params[param], seen);
        };
        if (params.some(isOther))
            return undefined;
        const readFrom = (source) => isParam(source) ? readOwn(values(), source.param) : decodeUtf8(source.literal);
        const read = () => [...sources].map(([param, source]) => [param, readFrom(source)]);
        return { name, params, values: () => Object.fromEntries(read()) };
    };
    // by method and path: a path that is the text of the route always means the same endpoint, if that has no parameters
    const literal = new Map();
    return {
        names: [...declared.keys()],
        find(request) {
            const { method, base, template } = request;
            const path = pathOf(request.target);
            if (base !== "" || path !== template)
                return resolveUncached(request, path);
            const known = literal.get(method)?.get(path);
            if (known !== undefined)
                return known;
            const found = resolveUncached(request, path);
            if (found !== undefined && found.values === undefined) {
                const paths = literal.get(method) ?? new Map();
                literal.set(method, paths.set(path, found));
            }
            return found;
        },
        named(method, template) {
            const route = templateSegments(template);
            const name = names.get(shapeOf(method === "HEAD" ? "GET" : method, route));
            const endpoint = declared.get(name ?? "");
            return endpoint && sourcesOf(endpoint, [], route) && name;
        },
    };
}
/**
 * Returns the source of the value of each parameter of an endpoint, by the policy's names: the text of a segment that a parent
 * router has removed, or the name that the handler uses. Returns `undefined` if the route does not spell the endpoint, or if it has
 * the name of a deciding parameter at the place of another one: its handler would take that for the decided value.
 */
function sourcesOf({ segments, params }, mounted, own) {
    if (mounted.length + own.length !== segments.length)
        return undefined;
    const route = [...mounted.map((text) => ({ literal: text })), ...own];
    const sources = new Map();
    for (const [index, segment] of segments.entries()) {
        const source = route[index];
        if (!isParam(segment)) {
            // the removed segments are the start of the path, which the policy has matched
            const isSpelled = index < mounted.length || (!isParam(source) && source.literal === segment.literal);
            if (!isSpelled)
                return undefined;
            continue;
        }
        const isSource = isParam(source)
            ? source.param === segment.param || !params.includes(source.param)
            : index < mounted.length;
        if (!isSource)
            return undefined;
        sources.set(segment.param, source);
    }
    return sources;
}
/**
 * Returns the part that every spelling of an endpoint shares: the names of parameters are left out, since the author chooses
 * them.
 */
function shapeOf(method, segments) {
    const path = segments.map((segment) => (isParam(segment) ? ":" : segment.literal));
    return `${method} /${path.join("/")}`;
}
const PARAMETER = /^:([A-Za-z_][A-Za-z0-9_]*)$/;
/**
 * Creates the function that returns the segments of a route. It parses each route once, and returns `undefined` for a route that is
 * not text. A segment that is a pattern, or has the name of an earlier segment, becomes a literal that no endpoint has. The cache
 * grows with the routes of the program, not with requests.
 */
function createTemplateReader() {
    const read = new Map();
    return (template) => {
        if (typeof template !== "string")
            return undefined;
        const known = read.get(template);
        if (known !== undefined)
            return known;
        const names = new Set();
        const segments = textSegments(template).map((text) => {
            const param = PARAMETER.exec(text)?.[1];
            // of two values with one name, a handler can read only the last
            if (param === undefined || names.has(param))
                return { literal: escapeLetters(text) };
            names.add(param);
            return { param };
        });
        read.set(template, segments);
        return segments;
    };
}
/**
 * Escapes characters beyond ASCII, as policies spell them: Fastify matches decoded text, so its routes contain them unescaped.
 */
function escapeLetters(text) {
    return text.replaceAll(/[^ -~\p{Cs}]+/gu, encodeURIComponent);
}
/** Returns the segments that a parent router has removed; `undefined` if they are not the start of the path. */
function mountedSegments(base, path) {
    return path === base || path.startsWith(`${base}/`) ? textSegments(base) : undefined;
}
/**
 * Returns the segments of a path. A slash at the end adds none: routers ignore it, and the path of the request is checked
 * separately.
 */
function textSegments(path) {
    if (path === "")
        return [];
    const inner = path.replace(/^\//, "").replace(/\/$/, "");
    return inner === "" ? [] : inner.split("/");
}
