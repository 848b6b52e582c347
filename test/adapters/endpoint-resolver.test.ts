import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import {
  createEndpointResolver,
  type RoutedRequest,
} from "../../src/adapters/endpoint-resolver.js";

const policy = loadPolicy({
  name: "Routes",
  version: "1",
  scopes: { read: {}, write: {}, "/accounts/{accountID}/read": {} },
  endpoints: {
    "GET /courses": "read",
    "POST /courses": "write",
    "GET /v1/courses": "write",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
    "GET /accounts/{accountID}/linked/{linkedID}": "/accounts/{accountID}/read",
    "GET /caf%C3%A9/:name": "read",
  },
});

const asked = (request: Partial<RoutedRequest>): RoutedRequest => ({
  method: "GET",
  target: "/courses",
  base: "",
  template: "/courses",
  values: () => ({}),
  ...request,
});

const CAFE = "GET /caf%C3%A9/:name";
const LINKED = "GET /accounts/{accountID}/linked/{linkedID}";
const BOTH = "/accounts/a/linked/b";

/** Returns a request for the linked account `b` of an account, through a router that may pass on a value of `accountID`. */
const below = (base: string, template: string, accountID?: unknown): Partial<RoutedRequest> => ({
  target: base === "" || base === BOTH ? BOTH : `${base}/linked/b`,
  base,
  template,
  values: () => ({ accountID }),
});

type Row = readonly [why: string, request: Partial<RoutedRequest>, name: string | undefined];

const ROWS: readonly Row[] = [
  ["the route itself", {}, "GET /courses"],
  ["the same with a query", { target: "/courses?page=2" }, "GET /courses"],
  ["another method", { method: "POST" }, "POST /courses"],
  ["a HEAD is a GET", { method: "HEAD" }, "GET /courses"],
  ["a method without an endpoint", { method: "PUT" }, undefined],
  ["a route below a router", { target: "/v1/courses", base: "/v1" }, "GET /v1/courses"],
  ["a route below a router that is not in the path", { base: "/v1" }, undefined],
  ["another letter case of the path", { target: "/Courses" }, undefined],
  [
    "another letter case of path and route",
    { target: "/Courses", template: "/Courses" },
    undefined,
  ],
  ["a pattern", { template: "/{*rest}" }, undefined],
  ["a route that is not text", { template: /courses/ }, undefined],
  [
    "a path that is the text of a template",
    {
      target: "/accounts/:accountID",
      template: "/accounts/:accountID",
      values: () => ({ accountID: "a" }),
    },
    "GET /accounts/{accountID}",
  ],
  ["a route with a letter beyond ASCII", { target: "/caf%C3%A9/x", template: "/café/:x" }, CAFE],
  ["the same route, escaped", { target: "/caf%C3%A9/x", template: "/caf%C3%A9/:x" }, CAFE],
  ["a lone surrogate", { target: "/caf%C3%A9/x", template: "/caf\ud800/:x" }, undefined],
  ["parameter names of its own", below("", "/accounts/:x/linked/:y"), LINKED],
  ["the parameter names of the policy", below("", "/accounts/:accountID/linked/:linkedID"), LINKED],
  [
    "parameter names that are swapped",
    below("", "/accounts/:linkedID/linked/:accountID"),
    undefined,
  ],
  [
    "the name of a parameter that decides nothing, at another place",
    below("", "/accounts/:linkedID/linked/:x"),
    LINKED,
  ],
  ["one parameter name twice", below("", "/accounts/:x/linked/:x"), undefined],
  [
    "a parameter name of the policy twice",
    below("", "/accounts/:accountID/linked/:accountID"),
    undefined,
  ],
  ["a parent router", below("/accounts/a", "/linked/:x"), LINKED],
  ["a parent router that passes on its value", below("/accounts/a", "/linked/:x", "a"), LINKED],
  ["a parent router that passes on a number", below("/accounts/7", "/linked/:x", 7), LINKED],
  [
    "a parent router that passes on another value",
    below("/accounts/a", "/linked/:x", "b"),
    undefined,
  ],
  [
    "a parent router that passes on another number",
    below("/accounts/07", "/linked/:x", 7),
    undefined,
  ],
  ["a parent router that passes on an object", below("/accounts/a", "/linked/:x", {}), undefined],
  [
    "a parent router that passes on a letter beyond ASCII",
    below("/accounts/%C3%A9", "/linked/:x", "é"),
    LINKED,
  ],
  [
    "the name of a deciding parameter of the parent router",
    below("/accounts/a", "/linked/:accountID", "b"),
    undefined,
  ],
  ["a parent router with the whole path", below("/accounts/a/linked/b", "/", "a"), LINKED],
  [
    "a parent router with the whole path that passes on the last value under the first name",
    below(BOTH, "/", "b"),
    undefined,
  ],
  [
    "a parent router that is longer than the endpoint",
    { target: BOTH, base: `${BOTH}/c` },
    undefined,
  ],
];

describe("the endpoint of a routed request", () => {
  // one finder for all rows, each used twice: the cache of one row must not affect another
  const finder = createEndpointResolver(policy);
  const twice = [...ROWS, ...[...ROWS].reverse()];

  it.each(twice)("is found, or not, for %s", (_why, request, name) => {
    expect(finder.find(asked(request))?.name).toBe(name);
  });

  it("is found by a whole template, with any names of parameters", () => {
    const named = (template: string) => finder.named("HEAD", template);
    expect(named("/accounts/:x/linked/:y")).toBe(LINKED);
    expect(named("/accounts/:linkedID/linked/:accountID")).toBeUndefined();
    expect(named("/accounts/:x/linked/:x")).toBeUndefined();
    expect(named("/caf\u00e9/:x")).toBe(CAFE);
    expect(named("/nothing")).toBeUndefined();
  });

  it("has the values that the handler would read at the time of the call", () => {
    let id = "a";
    const values = () => ({ id });
    const found = finder.find(asked({ target: "/accounts/a", template: "/accounts/:id", values }));
    id = "b";
    expect(found?.values?.()).toEqual({ accountID: "b" });
  });

  it("has the values of parameters that decide nothing, and none of another request", () => {
    const template = "/caf%C3%A9/:name";
    const valuesOf = (name: string) =>
      finder.find(asked({ target: template, template, values: () => ({ name }) }))?.values?.();
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{ name: "a" }, { name: "b" }]);
  });

  it("has the values of its own request", () => {
    const template = "/accounts/:id";
    const valuesOf = (id: string) =>
      finder
        .find(asked({ target: `/accounts/${id}`, template, values: () => ({ id }) }))
        ?.values?.();
    expect([valuesOf("a"), valuesOf("b")]).toEqual([{ accountID: "a" }, { accountID: "b" }]);
    const literal = (id: string) =>
      finder.find(asked({ target: template, template, values: () => ({ id }) }))?.values?.();
    expect([literal("a"), literal("b")]).toEqual([{ accountID: "a" }, { accountID: "b" }]);
  });
});
