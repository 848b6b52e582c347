// The client certificate that a proxy has verified, in a header, enters the gates of `fetch` handlers and Express by `authenticate`.
import assert from "node:assert/strict";
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { fetchGate } from "scope-policy/fetch";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "Jobs",
  version: "1",
  scopes: { "jobs:run": {} },
  tools: { run_job: "jobs:run" },
});
const authorizer = createAuthorizer({ policy });
const machines = new Map([["CN=worker-1", { sub: "worker-1", scope: "jobs:run" }]]);

const gate = fetchGate(authorizer, {
  authenticate: (request) => machines.get(request.headers.get("x-client-cert-subject")),
});
const handle = async (headers) => {
  const token = await gate(new Request("https://api.example.com/jobs", { headers }), "run_job");
  return token instanceof Response ? token.status : token.sub;
};
assert.equal(await handle({ "x-client-cert-subject": "CN=worker-1" }), "worker-1");
assert.equal(await handle({ "x-client-cert-subject": "CN=worker-2" }), 401);
assert.equal(await handle({}), 401);

const expressGates = expressGate(authorizer, {
  authenticate: (req) => machines.get(req.get("x-client-cert-subject")),
});
const app = express();
app.post("/jobs", expressGates("run_job"), (req, res) => res.send(expressGates.token(req).sub));
const base = await listen(app);
const headers = { "x-client-cert-subject": "CN=worker-1" };
assert.equal((await call(`${base}/jobs`, { method: "POST", headers })).text, "worker-1");
assert.equal((await call(`${base}/jobs`, { method: "POST" })).status, 401);
close();
