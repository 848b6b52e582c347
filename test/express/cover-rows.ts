import type { Router } from "express";
import { type Kit, ok, params } from "./kit.js";

export type Row = readonly [
  title: string,
  mount: (kit: Kit) => void,
  findings: readonly string[] | Readonly<Record<number, readonly string[]>>,
];

export const SHADOWED: readonly Row[] = [
  [
    "a nested route, without `mergeParams`",
    ({ app, gate, route }) => {
      app.use("/accounts/:accountID", gate("account"), route("/linked/:accountID"));
    },
    ["shadowed_param GET /accounts/:accountID/linked/:accountID"],
  ],
  [
    "a nested route, with `mergeParams`",
    ({ app, gate, route }) => {
      app.use("/accounts/:accountID", gate("account"), route("/linked/:accountID", true));
    },
    ["shadowed_param GET /accounts/:accountID/linked/:accountID"],
  ],
  [
    "routes that bind no parameter again",
    ({ app, gate, route }) => {
      app.use("/accounts/:accountID", gate("account"), route("/linked/:linkedID", true));
      app.use("/accounts/:accountID", route("/", true));
    },
    [],
  ],
  [
    "a router between the gate and the route",
    ({ app, gate, nest, route }) => {
      const linked = nest("/linked/:accountID", route("/profile", true), true);
      app.use("/accounts/:accountID", gate("account"), linked);
    },
    ["shadowed_param GET /accounts/:accountID/linked/:accountID/profile"],
  ],
  [
    "a route below a router that is mounted without parameters",
    ({ app, gate, nest, route }) => {
      app.use("/accounts/:accountID", gate("account"), nest("/x", route("/:accountID")));
    },
    ["shadowed_param GET /accounts/:accountID/x/:accountID"],
  ],
  [
    "every method of a route",
    ({ app, gate, make }) => {
      const inner = make.Router();
      inner.route("/:accountID").get(ok).put(ok);
      inner.all("/all/:accountID", ok);
      inner.route("/each/:accountID").all(ok);
      app.use("/accounts/:accountID", gate("account"), inner);
    },
    [
      "shadowed_param GET /accounts/:accountID/:accountID",
      "shadowed_param PUT /accounts/:accountID/:accountID",
      "shadowed_param ALL /accounts/:accountID/all/:accountID",
      "shadowed_param ALL /accounts/:accountID/each/:accountID",
    ],
  ],
  [
    "paths in a list, and expressions with named groups",
    ({ app, gate, route }) => {
      const gated = (inner: Router) => app.use("/accounts/:accountID", gate("account"), inner);
      gated(route(["/x", "/y/:accountID"]));
      gated(route(/^\/z\/(?<accountID>\w+)$/));
      gated(route(/^\/z\/(\w+)(?<!accountID)(?=>accountID)$/));
    },
    [
      "shadowed_param GET /accounts/:accountID[/x, /y/:accountID]",
      "shadowed_param GET /accounts/:accountID/^\\/z\\/(?<accountID>\\w+)$/",
    ],
  ],
  [
    "one of several parameters, or all of them",
    ({ app, gate, route }) => {
      app.use("/:a/:b", gate("both"), route("/:b"));
      app.use("/:a/users/:b", gate("both"), route("/:b/:a"));
    },
    ["shadowed_param GET /:a/:b/:b", "shadowed_param GET /:a/users/:b/:b/:a"],
  ],
  [
    "a route at the place of the gate",
    ({ app, gate }) => {
      app.use("/x/:accountID", gate("account"));
      app.get("/x/:accountID", ok);
    },
    [],
  ],
  [
    "a route at the place of the gate, with swapped names",
    ({ app, gate }) => {
      app.use("/:a/:b", gate("both"));
      app.get("/:b/:a", ok);
    },
    ["unmapped_route GET /:b/:a"],
  ],
  [
    "a route that has a gate or a mark of its own",
    ({ app, gate, make }) => {
      const inner = make.Router();
      inner.get("/:accountID", gate("account"), ok);
      inner.get("/open/:accountID", gate.public(), ok);
      app.use("/accounts/:accountID", gate("account"), inner);
    },
    [],
  ],
  [
    "a router whose own gate decides on the parameter again",
    ({ app, gate, make, nest }) => {
      const inner = make.Router({ mergeParams: true });
      inner.use(gate("account"));
      inner.get("/profile", ok);
      app.use("/accounts/:accountID", gate("account"), nest("/linked/:accountID", inner));
      const beside = make.Router();
      beside.use("/linked/:accountID", gate("account"));
      beside.get("/linked/:accountID", ok);
      app.use("/accounts/:accountID", gate("account"), beside);
    },
    [],
  ],
  [
    "a router whose own gate decides on another parameter",
    ({ app, gate, make, nest }) => {
      const inner = make.Router({ mergeParams: true });
      inner.use(gate("plain"));
      inner.get("/profile", ok);
      app.use("/accounts/:accountID", gate("account"), nest("/linked/:accountID", inner));
    },
    ["shadowed_param GET /accounts/:accountID/linked/:accountID/profile"],
  ],
  [
    "a gate above everything with `params` that reads the parameter elsewhere",
    ({ app, gate, route }) => {
      app.use(gate("account", { params }));
      app.get("/accounts/:accountID", ok);
      app.use("/v1", route("/me"));
    },
    ["shadowed_param GET /accounts/:accountID"],
  ],
  [
    "a parameter of the gate's path that `params` may have read",
    ({ app, gate, route }) => {
      app.use("/accounts/:id", gate("account", { params }), route("/linked/:id"));
      app.use("/plain/:id", gate("plain", { params }), route("/linked/:id"));
    },
    ["shadowed_param GET /accounts/:id/linked/:id"],
  ],
  [
    "a parameter of the gate's path that `params` may have read, with a function given to `param`",
    ({ app, gate, route }) => {
      app.param("id", (_req, _res, next) => next());
      app.use("/accounts/:id", gate("account", { params }), route("/linked/:id"));
    },
    ["shadowed_param GET /accounts/:id/linked/:id"],
  ],
  [
    "an unreadable application below a gate that decides on a parameter",
    ({ app, gate, make }) => {
      const unreadable = () => Object.assign(make(), { handle: ok });
      app.use("/accounts/:accountID", gate("account"), unreadable());
      app.use("/plain", gate("plain"), unreadable());
    },
    ["opaque_app /accounts/:accountID"],
  ],
];

