import { isHardDenial, type Operation, type ToolPattern } from "./compiled-policy.js";
import { type Endpoint, endsInCatchAll } from "./endpoint-key.js";
import type { Report } from "./report.js";
import {
  buildRouter,
  type EndpointRouter,
  type PathOptions,
  type Route,
  withoutSlash,
} from "./route.js";

/** Maximum number of steps for comparing tools with denying patterns. Each takes some 1.5 ns. */
const MAX_PATTERN_STEPS = 1_000_000_000;
/** The cost in steps of a comparison that ends at the first character. */
const MIN_STEPS = 32;

/**
 * Denies each exact tool that a denying pattern matches, with the reason of the first such pattern. A pattern that denies only in
 * a branch denies no other entry.
 */
export function denyByPattern(
  operations: Map<string, Operation>,
  patterns: readonly ToolPattern[],
  report: Report,
): void {
  const denying = patterns.filter(({ operation }) => isHardDenial(operation));
  if (denying.length === 0) return;
  const open = [...operations].filter(([, operation]) => !isHardDenial(operation));
  const steps = stepsOf(
    open.map(([name]) => name),
    denying.map(({ operation }) => operation.name),
  );
  if (steps > MAX_PATTERN_STEPS) {
    report.add(
      "too_large",
      ["tools"],
      `comparing ${open.length} tools with ${denying.length} denying patterns takes up to ${steps} steps: at most ${MAX_PATTERN_STEPS} are allowed (one star costs the length of a name, two stars its square)`,
    );
    return;
  }
  for (const [name, operation] of open) {
    const denial = denying.find(({ matches }) => matches(name))?.operation.denial;
    if (denial !== undefined) operations.set(name, { ...operation, denial, cases: [] });
  }
}

/** Returns the maximum number of steps for comparing each name with each pattern. A star may try each suffix of the name. */
function stepsOf(names: readonly string[], patterns: readonly string[]): number {
  const byStars = new Map<number, number>();
  for (const pattern of patterns) {
    const stars = pattern.split("*").length - 1;
    byStars.set(stars, (byStars.get(stars) ?? 0) + 1);
  }
  let steps = 0;
  for (const [stars, count] of byStars) {
    for (const { length } of names) steps += count * (MIN_STEPS + length ** stars);
  }
  return steps;
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

/** Letter case does not exempt a path from a denial. */
const ANY_CASE: PathOptions = { trailingSlash: "refuse", caseSensitive: false };

/**
 * Denies what a denying catch-all matches: each endpoint all paths of which it matches, and at the router each path that it
 * matches, although another endpoint comes first. The reason is that of the endpoint itself, else of the first matching catch-all
 * in the order of endpoints.
 */
export function denyByCatchAll(routes: readonly Route<Operation>[]): {
  readonly router: EndpointRouter<Operation>;
  readonly denied: readonly Route<Operation>[];
} {
  const isDenied = ({ target }: Route<Operation>) => isHardDenial(target);
  const denying = routes.filter((route) => isDenied(route) && endsInCatchAll(route.endpoint));
  const denials = buildRouter(denying);
  const denied = routes.map((route): Route<Operation> => {
    const { endpoint, target } = route;
    const by = isDenied(route) ? undefined : denialOfAll(denials, endpoint);
    return by === undefined
      ? route
      : { endpoint, target: { ...target, denial: by.denial, cases: [] } };
  });
  const router = buildRouter(denied);
  const match: typeof router.match = (method, path, options) => {
    const found = router.match(method, path, options);
    if (found === undefined || isHardDenial(found.value)) return found;
    // no spelling exempts a path from a denial, as some server could take it for a denied one
    const denial = denials.meantBy(method, withoutSlash(path));
    return denial === undefined ? found : { value: denial, params: NO_PARAMS };
  };
  return { router: denying.length === 0 ? router : { ...router, match }, denied };
}

/** Returns the catch-all that matches all paths of an endpoint, of a router of denying catch-alls; `undefined` if there is none. */
export function denialOfAll(
  denials: EndpointRouter<Operation>,
  endpoint: Endpoint,
): Operation | undefined {
  return denials.match(endpoint.method, pathOfAll(endpoint), ANY_CASE)?.value;
}

/** Returns a path that an endpoint matches only if it matches all paths of the given one: no literal has a bar. */
function pathOfAll({ segments }: Endpoint): string {
  return `/${segments.map(({ literals }) => literals.join("|")).join("/")}`;
}
