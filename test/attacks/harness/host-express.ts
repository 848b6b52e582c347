import { createRequire } from "node:module";
import express, { type Express } from "express";
import { expressGate } from "scope-policy/express";
import type { CaseAuthorizer } from "./authorizer.js";
import { argumentsOf, type Host, listen, routesOf, toolPath } from "./host.js";

/** Starts an Express application with every endpoint and tool of a policy behind its gate. */
export async function startExpress(
  door: CaseAuthorizer,
  tools: readonly string[],
  version: 4 | 5,
): Promise<Host> {
  const handled: string[] = [];
  const gate = expressGate(door.authorizer);
  const make = version === 4 ? loadExpress4() : express;
  const app: Express = make();
  app.set("env", "test"); // otherwise every malformed path is logged
  app.use(gate.metadata());
  const answer =
    (name: string): express.RequestHandler =>
    (_req, res) => {
      handled.push(name);
      res.json({ handled: name });
    };
  for (const { name, method, path } of routesOf(door)) {
    app[method](path, gate.endpoint(), answer(name));
  }
  for (const name of tools) {
    const params = (req: express.Request): unknown => argumentsOf(req.originalUrl);
    app.post(toolPath(name), gate(name, { params }), answer(name));
  }
  return listen(app, handled);
}

/** Loads Express 4, which is installed under another name and without types. */
function loadExpress4(): typeof express {
  return createRequire(import.meta.url)("express4") as typeof express;
}
