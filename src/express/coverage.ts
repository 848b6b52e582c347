import { COVERAGE_MESSAGES } from "../adapters/coverage-messages.js";
import type { EndpointResolver } from "../adapters/endpoint-resolver.js";
import { countsFor, type GateMark, markOf } from "../adapters/gate-marks.js";
import {
  areApart,
  type CoverOptions,
  createSelection,
  joined,
  type Paths,
} from "../adapters/route-selection.js";
import type { Finding } from "../errors.js";
import { withoutPrototype } from "../policy/own-members.js";
import { nearest } from "../policy/suggest.js";
import { type Cover, coverAt, type GatesOf, NO_COVER } from "./cover.js";
import { coverEndpoints } from "./endpoint-coverage.js";
import {
  ALL,
  innerRouter,
  isMount,
  isMountedAt,
  layerPaths,
  mountOf,
  mountText,
  pathText,
  type Route,
  type Router,
  routerOf,
} from "./layer.js";
import { documentPath, handlerMarks, leadingGates } from "./marks.js";

const MESSAGES = {
  ...COVERAGE_MESSAGES,
  missing_param:
    "the path at the gate has no parameter {}: put the gate on the route, give it `params`, or set `mergeParams`",
  hidden_endpoint: "another route comes first, and it is not this endpoint",
  trailing_slash:
    "the gate ignores a slash at the end, but the router of the route does not: create it without `strict`",
  letter_case:
    "the gate ignores letter case, but a router does not: create it without `caseSensitive`",
  opaque_app: "the routes of a mounted application cannot be checked: mount a router",
  unreachable_metadata: "requests for the document never get here: put it at the top",
} as const;

const UNREADABLE =
  "`gate.endpoint()` reads no expression, list or pattern: give the name of the endpoint to `gate`";

/** A router on the way to a route. */
interface Place {
  readonly router: Router;
  /** Path of the router as text for messages. */
  readonly prefix: string;
  readonly paths: Paths;
  readonly cover: Cover;
  /** The router and those above it. */
  readonly way: readonly Router[];
}

