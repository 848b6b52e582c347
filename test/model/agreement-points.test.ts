// The library and the naive model, in each rule and branch of a decision: random calls meet each often enough.

import { describe, expect, it } from "vitest";
import { countIn, tally } from "../often.js";
import { assertCounted } from "./counted.js";
import { expectSame } from "./expect-same.js";
import { modelDecide, modelOperation } from "./model.js";
import { modelDecideRequest, modelEndpoints } from "./model-surfaces.js";
import { CODES, load } from "./observe.js";
import {
  ALLOWED,
  branchOf,
  DENIED,
  drawCalls,
  drawRequests,
  pointsOf,
  REQUESTS,
} from "./points.js";

describe("the library and the naive model", { timeout: 300_000 }, () => {
  it("return the same decision in each rule and branch", () => {
    const codes = new Map(CODES.map((code) => [code, tally(`code ${code}`, 100)]));
    const names = [
      ...Object.keys(ALLOWED).map((point) => `allowed ${point}`),
      ...Object.keys(DENIED).map((point) => `denied ${point}`),
    ];
    const points = new Map(names.map((point) => [point, tally(point, 100)]));
    const share = { allowed: 0, all: 0 };
    assertCounted(
      [...codes.values(), ...points.values()],
      200,
      drawCalls,
      ({ definition, calls }) => {
        const policy = load(definition);
        for (const { name, token, params } of calls) {
          const model = modelDecide(definition, token, name, params);
          expectSame(policy.decideUntrusted(token, name, params), model);
          countIn(codes, model.code);
          share.all += 1;
          if (model.allowed) share.allowed += 1;
          const { rules = [], alternatives = [] } = modelOperation(definition, name, params) ?? {};
          const branch = branchOf(definition, name, params);
          const call = { name, token, params, model, rules, alternatives, branch };
          for (const point of pointsOf(definition, call)) countIn(points, point);
        }
      },
    );
    console.log(`allowed: ${share.allowed} of ${share.all} decisions`);
    expect(share.allowed / share.all).toBeGreaterThan(0.15);
  });

  it("return the same decision for requests of each type of endpoint", () => {
    const kinds = ["allowed", "denied"].flatMap((kind) =>
      Object.keys(REQUESTS).map((type) => `${kind} at ${type}`),
    );
    const points = new Map(kinds.map((point) => [point, tally(point, 100)]));
    const share = { allowed: 0, all: 0 };
    assertCounted([...points.values()], 200, drawRequests, ({ definition, calls }) => {
      const policy = load(definition);
      for (const { request, token } of calls) {
        const model = modelDecideRequest(definition, token, request);
        expectSame(policy.decideRequest(token as never, request as never), model);
        share.all += 1;
        if (model.allowed) share.allowed += 1;
        const [key] = modelEndpoints(definition, request);
        if (key === undefined || model.code === "unknown_operation") continue;
        for (const [type, isMet] of Object.entries(REQUESTS)) {
          const kind = model.allowed ? "allowed" : "denied";
          if (isMet(key, request.method)) countIn(points, `${kind} at ${type}`);
        }
      }
    });
    console.log(`allowed: ${share.allowed} of ${share.all} decisions on requests`);
    expect(share.allowed / share.all).toBeGreaterThan(0.15);
  });
});
