import type { LintCase, Parts } from "./lint-case.js";

const READ = { title: "Read", description: "Read orders" };

const READ_IN_FRENCH = { title: "Lire", description: "Lire", warning: "Lent" };

const two = (title: string, texts: object): Parts => ({
  scopes: { "orders:read": { ...READ, ...texts }, "items:read": { description: title } },
  endpoints: { "GET /orders": "orders:read", "GET /items": "items:read" },
});

/** Rules about scopes and their texts. */
export const SCOPE_CASES: readonly LintCase[] = [
  {
    title: "a scope that no operation names, and one that is only implied by such a scope",
    code: "unused_scope",
    policy: {
      scopes: { read: "", write: { implies: ["more"] }, more: "" },
      endpoints: { "GET /a": "read" },
    },
    paths: ["scopes.write", "scopes.more"],
    says: "`write` opens nothing",
    near: {
      scopes: {
        all: { implies: ["read"] },
        read: "",
        detail: "",
        "mcp:tools": "",
        openid: "",
        email: "",
        offline_access: "",
      },
      baseline: ["mcp:tools"],
      endpoints: { "GET /a": "read" },
      tools: { t: { authenticated: true, enrichedBy: "detail" } },
    },
    fixed: {
      scopes: { read: "", write: { implies: ["more"] }, more: "" },
      endpoints: { "GET /a": "read", "POST /a": "more" },
    },
  },
  {
    title:
      "a twin of a scope that an operation names is used, and a scope of a denied operation is not",
    code: "unused_scope",
    policy: {
      scopes: { "/a/{id}": "", "/a/{key}": "", "x:<id>": "" },
      tools: { read: "/a/{id}", purge: "x:{id}", "pur*": { deny: "Never" } },
    },
    paths: ['scopes["x:<id>"]'],
    says: "`x:{id}` opens nothing",
    near: {
      scopes: { "x:<id>": "" },
      tools: { t: { cases: [{ when: { a: 1 }, scope: "x:{id}" }], otherwise: { deny: "No" } } },
    },
    fixed: { scopes: { "x:<id>": "" }, tools: { purge: { scope: "x:{id}", hidden: true } } },
  },
  {
    title: "a reserved scope that users cannot deselect",
    code: "required_reserved",
    policy: { scopes: { admin: { reserved: true, required: true } } },
    paths: ["scopes.admin.required"],
    says: "`admin` is reserved",
    near: { scopes: { admin: { reserved: true, required: false }, openid: { required: true } } },
    fixed: { scopes: { admin: { reserved: true } } },
  },
  {
    title: "scopes with a warning that are preselected",
    code: "warned_default",
    policy: {
      scopes: { publish: { warning: "is public", default: "on" }, erase: { warning: "is final" } },
    },
    paths: ["scopes.publish.default", "scopes.erase"],
    says: "`publish` has a warning",
    near: {
      scopes: {
        publish: { warning: "is public", default: "off" },
        read: { warning: "", default: "on" },
        admin: { warning: "is everything", reserved: true },
      },
    },
    fixed: {
      scopes: {
        publish: { warning: "is public", default: "off" },
        erase: { warning: "is final", default: "off" },
      },
    },
  },
  {
    title: "one name for the accounts and the projects of two scopes",
    code: "ambiguous_placeholder",
    policy: { scopes: { "/accounts/{id}/read": "", "/projects/<id>/read": "" } },
    paths: ['scopes["/projects/<id>/read"]'],
    says: "`{id}` follows `projects` here and `accounts` in `/accounts/{id}/read`",
    near: {
      scopes: {
        "/accounts/{id}/read": "",
        "accounts:{id}": "",
        "/v1/accounts/{id}/{key}": "",
        "{id}.all": "",
      },
    },
    fixed: { scopes: { "/accounts/{accountID}/read": "", "/projects/<projectID>/read": "" } },
  },
  {
    title: "a scope without a title beside one with a title",
    code: "missing_title",
    policy: two("Read items", {}),
    paths: ['scopes["items:read"]'],
    says: "`items:read` has no title",
    near: {
      scopes: {
        "orders:read": "Read orders",
        "items:read": { title: " " },
        admin: { reserved: true, title: "Everything" },
      },
    },
    fixed: {
      scopes: { "orders:read": READ, "items:read": { title: "Items" }, admin: { reserved: true } },
    },
  },
  {
    title: "scopes without a description",
    code: "missing_description",
    policy: { scopes: { "a:read": {}, "b:read": { title: "B", description: " " }, c: "" } },
    paths: ['scopes["a:read"]', 'scopes["b:read"]', "scopes.c"],
    says: "`a:read` has no description",
    near: { scopes: { "a:read": "Read A", admin: { reserved: true } } },
    fixed: { scopes: { "a:read": "Read A", "b:read": { description: "Read B" }, c: "C" } },
  },
  {
    title: "a scope that is not translated, and one of which a text is not",
    code: "missing_translation",
    policy: two("Read items", {
      warning: "Slow",
      locales: { "de-AT": { title: "Lesen", description: "Lesen" }, fr: READ_IN_FRENCH },
    }),
    paths: [
      'scopes["orders:read"].locales.de',
      'scopes["items:read"].locales.de',
      'scopes["items:read"].locales.fr',
    ],
    says: "`orders:read` has no `warning` in the language `de`",
    near: {
      scopes: {
        "orders:read": {
          ...READ,
          locales: { de: { title: "Lesen" }, "DE-at": { description: "Lesen" } },
        },
        admin: { reserved: true, description: "All" },
        none: {},
      },
    },
    fixed: {
      scopes: {
        "orders:read": { ...READ, locales: { de: { title: "Lesen", description: "Lesen" } } },
        "items:read": { description: "Items", locales: { de: { description: "Waren" } } },
      },
    },
  },
];
