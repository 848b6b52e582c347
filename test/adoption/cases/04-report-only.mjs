// Report-only: no response differs from the application without gates, except for a denial, and every refusal that would have been is
// counted and audited with `enforced: false`.
import assert from "node:assert/strict";
import { createAuthorizer, definePolicy } from "scope-policy";
import { call, close, consoleOf, listen } from "./kit.mjs";

const policy = definePolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {}, "school:write": {} },
  tools: {
    get_settings: "school:read",
    set_settings: "school:write",
    delete_all: { deny: "Deletion requires a call." },
    list_rooms: { public: true },
  },
});
const events = [];
const authorizer = createAuthorizer({
  policy,
  verify: (token) => (token === "ann" ? { sub: "ann", scope: "school:read" } : undefined),
  audit: (event) => void events.push(event),
});
const ROUTES = [
  ["GET", "/settings", "get_settings"],
  ["POST", "/settings", "set_settings"],
  ["DELETE", "/all", "delete_all"],
  ["GET", "/rooms", "list_rooms"],
];

/** Each framework: the application with a gate in front of each route, or without. */
const BUILD = {
  express: (gates) => buildExpress("express", gates),
  express4: (gates) => buildExpress("express4", gates),
  fastify: async (gates) => {
    const { default: fastify } = await import("fastify");
    const app = fastify();
    if (gates) {
      const { scopePolicy } = await import("scope-policy/fastify");
      await app.register(scopePolicy, { authorizer, dangerouslyReportOnly: true });
    }
    for (const [method, url, tool] of ROUTES)
      app.route({ method, url, config: { tool }, handler: async () => `handled ${url}` });
    await app.ready();
    return {
      listener: (req, res) => app.routing(req, res),
      report: () => app.scopePolicy?.report(),
    };
  },
};
async function buildExpress(name, gates) {
  const { default: express } = await import(name);
  const { expressGate } = await import("scope-policy/express");
  const app = express();
  const gate = gates ? expressGate(authorizer, { dangerouslyReportOnly: true }) : undefined;
  for (const [method, url, tool] of ROUTES) {
    const gated = gate === undefined ? [] : [gate(tool)];
    app[method.toLowerCase()](url, ...gated, (_req, res) => res.send(`handled ${url}`));
  }
  return { listener: app, report: () => gate.report() };
}

for (const name of process.argv.slice(2)) {
  events.length = 0;
  const bare = await listen((await BUILD[name](false)).listener);
  let gated;
  const printed = await consoleOf(async () => {
    gated = await BUILD[name](true);
  });
  assert.equal(printed.length, 1, `${name}: one console line at start: ${printed}`);
  const base = await listen(gated.listener);
  let refusals = 0;
  for (const [method, url, tool] of ROUTES)
    for (const token of [undefined, "ann", "forged"]) {
      const [expected, seen] = [
        await call(bare + url, { method, token }),
        await call(base + url, { method, token }),
      ];
      const title = `${name}: ${method} ${url} with ${token}`;
      const wouldBe = await authorizer.decide(token, tool);
      if (!wouldBe.decision.allowed) refusals += 1;
      if (tool === "delete_all") assert.equal(seen.status, 403, title);
      else {
        assert.deepEqual([seen.status, seen.text], [expected.status, expected.text], title);
        assert.equal(seen.headers.get("www-authenticate"), null, title);
      }
    }
  const report = gated.report();
  const text = JSON.stringify(report);
  for (const word of ["set_settings", "insufficient_scope", "unauthenticated", "invalid_token"])
    assert.ok(text.includes(word), `${name}: the report counts ${word}: ${text}`);
  const unenforced = events.filter(({ enforced }) => enforced === false);
  assert.ok(refusals >= 8 && unenforced.length >= refusals - 3, `${name}: ${unenforced.length}`);
}
close();
