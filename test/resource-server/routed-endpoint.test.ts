import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import {
  newEndpointFinder,
  type RoutedRequest,
} from "../../src/resource-server/routed-endpoint.js";

const policy = loadPolicy({
  name: "Routes",
  version: "1",
  scopes: { read: {}, write: {}, "/accounts/{accountID}/read": {} },
  endpoints: {
    "GET /courses": "read",
    "POST /courses": "write",
    "GET /v1/courses": "write",
    "GET /accounts/{accountID}": "/accounts/{accountID}/read",
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

type Row = readonly [why: string, request: Partial<RoutedRequest>, name: string | undefined];

const ROWS: readonly Row[] = [
  ["the route itself", {}, "GET /courses"],
  ["the same with a query", { target: "/courses?page=2" }, "GET /courses"],
  ["another method", { method: "POST" }, "POST /courses"],
  ["a HEAD is a GET", { method: "HEAD" }, "GET /courses"],
  ["a method that nothing names", { method: "PUT" }, undefined],
  ["below a router", { target: "/v1/courses", base: "/v1" }, "GET /v1/courses"],
  ["below a router that the path does not show", { base: "/v1" }, undefined],
  ["another case of the path", { target: "/Courses" }, undefined],
  ["another case of path and route", { target: "/Courses", template: "/Courses" }, undefined],
  ["a pattern", { template: "/{*rest}" }, undefined],
  ["a route that is no text", { template: /courses/ }, undefined],
  [
    "a path that is the text of a template",
    {
      target: "/accounts/:accountID",
      template: "/accounts/:accountID",
      values: () => ({ accountID: "a" }),
    },
    "GET /accounts/{accountID}",
  ],
];

describe("the endpoint of a routed request", () => {
  // one finder for all, asked twice: what it remembers of one row must not answer another
  const finder = newEndpointFinder(policy);
  const twice = [...ROWS, ...[...ROWS].reverse()];

  it.each(twice)("%s", (_why, request, name) => {
    expect(finder.find(asked(request))?.name).toBe(name);
  });

  it("has the values of the request it was asked for", () => {
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
