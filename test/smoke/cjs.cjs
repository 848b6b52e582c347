const { loadPolicy } = require("scope-policy");

const policy = loadPolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "Read orders" },
  tools: { list_orders: "orders:read" },
});
const { code } = policy.decideUntrusted(undefined, "list_orders");
if (code !== "unauthenticated") throw new Error(code);
console.log("cjs ok");
