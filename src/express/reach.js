import { withoutPrototype } from "../policy/own-members.js";
import { ALL, innerRouter } from "./layer.js";
/** Returns a text for a parameter that has another value than all others, as in a real request. */
export function probeValue(index) {
    return `probe${index}`;
}
const VALUE = "(probe\\d+)";
/**
 * Returns the routes that a request would reach, in order. It matches as a request would, since not every version of Express
 * exposes the path at which a router is mounted.
 */
export function routesReached(router, probe, above = []) {
    const { method, path, base } = probe;
    return router.stack.flatMap((given) => {
        const layer = withoutPrototype(given);
        const inner = layer.route === undefined ? innerRouter(layer) : undefined;
        // an application that is mounted in itself
        if (layer.route === undefined && (inner === undefined || above.includes(inner)))
            return [];
        const matched = matchPath(given, path);
        if (matched === undefined)
            return [];
        const params = { ...(router.mergeParams === true && probe.params), ...matched.params };
        const { route } = layer;
        if (route !== undefined) {
            const isMet = route.methods[ALL] === true || route.methods[method] === true;
            return isMet ? [{ route, base, params }] : [];
        }
        const taken = matched.path.replace(/\/$/, "");
        const rest = path.slice(taken.length);
        const next = { method, path: rest === "" ? "/" : rest, base: base + taken, params };
        return routesReached(inner, next, [...above, router]);
    });
}
function matchPath(layer, path) {
    const match = layer.match(path);
    // Express 4 keeps path and parameters in the layer until its next match
    const { path: taken, params = {} } = match === true ? layer : match || {};
    return taken === undefined ? matchValues(layer, path) : { path: taken, params };
}
/** Matches a path with an expression or a pattern, if values of the path are all that it does not meet: `/:jobId(\\d+)`. */
function matchValues(layer, path) {
    const { regexp, rawPath, route } = withoutPrototype(layer);
    for (const expression of [regexp ?? rawPath ?? route?.path].flat(Infinity)) {
        const taken = expression instanceof RegExp && withValues(expression)?.exec(path)?.[0];
        if (typeof taken === "string" && path.startsWith(taken))
            return { path: taken, params: {} };
    }
    return undefined;
}
const TOKENS = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|./gs;
const CAPTURE = /^\((?:\?<\w|$)/;
/** Returns an expression that takes the text of a probe, and no other, in place of all that the given one captures. */
function withValues({ source, flags }) {
    let depth = 0;
    const parts = source.match(TOKENS).map((token) => {
        if (depth === 0 && !CAPTURE.test(token))
            return token;
        if (token.startsWith("("))
            depth += 1;
        if (token === ")")
            depth -= 1;
        return depth === 0 ? VALUE : "";
    });
    try {
        return new RegExp(parts.join(""), flags.replace(/[gy]/g, ""));
    }
    catch {
        return undefined; // a reference to a group that is gone
    }
}
