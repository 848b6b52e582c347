// A handler reads the issuer's own claims (`org_id`), frozen, and whether the answer may be enriched; decisions never read them.
import assert from "node:assert/strict";
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { jwtVerifier } from "scope-policy/verify";
import { createIssuer } from "./issuer.mjs";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "Directory",
  version: "1",
  scopes: { "users:read": {}, "users:phone": {} },
  tools: {
    get_user: "users:read",
    search: { public: true, enrichedBy: "users:phone" },
  },
});
const issuer = createIssuer("https://as.example.com/");
const audience = "https://api.example.com";
const sign = (claims) => issuer.sign({ aud: audience, sub: "ann", ...claims });

async function serve(claims) {
  const verify = jwtVerifier({
    issuer: issuer.iss,
    audience,
    jwks: issuer.jwks,
    algorithms: ["RS256"],
    profile: "lenient",
    ...(claims !== undefined && { claims }),
  });
  const gate = expressGate(createAuthorizer({ policy, verify }));
  const app = express();
  app.get("/user", gate("get_user"), (req, res) => {
    const { claims } = gate.token(req);
    const isFrozen =
      claims === undefined || (Object.isFrozen(claims) && Object.isFrozen(claims.org));
    res.json({ claims, isFrozen });
  });
  app.get("/search", gate("search"), (req, res) => {
    const { allowed, enriched } = gate.decision(req);
    res.json({ allowed, enriched });
  });
  return listen(app);
}

const token = sign({ scope: "users:read", org_id: "o-1", org: { id: "o-1" }, secret: "s" });
const some = await call(`${await serve(["org_id", "org"])}/user`, { token });
assert.deepEqual(some.json, { claims: { org_id: "o-1", org: { id: "o-1" } }, isFrozen: true });
const all = await call(`${await serve(true)}/user`, { token });
assert.equal(all.json.claims.org_id, "o-1");
assert.equal(all.json.claims.secret, "s");
assert.equal(all.json.isFrozen, true);
const base = await serve(undefined);
assert.equal((await call(`${base}/user`, { token })).json.claims, undefined);

const search = async (token) => (await call(`${base}/search`, { token })).json;
assert.deepEqual(await search(undefined), { allowed: true, enriched: false });
assert.deepEqual(await search(sign({ scope: "users:phone" })), { allowed: true, enriched: true });
close();
