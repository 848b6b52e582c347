import { isAtTop, type Layer, mountOf, paramNames, type Router, TOP } from "./layer.js";

/** Facts about a layer: the gates given to `use` before it, and the parameters of its path. */
export interface Cover {
  /** Whether a gate given to `use` comes before the layer. */
  readonly isCovered: boolean;
  /** Names of the parameters that these gates decide on. */
  readonly decided: readonly string[];
  /** The names of `decided` that a path below their gate binds again, so that a handler may read another value. */
  readonly rebound: readonly string[];
  /** Known names of `req.params` at the layer. */
  readonly names: readonly string[];
  /** Whether `names` has every name that `req.params` can have. */
  readonly isComplete: boolean;
}

/** Names of the parameters that the gates of a router decide on, by the place of the gate. */
export type GatesOf = Map<unknown, readonly string[]>;

/** The cover above an application. A router with `mergeParams` has the parameters of the place at which it is mounted. */
export const NO_COVER: Cover = {
  isCovered: false,
  decided: [],
  rebound: [],
  names: [],
  isComplete: false,
};

const NOTHING_INHERITED = { names: [], isComplete: true };

/** Returns the cover of a layer, from the cover of its router and from the gates before it in the router. */
export function coverAt(layer: Layer, router: Router, above: Cover, gates: GatesOf): Cover {
  const own = paramNames(layer);
  const inherited = router.mergeParams === true ? above : NOTHING_INHERITED;
  // a function given to `param` may add any name
  const hasFunctions = own?.length !== 0 && Object.keys(router.params ?? {}).length > 0;
  const all = gates.get(TOP);
  const here = gates.get(mountOf(layer));
  const before = isAtTop(layer) ? above.decided : [...above.decided, ...(all ?? [])];
  const isRebound = (name: string) =>
    own === undefined ||
    own.includes(name) ||
    (above.rebound.includes(name) && !all?.includes(name));
  const isDecidedHere = (name: string) => here?.includes(name) === true && isPlain(layer);
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
function isPlain({ route }: Layer): boolean {
  return route === undefined || !/[*+?}]\?|[?{].*[?{]/.test(String(route.path));
}
