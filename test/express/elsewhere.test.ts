import type { Express } from "express";
import { describe, expect, it } from "vitest";
import { createGate, findingsOf, type Gate, ok, params, VERSIONS } from "./kit.js";

describe.each(VERSIONS)("`gate.elsewhere` with Express $version", ({ make }) => {
  const check = (mount: (app: Express, gate: Gate) => void) => {
    const app = make();
    const gate = createGate();
    mount(app, gate);
    return findingsOf(() => gate.assertCovers(app));
  };

  it("covers its route, also beside a gate of another authorizer", () => {
    expect(
      check((app, gate) => {
        app.get("/route", gate.elsewhere("sessions"), ok);
        app.all("/all", gate.elsewhere("sessions"), ok);
        app.get("/theirs", createGate().elsewhere("theirs"), ok);
        app.get("/both", createGate()("plain"), gate.elsewhere("sessions"), ok);
        app.get("/open", ok);
      }),
    ).toEqual(["unmapped_route GET /open"]);
  });

  it("covers a route only before its first handler", () => {
    expect(check((app, gate) => app.get("/late", ok, gate.elsewhere("sessions"), ok))).toEqual([
      "late_gate GET /late",
    ]);
  });

  it("covers the routes below its path, as far as it is a mark of the same authorizer", () => {
    expect(
      check((app, gate) => {
        const inner = () => make.Router().use("/b", make.Router().get("/:accountID", ok));
        app.use("/old", gate.elsewhere("sessions"), inner());
        app.use("/theirs", createGate().elsewhere("theirs"), inner());
        const own = make.Router();
        own.use(gate.elsewhere("sessions"));
        own.get("/x", ok);
        app.use("/own", own);
      }),
    ).toEqual(["unmapped_route GET /theirs/b/:accountID"]);
  });

  it("decides on no parameter, and keeps the decision of a gate above", () => {
    expect(
      check((app, gate) => {
        app.use(
          "/old/:accountID",
          gate.elsewhere("sessions"),
          make.Router().get("/:accountID", ok),
        );
        const inner = make.Router();
        inner.use(gate.elsewhere("sessions"));
        inner.get("/:accountID", ok);
        app.use("/new", gate("account", { params }), inner);
      }),
    ).toEqual(["shadowed_param GET /new/:accountID"]);
  });
});
