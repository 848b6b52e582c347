// npx tsx loopwise/main.ts
//
// An integration that reports on courses: it starts with the scope of the page's example, calls a tool that requires another scope,
// requests that scope, and continues.
import type { AccessToken } from "scope-policy";
import { heading, step, tokenInWords } from "../print.js";
import { policy } from "./policy.js";

heading(`${policy.name}: an integration that reports on courses`);

// "If your integration only needs to read course data and the user's email, request openid email courses:read."
const first: AccessToken = {
  sub: "user-1",
  client_id: "reports",
  scope: "openid email courses:read",
};
console.log(tokenInWords(first));
step("list_courses", policy.decide(first, "list_courses"));
step("list_reviews", policy.decide(first, "list_reviews"));
step("list_members", policy.decide(first, "list_members"));

// This tool accepts either of two scopes; the client requests the first one.
const settings = policy.decide(first, "get_settings");
step("get_settings", settings);
if (settings.code === "insufficient_scope") {
  console.log(
    `  alternatives: ${settings.accepted.map((scopes) => scopes.join(" and ")).join(", or ")}`,
  );
  const second: AccessToken = {
    ...first,
    scope: `${String(first.scope)} ${settings.scopes.join(" ")}`,
  };
  console.log(`\nThe user consents to ${settings.missing.join(" ")}: ${tokenInWords(second)}`);
  step("get_settings", policy.decide(second, "get_settings"));
  step("update_settings", policy.decide(second, "update_settings"));
}

heading("The admin scopes are reserved");
const grabbing: AccessToken = { client_id: "reports", scope: "openid admin:read admin:write" };
console.log(tokenInWords(grabbing));
step("update_settings", policy.decide(grabbing, "update_settings"));
step("list_members", policy.decide(grabbing, "list_members"));

heading("Tools that a list shows for the first token");
const views = policy.toolsFor(first);
const callable = views.filter((view) => view.decision.allowed).map((view) => view.name);
console.log(`  now: ${callable.join(", ")}`);
console.log(`  after consent: ${views.length - callable.length} more`);
