// Laws of endpoints of HEAD beside their GET.

import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { drawCase, drawGoodCase, drawRequest } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import type { Definition, Rule } from "./model.js";
import { modelDecideRequest } from "./model-surfaces.js";
import { dataOf, decide, load, tokenOf } from "./observe.js";

describe("endpoints of HEAD beside their GET", { timeout: 300_000 }, () => {
  /** Adds an endpoint of HEAD beside some of GET, with texts of its own, before or after it. */
  function withHeads(draw: Draw, definition: Definition): Definition {
    const titledRule = (rule: Rule): Rule =>
      draw.chance(50)
        ? rule
        : { ...(typeof rule === "string" ? { scope: rule } : rule), hidden: true };
    const endpoints = Object.entries(definition.endpoints ?? {}).flatMap((entry) => {
      const [name, rule] = entry;
      if (!name.startsWith("GET ") || draw.chance(30)) return [entry];
      const head = [name.replace("GET", "HEAD"), titledRule(rule)] as const;
      return draw.chance(50) ? [head, entry] : [entry, head];
    });
    return { ...definition, endpoints: Object.fromEntries(endpoints) };
  }

  it("change no decision on a request, and a request of HEAD has the decision of GET", () => {
    const allowed = tally("an allowed request of HEAD", 21);
    law(
      (draw) => {
        const one = drawCase(draw, { closed: true });
        const request = drawRequest(draw, one.definition);
        return { ...one, request, heads: withHeads(draw, one.definition) };
      },
      ({ definition, heads, token, request }) => {
        const of = (policy: Definition, method: string) =>
          dataOf(load(policy).decideRequest(token as never, { ...request, method } as never));
        for (const method of ["GET", "POST", "DELETE", "PATCH"]) {
          expect(of(heads, method)).toEqual(of(definition, method));
        }
        expect(of(heads, "HEAD")).toEqual(of(definition, "GET"));
        const model = modelDecideRequest(heads, token, { ...request, method: "HEAD" });
        expect(of(heads, "HEAD").code).toBe(model.code);
        if (model.allowed) allowed.count += 1;
        return heads.endpoints !== undefined && model.code !== "unknown_operation";
      },
      100,
      400,
      [allowed],
    );
  });

  it("have the decision of their GET by name", () => {
    law(
      (draw) => {
        const one = drawGoodCase(draw, { closed: true });
        return { ...one, heads: withHeads(draw, one.definition) };
      },
      ({ heads, held, facts, params }) => {
        const token = tokenOf(held, facts);
        const names = Object.keys(heads.endpoints ?? {}).filter((name) => name.startsWith("HEAD "));
        for (const name of names) {
          expect(decide(heads, token, name, params)).toEqual(
            decide(heads, token, name.replace("HEAD", "GET"), params),
          );
        }
        return names.some((name) => decide(heads, token, name, params).allowed);
      },
      100,
      400,
    );
  });
});
