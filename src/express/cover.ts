import { isAtTop, type Layer, mountOf, paramNames, type Router, TOP } from "./layer.js";

/** What is known at a layer of the gates that are given to `use` before it, and of the parameters of its path. */
export interface Cover {
  readonly isCovered: boolean;
  /** The names of the parameters that these gates decide on. */
  readonly decided: readonly string[];
  /** Those of `decided` that a path below their gate binds again, so that a handler may read another value. */
  readonly rebound: readonly string[];
  /** The names that `req.params` has at the layer; `undefined` where they cannot be told. */
  readonly names: readonly string[] | undefined;
}

/** The names that the gates of a router decide on, by their place. */
export type GatesOf = Map<unknown, readonly string[]>;

/** What is known above an application. A router that takes parameters over has them from where it is mounted. */
export const NO_COVER: Cover = { isCovered: false, decided: [], rebound: [], names: undefined };

/** Returns the cover of a layer, of what its router has from above and of the gates before it in the router. */
export function coverAt(layer: Layer, router: Router, above: Cover, gates: GatesOf): Cover {
  const own = paramNames(layer);
  const all = gates.get(TOP);
  const here = gates.get(mountOf(layer));
  const before = isAtTop(layer) ? above.decided : [...above.decided, ...(all ?? [])];
  const isRebound = (name: string) =>
    own === undefined ||
    own.includes(name) ||
    (above.rebound.includes(name) && !all?.includes(name));
  const isDecidedHere = (name: string) => here?.includes(name) === true && isPlain(layer);
  return {
    isCovered: above.isCovered || all !== undefined || here !== undefined,
    decided: [...new Set([...before, ...(here ?? [])])],
    rebound: [...new Set(before)].filter((name) => isRebound(name) && !isDecidedHere(name)),
    names: namesAt(own, router, above),
  };
}

/** The names that `req.params` has: a function given to `param` may add any. */
function namesAt(
  own: readonly string[] | undefined,
  { mergeParams, params = {} }: Router,
  above: Cover,
): readonly string[] | undefined {
  const inherited = mergeParams === true ? above.names : [];
  if (own === undefined || inherited === undefined) return undefined;
  if (own.length > 0 && Object.keys(params).length > 0) return undefined;
  return [...inherited, ...own];
}

/** Whether the path of a layer gives the same values to `use`, which may match the beginning of what a route matches. */
function isPlain({ route }: Layer): boolean {
  return route === undefined || !/[*?{]/.test(String(route.path));
}
