import {
  authorizationServerMetadata,
  createAuthorizer,
  loadPolicy,
  protectedResourceMetadata,
} from "scope-policy";
import { expect, it } from "vitest";

const policy = loadPolicy({
  name: "Shop",
  version: "1",
  scopes: {
    openid: { default: "on" },
    "orders:read": { default: "on", title: "Orders", description: "See your orders" },
    "orders:write": { title: "Change\u202e orders", description: " \u200b\n" },
    "stock:read": "Line one\nline  two\u0007",
    constructor: "A name that objects have",
    "admin:all": { reserved: true, description: "Everything" },
    sync: { restricted: true, description: "Synchronize" },
    "/shops/{shop}/read": "See one shop",
  },
});
const issuer = "https://as.example.com";
const resource = "https://api.example.com/mcp";

it("gives the authorization server's document the text of each listed scope", () => {
  const document = authorizationServerMetadata(policy, { issuer, scopeDescriptions: true });
  expect(document).toEqual({
    issuer,
    scopes_supported: ["openid", "orders:read", "orders:write", "stock:read", "constructor"],
    scope_descriptions: {
      "orders:read": "See your orders",
      "orders:write": "Change orders",
      "stock:read": "Line one line two",
      constructor: "A name that objects have",
    },
  });
});

it("gives the document of the resource the text of each listed scope", () => {
  expect(protectedResourceMetadata(policy, { resource, scopeDescriptions: true })).toMatchObject({
    scopes_supported: ["openid", "orders:read"],
    scope_descriptions: { "orders:read": "See your orders" },
  });
});

it("gives the document that a gate serves the texts, with the option of the authorizer", () => {
  const document = (options: { readonly scopeDescriptions?: boolean }) =>
    createAuthorizer({ policy, verify: () => undefined, resource, ...options }).metadata()
      ?.document;
  expect(document({ scopeDescriptions: true })).toHaveProperty("scope_descriptions", {
    "orders:read": "See your orders",
  });
  expect(document({})).not.toHaveProperty("scope_descriptions");
});

it("is left out by default, and if no listed scope has a text", () => {
  const bare = loadPolicy({ name: "P", version: "1", scopes: { openid: { default: "on" } } });
  for (const [one, scopeDescriptions] of [
    [policy, false],
    [bare, true],
  ] as const) {
    for (const document of [
      authorizationServerMetadata(one, { issuer, scopeDescriptions }),
      protectedResourceMetadata(one, { resource, scopeDescriptions }),
    ]) {
      expect(document).not.toHaveProperty("scope_descriptions");
      expect(document).not.toHaveProperty("scopeDescriptions");
    }
  }
  expect(authorizationServerMetadata(policy, { issuer })).not.toHaveProperty("scope_descriptions");
});

it("cannot be given as a member: the error names the option", () => {
  const given = { issuer, scope_descriptions: { openid: "Who you are" } };
  expect(() => authorizationServerMetadata(policy, given)).toThrow(
    "scope_descriptions: set by the policy: write `scopeDescriptions: true` instead",
  );
});
