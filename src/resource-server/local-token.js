/** Every value that {@link createLocalToken} returned, so that no part of a request can be taken for one. */
const localTokens = new WeakSet();
/**
 * Creates a local token for a process that receives no credentials: a server over standard input and output takes them from its
 * environment (MCP, basic/authorization). The authorizer checks `exp` and `nbf` of the claims, asks for facts of the account and
 * checks revocation as for any other token.
 */
export function createLocalToken(source) {
    const claims = typeof source === "function" ? source : () => source;
    const localToken = Object.freeze({ kind: "local", claims });
    localTokens.add(localToken);
    return localToken;
}
/** Returns whether {@link createLocalToken} returned a value. */
export function isLocalToken(value) {
    return typeof value === "object" && value !== null && localTokens.has(value);
}
