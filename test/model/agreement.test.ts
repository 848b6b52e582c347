import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countIn, tally } from "../often.js";
import { ENDPOINTS, PATTERNS, TOOLS } from "./arbitrary-policy.js";
import { BAD_TOKENS, drawCase, drawName, drawRequest, drawToken } from "./arbitrary-request.js";
import { type Draw, drawn } from "./draw.js";
import { expectSame } from "./expect-same.js";
import { assertLaw } from "./law.js";
import {
  type ModelDecision,
  modelDecide,
  modelMatch,
  modelOperation,
  modelTokens,
} from "./model.js";
import { knownIn, modelDecideRequest, modelToolsFor } from "./model-surfaces.js";
import { CODES, load } from "./observe.js";

/** Creates a tally for each code of a decision. */
const createCodes = () =>
  new Map<string, ReturnType<typeof tally>>(CODES.map((code) => [code, tally(code, 3)]));

/** Creates a counter for the share of each code in the decisions of one run. */
function createShares() {
  const seen = new Map<string, number>();
  let total = 0;
  return {
    add(code: string): void {
      total += 1;
      seen.set(code, (seen.get(code) ?? 0) + 1);
    },
    share: (code: string): number => (seen.get(code) ?? 0) / Math.max(total, 1),
  };
}

