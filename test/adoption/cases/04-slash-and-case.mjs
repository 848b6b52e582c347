// A trailing slash and letter case that Express forgives are not refused by a gate that is set to forgive them too.
import assert from "node:assert/strict";
import express from "express";
import { createAuthorizer, definePolicy } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { call, close, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "Jobs",
  version: "1",
  scopes: { "jobs:read": {} },
  endpoints: { "GET /jobs/{jobId}": "jobs:read" },
});
const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "jobs:read" }) });
const token = "ann";

async function statuses(options) {
  const gate = expressGate(authorizer, options);
  const app = express();
  app.get("/jobs/:jobId", gate.endpoint(), (req, res) => res.send(req.params.jobId));
  gate.assertCovers(app);
  const base = await listen(app);
  const paths = ["/jobs/7", "/jobs/7/", "/JOBS/7"];
  return Promise.all(paths.map(async (path) => (await call(base + path, { token })).status));
}

assert.deepEqual(await statuses({}), [200, 403, 403]);
assert.deepEqual(await statuses({ trailingSlash: "ignore" }), [200, 200, 403]);
assert.deepEqual(await statuses({ caseSensitive: false }), [200, 403, 200]);
assert.deepEqual(
  await statuses({ trailingSlash: "ignore", caseSensitive: false }),
  [200, 200, 200],
);

// an application whose router is stricter than the gate is a finding
const strict = express();
strict.set("strict routing", true);
strict.set("case sensitive routing", true);
const gate = expressGate(authorizer, { trailingSlash: "ignore", caseSensitive: false });
strict.get("/jobs/:jobId", gate.endpoint(), (req, res) => res.send(req.params.jobId));
assert.throws(() => gate.assertCovers(strict));
close();
