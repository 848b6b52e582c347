import { createServer, METHODS } from "node:http";
import express5 from "express";
import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import { send } from "../contract/wire.js";
import { MISSING, SHADOWED } from "./cover-rows.js";
import { createGate, findingsOf, gateOf, type Kit, ok, params, VERSIONS } from "./kit.js";

describe.each(VERSIONS)("assertCovers with Express $version", ({ version, make }) => {
  const check = (mount: (kit: Kit) => void): readonly string[] => {
    const app = make();
    const gate = createGate();
    const route: Kit["route"] = (path, mergeParams = false) =>
      make.Router({ mergeParams }).get(path, ok);
    const nest: Kit["nest"] = (path, inner, mergeParams = false) =>
      make.Router({ mergeParams }).use(path, inner);
    mount({ app, gate, make, route, nest });
    return findingsOf(() => gate.assertCovers(app));
  };

  it.each([...SHADOWED, ...MISSING])("checks the parameters of %s", (_title, mount, findings) => {
    expect(check(mount)).toEqual(findings);
  });

  it("checks the parameters of patterns", () => {
    const patterns =
      version === 4
        ? ["/a/:accountID?", "/b/:accountID*", "/c/:accountID(.+?)"]
        : ["/a{/:accountID}", "/b/*accountID", '/c/:"accountID"'];
    expect(
      check(({ app, gate, route }) => {
        app.use("/accounts/:accountID", gate("account"), ...patterns.map((path) => route(path)));
      }),
    ).toEqual(patterns.map((path) => `shadowed_param GET /accounts/:accountID${path}`));
  });

  it("checks whether `use` and a route get the same value from a pattern", async () => {
    const [other, ...same] =
      version === 4
        ? ["/a/:accountID(.+?)", "/b/:accountID?", "/c/:accountID(\\w+)", "/d/:accountID*"]
        : ["/a{/:p}{/h/i}/:accountID", "/b{/:accountID}", "/c/:accountID", "/d/:x{/:accountID}"];
    expect(
      check(({ app, gate }) => {
        for (const path of [other, ...same] as string[]) {
          app.use(path, gate("account"));
          app.get(path, ok);
        }
      }),
    ).toEqual([`shadowed_param GET ${other}`]);

    const seen: unknown[] = [];
    const app = make();
    app.use(other, (req, _res, next) => {
      seen.push(req.params["accountID"]);
      next();
    });
    app.get(other, (req, res) => {
      seen.push(req.params["accountID"]);
      res.send("ok");
    });
    const running = await listen(createServer(app));
    await send(running.port, { method: "GET", path: "/a/h/i/v" });
    await running.close();
    expect(new Set(seen).size).toBe(2);
  });

  it("reports each finding with a remedy", () => {
    const app = make();
    const gate = createGate();
    app.use("/:a/:b", gate("both"), make.Router().get("/:b/:a", ok));
    app.use("/none", gate("both"), make.Router().get("/", ok));
    expect(() => gate.assertCovers(app)).toThrow(
      [
        "2 findings in the app",
        "  GET /:a/:b/:b/:a: the path binds `a`, `b` again below the gate: put a gate on the route, or rename the parameter",
        "  /none: the path at the gate has no parameter `a`, `b`: put the gate on the route, give it `params`, or set `mergeParams`",
      ].join("\n"),
    );
  });

  describe("checks the parameters of an endpoint", () => {
    const endpoint = "GET /accounts/{accountID}/users/{userID}";
    const gate = expressGate(
      createAuthorizer({
        policy: loadPolicy({
          name: "Users",
          version: "1",
          scopes: { "/accounts/{accountID}/read": {} },
          endpoints: { [endpoint]: "/accounts/{accountID}/read" },
        }),
        verify: () => undefined,
      }),
    );
    const merged = (path: string, inner: express5.Router) =>
      make.Router({ mergeParams: true }).use(path, inner);
    const last = (path: string) =>
      make.Router({ mergeParams: true }).get(path, gate.endpoint(), ok);

    it.each<[title: string, path: string, inner: express5.Router, isServed: boolean]>([
      ["with the policy's names", "/accounts/:accountID", last("/users/:userID"), true],
      ["with other names", "/accounts/:x", last("/users/:y"), true],
      [
        "with a router for each parameter",
        "/accounts/:accountID",
        merged("/users/:userID", last("/")),
        true,
      ],
      ["with a duplicate name that decides nothing", "/accounts/:x", last("/users/:x"), true],
      ["with a duplicate name", "/accounts/:accountID", last("/users/:accountID"), false],
      [
        "with a duplicate name in a mount path",
        "/accounts/:accountID",
        merged("/users/:accountID", last("/")),
        false,
      ],
      ["with swapped names", "/accounts/:userID", last("/users/:accountID"), false],
    ])("%s", (_title, path, inner, isServed) => {
      const app = make();
      app.use(path, inner);
      const findings = findingsOf(() => gate.assertCovers(app));
      expect(findings.map((finding) => finding.split(" ")[0])).toEqual(
        isServed ? [] : ["hidden_endpoint", "unknown_endpoint"],
      );
    });
  });

  it.each(["get", "post"])(
    "reports %s alone on a route whose other methods all have a gate",
    (gated) => {
      const gate = createGate();
      const app = make();
      const route = app.route("/x") as unknown as Record<string, (...given: unknown[]) => void>;
      const methods = METHODS.map((name) => name.toLowerCase()).filter((name) => name in route);
      for (const name of methods) {
        if (name !== gated) route[name]?.(gate("plain"), ok);
      }
      route[gated]?.(ok);
      expect(methods.length).toBeGreaterThan(25);
      expect(findingsOf(() => gate.assertCovers(app))).toEqual([
        `unmapped_route ${gated.toUpperCase()} /x`,
      ]);
    },
  );

  it("takes no gate at an expression for one of a route with the same, which matches more paths", () => {
    const paths = version === 4 ? [/^\/x/, "/a|/b"] : [/^\/x/];
    for (const path of paths) {
      const found = check(({ app, gate }) => app.use(path, gate("plain")).get(path, ok));
      expect(found).toEqual([`unmapped_route GET ${String(path)}`]);
    }
  });

  it("reports the arguments of cases that the gate of an endpoint does not read", () => {
    const gate = gateOf({
      scopes: { read: {}, write: { implies: ["read"] } },
      endpoints: {
        "POST /query": {
          cases: [{ when: { mode: "explain", level: "low" }, scope: "read" }],
          otherwise: "write",
        },
      },
    });
    const check = (options?: { readonly params: typeof params }) => {
      const app = make();
      app.post("/query", gate.endpoint(options), ok);
      gate.assertCovers(app);
    };
    expect(() => check()).toThrow(
      "1 finding in the app\n  POST /query: the path at the gate has no parameter `mode`, `level`: ",
    );
    expect(() => check({ params })).not.toThrow();
  });

  it("assumes that a router alone inherits any parameter", () => {
    const gate = createGate();
    const router = make.Router({ mergeParams: true });
    router.use(gate("account"));
    router.get("/profile", ok);
    router.get("/linked/:accountID", ok);
    expect(findingsOf(() => gate.assertCovers(router))).toEqual([
      "shadowed_param GET /linked/:accountID",
    ]);
  });
});

it("assertCovers treats a path that a router of Express 5 does not expose as one that binds every parameter", () => {
  const app = express5();
  const gate = createGate();
  app.use(gate("account", { params }));
  app.use("/v1", express5.Router().get("/me", ok));
  app.use("/v2", gate("account"));
  app.get("/me", ok);
  const { stack } = app.router as unknown as { stack: Record<string, unknown>[] };
  for (const layer of stack) delete layer["rawPath"];
  expect(findingsOf(() => gate.assertCovers(app))).toEqual(["shadowed_param GET /…/me"]);
});

it("names only known parameters below routers that do not expose their paths, as those of router 2.0 to 2.2", () => {
  const gate = createGate();
  const app = express5();
  const outer = express5.Router({ mergeParams: true });
  const inner = express5.Router({ mergeParams: true }).get("/", ok);
  app.use("/accounts/:accountID", outer);
  outer.use(gate("account", { params })).use("/linked/:accountID", inner);
  for (const { stack } of [app.router, outer] as unknown as { stack: Record<string, unknown>[] }[])
    for (const layer of stack) delete layer["rawPath"];
  expect(() => gate.assertCovers(app)).toThrow(
    "1 finding in the app\n  GET /…/…/: the path binds `accountID` again below the gate: ",
  );
});
