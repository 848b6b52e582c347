import type { PolicyDefinition } from "scope-policy";

/** A small policy that uses every feature. */
export const SMALL: PolicyDefinition = {
  name: "Shop",
  version: "7",
  tiers: ["free", "pro"],
  accountTypes: ["buyer", "seller"],
  scopes: {
    openid: { description: "Who you are", required: true, group: "identity" },
    "orders:read": { description: "Read orders.", replaces: ["purchases:read"] },
    "orders:write": {
      description: "Change orders",
      implies: ["orders:read"],
      default: "off",
      warning: "moves money",
    },
    "stock:read": "Read the stock",
    "mcp:tools": "Call tools",
    "ads:write": { description: "Buy ads", tier: "pro" },
    "shop:write": { description: "Change the shop", accountTypes: ["seller"] },
    root: { description: "Everything", reserved: true },
    "/accounts/<id>/": "Read one account",
  },
  baseline: ["mcp:tools"],
  defaultScopes: ["openid"],
  bundles: { reader: ["orders:read", "stock:read"], most: { every: true, except: ["ads:write"] } },
  tools: {
    list_orders: "orders:read",
    get_stock: { anyOf: ["stock:read", "orders:write"] },
    restock: { allOf: ["stock:read", { anyOf: ["orders:write", "shop:write"] }] },
    buy_ad: "ads:write",
    rename_shop: { scope: "shop:write", title: "Rename", description: "Gives the shop a name" },
    wipe: "root",
    transfer: { scope: "/accounts/{id}/", params: { id: "from" } },
    search: { public: true, enrichedBy: "stock:read" },
    whoami: { authenticated: true },
    close_shop: { deny: "Only by letter." },
    secret: { scope: "stock:read", hidden: true },
    "export_*": { scope: "orders:read", tier: "pro" },
    "*_all": "stock:read",
    "drop_*": { deny: "Never drop." },
    drop_index: "stock:read",
  },
  endpoints: {
    "GET /orders": "orders:read",
    "GET /accounts/{id}": "/accounts/{id}/",
    "GET /me": { authenticated: true },
  },
  notCovered: ["Paying out"],
};

/** The small policy as JSON text. */
export const SMALL_JSON: string = JSON.stringify(SMALL, undefined, 2);
