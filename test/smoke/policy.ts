import { definePolicy } from "scope-policy";

// syntax that only a compiler of TypeScript takes away
const scopes = { "orders:read": "Read orders" } satisfies Readonly<Record<string, string>>;

export const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes,
  tools: { list_orders: "orders:read" },
});
