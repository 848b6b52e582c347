// node scripts/run.mjs examples/movementors/main.ts
//
// An assistant that works for a teacher: what a grant opens, what a plan adds, and what no grant opens.
import type { AccessToken } from "scope-policy";
import { heading, step, tokenInWords } from "../print.js";
import { policy } from "./policy.js";

heading(`${policy.name}: the directory is open to anyone`);
step("search_directory, no token", policy.decide(undefined, "search_directory"));
step("search_directory, read:public", policy.decide({ scope: "read:public" }, "search_directory"));

heading("The read-only bundle");
const bundle = "read:profile read:bookings read:classes read:clients";
const reader: AccessToken = { sub: "user-1", client_id: "assistant", scope: bundle, tier: "free" };
console.log(tokenInWords(reader));
// The bundle alone opens no tool: the MCP endpoint refuses requests without mcp:tools.
step("list_bookings", policy.decide(reader, "list_bookings"));
// `bundleScope` is the bundle as a client asks for it, with the baseline.
const overMcp: AccessToken = { ...reader, scope: policy.bundleScope("read-only") };
console.log(tokenInWords(overMcp));
step("list_bookings", policy.decide(overMcp, "list_bookings"));
step("list_clients", policy.decide(overMcp, "list_clients"));
step("send_message", policy.decide(overMcp, "send_message"));

heading("The personal assistant, and what the plan adds");
const helping: AccessToken = { ...overMcp, scope: policy.bundleScope("personal-assistant") };
for (const tier of ["free", "pro", "premium"] as const) {
  const token: AccessToken = { ...helping, tier };
  step(`update_class, ${tier} plan`, policy.decide(token, "update_class"));
  step(`create_booking, ${tier} plan`, policy.decide(token, "create_booking"));
}

heading("Kinds of account");
for (const account_type of ["mentor", "studio"] as const) {
  const token: AccessToken = { scope: "read:mentor mcp:tools", account_type };
  step(`get_mentor_profile, ${account_type} account`, policy.decide(token, "get_mentor_profile"));
}

heading("What no grant opens");
const everything: AccessToken = {
  scope: Object.keys(policy.definition.scopes),
  tier: "premium",
  account_type: "mentor",
  first_party: true,
};
console.log("token with every scope there is, premium plan, mentor account, first-party client");
step("delete_account", policy.decide(everything, "delete_account"));
step("change_email", policy.decide(everything, "change_email"));
step("trigger_payout", policy.decide(everything, "trigger_payout"));
