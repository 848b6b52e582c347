// The habits of issuers: a client id in place of the audience (Cognito), an issuer for each tenant (Entra), roles below a path (Keycloak),
// scope claims named by a URL or by account type, several issuers that never speak for each other.
import assert from "node:assert/strict";
import { createAuthorizer, definePolicy } from "scope-policy";
import { jwtVerifier } from "scope-policy/verify";
import { createIssuer } from "./issuer.mjs";

const policy = definePolicy({
  name: "Orders",
  version: "1",
  scopes: { read: { replaces: ["api://orders/read"] }, write: {} },
  tools: { list_orders: "read", create_order: "write" },
});
const audience = "https://api.example.com";
const codeOf = async (options, raw, tool = "list_orders") => {
  const verify = jwtVerifier({ audience, algorithms: ["RS256"], profile: "lenient", ...options });
  const authorizer = createAuthorizer({ policy, verify, onRejected: () => {} });
  return (await authorizer.decide(raw, tool)).decision.code;
};

// Cognito: `client_id`, no `aud`
const cognito = createIssuer("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool");
const pool = {
  issuer: cognito.iss,
  jwks: cognito.jwks,
  audienceClaim: "client_id",
  audience: "app-1",
};
const access = { token_use: "access", scope: "read" };
assert.equal(await codeOf(pool, cognito.sign({ ...access, client_id: "app-1" })), "allowed");
assert.equal(await codeOf(pool, cognito.sign({ ...access, client_id: "app-2" })), "invalid_token");
const identity = { token_use: "id", client_id: "app-1", scope: "read" };
assert.equal(await codeOf(pool, cognito.sign(identity)), "invalid_token");

// Entra: a template with the tenants that the owner names; `scp` for people, `roles` for programs
const base = "https://login.microsoftonline.com/";
const entra = createIssuer(`${base}t-1/v2.0`);
const tenants = ["t-1", "t-2"];
const pattern = { template: `${base}{tid}/v2.0`, claim: "tid" };
const template = {
  issuer: { ...pattern, tenants },
  jwks: entra.jwks,
  scopeClaim: { firstOf: ["scp", "roles"] },
};
const inTenant = (tid, claims) =>
  entra.sign({ aud: audience, iss: `${base}${tid}/v2.0`, tid, ...claims });
assert.equal(await codeOf(template, inTenant("t-1", { scp: "read" })), "allowed");
assert.equal(await codeOf(template, inTenant("t-2", { roles: ["read"] })), "allowed");
assert.equal(await codeOf(template, inTenant("t-3", { scp: "read" })), "invalid_token");
const mixed = entra.sign({ aud: audience, iss: `${base}t-1/v2.0`, tid: "t-2", scp: "read" });
assert.equal(await codeOf(template, mixed), "invalid_token");
// the first claim that is present counts, malformed or not
assert.notEqual(await codeOf(template, inTenant("t-1", { scp: 7, roles: ["read"] })), "allowed");
// the claim that the template names is never taken literally, and the option `tenants` is required
for (const issuer of [pattern, `${base}{tid}/v2.0`, `${base}common/v2.0`])
  assert.throws(() => jwtVerifier({ ...template, issuer, audience, algorithms: ["RS256"] }));
const literal = entra.sign({ aud: audience, iss: `${base}{tid}/v2.0`, tid: "{tid}", scp: "read" });
assert.equal(await codeOf(template, literal), "invalid_token");
// asked for as `api://orders/read`, written as `read`
assert.equal(policy.decide({ scope: "api://orders/read" }, "list_orders").code, "allowed");

// Keycloak: roles of a client
const keycloak = createIssuer("https://keycloak.example.com/realms/shop");
const realm = {
  issuer: keycloak.iss,
  jwks: keycloak.jwks,
  scopeClaim: ["resource_access", "api", "roles"],
};
const roles = (list) => keycloak.sign({ aud: audience, resource_access: { api: { roles: list } } });
assert.equal(await codeOf(realm, roles(["read"])), "allowed");
assert.equal(await codeOf(realm, roles(["read"]), "create_order"), "insufficient_scope");

// a claim named by a URL
const auth0 = createIssuer("https://shop.eu.auth0.com/");
const url = "https://shop.example.com/scopes";
const named = { issuer: auth0.iss, jwks: auth0.jwks, scopeClaim: url };
assert.equal(await codeOf(named, auth0.sign({ aud: audience, [url]: ["read"] })), "allowed");

// two issuers: one's keys never speak for the other
const two = {
  issuer: [auth0.iss, keycloak.iss],
  jwks: { [auth0.iss]: auth0.jwks, [keycloak.iss]: keycloak.jwks },
};
const claims = { aud: audience, scope: "read" };
assert.equal(await codeOf(two, auth0.sign(claims)), "allowed");
assert.equal(await codeOf(two, keycloak.sign(claims)), "allowed");
assert.equal(await codeOf(two, auth0.sign({ ...claims, iss: keycloak.iss })), "invalid_token");

// an old token
const fresh = { ...named, scopeClaim: "scope", maxTokenAge: 60 };
const old = Math.floor(Date.now() / 1000) - 120;
assert.equal(await codeOf(fresh, auth0.sign(claims)), "allowed");
assert.equal(await codeOf(fresh, auth0.sign({ ...claims, iat: old })), "invalid_token");
