// npx tsx movementors/main.ts
//
// An assistant of a teacher: the tools that a grant allows, the tools that a tier adds, and the tools that are always denied.
import type { AccessToken } from "scope-policy";
import { heading, step, tokenInWords } from "../print.js";
import { policy } from "./policy.js";

heading(`${policy.name}: the directory is public`);
step("search_directory, no token", policy.decide(undefined, "search_directory"));
step("search_directory, read:public", policy.decide({ scope: "read:public" }, "search_directory"));

heading("The read-only bundle");
const bundle = "read:profile read:bookings read:classes read:clients";
const reader: AccessToken = { sub: "user-1", client_id: "assistant", scope: bundle, tier: "free" };
console.log(tokenInWords(reader));
// The bundle alone allows no tool: the MCP endpoint denies requests without mcp:tools.
step("list_bookings", policy.decide(reader, "list_bookings"));
// `bundleScope` returns the bundle with the baseline, as a client requests it.
const overMcp: AccessToken = { ...reader, scope: policy.bundleScope("read-only") };
console.log(tokenInWords(overMcp));
step("list_bookings", policy.decide(overMcp, "list_bookings"));
step("list_clients", policy.decide(overMcp, "list_clients"));
step("send_message", policy.decide(overMcp, "send_message"));

heading("The personal assistant, and what the tier adds");
const helping: AccessToken = { ...overMcp, scope: policy.bundleScope("personal-assistant") };
for (const tier of ["free", "pro", "premium"] as const) {
  const token: AccessToken = { ...helping, tier };
  step(`update_class, ${tier} tier`, policy.decide(token, "update_class"));
  step(`create_booking, ${tier} tier`, policy.decide(token, "create_booking"));
}

heading("Account types");
for (const account_type of ["mentor", "studio"] as const) {
  const token: AccessToken = { scope: "read:mentor mcp:tools", account_type };
  step(`get_mentor_profile, ${account_type} account`, policy.decide(token, "get_mentor_profile"));
}

heading("Denied whatever is granted");
const everything: AccessToken = {
  scope: Object.keys(policy.definition.scopes),
  tier: "premium",
  account_type: "mentor",
  first_party: true,
};
console.log("token with every scope, premium tier, mentor account, first-party client");
step("delete_account", policy.decide(everything, "delete_account"));
step("change_email", policy.decide(everything, "change_email"));
step("trigger_payout", policy.decide(everything, "trigger_payout"));
