import { createServer } from "node:http";
import { runInThisContext } from "node:vm";
import type { RequestHandler } from "express";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import { send } from "../contract/wire.js";
import { createGate, findingsOf, gateOf, ok, params, VERSIONS } from "./kit.js";

describe.each(VERSIONS)(
  "assertCovers with applications in an application of Express $version",
  ({ version, make }) => {
    it("checks their routes and endpoints, without running a function", () => {
      const gate = gateOf({
        scopes: { read: {} },
        tools: { plain: "read" },
        endpoints: { "GET /admin/users/{id}": "read", "GET /admin/logs/deep/x": "read" },
      });
      const ran: string[] = [];
      const sub = make();
      sub.use((_req, _res, next) => {
        ran.push("middleware");
        next();
      });
      sub.get("/users/:id", gate.endpoint(), ok);
      sub.get("/open", ok);
      const deep = make();
      deep.get("/deep/x", gate.endpoint(), ok);
      deep.get("/open", ok);
      sub.use("/logs", deep);
      sub.use((error: unknown, _req: unknown, _res: unknown, next: (error: unknown) => void) => {
        ran.push("error handler");
        next(error);
      });
      const app = make();
      app.use("/admin", sub);
      // a router takes an application without a function around it
      app.use("/routed", make.Router().use("/sub", sub));
      app.use("/gated", gate("plain"), sub);
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "unmapped_route GET /admin/open",
        "unmapped_route GET /admin/logs/open",
        "unmapped_route GET /routed/sub/open",
        "unmapped_route GET /routed/sub/logs/open",
      ]);
      expect(ran).toEqual([]);
    });

    it("checks the parameters below a gate", () => {
      const gate = createGate();
      const sub = make();
      sub.get("/linked/:accountID", ok);
      sub.get("/profile", ok);
      sub.use(gate("account"));
      const app = make();
      app.use("/accounts/:accountID", gate("account"), sub);
      app.use("/any", gate("account", { params }), sub);
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "shadowed_param GET /accounts/:accountID/linked/:accountID",
        "missing_param /accounts/:accountID",
        "shadowed_param GET /any/linked/:accountID",
        "missing_param /any",
      ]);
    });

    it("reports one that cannot be read, is mounted in itself, or is not one of Express", () => {
      const gate = createGate();
      const app = make();
      const router = make.Router();
      router.use("/again", router);
      app.use("/cycle", router.get("/open", ok));
      const throws = () => {
        throw new Error("no request");
      };
      app.use("/handle", Object.assign(make(), { handle: throws }));
      const own = make();
      app.use("/prototypes", own);
      Object.assign(own, { request: {}, response: {} });
      let ran = 0;
      app.use("/other", function mounted_app(_req, res) {
        ran += 1;
        res.end();
      });
      const shared = make();
      shared.get("/open", ok);
      app.use("/shared", shared);
      shared.request = app.request;
      const unread = version === 4 ? ["opaque_app /empty"] : [];
      app.use("/empty", make());
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "opaque_app /cycle/again",
        "unmapped_route GET /cycle/open",
        "opaque_app /handle",
        "opaque_app /prototypes",
        "opaque_app /other",
        "opaque_app /shared",
        ...unread,
      ]);
      expect(ran).toBe(0);
    });

    it("runs no function that only contains the text of Express", () => {
      const gate = createGate();
      const ran: string[] = [];
      const handle = runInThisContext(`(ran) => function handle(req, res, next) {
        ran.push("handle");
        function mounted_app(req, res, next) { var orig = req.app; orig.handle(req, res, next); }
        mounted_app(req, res, next);
      }`) as (ran: string[]) => RequestHandler;
      const app = make();
      app.use("/own", handle(ran));
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([]);
      expect(ran).toEqual([]);
    });

    it("reports one that is mounted in itself at its top, and finds its endpoints", () => {
      const gate = gateOf({ scopes: { read: {} }, endpoints: { "GET /jobs": "read" } });
      const app = make();
      app.use(make.Router().use(app)).get("/jobs", gate.endpoint(), ok).get("/open", ok);
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        "opaque_app /",
        "unmapped_route GET /open",
      ]);
    });

    it("leaves the mounted application as it was", async () => {
      const policy = loadPolicy({
        name: "Small",
        version: "1",
        scopes: { read: {} },
        endpoints: { "GET /admin/users/{id}": "read" },
      });
      const gate = expressGate(createAuthorizer({ policy, verify: () => ({ scope: "read" }) }));
      const app = make();
      const sub = make();
      sub.get("/users/:id", gate.endpoint(), (req, res) => void res.json(req.app === sub));
      app.use("/admin", sub);
      app.get("/after", gate.public(), (req, res) => void res.json(req.app === app));
      gate.assertCovers(app);
      const running = await listen(createServer(app));
      const bodyOf = async (path: string) => {
        const headers = ["Authorization: Bearer x"];
        return (await send(running.port, { method: "GET", path, headers })).body;
      };
      const bodies = [
        await bodyOf("/admin/users/1"),
        await bodyOf("/after"),
        await bodyOf("/admin/users/1"),
      ];
      await running.close();
      expect(bodies).toEqual(["true", "true", "true"]);
    });
  },
);

describe.each(VERSIONS)("the metadata document with Express $version", ({ make }) => {
  const policy = loadPolicy({
    name: "Small",
    version: "1",
    scopes: { read: {} },
    tools: { plain: "read" },
  });
  const resource = "https://api.example.com/api/v1";
  const authorizer = createAuthorizer({ policy, verify: () => undefined, resource });
  const gate = expressGate(authorizer);

  it("is served at the path that challenges point to, for a resource below a prefix", async () => {
    const app = make();
    app.use(gate.metadata());
    app.use("/api/v1", make.Router().get("/x", gate("plain"), ok));
    gate.assertCovers(app);
    const running = await listen(createServer(app));
    const get = (path: string) => send(running.port, { method: "GET", path, headers: [] });
    const challenge = (await get("/api/v1/x")).headers.get("www-authenticate");
    const url = /resource_metadata="([^"]+)"/.exec(String(challenge))?.[1] ?? "";
    const { status, body } = await get(new URL(url).pathname);
    await running.close();
    expect(url).toBe("https://api.example.com/.well-known/oauth-protected-resource/api/v1");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ resource });
  });

  it("is a finding below a prefix, where its requests do not get", () => {
    const app = make();
    app.use("/api", gate.metadata());
    app.use("/api/v1", make.Router().use(gate.metadata()));
    app.use("/.well-known", gate.metadata());
    app.use(make.Router().use(gate.metadata()));
    app.use(["/x", "/y"], gate.metadata());
    expect(findingsOf(() => gate.assertCovers(app)).slice(0, 2)).toEqual([
      "unreachable_metadata /api",
      "unreachable_metadata /api/v1",
    ]);
    const router = make.Router().use(gate.metadata());
    expect(findingsOf(() => gate.assertCovers(router))).toEqual([]);
    expect(findingsOf(() => gate.assertCovers(router, { under: "/api/v1" }))).toEqual([
      "unreachable_metadata /api/v1",
    ]);
  });

  it("does not count as a gate of the routes after it", () => {
    const app = make();
    app.use(gate.metadata());
    app.get("/open", ok);
    expect(findingsOf(() => gate.assertCovers(app))).toEqual(["unmapped_route GET /open"]);
  });
});
