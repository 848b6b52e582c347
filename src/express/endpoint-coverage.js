import { ALL } from "./layer.js";
import { handlerMarks, leadingGates } from "./marks.js";
import { probeValue, routesReached } from "./reach.js";
import { isBelow, segmentsOf } from "./selection.js";
/**
 * Finds the routes that serve the endpoints of a policy. A gate for the endpoint of its route needs a template that spells the
 * endpoint. A gate with the name of an endpoint decides by the name, so its route may also be an expression, a list or a pattern
 * that has the path of the endpoint.
 *
 * @param mount - the path at which the router is mounted
 */
export function coverEndpoints(top, authorizer, endpoints, mount) {
    const served = new Map();
    const named = new Map();
    const meant = new Map();
    const names = new Set(endpoints.names);
    const isForEndpoint = ({ kind, name = "" }) => kind === "endpoint" || names.has(name);
    const check = (endpoint, method, probe) => {
        const reached = routesReached(top, probe).map((hit) => {
            const handlers = handlerMarks(hit.route, probe.method, authorizer);
            if (handlers.some((mark) => mark?.name === endpoint))
                addTo(named, hit.route, endpoint);
            return { ...hit, gates: leadingGates(handlers) };
        });
        const hit = reached.find(({ gates }) => gates.some(isForEndpoint));
        if (hit === undefined)
            return ["unserved_endpoint"];
        const { route, base, params, gates } = hit;
        if (gates.some(({ name }) => name === endpoint))
            return [];
        const gate = gates.find(({ kind }) => kind === "endpoint");
        if (gate === undefined)
            return ["hidden_endpoint"];
        const target = probe.path === "/" && probe.base !== "" ? probe.base : probe.base + probe.path;
        const values = () => params;
        const found = endpoints.find({ method, target, base, template: route.path, values });
        if (found?.name !== endpoint) {
            if (isPlainText(route.path))
                return ["hidden_endpoint"];
            meant.set(route, endpoint);
            return ["unserved_endpoint"];
        }
        addTo(served, route, probe.method);
        addTo(served, route, ALL);
        const isReachedBy = (path) => routesReached(top, { ...probe, path }).some((other) => other.route === route);
        const isSlashIgnored = gate.trailingSlash === "ignore" && probe.path !== "/";
        return [
            ...(isSlashIgnored && !isReachedBy(`${probe.path}/`) ? ["trailing_slash"] : []),
            ...(gate.caseSensitive === false && !isReachedBy(swapCase(probe.path))
                ? ["letter_case"]
                : []),
        ];
    };
    const codes = new Map();
    for (const endpoint of names) {
        const [method = "", template = ""] = endpoint.split(" ");
        const probe = probeOf(method, template, mount);
        if (probe === undefined)
            continue;
        codes.set(endpoint, check(endpoint, method, probe));
        // HEAD requests are treated as GET, also on a route of their own
        if (method === "GET")
            check(endpoint, "HEAD", { ...probe, method: "head" });
    }
    return {
        codes,
        isServed: (route, method) => served.get(route)?.has(method) === true,
        isNamed: (route, method, name) => name.startsWith(`${method === "head" ? "GET" : method.toUpperCase()} `) &&
            named.get(route)?.has(name) === true,
        meantBy: (route) => meant.get(route),
    };
}
/** Returns a request to an endpoint, as the router that is mounted at a path gets it; `undefined` for an endpoint elsewhere. */
function probeOf(method, template, mount) {
    if (!isBelow(template, mount))
        return undefined;
    let values = 0;
    const path = template.replaceAll(/(?<=\/)(?::\w+|\{\w+\})/g, () => probeValue(values++));
    const segments = segmentsOf(path);
    const mounted = segmentsOf(mount);
    const base = mounted.map((_, index) => `/${segments[index]}`).join("");
    const params = mounted.flatMap((name, index) => name.startsWith(":") ? [[name.slice(1), segments[index]]] : []);
    return {
        method: method.toLowerCase(),
        path: path.slice(base.length) || "/",
        base,
        params: Object.fromEntries(params),
    };
}
/** Returns whether a gate for endpoints can read the path of a route. */
function isPlainText(path) {
    return typeof path === "string" && !/[()*+?{}[\]|\\]/.test(path);
}
function swapCase(text) {
    return text.replaceAll(/[a-z]/gi, (letter) => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase());
}
function addTo(sets, key, member) {
    sets.set(key, (sets.get(key) ?? new Set()).add(member));
}
