import type { LintCase } from "./lint-case.js";

const SCOPES = {
  "orders:read": "Read orders",
  "orders:write": "Change orders",
  admin: { description: "All", reserved: true },
  "mcp:tools": "Call tools",
};

/** Rules about tools, patterns, endpoints, and the first scopes of a client. */
export const OPERATION_CASES: readonly LintCase[] = [
  {
    title: "operations of which every way needs a reserved scope",
    code: "unreachable_operation",
    policy: {
      scopes: SCOPES,
      tools: {
        purge: { anyOf: ["admin", { allOf: ["admin", "orders:write"] }] },
        edit: { cases: [{ when: { all: true }, scope: "admin" }], otherwise: { deny: "No" } },
        "adm_*": "admin",
      },
      endpoints: { "DELETE /orders": "admin" },
    },
    paths: ["tools.purge", "tools.edit", 'tools["adm_*"]', 'endpoints["DELETE /orders"]'],
    says: "no third party can be allowed",
    near: {
      scopes: SCOPES,
      tools: {
        purge: { anyOf: ["admin", "orders:write"] },
        drop: { deny: "Never" },
        ping: { public: true },
        sync: { scope: "admin", hidden: true },
        clean: { scope: "admin", internal: true },
        edit: {
          cases: [{ when: { all: true }, scope: "admin" }],
          otherwise: "orders:write",
          weakOtherwise: true,
        },
      },
    },
    fixed: { scopes: SCOPES, tools: { purge: { anyOf: ["admin", "orders:write"] } } },
  },
  {
    title: "tools and endpoints that tell of a change and require scopes for reading alone",
    code: "write_on_read_scope",
    policy: {
      scopes: SCOPES,
      baseline: ["mcp:tools"],
      tools: {
        delete_order: "orders:read",
        updateOrder: { anyOf: ["orders:write", "orders:read"] },
        "orders.purge": "orders:read",
        "set_*": "orders:read",
      },
      endpoints: {
        "DELETE /orders/:id": "orders:read",
        "PUT /orders": "orders:read",
        "PATCH /o": "orders:read",
      },
    },
    paths: [
      "tools.delete_order",
      "tools.updateOrder",
      'tools["orders.purge"]',
      'tools["set_*"]',
      'endpoints["DELETE /orders/:id"]',
      'endpoints["PUT /orders"]',
      'endpoints["PATCH /o"]',
    ],
    says: "the name says `delete`, and `orders:read` alone is enough to call it",
    near: {
      scopes: SCOPES,
      baseline: ["mcp:tools"],
      tools: {
        delete_order: { allOf: ["orders:read", "orders:write"] },
        list_deletes: "orders:read",
        list_updates: "orders:read",
        verify_order: "orders:read",
        ping: "orders:read",
        drop: { deny: "Never" },
        create_order: { authenticated: true },
        remove_order: { public: true },
        manage_orders: {
          cases: [{ when: { action: "list" }, scope: "orders:read" }],
          otherwise: "orders:write",
          weakOtherwise: true,
        },
      },
      endpoints: {
        "GET /orders/delete": "orders:read",
        "POST /orders/search": "orders:read",
        "PUT /orders": "orders:write",
      },
    },
    fixed: { scopes: SCOPES, tools: { delete_order: "orders:write", get_order: "orders:read" } },
  },
  {
    title: "lists of which one is enough, a scope for reading or one for writing",
    code: "mixed_any_of",
    policy: {
      scopes: SCOPES,
      tools: {
        get_order: { anyOf: ["orders:read", "orders:write"] },
        list: {
          cases: [{ when: { all: true }, anyOf: ["orders:read", { scope: "orders:write" }] }],
          otherwise: { allOf: [{ anyOf: [{ allOf: ["admin", "orders:write"] }, "orders:read"] }] },
          weakOtherwise: true,
        },
      },
      endpoints: { "GET /orders": { anyOf: ["orders:write", "orders:read"] } },
    },
    paths: [
      "tools.get_order.anyOf",
      "tools.list.cases[0].anyOf",
      "tools.list.otherwise.allOf[0].anyOf",
      'endpoints["GET /orders"].anyOf',
    ],
    says: "`orders:read`, which is for reading, and `orders:write`, which is for writing",
    near: {
      scopes: SCOPES,
      tools: {
        get_order: { anyOf: ["orders:read", "admin"] },
        put_order: { anyOf: ["orders:write", { allOf: ["orders:read", "orders:write"] }] },
        both: { allOf: ["orders:read", "orders:write"] },
        any: { cases: [{ when: { a: 1 }, scope: "orders:read" }], otherwise: { deny: "No" } },
      },
    },
    fixed: {
      scopes: { "orders:read": "", "orders:write": { implies: ["orders:read"] } },
      tools: { get_order: "orders:read" },
    },
  },
  {
    title: "scopes of the baseline that no client is told to ask for",
    code: "unadvertised_baseline",
    policy: {
      scopes: { ...SCOPES, offline_access: "" },
      baseline: ["mcp:tools", "admin", "offline_access"],
      tools: { t: "orders:read" },
    },
    paths: ["baseline[1]", "baseline[2]"],
    says: "every tool requires `admin`, and no client is told to ask for it: it is reserved",
    near: { scopes: SCOPES, baseline: ["mcp:tools"], tools: { t: "orders:read" } },
    fixed: { scopes: SCOPES, baseline: ["mcp:tools"], tools: { t: "orders:read" } },
  },
  {
    title: "an MCP server whose metadata and 401 name no scope",
    code: "no_first_scopes",
    policy: { scopes: { a: "A" }, tools: { "t*": "a" } },
    paths: [""],
    says: "no scope is in `baseline`, on by default or in `defaultScopes`",
    near: { scopes: { a: "A", "/x/{id}": "" }, tools: { t: "a" }, endpoints: { "GET /a": "a" } },
    fixed: { scopes: { a: "A" }, tools: { t: "a" }, defaultScopes: ["a"] },
  },
  {
    title:
      "a policy of which no scope can be asked for, and one without tools, need no first scope",
    code: "no_first_scopes",
    policy: { scopes: { a: "A" }, tools: { t: "a" } },
    paths: [""],
    says: "no scope is in `baseline`",
    near: { scopes: { "/x/{id}": "", b: { reserved: true } }, tools: { t: "b" } },
    fixed: { scopes: { a: { default: "on" } }, tools: { t: "a" } },
  },
  {
    title: "a pattern that denies what is denied without it",
    code: "unmatched_pattern",
    policy: {
      scopes: SCOPES,
      tools: { list: "orders:read", "get_*": "orders:read", "drop_*": { deny: "No" } },
    },
    paths: ['tools["drop_*"]'],
    says: "the pattern `drop_*` denies no tool of the policy",
    near: {
      scopes: SCOPES,
      tools: {
        drop_order: "orders:write",
        "get_*": "orders:read",
        "drop_*": { deny: "No" },
        "*_secret": { deny: "No" },
      },
    },
    fixed: { scopes: SCOPES, tools: { list: "orders:read", "get_*": "orders:read" } },
  },
  {
    title: "a pattern that matches none of the server's tools",
    code: "unmatched_pattern",
    policy: { scopes: SCOPES, tools: { "lits_*": "orders:read", "drop_*": { deny: "No" } } },
    options: { tools: ["list_orders", "drop_orders"] },
    paths: ['tools["lits_*"]'],
    says: "the pattern `lits_*` matches none of the server's tools",
    near: { scopes: SCOPES, tools: { "l?st_*": "orders:read" } },
    fixed: { scopes: SCOPES, tools: { "list_*": "orders:read", "drop_*": { deny: "No" } } },
  },
  {
    title: "a tool, an endpoint and patterns that a denial decides",
    code: "shadowed_rule",
    policy: {
      scopes: SCOPES,
      tools: {
        drop_order: "orders:write",
        "drop_*": { deny: "No" },
        "drop_a*": "orders:write",
        "drop_?*": { deny: "Never" },
      },
      endpoints: { "GET /admin/users": "admin", "GET /admin/{path*}": { deny: "Not here" } },
    },
    paths: [
      "tools.drop_order",
      'endpoints["GET /admin/users"]',
      'tools["drop_a*"]',
      'tools["drop_?*"]',
    ],
    says: "`drop_*` denies it",
    near: {
      scopes: SCOPES,
      tools: {
        drop_order: { deny: "Gone" },
        "drop_a*": { deny: "Never" },
        "drop_*": { deny: "No" },
        "d*": "orders:write",
        "*r": "orders:write",
        "x_?": { cases: [{ when: { a: 1 }, deny: "x" }], otherwise: { deny: "y" } },
        list: "orders:read",
      },
      endpoints: {
        "GET /admin": "admin",
        "GET /admin/{path*}": { deny: "Not here" },
        "GET /x": { deny: "No" },
      },
    },
    fixed: { scopes: SCOPES, tools: { "drop_*": { deny: "No" } } },
  },
  {
    title: "claims that the authorizer trusts and nothing needs",
    code: "unneeded_trust_claim",
    policy: { scopes: SCOPES, tools: { t: "orders:read" } },
    options: { trustClaims: ["tier", "account_type", "entitlements", "first_party"] },
    paths: ["trustClaims[0]", "trustClaims[1]", "trustClaims[2]"],
    says: "the policy has no condition on the tier",
    near: {
      tiers: ["free", "pro"],
      accountTypes: ["a"],
      entitlements: ["e"],
      scopes: { s: { tier: "pro" }, admin: { reserved: true } },
      tools: { "t*": { scope: "s", accountTypes: ["a"] }, u: { scope: "s", entitlement: "e" } },
    },
    fixed: {
      tiers: ["free", "pro"],
      accountTypes: ["a"],
      entitlements: ["e"],
      scopes: { s: { accountTypes: ["a"] }, admin: { reserved: true } },
      tools: { t: { scope: "s", tier: "pro" }, u: { authenticated: true, entitlement: "e" } },
    },
  },
];
