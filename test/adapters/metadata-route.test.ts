import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { metadataRoute } from "../../src/adapters/metadata-route.js";

const policy = loadPolicy({ name: "School", version: "1", scopes: { "school:read": {} } });
const routeOf = (resource?: string) =>
  metadataRoute(
    createAuthorizer({
      policy,
      verify: () => undefined,
      ...(resource !== undefined && { resource }),
    }),
  );

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
  "Access-Control-Allow-Headers": "*",
};

describe("the route of the metadata document", () => {
  it.each<[method: string, status: number, headers: object, body: unknown]>([
    ...["GET", "HEAD"].map((method): [string, number, object, unknown] => [
      method,
      200,
      { "Content-Type": "application/json", "Cache-Control": "public, max-age=300" },
      expect.objectContaining({ resource: "https://school.example/api" }),
    ]),
    ["OPTIONS", 204, {}, undefined],
    [
      "POST",
      405,
      { "Content-Type": "application/problem+json", Allow: "GET, HEAD, OPTIONS" },
      { title: "Method Not Allowed", status: 405 },
    ],
  ])("answers %s, to scripts of every origin", (method, status, headers, body) => {
    const answer = routeOf("https://school.example/api").answer(method);
    expect(answer).toEqual({ status, headers: { ...CORS, ...headers }, body });
  });

  const PATH = "/.well-known/oauth-protected-resource/api";
  it.each<[resource: string, target: string, isMeant: boolean]>([
    ["https://school.example/api", PATH, true],
    ["https://school.example/api", `${PATH}?a=1`, true],
    ["https://school.example/api", `${PATH}/`, false],
    ["https://school.example/api?a=1", `${PATH}?a=1`, true],
    ["https://school.example/api?a=1", PATH, false],
    ["https://school.example/api?a=1", `${PATH}?a=2`, false],
  ])("of %s takes %s for its own, or not", (resource, target, isMeant) => {
    expect(routeOf(resource).isMeant(target)).toBe(isMeant);
    expect(routeOf(resource).path).toBe(PATH);
  });

  it("needs a resource", () => {
    expect(() => routeOf()).toThrow(
      "the authorizer has no `resource`, so it has no metadata to serve",
    );
  });
});