describe("the library and the naive model", { timeout: 300_000 }, () => {
  it("return the same decision for any policy, token, name and parameters", () => {
    const codes = createShares();
    const met = createCodes();
    assertLaw(
      fc.property(
        drawn((draw) => drawCase(draw, { patterns: 30, closed: true })),
        (one) => {
          const { definition, token, name, params } = one;
          const model = modelDecide(definition, token, name, params);
          const policy = load(definition);
          expectSame(policy.decideUntrusted(token, name, params), model);
          expectSame(
            policy.decide(token as never, name as never, params as never),
            modelDecide(definition, token, name, params, true),
          );
          codes.add(model.code);
          countIn(met, model.code);
        },
      ),
      { numRuns: 2000 },
      [...met.values()],
    );
    expect(codes.share("allowed")).toBeGreaterThan(0.1);
  });

  it("return the same decision for a policy that has decided for other tokens before", () => {
    const cases = (draw: Draw) => {
      const { definition } = drawCase(draw, { closed: true });
      const asked = Array.from({ length: 3 }, () => ({
        token: drawToken(draw, definition),
        name: drawName(draw, definition),
      }));
      return { definition, asked };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, asked }) => {
        const policy = load(definition);
        const params = { accountID: "a", platformAccountID: "a", orgID: "a" };
        const models = asked.map(({ token, name }) => modelDecide(definition, token, name, params));
        for (const round of [asked, asked]) {
          for (const [index, { token, name }] of round.entries()) {
            const model = models[index] as ModelDecision;
            expectSame(policy.decideUntrusted(token, name, params), model);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("return the same decision for a token whose scope list has changed since the last decision", () => {
    const cases = (draw: Draw) => {
      const one = drawCase(draw, { closed: true });
      const { definition } = one;
      return { ...one, token: drawToken(draw, definition), later: drawToken(draw, definition) };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, token, later, name, params }) => {
        const policy = load(definition);
        const scope = [token.scope].flat();
        const live = { ...token, scope };
        policy.decideUntrusted(live, name, params);
        scope.splice(0, scope.length, ...[later.scope].flat());
        expectSame(
          policy.decideUntrusted(live, name, params),
          modelDecide(definition, live, name, params),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each(BAD_TOKENS.map((token, index) => ({ index, token })))(
    "both return invalid_token for the invalid token number $index",
    ({ token }) => {
      const definition = {
        name: "Small",
        version: "1",
        scopes: { "courses:read": {}, openid: {} },
        tools: { list_courses: "courses:read", search: { public: true as const } },
      };
      expect(modelTokens(token)).toBeUndefined();
      for (const name of ["list_courses", "search"]) {
        expectSame(load(definition).decideUntrusted(token, name), {
          code: "invalid_token",
          allowed: false,
        });
      }
    },
  );
});

describe("requests by method and path", { timeout: 300_000 }, () => {
  it("get the decision of the model", () => {
    const codes = createShares();
    const met = createCodes();
    const cases = (draw: Draw) => {
      const one = drawCase(draw, { closed: true });
      return { ...one, request: drawRequest(draw, one.definition) };
    };
    assertLaw(
      fc.property(drawn(cases), ({ definition, token, request }) => {
        const model = modelDecideRequest(definition, token, request);
        expectSame(load(definition).decideRequest(token as never, request as never), model);
        codes.add(model.code);
        countIn(met, model.code);
      }),
      { numRuns: 2000 },
      [...met.values()],
    );
    expect(codes.share("allowed")).toBeGreaterThan(0.05);
    expect(codes.share("unknown_operation")).toBeLessThan(0.8);
  });

  it("get the decision of the model for any spelling of a path", () => {
    const definition = {
      name: "Paths",
      version: "1",
      scopes: {},
      endpoints: Object.fromEntries(
        ENDPOINTS.map((key) => [key, { public: true as const }] as const),
      ),
    };
    const policy = load(definition);
    const piece = fc.oneof(
      fc.constantFrom(
        ..."/v1 /projects /mine /Mine /PROJECTS /: /. /.. // / %2F %61 %C3%A9 %c3%a9 %40 %20 %7C %3B é ; | # ? \\ % %C3".split(
          " ",
        ),
      ),
      fc.string({ minLength: 1, maxLength: 2, unit: "binary" }),
      fc.string({ minLength: 1, maxLength: 2, unit: "grapheme" }).map(encodeURIComponent),
    );
    const path = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
    const underKnown = path.map((text) => `/v1/projects/${text}`);
    assertLaw(
      fc.property(fc.oneof(path, underKnown, underKnown), (text) => {
        const request = { method: "GET", path: text };
        expectSame(
          policy.decideRequest(undefined, request),
          modelDecideRequest(definition, undefined, request),
        );
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the list of tools", { timeout: 300_000 }, () => {
  it("has the names and codes of the model", () => {
    const shares = createShares();
    assertLaw(
      fc.property(
        drawn((draw) => drawCase(draw, { closed: true })),
        ({ definition, token }) => {
          const isKnown = knownIn(definition, token);
          const real = load(definition)
            .toolsFor(token as never)
            .map(({ name, decision }) => ({ name, code: decision.code }))
            .filter(isKnown);
          const model = modelToolsFor(definition, token).filter(isKnown);
          expect(real).toEqual(model);
          for (const { name, code } of model) {
            const bound = (modelOperation(definition, name)?.params.length ?? 0) > 0;
            shares.add(bound ? `bound ${code}` : code);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(shares.share("allowed")).toBeGreaterThan(0.1);
    expect(shares.share("bound allowed")).toBeGreaterThan(0);
    expect(shares.share("bound insufficient_scope")).toBeGreaterThan(0);
  });
});

describe("patterns of tool names", { timeout: 300_000 }, () => {
  it("match as the recursive definition does", () => {
    const letters = fc.constantFrom("a", "b", ".", "-", "_");
    const marks = fc.constantFrom("a", "b", ".", "-", "_", "?", "*");
    const patterns = fc
      .array(marks, { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join("").replace(/\*+/g, "*"))
      .filter((text) => /[*?]/.test(text) && text.split("*").length <= 3);
    const names = fc.array(letters, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(""));
    const known = fc.constantFrom(...TOOLS, "list_\n", "a/b", "a b", "é");
    const shares = createShares();
    assertLaw(
      fc.property(
        fc.oneof(patterns, fc.constantFrom(...PATTERNS)),
        fc.oneof(names, names, known),
        (pattern, name) => {
          const definition = {
            name: "Patterns",
            version: "1",
            scopes: {},
            tools: { [pattern]: { public: true as const } },
          };
          const legal = /^[A-Za-z0-9_.-]+$/.test(name) && name !== "." && name !== "..";
          const matched = legal && modelMatch(pattern, name);
          expect(load(definition).decideUntrusted(undefined, name).allowed).toBe(matched);
          shares.add(matched ? "matched" : "other");
        },
      ),
      { numRuns: 2000 },
    );
    expect(shares.share("matched")).toBeGreaterThan(0.05);
  });
});
