// npx tsx localisation/main.ts
//
// A translation tool on a localisation platform: the scopes that the consent page pre-checks, the four that the user must opt in
// to, and requests that are decided by their path.
import type { AccessToken } from "scope-policy";
import { columns, heading, inWords, step, tokenInWords } from "../print.js";
import { policy } from "./policy.js";

heading(`${policy.name}: the request of the page's example`);
// "scope=org:read+projects:read+keys:read+keys:write+translations:write"
const translator: AccessToken = {
  sub: "user-1",
  client_id: "translator",
  scope: "org:read projects:read keys:read keys:write translations:write",
};
console.log(tokenInWords(translator));
step("list_keys", policy.decide(translator, "list_keys"));
step("write_translation", policy.decide(translator, "write_translation"));
step("list_translations", policy.decide(translator, "list_translations"));

heading("Not granted unless the user opts in");
step("publish_translations", policy.decide(translator, "publish_translations"));
step("publish_content_entry", policy.decide(translator, "publish_content_entry"));
step("update_glossary_term", policy.decide(translator, "update_glossary_term"));
const publisher: AccessToken = {
  ...translator,
  scope: `${String(translator.scope)} translations:publish`,
};
console.log(`The user opts in to translations:publish: ${tokenInWords(publisher)}`);
step("publish_translations", policy.decide(publisher, "publish_translations"));

heading("Requests by method and path");
const base = "/api/oauth-client";
const requests = [
  [undefined, "GET", `${base}/me`],
  [{ scope: "" }, "GET", `${base}/me`],
  [translator, "HEAD", `${base}/me`],
  [translator, "GET", `${base}/organizations`],
  [translator, "GET", `${base}/organizations/42/projects`],
  [translator, "GET", `${base}/organizations/acme/projects/web/models`],
  [translator, "POST", `${base}/v1/projects`],
  [translator, "GET", `${base}/v1/projects/7`],
  [translator, "GET", `${base}/v1/projects/7/../8`],
] as const;
columns(
  requests.map(([token, method, path]) => [
    `${method} ${path}`,
    token === undefined ? "no token" : token.scope === "" ? "no scope" : "translator",
    inWords(policy.decideRequest(token, { method, path })),
  ]),
);
