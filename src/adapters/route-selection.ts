import type { Finding } from "../errors.js";
import { checkOptions, type OptionCheck, optional } from "../policy/option-checks.js";

/** Options of `assertCovers`. */
export interface CoverOptions {
  /**
   * A path such as `/api/v1`. For an application: the check is limited to routes that a request below this path can reach, and to
   * endpoints of the policy below it. For a router: the path at which it is mounted. Parameters are written `:name`.
   */
  readonly under?: string;
  /**
   * Routes and endpoints that are left out: expressions for their whole path as the program writes it, such as `/^\/internal/`, or
   * texts for all paths below one, such as `/internal`. An entry that leaves nothing out is a finding.
   */
  readonly except?: readonly (RegExp | string)[];
}

/** The part of an application that `assertCovers` checks. */
export interface Selection {
  /** The path at which the router is mounted; empty for an application. */
  readonly mount: string;
  /** Returns whether a route is not checked. */
  isLeftOut(path: string): boolean;
  /** Returns whether an endpoint with this path must be served. */
  isExpected(template: string): boolean;
  /** Returns a finding for each option that has no effect. */
  findings(): readonly Finding[];
}

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
      : "expected a list of expressions, and of texts that begin with `/`",
  ),
} satisfies Record<keyof CoverOptions, OptionCheck>;

function isEntry(value: unknown): boolean {
  return value instanceof RegExp || (typeof value === "string" && value.startsWith("/"));
}

/**
 * Creates the {@link Selection} of options.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function createSelection(options: CoverOptions, isMount: boolean): Selection {
  const { under = "/", except = [] } = checkOptions("`assertCovers`", options, COVER_CHECKS);
  const used = new Set<unknown>();
  let isUnderUsed = isMount || under === "/";

  const isExcepted = (path: string) => {
    const met = except.filter((entry) => isMet(entry, path));
    for (const entry of met) used.add(entry);
    return met.length > 0;
  };
  return {
    mount: isMount ? under.replace(/\/$/, "") : "",
    isLeftOut(path) {
      const isApart = !isMount && areApart(path, under);
      isUnderUsed ||= !isApart;
      return isExcepted(path) || isApart;
    },
    isExpected: (template) => isBelow(template, under) && !isExcepted(template),
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

/** Returns whether an entry of `except` names a path. `search` ignores and keeps the position of an expression with the flag `g` or `y`. */
function isMet(entry: RegExp | string, path: string): boolean {
  if (typeof entry !== "string") return path.search(entry) >= 0;
  return `${path}/`.startsWith(entry.endsWith("/") ? entry : `${entry}/`);
}

/** Returns the segments of a path. */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** Returns whether no request can have both a path of a route and one below `under`. What follows a pattern is unknown. */
function areApart(path: string, under: string): boolean {
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
function isBelow(template: string, under: string): boolean {
  const segments = segmentsOf(template);
  return segmentsOf(under).every((expected, index) => {
    const segment = segments[index];
    return /^[:{]/.test(expected)
      ? segment !== undefined && /^[:{]/.test(segment)
      : segment === expected;
  });
}
