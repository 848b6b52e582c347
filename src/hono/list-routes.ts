import type { Hono } from "hono";
import { getPathNoStrict } from "hono/utils/url";
import { markOf } from "../adapters/gate-marks.js";
import type { ListedHandler } from "../adapters/route-coverage.js";
import type { ListedApp } from "../adapters/route-gate.js";
import { isBelow } from "../adapters/route-selection.js";
import { readOwn } from "../decision/access-token.js";

interface Entry extends ListedHandler {
  readonly method: string;
  readonly isGate: boolean;
  /** Whether Hono keeps it as it keeps functions given to `use`, which call the next handler. */
  readonly isMiddleware: boolean;
}

const ALL = "ALL";
const EVERY_PATH = "/*";

/**
 * Returns the routes of an application in the order in which Hono runs them; `undefined` for another value. Hono keeps functions
 * given to `use`, `all` and `mount` alike. Of these, a function with a second parameter counts as a route if no later route is below
 * its path. `route` copies the routes of an application into another one and leaves no trace in it. So an application without a route
 * below `under` counts as mounted there: then all of its routes are checked.
 */
export function listApp(app: object): ListedApp | undefined {
  const given = readOwn(app, "routes");
  if (!Array.isArray(given)) return undefined;
  const entries = (given as Hono["routes"]).map((route): Entry => {
    const { method, path } = route;
    const handler = targetOf(route.handler);
    const isGate = markOf(handler) !== undefined;
    const isMiddleware = method === ALL && handler.length > 1;
    return { method, path, handler, isUsed: false, isGate, isMiddleware };
  });
  const routes = entries.flatMap((entry, index) => {
    const { method, path } = entry;
    const [before, after] = [entries.slice(0, index), entries.slice(index + 1)];
    const isSameRoute = (one: Entry) => one.method === method && one.path === path;
    const isServing = (one: Entry) => !one.isGate && !one.isMiddleware;
    const isListed = entry.isMiddleware
      ? path !== EVERY_PATH && !after.some((one) => isServing(one) && runsBefore(entry, one))
      : !before.some((one) => isServing(one) && isSameRoute(one));
    if (entry.isGate || !isListed) return [];
    const gates = before
      .filter((one) => one.isGate && runsBefore(one, entry))
      .map((one) => ({ ...one, isUsed: !isSameRoute(one) }));
    const handlers = [...gates, entry, ...after.filter(isSameRoute)];
    return [{ method, path, handlers, distinguishes: [] }];
  });
  // `strict: false` is kept only as the function that reads the path
  const isSlashIgnored = readOwn(app, "getPath") === getPathNoStrict;
  return {
    routes,
    isMount: (under) => routes.length > 0 && !routes.some(({ path }) => isBelow(path, under)),
    distinguishes: isSlashIgnored ? ["letter_case"] : ["trailing_slash", "letter_case"],
  };
}

type Handler = Hono["routes"][number]["handler"];

/** Returns the handler itself, if Hono has wrapped it for the `onError` of its own application. */
function targetOf(handler: Handler): Handler {
  const inner = Object.getOwnPropertyDescriptor(handler, "__COMPOSED_HANDLER");
  return inner === undefined ? handler : targetOf(inner.value as Handler);
}

/** Returns whether a handler takes every request of another one. */
function runsBefore(one: Entry, other: Entry): boolean {
  return (one.method === ALL || one.method === other.method) && takesAll(one.path, other.path);
}

/** Returns whether every path of a template matches another one. A parameter takes one segment, an asterisk at the end takes all. */
function takesAll(pattern: string, template: string): boolean {
  const [taking, taken] = [pattern.split("/"), template.split("/")];
  for (const [index, segment] of taking.entries()) {
    const isLast = index === taking.length - 1;
    if (segment === "*" && isLast) return taken.length >= index;
    const other = taken[index];
    if (segment === other) continue;
    const isOne = other !== undefined && other !== "" && !/[{}?*]/.test(other);
    if (!isOne || !/^(?::\w+|\*)$/.test(segment)) return false;
  }
  return taking.length === taken.length;
}
