// the order matters: the import of the matchers must work before the import of vitest
import { definePolicy } from "scope-policy";
import { policyMatchers } from "scope-policy/testing";
import { expect } from "vitest";

const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": "Read orders" },
  tools: { list_orders: "orders:read" },
});
expect.extend(policyMatchers);
expect(policy).toAllow({ scope: "orders:read" }, "list_orders");
expect(policy).not.toDeny({ scope: "orders:read" }, "list_orders", "insufficient_scope");
// @ts-expect-error an unknown name
expect(policy).toAllow({ scope: "orders:read" }, "list_order");
