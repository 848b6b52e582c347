// A token of the shape of Keycloak is refused: `onRejected` and the default console line say why and which option would accept it. The
// client learns nothing of it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createAuthorizer, definePolicy } from "scope-policy";
import { jwtVerifier } from "scope-policy/verify";
import { createIssuer } from "./issuer.mjs";
import { consoleOf, scopePolicy } from "./kit.mjs";

const policy = definePolicy({
  name: "Shop",
  version: "1",
  scopes: { "orders:read": {} },
  tools: { list_orders: "orders:read" },
});
const issuer = createIssuer("https://keycloak.example.com/realms/shop");
const audience = "https://api.example.com";
const options = { issuer: issuer.iss, audience, jwks: issuer.jwks, algorithms: ["RS256"] };
const token = issuer.sign({
  sub: "ann",
  aud: "account",
  azp: "web",
  typ: "Bearer",
  scope: "orders:read",
});

const rejections = [];
const authorizerWith = (verify, more = {}) => createAuthorizer({ policy, verify, ...more });
const onRejected = (rejection) => void rejections.push(rejection);

const reasonsOf = async (verify, raw) => {
  rejections.length = 0;
  const { decision } = await authorizerWith(verify, { onRejected }).decide(raw, "list_orders");
  assert.equal(decision.code, "invalid_token");
  assert.equal(rejections.length, 1);
  return rejections[0];
};
const type = await reasonsOf(jwtVerifier(options), token);
assert.equal(type.reason, "type");
assert.match(type.detail, /lenient/);
const lenient = jwtVerifier({ ...options, profile: "lenient" });
const wrong = await reasonsOf(lenient, token);
assert.equal(wrong.reason, "audience");
assert.match(wrong.detail, /account|audience/);
assert.equal(wrong.issuer, issuer.iss);
assert.ok(!JSON.stringify([type, wrong]).includes(token), "never the token");
const stranger = createIssuer(issuer.iss, "key-1");
assert.equal((await reasonsOf(lenient, stranger.sign({ aud: audience }))).reason, "signature");
assert.equal((await reasonsOf(lenient, "no.token")).reason, "malformed");
assert.equal(
  (await reasonsOf(lenient, issuer.sign({ aud: audience, exp: 1000 }))).reason,
  "expired",
);
const other = createIssuer("https://other.example.com/");
assert.equal((await reasonsOf(lenient, other.sign({ aud: audience }))).reason, "issuer");

// an own `verify` that returns `scopes`
const scopes = await reasonsOf(() => ({ sub: "ann", scopes: ["orders:read"] }), "demo");
assert.equal(scopes.reason, "verify_result");
assert.match(scopes.detail, /scopes/);

// without the option: one line for each reason on the console, outside production
const authorizer = authorizerWith(lenient);
const lines = await consoleOf(async () => {
  for (const raw of [token, token]) await authorizer.decide(raw, "list_orders");
});
assert.equal(lines.length, 1, `once for each reason: ${lines}`);
assert.match(lines[0], /audience/);
assert.ok(!lines[0].includes(token));

// the client sees the same for every reason
const answers = await Promise.all(
  [token, stranger.sign({ aud: audience }), other.sign({ aud: audience })].map((raw) =>
    authorizerWith(lenient, { onRejected }).admit({
      authorization: `Bearer ${raw}`,
      operation: "list_orders",
    }),
  ),
);
assert.equal(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size, 1);

// the command line checks one token
writeFileSync("jwks.json", JSON.stringify(issuer.jwks));
const asked = ["--issuer", issuer.iss, "--audience", audience, "--jwks", "jwks.json"];
const { output, status } = scopePolicy("token", token, ...asked);
assert.notEqual(status, 0);
assert.match(output, /audience/, output);
assert.match(output, /account/, output);
assert.ok(!output.includes(token), "the command line never prints the token");