export const MISSING: readonly Row[] = [
  [
    "a gate above the route that has the parameter",
    ({ app, gate, route }) => {
      app.use("/accounts", gate("account"), route("/x"));
      app.use(gate("both"));
    },
    ["missing_param /accounts", "missing_param /"],
  ],
  [
    "a gate whose path has the parameter under another name",
    ({ app, gate, route }) => {
      app.use("/accounts/:id", gate("account"), route("/x"));
      app.get("/route/:id", gate("account"), ok);
      app.get("/of/:accountID", gate("account"), ok);
    },
    ["missing_param /accounts/:id", "missing_param GET /route/:id"],
  ],
  [
    "a gate in a router without `mergeParams`",
    ({ app, gate, make }) => {
      for (const mergeParams of [false, true]) {
        const inner = make.Router({ mergeParams });
        inner.use(gate("account"));
        inner.get("/profile", gate("account"), ok);
        app.use(`/${mergeParams}/:accountID`, inner);
      }
    },
    ["missing_param /false/:accountID", "missing_param GET /false/:accountID/profile"],
  ],
  [
    "a gate two routers below, the first of them without `mergeParams`",
    ({ app, gate, make, nest }) => {
      for (const mergeParams of [false, true]) {
        const inner = make.Router({ mergeParams: true });
        inner.use(gate("account"));
        app.use(`/${mergeParams}/:accountID`, nest("/x", inner, mergeParams));
      }
    },
    ["missing_param /false/:accountID/x"],
  ],
  [
    "a gate with `params`",
    ({ app, gate, route }) => {
      app.use("/accounts", gate("account", { params }), route("/x"));
      app.get("/route", gate("account", { params }), ok);
    },
    [],
  ],
  [
    "a path whose parameters a function given to `param` may extend",
    ({ app, gate, route }) => {
      app.param("slug", (req, _res, next) => {
        req.params["accountID"] = "acc-1";
        next();
      });
      app.use("/accounts/:slug", gate("account"), route("/x"));
      app.use("/none", gate("account"), route("/x"));
    },
    ["missing_param /none"],
  ],
];
