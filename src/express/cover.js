import { isAtTop, mountOf, paramNames, TOP } from "./layer.js";
/** The cover above an application. A router with `mergeParams` has the parameters of the place at which it is mounted. */
export const NO_COVER = {
    isCovered: false,
    decided: [],
    rebound: [],
    names: [],
    isComplete: false,
};
const NOTHING_INHERITED = { names: [], isComplete: true };
/** Returns the cover of a layer, from the cover of its router and from the gates before it in the router. */
export function coverAt(layer, router, above, gates) {
    const own = paramNames(layer);
    const inherited = router.mergeParams === true ? above : NOTHING_INHERITED;
    // a function given to `param` may add any name
    const hasFunctions = own?.length !== 0 && Object.keys(router.params ?? {}).length > 0;
    const all = gates.get(TOP);
    const here = gates.get(mountOf(layer));
    const before = isAtTop(layer) ? above.decided : [...above.decided, ...(all ?? [])];
    const isRebound = (name) => own === undefined ||
        own.includes(name) ||
        (above.rebound.includes(name) && !all?.includes(name));
    const isDecidedHere = (name) => here?.includes(name) === true && isPlain(layer);
    const decided = [...new Set([...before, ...(here ?? [])])];
    return {
        isCovered: above.isCovered || all !== undefined || here !== undefined,
        decided,
        rebound: decided.filter((name) => isRebound(name) && !isDecidedHere(name)),
        names: [...inherited.names, ...(own ?? [])],
        isComplete: own !== undefined && inherited.isComplete && !hasFunctions,
    };
}
/**
 * Returns whether `use` and a route give the same values to the parameters of a path. `use` takes the first match of a prefix.
 * In a lazy expression (Express 4) and with two optional parts, a route may take another match.
 */
function isPlain({ route }) {
    return route === undefined || !/[*+?}]\?|[?{].*[?{]/.test(String(route.path));
}
