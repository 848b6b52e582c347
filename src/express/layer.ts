import { PolicyError } from "../errors.js";
import { withoutPrototype } from "../policy/own-members.js";

/** A layer of a router: what Express 4 and 5 have in common, and what only one of them has. */
export interface Layer {
  readonly handle: { readonly name: string } & Partial<Router>;
  readonly route?: Route;
  readonly method?: string;
  // whether it was mounted at `/`: 5, and 4
  readonly slash?: boolean;
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  // the parameters of its path: 4; those of the last match: 5 before router 2.3
  readonly keys?: readonly unknown[];
  // the path it was mounted at: 5 since router 2.3
  readonly rawPath?: unknown;
  // the part of a path that it has matched, and its parameters: 4, and 5 before router 2.3
  readonly path?: string;
  readonly params?: object;
  match(path: string): boolean | { readonly path: string; readonly params: object };
}

/** A route of a router, with the layers of its handlers. */
export interface Route {
  readonly path: unknown;
  readonly stack: readonly Layer[];
  readonly methods: Readonly<Record<string, boolean>>;
}

/** A router, or the router of an application. */
export interface Router {
  readonly stack: readonly Layer[];
  readonly mergeParams?: boolean;
  /** The functions given to `param`, by the name of the parameter. */
  readonly params?: object;
}

/** The place of every layer that is mounted at `/`. */
export const TOP = "/";

/** Returns the router of an application of Express 5 or 4, or the router that it is given. */
export function routerOf(app: object): Router {
  if (isRouter(app)) return app;
  const lazyrouter = ownOf(app, "lazyrouter") as (() => void) | undefined;
  // Express 4 has no router before its first route, and throws for the name that Express 5 has it under
  lazyrouter?.call(app);
  const found = ownOf(app, "_router") ?? ownOf(app, "router");
  if (isRouter(found)) return found;
  throw new PolicyError("ERR_OPTIONS_INVALID", "expected an application or a router of Express");
}

/** Returns whether an object of Express is a router: it has layers of its own. */
export function isRouter(found: unknown): found is Router {
  return found !== undefined && Object.hasOwn(found as object, "stack");
}

/** Returns one member of an object of Express, where it is the object's own. */
function ownOf(app: object, name: string): unknown {
  return Object.hasOwn(app, name) ? (app as Record<string, unknown>)[name] : undefined;
}

/** Returns whether a layer is mounted at `/`, so that every path meets it. */
export function isAtTop(layer: Layer): boolean {
  const { slash, regexp } = withoutPrototype(layer);
  return slash === true || regexp?.fast_slash === true;
}

/**
 * Returns a key of the place of a layer. Layers of one router with the same key match the same paths, and give the same
 * values to parameters of the same names. A layer whose place is unknown has a key of its own.
 */
export function mountOf(layer: Layer): unknown {
  const { rawPath, regexp, route } = withoutPrototype(layer);
  if (isAtTop(layer)) return TOP;
  if (typeof rawPath === "string") return rawPath;
  const names = (paramNames(layer) ?? []).join();
  if (regexp !== undefined && route === undefined) return `${String(regexp)} ${names}`;
  // Express 4 makes another expression of a path for a route than for `use`; one that is not a path matches more in a route
  const isPath = typeof route?.path === "string" && regexp?.source.includes("|") === false;
  if (!isPath) return Symbol("unknown");
  return `${String(regexp).replace(/\$(?=\/\w*$)/, "(?=\\/|$)")} ${names}`;
}

/** Returns the names of the parameters in the path of a layer; `undefined` where the layer does not tell its path. */
export function paramNames(layer: Layer): readonly string[] | undefined {
  const { regexp, keys = [], rawPath, route } = withoutPrototype(layer);
  if (isAtTop(layer)) return [];
  if (regexp !== undefined) return keys.map(keyName);
  const path = rawPath ?? route?.path;
  if (path === undefined) return undefined;
  return ([path] as unknown[]).flat(Infinity).flatMap(namesIn);
}

/** The names in a path of Express 5: `:name`, `*name`, `:"name"`; and those of the groups of an expression. */
function namesIn(path: unknown): readonly string[] {
  const [text, pattern] =
    path instanceof RegExp
      ? [path.source, /\(\?<([^=!>]+)>()/g]
      : [String(path), /[:*](?:([\p{ID_Continue}$]+)|"([^"]+)")/gu];
  return [...text.matchAll(pattern)].map(([, plain, quoted]) => (plain ?? quoted) as string);
}

/** Returns the path of a route as text for people. */
export function pathText(path: unknown): string {
  return Array.isArray(path) ? `[${path.map(String).join(", ")}]` : String(path);
}

/** Returns the path that a layer was mounted at as text for people, as far as the layer tells it. */
export function mountText(layer: Layer): string {
  const { rawPath, regexp, keys = [] } = withoutPrototype(layer);
  if (isAtTop(layer)) return "";
  if (rawPath !== undefined) return pathText(rawPath);
  if (regexp === undefined) return "/…";
  const source = regexp.source.replace(/^\^/, "").replace(/\\\/\?\(\?=\\\/\|\$\)$/, "");
  // the expression that Express 4 makes of a parameter that is a segment
  const parts = source.split("(?:\\/([^/]+?))");
  const names = parts.length === keys.length + 1 ? keys.map((key) => `/:${keyName(key)}`) : [];
  const text = parts.map((part, index) => part + (names[index] ?? ""));
  return (names.length === 0 ? source : text.join("")).replaceAll("\\/", "/");
}

function keyName(key: unknown): string {
  return String((key as { readonly name: unknown }).name);
}
