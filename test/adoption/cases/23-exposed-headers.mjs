// A REST API for a browser client on another origin: it reads the challenge only if the CORS middleware exposes the header, and the guide
// for REST describes it. The client here sees what a browser shows.
import assert from "node:assert/strict";
import cors from "cors";
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { close, listen, mentions } from "./kit.mjs";

const policy = definePolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {} },
  tools: { update_course: "courses:write" },
});
const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "courses:read" }) });
const origin = "https://app.example.com";

async function serve(options) {
  const gate = expressGate(authorizer);
  const app = express();
  app.use(cors({ origin, ...options }));
  app.put("/course", gate("update_course"), (_req, res) => res.send("updated"));
  return listen(app);
}

/** Does a request as a browser: a preflight, then only the headers that the response exposes (Fetch Standard, CORS filter). */
async function browserFetch(url) {
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "PUT",
      "access-control-request-headers": "authorization",
    },
  });
  assert.ok(preflight.ok, `preflight: ${preflight.status}`);
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PUT|\*/);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/i);
  const headers = { origin, authorization: "Bearer demo" };
  const response = await fetch(url, { method: "PUT", headers });
  assert.equal(response.headers.get("access-control-allow-origin"), origin);
  const list = response.headers.get("access-control-expose-headers") ?? "";
  const exposed = new Set(list.toLowerCase().split(/\s*,\s*/));
  const get = (name) => (exposed.has(name) ? response.headers.get(name) : null);
  return { status: response.status, get };
}

const hidden = await browserFetch(`${await serve({})}/course`);
assert.deepEqual([hidden.status, hidden.get("www-authenticate")], [403, null]);
const open = await browserFetch(`${await serve({ exposedHeaders: ["WWW-Authenticate"] })}/course`);
assert.match(open.get("www-authenticate"), /scope="courses:write"/);

for (const name of ["adapters.md", "browser-clients.md"])
  mentions(name, /Access-Control-Expose-Headers|exposedHeaders/);
close();
