import { readOwn } from "./access-token.js";
/** Returns the endpoint that a request matches; `undefined` if no endpoint matches. Never throws. */
export function findEndpoint(policy, request, options) {
    const method = readOwn(request, "method");
    const path = readOwn(request, "path");
    if (typeof method !== "string" || typeof path !== "string")
        return undefined;
    const match = policy.router.match(method, path, options);
    if (match === undefined)
        return undefined;
    const { name, params: names } = match.value;
    const given = readOwn(request, "params");
    // the value in the path takes precedence: the handler acts on it
    const params = names.map((key) => [key, match.params.get(key) ?? readOwn(given, key)]);
    return { name, params: Object.fromEntries(params) };
}
