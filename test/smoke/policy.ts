import { definePolicy } from "scope-policy";

export const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "Read orders" },
  tools: { list_orders: "orders:read" },
});
