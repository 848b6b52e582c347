import { type AccessToken, definePolicy, type ScopeOf, type ToolOf } from "scope-policy";

const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "Read orders" },
  tools: { list_orders: "orders:read" },
});
const token: AccessToken = { scope: "orders:read" };
export const allowed: boolean = policy.decide(token, "list_orders").allowed;
export const scope: ScopeOf<typeof policy> = "orders:read";
export const tool: ToolOf<typeof policy> = "list_orders";
// @ts-expect-error an unknown name
policy.decide(token, "list_order");
