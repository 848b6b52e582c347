import { mapAwaitable } from "./callbacks.js";
/** The detailed verifier behind each public verifier that {@link hideReasons} returned. */
const detailedVerifiers = new WeakMap();
/** Returns the rejection for a reason. */
export function rejected(reason, detail) {
    return detail === undefined ? { kind: "rejected", reason } : { kind: "rejected", reason, detail };
}
/** Creates the public verifier. It returns the token, or `undefined` for every rejection, and throws what `verify` throws. */
export function hideReasons(verify) {
    const hidden = (rawToken) => mapAwaitable(verify(rawToken), tokenIn);
    detailedVerifiers.set(hidden, verify);
    return hidden;
}
/** Returns the detailed verifier behind a public one; `undefined` for a function that {@link hideReasons} did not return. */
export function detailedVerify(verify) {
    return detailedVerifiers.get(verify);
}
function tokenIn(verdict) {
    return verdict.kind === "token" ? verdict.token : undefined;
}
