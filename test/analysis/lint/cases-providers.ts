import type { LintCase } from "./lint-case.js";

const named = (...names: readonly string[]) => ({
  scopes: Object.fromEntries(names.map((name) => [name, "A scope"])),
});
const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** Rules of providers. Each comes from the page that `docs/lint.md` names. */
export const PROVIDER_CASES: readonly LintCase[] = [
  {
    title: "Amazon Cognito: a name without an identifier, empty and long parts, and a placeholder",
    code: "provider_scope_name",
    options: { for: "cognito" },
    policy: named(
      "orders:read",
      "/read",
      "orders/",
      `orders/${"a".repeat(257)}`,
      `${"a".repeat(257)}/r`,
      "items/{id}",
    ),
    paths: [
      'scopes["orders:read"]',
      'scopes["/read"]',
      'scopes["orders/"]',
      `scopes["orders/${"a".repeat(257)}"]`,
      `scopes["${"a".repeat(257)}/r"]`,
      'scopes["items/{id}"]',
    ],
    says: "Amazon Cognito names a scope `identifier/name`",
    near: named(
      "orders/read",
      `o/${"a".repeat(256)}`,
      "https://api.example.com/read",
      "openid",
      "aws.cognito.signin.user.admin",
    ),
    fixed: { scopes: { "orders/read": { description: "Read", replaces: ["orders:read"] } } },
  },
  {
    title: "Amazon Cognito: more than 100 scopes of one resource server",
    code: "provider_scope_count",
    options: { for: "cognito" },
    policy: named(...many(101, "orders/a")),
    paths: ["scopes"],
    says: "101 scopes of `orders`: Amazon Cognito accepts at most 100 for one API",
    near: named(...many(100, "orders/a"), "items/a", "openid"),
    fixed: named(...many(60, "orders/a"), ...many(60, "items/a")),
  },
  {
    title:
      "Keycloak: a value that is not at the end after a colon, and client scopes that tokens do not name",
    code: "provider_scope_name",
    options: { for: "keycloak" },
    policy: named("/accounts/{id}/read", "a:b:{id}", "c:{x}:{y}", "roles", "web-origins"),
    paths: [
      'scopes["/accounts/{id}/read"]',
      'scopes["a:b:{id}"]',
      'scopes["c:{x}:{y}"]',
      "scopes.roles",
      'scopes["web-origins"]',
    ],
    says: "Keycloak accepts a value in a scope only as `name:value`",
    near: named("project:{id}", "orders:read", "/orders.read", "profile"),
    fixed: named("accounts_read:{id}", "app_roles"),
  },
  {
    title: "Auth0: a name of more than 280 characters",
    code: "provider_scope_name",
    options: { for: "auth0" },
    policy: named("a".repeat(281)),
    paths: [`scopes.${"a".repeat(281)}`],
    says: "Auth0 accepts names of at most 280 characters",
    near: named("a".repeat(280), "read:orders", "/accounts/{id}/read"),
    fixed: named("a"),
  },
  {
    title: "Auth0: more than 1,000 scopes",
    code: "provider_scope_count",
    options: { for: "auth0" },
    policy: named(...many(1_001, "a")),
    paths: ["scopes"],
    says: "1001 scopes: Auth0 accepts at most 1000 for one API",
    near: named(...many(1_000, "a"), "openid"),
    fixed: named(...many(900, "a")),
  },
  {
    title: "Okta: a name in the space that Okta reserves",
    code: "provider_scope_name",
    options: { for: "okta" },
    policy: named("okta.orders.read"),
    paths: ['scopes["okta.orders.read"]'],
    says: "Okta reserves names that begin with `okta.`",
    near: named("oktaorders.read", "okta.myAccount.read", "orders.read"),
    fixed: named("orders.read"),
  },
  {
    title: "Microsoft Entra ID: a long value, one that begins with a dot, and a placeholder",
    code: "provider_scope_name",
    options: { for: "entra" },
    policy: named(`api://orders/${"a".repeat(121)}`, ".read", "api://orders/.read", "Orders.{id}"),
    paths: [
      `scopes["api://orders/${"a".repeat(121)}"]`,
      'scopes[".read"]',
      'scopes["api://orders/.read"]',
      'scopes["Orders.{id}"]',
    ],
    says: "Microsoft Entra ID accepts a value of at most 120 characters",
    near: named(`api://orders/${"a".repeat(120)}`, "Orders.Read.All", "/accounts.read"),
    fixed: named("api://orders/read"),
  },
  {
    title: "a provider without a documented maximum accepts any number of scopes",
    code: "provider_scope_name",
    options: { for: "okta" },
    policy: named("okta.x"),
    paths: ['scopes["okta.x"]'],
    says: "Okta",
    near: named(...many(1_500, "a")),
    fixed: named("x"),
  },
];
