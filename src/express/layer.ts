import { PolicyError } from "../errors.js";
import { withoutPrototype } from "../policy/own-members.js";

/** A layer of a router, with the members of Express 4 and of Express 5. */
export interface Layer {
  readonly handle: { readonly name: string } & Partial<Router>;
  readonly route?: Route;
  readonly method?: string;
  // whether the layer is mounted at `/`: `slash` in Express 5, `fast_slash` in Express 4
  readonly slash?: boolean;
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  // the parameters of the path in Express 4, those of the last match in Express 5 before router 2.3
  readonly keys?: readonly unknown[];
  // the path at which the layer is mounted: Express 5 since router 2.3
  readonly rawPath?: unknown;
  // the part of the path that matched, and its parameters: Express 4, and Express 5 before router 2.3
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
  /** Functions given to `param`, by the name of the parameter. */
  readonly params?: object;
}

/** The method of a route that has handlers for every method. */
export const ALL = "_all";

/** The place of every layer that is mounted at `/`. */
export const TOP = "/";

/** Returns the router of an application of Express 5 or 4. Returns a router unchanged. */
export function routerOf(app: object): Router {
  if (isRouter(app)) return app;
  const lazyrouter = ownOf(app, "lazyrouter") as (() => void) | undefined;
  // Express 4 has no router before its first route, and throws for the name that Express 5 uses for it
  lazyrouter?.call(app);
  const found = ownOf(app, "_router") ?? ownOf(app, "router");
  if (isRouter(found)) return found;
  throw new PolicyError("ERR_OPTIONS_INVALID", "expected an Express application or router");
}

/**
 * Returns the router to which a layer passes requests: a router, or that of an application. Returns `undefined` for any other
 * function.
 */
export function innerRouter({ handle }: Layer): Router | undefined {
  if (isRouter(handle)) return handle;
  // `router.use` takes an application as it is, `app.use` calls it in a function
  const app = isApp(handle) ? handle : mountedApp(handle);
  return app && routerOf(app);
}

/** Returns whether an application or router is mounted in another one, or has to be. */
export function isMountedAt(app: object): boolean {
  return isRouter(app) || ownOf(app, "parent") !== undefined;
}

/** Returns whether a layer passes requests to an application. */
export function isMount({ handle }: Layer): boolean {
  return handle.name === "mounted_app" || isApp(handle);
}

/** Returns whether a value is an application, as `app.use` does. */
function isApp(found: unknown): found is object {
  if (typeof found !== "function") return false;
  const members = ["handle", "set"].map((name) => ownOf(found as object, name));
  return members.every((member) => typeof member === "function");
}

