import { definePolicy, loadPolicy, PolicyError } from "scope-policy";

const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "Read orders" },
  tools: { list_orders: "orders:read", "get_*": "orders:read" },
});
const { code } = policy.decide({ scope: "orders:read" }, "list_orders");
if (code !== "allowed") throw new Error(`list_orders: ${code}`);
const other = policy.decide({ scope: "" }, "get_one");
if (other.code !== "insufficient_scope" || other.missing[0] !== "orders:read")
  throw new Error(`get_one: ${other.code}`);
try {
  loadPolicy({ name: "Shop", version: "1", scopes: {}, tools: { list_orders: "orders:raed" } });
  throw new Error("an invalid policy was accepted");
} catch (error) {
  if (!(error instanceof PolicyError)) throw error;
}
console.log("esm ok");
