// Network cases about the position of a gate in an application.
import express, { Router } from "express";
import Fastify from "fastify";
import { expressGate } from "scope-policy/express";
import { scopePolicy } from "scope-policy/fastify";
import type { CaseAuthorizer } from "./authorizer.js";
import { authorizerOfCase, type Context, tokenOf } from "./context.js";
import type { Fixture } from "./fixtures-verify.js";
import { type Host, listen } from "./host.js";
import { startExpress } from "./host-express.js";
import { listenFastify, startFastify } from "./host-fastify.js";
import { sendRaw } from "./raw-http.js";
import type { Result } from "./result.js";
import { resultOf } from "./servers.js";

type Asker = (target: string, scope?: string) => Promise<Result>;

async function withHost(
  context: Context,
  door: CaseAuthorizer,
  host: Host,
  use: (get: Asker) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(async (target, scope = "courses:read") => {
      const token = tokenOf(context, door, { scope }) ?? "";
      host.handled.length = 0;
      const headers = [["authorization", `Bearer ${token}`]] as const;
      const response = await sendRaw(host.port, { method: "GET", target, headers });
      return resultOf(response, host.handled);
    });
  } finally {
    await host.close();
  }
}

const isAllowed = ({ outcomes }: Result) => outcomes.includes("allow");

/** A mounted router sees the path without its mount path; the gate must not take that for the path of the request. */
const mountedRouter: Fixture = async (context) => {
  const door = authorizerOfCase(context, false);
  const gate = expressGate(door.authorizer);
  const handled: string[] = [];
  const handler: express.RequestHandler = (req, res) => {
    handled.push(req.originalUrl);
    res.json({});
  };
  const inRouter = Router();
  inRouter.use(gate.endpoint());
  inRouter.get("/admin", handler);
  inRouter.get("/courses", handler);
  const onRoutes = Router();
  onRoutes.get("/admin", gate.endpoint(), handler);
  onRoutes.get("/courses", gate.endpoint(), handler);
  const app = express();
  app.set("env", "test");
  app.use("/v1", inRouter);
  app.use("/v2", onRoutes);
  app.use("/", Router().get("/courses", gate.endpoint(), handler));
  const host = await listen(app, handled);
  return withHost(context, door, host, async (get) => {
    const faults: string[] = [];
    for (const target of ["/v2/admin", "/v1/courses", "/v2/courses"]) {
      if (isAllowed(await get(target))) faults.push(`\`${target}\` was let in`);
    }
    if (!isAllowed(await get("/courses"))) faults.push("`/courses` was refused");
    return { ...(await get("/v1/admin")), faults };
  });
};

/** A plugin that is registered inside another one must not silently leave the sibling routes open. */
const encapsulated: Fixture = async (context) => {
  const door = authorizerOfCase(context, false);
  const handled: string[] = [];
  const app = Fastify();
  app.register(
    async (inner) => {
      await inner.register(scopePolicy, { authorizer: door.authorizer, strict: true });
      inner.get("/courses", { config: { endpoint: true } }, async () => handled.push("courses"));
    },
    { prefix: "/x" },
  );
  app.get("/admin", async () => handled.push("admin"));
  let host: Host;
  try {
    host = await listenFastify(app, handled);
  } catch (error) {
    await app.close();
    const detail = `refuses to start: ${String(error)}`;
    return { outcomes: ["deny"], detail };
  }
  return withHost(context, door, host, (get) => get("/admin"));
};

/** The router decodes escapes that the request target still contains. */
const escapedTarget: Fixture = async (context) => {
  const door = authorizerOfCase(context, false);
  return withHost(context, door, await startFastify(door, [], {}), async (get) => {
    const faults: string[] = [];
    if (!isAllowed(await get("/courses"))) faults.push("`/courses` was refused");
    return { ...(await get("/%61dmin")), faults };
  });
};

/** The document must not contain host names from the request. */
const metadataHost: Fixture = async (context) => {
  const door = authorizerOfCase(context, false);
  const hosts = [
    await startExpress(door, [], 5),
    await startExpress(door, [], 4),
    await startFastify(door, [], {}),
  ];
  const outputs: string[] = [];
  const faults: string[] = [];
  const target = new URL(door.authorizer.metadata()?.url ?? "").pathname;
  for (const host of hosts) {
    const headers = [
      ["host", "evil.example"],
      ["x-forwarded-host", "evil.example"],
      ["x-forwarded-proto", "http"],
      ["forwarded", "host=evil.example"],
    ] as const;
    const { status, body } = await sendRaw(host.port, { method: "GET", target, headers });
    await host.close();
    outputs.push(body);
    if (status !== 200) faults.push(`status ${status}`);
    if (body !== JSON.stringify(door.authorizer.metadata()?.document)) faults.push(body);
  }
  return { outcomes: ["allow"], detail: "served", output: outputs.join("\n"), faults };
};

export const HTTP_FIXTURES: readonly (readonly [id: string, fixture: Fixture])[] = [
  ["PATH-074", mountedRouter],
  ["PATH-075", encapsulated],
  ["PATH-076", escapedTarget],
  ["DISCOVERY-012", metadataHost],
];
