import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { type ExportedCaller, expectValid, exported, operationsIn } from "./exported.js";

const DEFINITION = {
  name: "Shop",
  version: "7",
  tiers: ["free", "pro"],
  accountTypes: ["buyer", "seller"],
  entitlements: ["fleet"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    a: { description: "Reads a", replaces: ["old:a"] },
    b: "Reads b",
    all: { description: "Everything", implies: ["a"] },
    pro: { description: "Pro", tier: "pro" },
    own: { description: "Ours", reserved: true },
    few: { description: "Approved", restricted: true },
    "/x/{id}/": "One x",
    "/y/{id}/": "One y",
  },
  endpoints: {
    "GET /a": { scope: "a", title: "Read a", description: "Reads it" },
    "GET /b": "b",
    "GET /any": { anyOf: ["own", "few", "a", "b"] },
    "GET /both": { allOf: ["a", "b"] },
    "GET /free": { public: true },
    "GET /detail": { public: true, enrichedBy: ["a", "few"] },
    "GET /me": { authenticated: true },
    "GET /pro": { scope: "a", tier: "pro" },
    "GET /seller": { scope: "a", accountTypes: ["seller"] },
    "GET /fleet": { scope: "a", entitlement: "fleet" },
    "GET /mfa": { scope: "a", acr: "mfa" },
    "GET /project/{id}": { scope: "a", within: { project: "id" } },
    "GET /x/{id}": "/x/{id}/",
    "GET /xy/{id}": { allOf: ["/x/{id}/", "/y/{id}/"] },
    "GET /own": "own",
    "GET /few": "few",
    "GET /no": { deny: "never" },
    "GET /hidden": { scope: "a", hidden: true },
    "GET /hidden-free": { public: true, hidden: true },
    "GET /internal": { scope: "a", internal: true },
    "GET /cases/{m}": {
      cases: [
        { when: { m: "x" }, scope: "a" },
        { when: { m: "y" }, scope: "b" },
      ],
      otherwise: { deny: "choose" },
    },
  },
} as const;

const OPEN = ["GET /free", "GET /detail"];
const OF_A = [
  ...["GET /a", "GET /any", ...OPEN, "GET /me"],
  ...["GET /project/{id}", "GET /cases/{m}"],
];

interface CallerRow {
  readonly title: string;
  readonly caller: ExportedCaller & { readonly token: object | undefined };
  readonly shown: readonly string[];
  /** The scopes that the document names. */
  readonly scopes: readonly string[];
}

const CALLERS: readonly CallerRow[] = [
  {
    title: "without a token are the public endpoints, and no scheme",
    caller: { token: undefined },
    shown: OPEN,
    scopes: [],
  },
  {
    title: "with a token without scopes are the public and authenticated endpoints",
    caller: { token: { scope: "" } },
    shown: [...OPEN, "GET /me"],
    scopes: [],
  },
  {
    title: "with a scope are the endpoints that it opens",
    caller: { token: { scope: "a" } },
    shown: OF_A,
    scopes: ["a"],
  },
  {
    title: "with an older name of a scope are those of the scope, under its current name",
    caller: { token: { scope: "old:a" } },
    shown: OF_A,
    scopes: ["a"],
  },
  {
    title: "with a scope that implies another one are those of the other one",
    caller: { token: { scope: "all" } },
    shown: OF_A,
    scopes: ["a"],
  },
  {
    title: "with conditions are those that require them too",
    caller: {
      token: {
        scope: "a",
        ...{ tier: "pro", account_type: "seller", entitlements: ["fleet"], acr: "mfa" },
      },
    },
    shown: [
      ...["GET /a", "GET /any", ...OPEN, "GET /me", "GET /pro", "GET /seller", "GET /fleet"],
      ...["GET /mfa", "GET /project/{id}", "GET /cases/{m}"],
    ],
    scopes: ["a"],
  },
  {
    title: "with a scope for one value are the endpoints that it opens for that value",
    caller: { token: { scope: "/x/1/" } },
    shown: [...OPEN, "GET /me", "GET /x/{id}"],
    scopes: ["/x/{id}/"],
  },
  {
    title: "with two scopes for different values are not the endpoints that require both for one",
    caller: { token: { scope: "/x/1/ /y/2/" } },
    shown: [...OPEN, "GET /me", "GET /x/{id}"],
    scopes: ["/x/{id}/"],
  },
  {
    title: "with two scopes for the same value are also the endpoints that require both",
    caller: { token: { scope: "/x/1/ /y/1/" } },
    shown: [...OPEN, "GET /me", "GET /x/{id}", "GET /xy/{id}"],
    scopes: ["/x/{id}/", "/y/{id}/"],
  },
  {
    title: "with reserved and restricted scopes name neither, whatever the client is",
    caller: {
      token: { scope: "own few", first_party: true, approvedScopes: ["few"] } as { scope: string },
    },
    shown: [...OPEN, "GET /me"],
    scopes: [],
  },
];

describe("the endpoints for a caller", () => {
  it.each(titled(CALLERS))("%s", async (_, { caller, shown, scopes }) => {
    const { document } = await exported(DEFINITION, caller);
    expect([...operationsIn(document).keys()]).toEqual(shown);
    const scheme = document.components.securitySchemes?.["oauth2"];
    const declared = Object.keys(scheme?.flows["authorizationCode"]?.scopes ?? {});
    expect(declared).toEqual(scopes);
    expect(JSON.stringify(document)).not.toMatch(/x-scope-policy|own|few|hidden|internal|never/);
    await expectValid(document);
  });

  it("have the alternatives that the token meets, without conditions", async () => {
    const token = { scope: "a b", acr: "mfa" };
    const { document, cannotSay } = await exported(DEFINITION, { token });
    const operations = operationsIn(document);
    const securityOf = (name: string) => operations.get(name)?.security;
    expect(securityOf("GET /any")).toEqual([{ oauth2: ["a"] }, { oauth2: ["b"] }]);
    expect(securityOf("GET /both")).toEqual([{ oauth2: ["a", "b"] }]);
    expect(securityOf("GET /mfa")).toEqual([{ oauth2: ["a"] }]);
    expect(securityOf("GET /detail")).toEqual([{}, { oauth2: ["a"] }]);
    expect(securityOf("GET /cases/{m}")).toEqual([{ oauth2: ["a", "b"] }]);
    expect(operations.get("GET /a")).toMatchObject({
      summary: "Read a",
      description: "Reads it",
    });
    expect(cannotSay.map((line) => line.replace(/:.*/, ""))).toEqual([
      "cases",
      "boundaries",
      "addresses",
    ]);
  });
});

describe("what an exported document cannot say", () => {
  it.each<[title: string, caller: ExportedCaller | undefined]>([
    ["the whole API", undefined],
    ["a caller", { token: undefined }],
  ])("for %s has a path with several segments", async (_title, caller) => {
    const endpoints = { "GET /files/{path*}": { public: true } };
    const definition = { name: "P", version: "1", scopes: {}, endpoints };
    const { cannotSay } = await exported(definition, caller);
    expect(cannotSay).toContain(
      "catch-alls: OpenAPI has no parameter with several segments, so other readers take `{path*}` for one: `GET /files/{path*}`",
    );
  });
});
