// A client that registers with scopes that the policy does not declare (`openid email profile`) gets what is left, or is refused by option.
import assert from "node:assert/strict";
import { clientRegistration, definePolicy } from "scope-policy";

const policy = definePolicy({
  name: "Notes",
  version: "1",
  scopes: { "notes:read": { default: "on" }, "notes:write": {} },
  tools: { read_note: "notes:read" },
});
const register = (scope, options) =>
  clientRegistration(policy, { redirect_uris: ["https://client.example.com/cb"], scope }, options);

const some = register("openid email profile notes:write");
assert.equal(some.ok, true, JSON.stringify(some));
assert.equal(some.metadata.scope, "notes:write");
const none = register("openid email profile");
const silent = register(undefined);
assert.equal(none.ok, true);
assert.equal(none.metadata.scope, silent.metadata.scope);
const refused = register("openid notes:write", { unknownScopes: "refuse" });
assert.equal(refused.ok, false);