const MOUNTED = /^function mounted_app\(\w+, \w+, \w+\) \{\s*var \w+ = \w+\.app;\s*\w+\.handle\(/;

/**
 * Returns the application that a function of `app.use` mounts. Nothing refers to it but the closure of the function. So this calls
 * the function, if its text is that of Express, with an object in place of the request. An application sets the prototype of
 * a request to one that has its `app`: Express 5 at once, Express 4 in the second of the functions that it puts first in its
 * router. Then the request has no `url` any more, at which both stop. So no function of the program runs.
 */
function mountedApp(handle: object): object | undefined {
  if (!MOUNTED.test(Function.prototype.toString.call(handle))) return undefined;
  let app: unknown;
  const request = {
    url: "/",
    query: {},
    app: { request: null, response: null },
    setHeader() {},
  };
  const stub: object = new Proxy(request, {
    setPrototypeOf(target, prototype) {
      app ??= prototype !== null && ownOf(prototype, "app");
      Reflect.deleteProperty(target, "url");
      return true;
    },
  });
  try {
    (handle as (...given: unknown[]) => void)(stub, stub, () => {});
  } catch {
    return undefined; // a `handle` of the program
  }
  return isApp(app) ? app : undefined;
}

/** Returns whether an object of Express is a router: it has an own list of layers. */
export function isRouter(found: unknown): found is Router {
  // a router of Koa is an object with a `stack`
  return typeof found === "function" && Object.hasOwn(found, "stack");
}

/** Returns an own member of an object of Express. */
function ownOf(app: object, name: string): unknown {
  // the value of the caller can be `null` or `undefined`
  return Object.hasOwn(Object(app) as object, name)
    ? (app as Record<string, unknown>)[name]
    : undefined;
}

/** Returns whether a layer is mounted at `/`, so that it matches every path. */
export function isAtTop(layer: Layer): boolean {
  const { slash, regexp } = withoutPrototype(layer);
  return slash === true || regexp?.fast_slash === true;
}

/**
 * Returns a key for the place of a layer. Layers of one router with the same key match the same paths and give the same values
 * to parameters of the same names. A layer at an unknown place gets a unique key.
 */
export function mountOf(layer: Layer): unknown {
  const { rawPath, regexp, route } = withoutPrototype(layer);
  if (isAtTop(layer)) return TOP;
  if (typeof rawPath === "string") return rawPath;
  const names = (paramNames(layer) ?? []).join();
  if (regexp !== undefined && route === undefined) return `${String(regexp)} ${names}`;
  // Express 4 compiles a path to another expression for a route than for `use`; an array or expression matches more in a route
  const isPath = typeof route?.path === "string" && regexp?.source.includes("|") === false;
  if (!isPath) return Symbol("unknown");
  return `${String(regexp).replace(/\$(?=\/\w*$)/, "(?=\\/|$)")} ${names}`;
}

/** Returns the names of the parameters in the path of a layer; `undefined` if the layer does not expose its path. */
export function paramNames(layer: Layer): readonly string[] | undefined {
  const { regexp, keys = [], rawPath, route } = withoutPrototype(layer);
  if (isAtTop(layer)) return [];
  if (regexp !== undefined) return keys.map(keyName);
  const path = rawPath ?? route?.path;
  if (path === undefined) return undefined;
  return ([path] as unknown[]).flat(Infinity).flatMap(namesIn);
}

/** Returns the names in a path of Express 5 (`:name`, `*name`, `:"name"`), or those of the groups of an expression. */
function namesIn(path: unknown): readonly string[] {
  const [text, pattern] =
    path instanceof RegExp
      ? [path.source, /\(\?<([^=!<>]+)>()/g]
      : [String(path), /(?<!\\)[:*](?:([\p{ID_Continue}$]+)|"([^"]+)")/gu];
  return [...text.matchAll(pattern)].map(([, plain, quoted]) => (plain ?? quoted) as string);
}

/** Returns the path of a route as text for messages. */
export function pathText(path: unknown): string {
  return Array.isArray(path) ? `[${path.map(String).join(", ")}]` : String(path);
}

// the expression to which Express 4 compiles a parameter that is a segment, and what it adds to a path that is given to `use`
const SEGMENT = "(?:\\/([^/]+?))";
const MOUNT_END = /\\\/\?\(\?=\\\/\|\$\)$/;

// parameters may have a pattern, and the last segment may be a wildcard
const TEXT = /^(?:[^|?*+{}()[\]\\]|:\w+\((?:\\.|[^)\\])*\))*(?:\/\*\w*)?$/;

/**
 * Returns the paths that a layer has in the program; `undefined` for an expression, for a pattern that has alternatives or optional
 * parts, and for a layer that does not expose its path.
 */
export function layerPaths(layer: Layer): readonly string[] | undefined {
  const { regexp, rawPath, route } = withoutPrototype(layer);
  if (isAtTop(layer)) return [""];
  const compiled = regexp && isPlain(regexp) ? mountText(layer).replaceAll("\\.", ".") : regexp;
  const paths: unknown[] = [route?.path ?? rawPath ?? compiled].flat(Infinity);
  const isText = (path: unknown): path is string => typeof path === "string" && TEXT.test(path);
  return paths.every(isText) ? paths : undefined;
}

/** Returns whether Express 4 can have compiled an expression from a path without patterns. */
function isPlain({ source }: RegExp): boolean {
  const path = source.replace(/^\^/, "").replaceAll(SEGMENT, "").replace(MOUNT_END, "");
  return !/[|?*+{}()[\]\\^$.]/.test(path.replaceAll(/\\[/.]/g, ""));
}

/** Returns the path at which a layer is mounted as text for messages, as far as the layer exposes it. */
export function mountText(layer: Layer): string {
  const { rawPath, regexp, keys = [] } = withoutPrototype(layer);
  if (isAtTop(layer)) return "";
  if (rawPath !== undefined) return pathText(rawPath);
  if (regexp === undefined) return "/…";
  const source = regexp.source.replace(/^\^/, "").replace(MOUNT_END, "");
  const parts = source.split(SEGMENT);
  const names = parts.length === keys.length + 1 ? keys.map((key) => `/:${keyName(key)}`) : [];
  const text = parts.map((part, index) => part + (names[index] ?? ""));
  return (names.length === 0 ? source : text.join("")).replaceAll("\\/", "/");
}

function keyName(key: unknown): string {
  return String((key as { readonly name: unknown }).name);
}
