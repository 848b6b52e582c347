// Invalid facts about a provider: each finding, word by word.

import { PolicyError } from "scope-policy";
import * as providers from "scope-policy/providers";
import { describe, expect, it } from "vitest";
import { titled } from "../../titled.js";

const HOST =
  "expected a host name in lower case such as `example.auth0.com`, without `https://` and without a path";
const TEXTS = "expected a non-empty string, or a non-empty list of them";
const TENANTS =
  "expected the id of a tenant (a GUID in lower case), or a list of different ones: tokens name no domain and no `common`";
const SERVER =
  "expected a URL such as `https://sso.example.com` (`https` or a loopback host), without a slash at its end";
const TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const POOL = { region: "eu-west-1", userPoolId: "eu-west-1_a", clientId: "a" };
const audience = "api";

const CALLS = new Map<string, unknown>(Object.entries(providers));
type Name = keyof typeof providers;
type Row = readonly [name: Name, facts: object, findings: readonly string[]];

const hostRow = (domain: unknown): Row => ["auth0", { domain, audience }, [`domain: ${HOST}`]];
const realmRow = (realm: unknown): Row => [
  "keycloak",
  { url: "https://a.example", realm, audience },
  ["realm: expected the name of a realm such as `main`"],
];
const tenantRow = (tenant: unknown): Row => ["entra", { tenant, audience }, [`tenant: ${TENANTS}`]];
const urlRow = (url: unknown): Row => [
  "keycloak",
  { url, realm: "main", audience },
  [`url: ${SERVER}`],
];

const INVALID: readonly Row[] = [
  ...[
    "",
    "A.example",
    "https://a.example",
    "a.example/b",
    "-a",
    "a.",
    "a:",
    "a:123456",
    "a:1x",
  ].map(hostRow),
  hostRow("a".repeat(254)),
  hostRow(7),
  ...["", "a b", "a/b", "ä", 7].map(realmRow),
  ...["common", TENANT.toUpperCase(), `${TENANT}x`, [], [TENANT, TENANT], [TENANT, "x"], 7].map(
    tenantRow,
  ),
  ...[
    "https://a.example/",
    "https://a.example/b/",
    "http://a.example",
    "https://a.example?b",
    "https://a.example#b",
    "https://u@a.example",
    "a.example",
    ["https://a.example"],
  ].map(urlRow),
  ["auth0", { domain: "a", audience: "" }, [`audience: ${TEXTS}`]],
  ["auth0", { domain: "a", audience: [] }, [`audience: ${TEXTS}`]],
  ["auth0", { domain: "a", audience: ["a", ""] }, [`audience: ${TEXTS}`]],
  ["auth0", { domain: "a", audience, permissions: 1 }, ["permissions: expected true or false"]],
  ["cognito", { ...POOL, region: "" }, ["region: expected a region such as `eu-central-1`"]],
  [
    "cognito",
    { ...POOL, userPoolId: "" },
    ["userPoolId: expected the id of a user pool such as `eu-central-1_a1B2c3D4e`"],
  ],
  [
    "cognito",
    { ...POOL, region: "us-east-1" },
    ["userPoolId: expected a user pool of the region: `us-east-1_` and its id"],
  ],
  ["cognito", { ...POOL, audience: "" }, [`audience: ${TEXTS}`]],
  [
    "keycloak",
    { url: "https://a.example", realm: "main", audience, rolesOf: "" },
    ["rolesOf: expected the id of a client"],
  ],
  [
    "okta",
    { domain: "a", audience, server: "" },
    ["server: expected the id of a custom authorization server such as `default`"],
  ],
  [
    "supabase",
    { project: "a.b/c" },
    ["project: expected the reference of a project such as `abcdefghijklmnopqrst`"],
  ],
  ["supabase", { project: "a", audience: [] }, [`audience: ${TEXTS}`]],
  [
    "supabase",
    { project: "a", domain: "b" },
    ["project: cannot be combined with `domain`", "domain: cannot be combined with `project`"],
  ],
  ["supabase", {}, ["project: is missing"]],
  [
    "clerk",
    { frontendApi: "a", clientId: "b", authorizedParties: "c" },
    [
      "clientId: cannot be combined with `authorizedParties`",
      "authorizedParties: cannot be combined with `clientId`",
    ],
  ],
  ["clerk", { frontendApi: "a" }, ["clientId: is missing"]],
  [
    "workos",
    { domain: "", audience: "", permissions: "" },
    [`domain: ${HOST}`, `audience: ${TEXTS}`, "permissions: expected true or false"],
  ],
];

describe("the domain of a provider", () => {
  it.each(["a", "a.b-c.example", "a1.example:65535", "a".repeat(253)])("can be %s", (domain) => {
    expect(providers.auth0({ domain, audience }).issuer).toBe(`https://${domain}/`);
  });
});

describe("invalid facts", () => {
  const rows = titled(INVALID, ([name, facts]) => `${name} ${JSON.stringify(facts).slice(0, 120)}`);
  it.each(rows)("about %s", (_title, [name, facts, findings]) => {
    const create = CALLS.get(name) as (given: object) => unknown;
    try {
      create(facts);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
      const found = (error as PolicyError).findings;
      expect(found.map(({ path, message }) => `${path}: ${message}`)).toEqual(findings);
      expect((error as PolicyError).message).toContain(`\`${name}\``);
    }
  });
});