/** Returns a finding for each reason why a policy does not cover an application: first by endpoint, then by route. */
export function routeCoverageFindings(
  app: object,
  authorizer: object,
  endpoints: EndpointResolver,
  options: CoverOptions,
): readonly Finding[] {
  const top = routerOf(app);
  const selection = createSelection(options, isMountedAt(app));
  const { mount } = selection;
  const findings: Finding[] = [];
  const add = (
    code: keyof typeof MESSAGES,
    path: string,
    suggestion?: string,
    message: string = MESSAGES[code],
  ) => {
    findings.push({ code, path, message, ...(suggestion !== undefined && { suggestion }) });
  };
  const addParams = (
    code: "missing_param" | "shadowed_param",
    path: string,
    names: readonly string[],
  ) => {
    if (names.length === 0) return;
    const list = names.map((name) => `\`${name}\``).join(", ");
    add(
      code,
      path,
      undefined,
      MESSAGES[code].replace("{}", () => list),
    );
  };
  const checkNeeds = (
    { params, hasReader }: GateMark,
    path: string,
    { names, isComplete }: Cover,
  ) => {
    if (hasReader || !isComplete) return;
    addParams(
      "missing_param",
      path,
      params.filter((name) => !names.includes(name)),
    );
  };

  const covered = coverEndpoints(top, authorizer, endpoints, mount);
  for (const [name, codes] of covered.codes) {
    if (!selection.isExpected(name.slice(name.indexOf(" ") + 1))) continue;
    if (!endpoints.needsRoute(name)) continue;
    for (const code of codes) add(code, name);
    addParams("missing_param", name, covered.missing.get(name) ?? []);
  }

  const checkRoute = (route: Route, prefix: string, cover: Cover) => {
    // `app.all` lists every method with the same gates, `route.all` has a method of its own: report each once
    const methods = Object.keys(route.methods);
    const ofGet = handlerMarks(route, "get", authorizer);
    const isLikeGet = (method: string) =>
      handlerMarks(route, method, authorizer).every((mark, index) => mark === ofGet[index]);
    const isEvery = methods.length > MAX_METHODS && methods.every(isLikeGet);
    for (const method of isEvery ? ["get"] : methods) {
      const verb = isEvery || method === ALL ? "ALL" : method.toUpperCase();
      const label = `${verb} ${prefix}${pathText(route.path)}`;
      const handlers = handlerMarks(route, method, authorizer);
      const isLookedUp = leadingGates(handlers).some((mark) => mark.kind === "endpoint");
      for (const mark of handlers) if (mark !== undefined) checkNeeds(mark, label, cover);
      if (handlers.includes(undefined)) {
        const isOther = (mark: GateMark | undefined) =>
          mark?.name !== undefined &&
          endpoints.names.includes(mark.name) &&
          !covered.isNamed(route, verb.toLowerCase(), mark.name);
        if (handlers.some(isOther)) add("mismatched_endpoint", label);
      }
      if (isLookedUp) {
        const meant = covered.meantBy(route);
        if (covered.isServed(route, isEvery ? ALL : method)) continue;
        if (meant !== undefined) add("unknown_endpoint", label, meant, UNREADABLE);
        else add("unknown_endpoint", label, nearest(label, endpoints.names));
      } else if (handlers[0] === undefined) {
        // even if a gate above covers the route: it is not the gate that the route names
        if (handlers.some((mark) => mark !== undefined)) add("late_gate", label);
        else if (!cover.isCovered) add("unmapped_route", label);
        else addParams("shadowed_param", label, cover.rebound);
      }
    }
  };

  const walk = ({ router, prefix, paths: above, cover: outer, way }: Place): void => {
    const gates: GatesOf = new Map();
    for (const layer of router.stack) {
      const { handle, route } = withoutPrototype(layer);
      const cover = coverAt(layer, router, outer, gates);
      const own = layerPaths(layer);
      const paths = own && above?.flatMap((path) => own.map((below) => joined(path, below)));
      if (route !== undefined) {
        if (!selection.isLeftOut(paths)) checkRoute(route, prefix, cover);
        continue;
      }
      const path = prefix + mountText(layer);
      const label = path === "" ? "/" : path;
      const mark = markOf(handle);
      const inner = innerRouter(layer);
      const below = paths?.map((path) => joined(path, "*"));
      const isChecked = () => !selection.isLeftOut(below, false);
      const document = documentPath(handle);
      if (inner !== undefined && !way.includes(inner)) {
        walk({ router: inner, prefix: path, paths, cover, way: [...way, inner] });
      } else if (mark?.kind === "endpoint") {
        if (isChecked()) add("misplaced_gate", label);
      } else if (mark !== undefined && countsFor(mark, authorizer, false)) {
        if (isChecked()) checkNeeds(mark, label, cover);
        const place = mountOf(layer);
        gates.set(place, [...(gates.get(place) ?? []), ...decidedBy(mark, cover)]);
      } else if (document !== undefined) {
        if (below?.every((path) => areApart(path, document))) add("unreachable_metadata", label);
      } else if (inner !== undefined || isMount(layer)) {
        // mounted in itself, or unreadable
        const isHarmless = cover.isCovered && cover.decided.length === 0;
        if (!isHarmless && isChecked()) add("opaque_app", label);
      }
    }
  };
  walk({ router: top, prefix: mount, paths: [mount], cover: NO_COVER, way: [top] });
  return [...findings, ...selection.findings()];
}

const MAX_METHODS = 20;

/** Returns the names of the parameters that a gate decides on. With the option `params` they include every name that it may have read. */
function decidedBy({ params, hasReader }: GateMark, { names }: Cover): readonly string[] {
  return params.length > 0 && hasReader ? [...params, ...names] : params;
}
