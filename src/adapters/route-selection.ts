import type { Finding } from "../errors.js";
import { checkOptions, type OptionCheck, optional } from "../policy/option-checks.js";

/** Options of `assertCovers`. */
export interface CoverOptions {
  /**
   * A path such as `/api/v1`. For an application: the check is limited to routes that a request below this path can reach, and to
   * endpoints of the policy below it. For a router, and for an application that is mounted in another one: the path at which it
   * is mounted. An application of Hono without a route below this path counts as mounted there. Parameters are written `:name`.
   */
  readonly under?: string;
  /**
   * Routes and endpoints that are left out: expressions for their path as the program writes it, such as `/^\/internal/`, or texts
   * for all paths below one, such as `/internal`; for the path `/` alone, write `/^\/$/`. An entry that names every path is refused.
   * With `under`, an entry may name the whole path or the part after `under`. An entry that leaves nothing out is a finding. A route
   * with an unknown path is never left out.
   */
  readonly except?: readonly (RegExp | string)[];
}

/** The part of an application that `assertCovers` checks. */
export interface Selection {
  /** Whether the routes belong to a router, or to an application that is mounted in another one. */
  readonly isMount: boolean;
  /** The path at which the router is mounted; empty for an application. */
  readonly mount: string;
  /**
   * Returns whether a route is not checked.
   *
   * @param isRoute - `false` for the path of a layer, below which routes may follow. Default: `true`.
   */
  isLeftOut(paths: Paths, isRoute?: boolean): boolean;
  /** Returns whether an endpoint with this path must be served. */
  isExpected(template: string): boolean;
  /** Returns a finding for each option that has no effect. */
  findings(): readonly Finding[];
}

/** The paths of a route or layer from the top of the application; `undefined` if they are unknown. */
export type Paths = readonly string[] | undefined;

const UNDER = /^(?:\/(?::?[\w.~%!$&'+,;=@-]+))+\/?$|^\/$/;

const COVER_CHECKS = {
  under: optional((value) =>
    typeof value === "string" && UNDER.test(value)
      ? undefined
      : "expected a path such as `/api/v1`, without patterns",
  ),
  except: optional((value) =>
    Array.isArray(value) && value.every(isEntry)
      ? undefined
      : "expected a list of texts that begin with `/`, and of expressions, none for every path",
  ),
} satisfies Record<keyof CoverOptions, OptionCheck>;

/** Returns whether a value is an entry of `except`. One that names every path would make the check pass without any. */
function isEntry(value: unknown): boolean {
  if (value instanceof RegExp) return "".search(value) < 0;
  return typeof value === "string" && value.startsWith("/") && value !== "/";
}

/**
 * Creates the {@link Selection} of options.
 *
 * @param mounted - whether the routes belong to a router, or to an application that is mounted in another one; a function if that
 * depends on `under`
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function createSelection(
  options: CoverOptions,
  mounted: boolean | ((under: string) => boolean),
): Selection {
  const { under = "/", except = [] } = checkOptions("`assertCovers`", options, COVER_CHECKS);
  const isMount = typeof mounted === "function" ? mounted(under) : mounted;
  const used = new Set<unknown>();
  let isUnderUsed = isMount || under === "/";

  const isExcepted = (paths: readonly string[]) => {
    const met = paths.map((path) => except.filter((entry) => isMet(entry, path, under)));
    if (met.some(({ length }) => length === 0)) return false;
    for (const entry of met.flat()) used.add(entry);
    return true;
  };
  return {
    isMount,
    mount: isMount ? joined(under, "").replace(/^\/$/, "") : "",
    isLeftOut(paths, isRoute = true) {
      const isApart = !isMount && paths?.every((path) => areApart(path, under)) === true;
      if (isRoute && !isApart) isUnderUsed = true;
      return (paths !== undefined && isExcepted(paths)) || isApart;
    },
    isExpected: (template) => isBelow(template, under) && !isExcepted([template]),
    findings: () => [
      ...(isUnderUsed ? [] : [{ code: "unused_under", path: "under", message: NOTHING_BELOW }]),
      ...except.flatMap((entry, index) =>
        used.has(entry)
          ? []
          : [{ code: "unused_except", path: `except[${index}]`, message: NOTHING_LEFT_OUT }],
      ),
    ],
  };
}

const NOTHING_BELOW =
  "the application has no route below this path: correct it, or add the routes first";
const NOTHING_LEFT_OUT = "the entry leaves out no route: correct it, or remove it";

/** Returns whether an entry of `except` names a path, or its part after `under`. */
function isMet(entry: RegExp | string, path: string, under: string): boolean {
  const below = segmentsOf(path).slice(segmentsOf(under).length).join("/");
  return isNamed(entry, path) || (isBelow(path, under) && isNamed(entry, `/${below}`));
}

/** `search` ignores and keeps the position of an expression with the flag `g` or `y`. */
function isNamed(entry: RegExp | string, path: string): boolean {
  if (typeof entry !== "string") return path.search(entry) >= 0;
  return `${path}/`.startsWith(entry.endsWith("/") ? entry : `${entry}/`);
}

/** Joins the paths of a router and of a layer in it. Returns no slash at the end, and `/` for the top. */
export function joined(prefix: string, path: string): string {
  const text = `${prefix}/${path}`.replace(/\/+/g, "/").replace(/\/$/, "");
  return text === "" ? "/" : text;
}

/** Returns the segments of a path. */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/**
 * Returns whether no request can have both a path of a layer and one below `under`. A router can ignore letter case. What follows
 * a pattern is unknown.
 */
export function areApart(path: string, under: string): boolean {
  const segments = segmentsOf(path);
  for (const [index, expected] of segmentsOf(under).entries()) {
    const segment = segments[index];
    if (segment === undefined) return true;
    if (/[(*{?]/.test(segment)) return false;
    const isLiteral = !segment.includes(":") && !expected.startsWith(":");
    if (isLiteral && segment.toLowerCase() !== expected.toLowerCase()) return true;
  }
  return false;
}

/** Returns whether every path of an endpoint is below `under`: its segments are the same, with parameters in the same places. */
export function isBelow(template: string, under: string): boolean {
  const segments = segmentsOf(template);
  return segmentsOf(under).every((expected, index) => {
    const segment = segments[index];
    return isParam(expected) ? isParam(segment) : segment === expected;
  });
}

function isParam(segment: string | undefined): boolean {
  return segment !== undefined && /^(?::|\{\w+\*?\}$)/.test(segment);
}
