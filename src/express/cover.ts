import { isAtTop, type Layer, mountOf, paramNames, type Router, TOP } from "./layer.js";

/** What is known at a layer of the gates that are given to `use` before it, and of the parameters of its path. */
export interface Cover {
  readonly isCovered: boolean;
  /** The names of the parameters that these gates decide on. */
  readonly decided: readonly string[];
  /** Those of `decided` that a path below their gate binds again, so that a handler may read another value. */
  readonly rebound: readonly string[];
  /** The names that `req.params` has at the layer, as far as they are known. */
  readonly names: readonly string[];
  /** Whether `req.params` can have no other name. */
  readonly isComplete: boolean;
}

/** The names that the gates of a router decide on, by their place. */
export type GatesOf = Map<unknown, readonly string[]>;

/** What is known above an application. A router that takes parameters over has them from where it is mounted. */
export const NO_COVER: Cover = {
  isCovered: false,
  decided: [],
  rebound: [],
  names: [],
  isComplete: false,
};

const NOTHING_INHERITED = { names: [], isComplete: true };

/** Returns the cover of a layer, of what its router has from above and of the gates before it in the router. */
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
 * Whether `use` and a route give the same values to the parameters of a path. `use` takes the first match of a beginning: in
 * an expression that takes as little as it can (Express 4), and with two optional parts, that may not be what a route takes.
 */
function isPlain({ route }: Layer): boolean {
  return route === undefined || !/[*+?}]\?|[?{].*[?{]/.test(String(route.path));
}
