import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createEndpointResolver } from "../../src/adapters/endpoint-resolver.js";
import { pathOf } from "../../src/adapters/request-target.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import type { PathOptions } from "../../src/policy/route.js";
import { askAll } from "./routers/ask.js";
import { generatePaths, MOUNTED, ROUTES } from "./routers/generate.js";
import { ROUTERS, type Seen } from "./routers/subjects.js";

const endpoints = [...ROUTES, ...MOUNTED].map(([endpoint]) => endpoint);
/** Returns a scope with all parameters of an endpoint but a catch-all, so that each of them decides. */
const scopeOf = (endpoint: string, index: number) =>
  [`s${index}`, ...(endpoint.match(/\{\w+\}/g) ?? []), ""].join("/");

const policy = loadPolicy({
  name: "Routers",
  version: "1",
  scopes: Object.fromEntries(
    endpoints.map((endpoint, index) => [`/${scopeOf(endpoint, index)}`, {}]),
  ),
  endpoints: Object.fromEntries(
    endpoints.map((endpoint, index) => [endpoint, `/${scopeOf(endpoint, index)}`]),
  ),
});
const LENIENT = { trailingSlash: "ignore", caseSensitive: false } as const;
const strict = createEndpointResolver(policy);
const lenient = createEndpointResolver(policy, LENIENT);
/** Routes of Hono have no parameters beside text. */
const HONO = [
  createEndpointResolver(policy, undefined, "whole"),
  createEndpointResolver(policy, LENIENT, "whole"),
];

/** Returns the endpoint and the values of a path as one text. */
function shownByPath(path: string, options?: PathOptions): string | undefined {
  const match = compiledPolicyOf(policy).router.match("GET", path, options);
  return shownOf(match?.value.name, Object.fromEntries(match?.params ?? []));
}

/** Returns the endpoint and the values as one text; `undefined` for an unknown endpoint. */
function shownOf(name: string | undefined, values: unknown): string | undefined {
  if (name === undefined) return undefined;
  const names = [...name.matchAll(/\{(\w+)\*?\}/g)].map(([, param]) => param as string);
  const own = values as Readonly<Record<string, unknown>>;
  return [name, ...names.map((param) => JSON.stringify(own[param]))].join(" ");
}

interface Count {
  served: number;
  "with escapes": number;
  "decided by the route": number;
  "of these with a catch-all": number;
  "of these with text beside a parameter": number;
  "decided with options": number;
  "decided by the path": number;
  "served, but refused": number;
  "refused, without hostile characters": number;
  "not served, but decided by the path": number;
}

/** A router that cuts the path at a semicolon, so that only the gate that compares its values can decide. */
const TOLERANT = "Fastify, tolerant";
/** Routers that ignore letter case and a slash at the end. */
const IGNORE_CASE = ["Express 4", "Express 5", "@koa/router"];
const PATHS = generatePaths(10_000, 11);
const isOrdinary = (target: string) => /^(?:\/[\w.~!$&'()+,=:@-]+)+$/.test(target);

describe.each(Object.entries(ROUTERS))("the router of %s", (title, start) => {
  it("serves no request that a gate decides as another one", async () => {
    const seen = new Map<number, Seen>();
    const running = await start((one) => void seen.set(one.number, one));
    await askAll(running.port, PATHS);
    await running.close();

    const count: Count = {
      served: 0,
      "with escapes": 0,
      "decided by the route": 0,
      "of these with a catch-all": 0,
      "of these with text beside a parameter": 0,
      "decided with options": 0,
      "decided by the path": 0,
      "served, but refused": 0,
      "refused, without hostile characters": 0,
      "not served, but decided by the path": 0,
    };
    const differing: unknown[] = [];
    for (const [number, target] of PATHS.entries()) {
      const byPath = shownByPath(pathOf(target));
      const one = seen.get(number);
      if (one === undefined) {
        count["not served, but decided by the path"] += byPath === undefined ? 0 : 1;
        continue;
      }
      const { endpoint, request, seen: read = (values) => values } = one;
      const served = shownOf(endpoint, read(request.values() as Record<string, unknown>));
      const resolved = { method: "GET", ...request };
      const [byRoute, withOptions] = (title === "Hono" ? HONO : [strict, lenient]).map(
        (resolver) => {
          const operation = resolver.find(resolved);
          return shownOf(operation?.name, operation?.values?.());
        },
      );
      const byPathWithOptions = shownByPath(pathOf(request.target), LENIENT);
      const decided = {
        byRoute,
        withOptions,
        // without the route, the path means what it means for a router with the same options
        ...(title === TOLERANT ? {} : { byPath }),
        ...(IGNORE_CASE.includes(title) ? { byPathWithOptions } : {}),
      };
      const others = Object.values(decided).filter((text) => text !== undefined && text !== served);
      if (others.length > 0) differing.push({ target, served, ...decided });
      count.served += 1;
      count["with escapes"] += target.includes("%") ? 1 : 0;
      count["decided by the route"] += byRoute === undefined ? 0 : 1;
      const decidedBy = byRoute?.split(" ")[1] ?? "";
      count["of these with a catch-all"] += decidedBy.endsWith("*}") ? 1 : 0;
      const isBeside = /[^/]\{|\}[^/]/.test(decidedBy);
      count["of these with text beside a parameter"] += isBeside ? 1 : 0;
      count["decided with options"] += withOptions === undefined ? 0 : 1;
      count["decided by the path"] += byPath === undefined ? 0 : 1;
      count["served, but refused"] += byRoute === undefined ? 1 : 0;
      const isHarmless = byRoute === undefined && isOrdinary(target);
      count["refused, without hostile characters"] += isHarmless ? 1 : 0;
    }
    console.info(`${title}: ${JSON.stringify(count)}`);
    expect(differing).toEqual([]);
    expect(count.served).toBeGreaterThan(2_000);
    expect(count["with escapes"]).toBeGreaterThan(500);
    expect(count["decided by the route"]).toBeGreaterThan(2_000);
    expect(count["of these with a catch-all"]).toBeGreaterThan(300);
    // Hono has no such routes
    const least = title === "Hono" ? -1 : 300;
    expect(count["of these with text beside a parameter"]).toBeGreaterThan(least);
    if (IGNORE_CASE.includes(title))
      expect(count["decided with options"]).toBeGreaterThan(count["decided by the route"]);
  });
});
