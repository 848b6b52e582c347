// The library and the naive model on policies whose scopes have the rules `path-prefix`, `smart` and `registry`.

import { createAuthorizer, type Denial, type DenialContext } from "scope-policy";
import { describe, expect, it } from "vitest";
import { countIn, tally } from "../often.js";
import { parseChallenge } from "../resource-server/challenge-parser.js";
import { drawAimed, drawNames } from "./aim.js";
import { valueRuleOf } from "./arbitrary-policy.js";
import { type Claims, drawCase, drawRequest } from "./arbitrary-request.js";
import { assertCounted } from "./counted.js";
import type { Draw } from "./draw.js";
import { expectSame } from "./expect-same.js";
import { type Definition, modelDecide, modelOperation, modelTokens } from "./model.js";
import { modelCovering, modelMeanings, modelReached, modelValues } from "./model-scopes.js";
import {
  knownIn,
  modelChallenge,
  modelDecideRequest,
  modelSignIn,
  modelToolsFor,
} from "./model-surfaces.js";
import { load } from "./observe.js";
import { createRulesReader, MATCHES, type Match, neededBy } from "./reached-rules.js";

const RULED = { patterns: 30, closed: true, ruled: true };
const OF_VALUES: readonly Match[] = ["path-prefix", "smart", "registry"];

/** Returns whether a scope-token names a scope with a rule that compares values. */
const hasValueRule = (definition: Definition, text: string) =>
  Object.keys(definition.scopes).some(
    (scope) => valueRuleOf(scope) !== undefined && modelValues(definition, scope, text),
  );

/** Draws a policy, a token, parameters, and for each operation tokens that are aimed at it. */
function drawCalls(draw: Draw, count = 1) {
  const { definition, token, params } = drawCase(draw, RULED);
  const names = drawNames(draw, definition);
  const calls = names.flatMap((name) => {
    const decide = (claims: Claims) => modelDecide(definition, claims, name, params);
    const operation = modelOperation(definition, name, params);
    const aimed = Array.from({ length: count }, () =>
      drawAimed(draw, definition, params, decide, operation),
    );
    return [token, ...aimed].map((given) => ({ name, token: given }));
  });
  return { definition, params, calls, token };
}

describe("the library and the naive model, under each matching rule", { timeout: 300_000 }, () => {
  it("return the same decision for any policy, token, name and parameters", () => {
    const allowed = new Map(
      MATCHES.map((match) => [match, tally(`allowed because of \`${match}\``, 100)]),
    );
    const denied = new Map(
      MATCHES.map((match) => [match, tally(`denied without a scope of \`${match}\``, 100)]),
    );
    const share = { allowed: 0, all: 0 };
    assertCounted(
      [...allowed.values(), ...denied.values()],
      220,
      (draw) => drawCalls(draw, 3),
      ({ definition, params, calls }) => {
        const policy = load(definition);
        const rulesOf = createRulesReader(definition);
        for (const { name, token } of calls) {
          const model = modelDecide(definition, token, name, params);
          expectSame(policy.decideUntrusted(token, name, params), model);
          share.all += 1;
          if (model.allowed) share.allowed += 1;
          if (["insufficient_scope", "binding_mismatch"].includes(model.code)) {
            for (const match of neededBy(definition, name, params)) countIn(denied, match);
          }
          if (!model.allowed || model.scopes?.length === 0) continue;
          const isAllowed = (changed: Definition) =>
            modelDecide(changed, token, name, params).allowed;
          for (const match of rulesOf(isAllowed)) countIn(allowed, match);
        }
      },
    );
    console.log(`allowed: ${share.allowed} of ${share.all} decisions`);
    expect(share.allowed / share.all).toBeGreaterThan(0.15);
  });

  it("return the same decision for requests, and the same list of tools", () => {
    const points = {
      path: tally("a path that fills a value of several segments", 100),
      listed: tally("an allowed tool in a list, with a scope of such a rule", 100),
    };
    const cases = (draw: Draw) => {
      const one = drawCalls(draw);
      const endpoints = Object.entries(one.definition.endpoints ?? {});
      const paths = Object.fromEntries(endpoints.filter(([key]) => /^GET .(store|v2)/.test(key)));
      const requests = [paths, paths, one.definition.endpoints ?? {}].map((known) =>
        drawRequest(draw, { ...one.definition, endpoints: known }),
      );
      return { ...one, requests };
    };
    assertCounted(Object.values(points), 120, cases, ({ definition, calls, requests }) => {
      const policy = load(definition);
      for (const { token } of calls.filter((_, index) => index % 6 === 1)) {
        for (const request of requests) {
          const model = modelDecideRequest(definition, token, request);
          expectSame(policy.decideRequest(token as never, request as never), model);
          const isCatchAll = /^\/(store|v2)\/.+\//.test(request.path);
          if (isCatchAll && model.code !== "unknown_operation") points.path.count += 1;
        }
        const isKnown = knownIn(definition, token);
        const real = policy
          .toolsFor(token as never)
          .map(({ name, decision }) => ({ name, code: decision.code }))
          .filter(isKnown);
        const model = modelToolsFor(definition, token).filter(isKnown);
        expect(real).toEqual(model);
        const opened = model.filter(({ code }) => code === "allowed");
        points.listed.count += opened.filter(({ name }) =>
          neededBy(definition, name, {}).some((match) => OF_VALUES.includes(match)),
        ).length;
      }
    });
  });

  it("name the same scopes in a challenge", () => {
    const points = {
      minimum: tally("a challenge for a scope with a rule that compares values", 100),
      union: tally("a challenge that adds the scopes of a token", 100),
      signIn: tally("a challenge without credentials for such a scope", 100),
    };
    assertCounted(
      Object.values(points),
      120,
      (draw) => drawCalls(draw, 2),
      ({ definition, params, calls }) => {
        const policy = load(definition);
        const isRuled = (text: string) => hasValueRule(definition, text);
        const scopesOf = (mode: "minimum" | "union", denial: Denial, context: DenialContext) => {
          const verify = () => undefined;
          const options = { policy, challenge: mode, verify, trustClaims: [] };
          const { headers } = createAuthorizer(options).answer(denial, context);
          const line = headers["WWW-Authenticate"];
          const scope = line === undefined ? undefined : parseChallenge(line).get("scope");
          return scope?.split(" ").sort() ?? [];
        };
        for (const { name, token } of calls) {
          const denial = policy.decideUntrusted(token, name, params);
          const context = { operation: name, params, token } as DenialContext;
          const anonymous = policy.decideUntrusted(undefined, name, params);
          const signIn = modelSignIn(definition, name, params);
          if (signIn !== undefined && !anonymous.allowed && anonymous.code === "unauthenticated") {
            expect(scopesOf("minimum", anonymous, context)).toEqual(signIn.sort());
            if (signIn.some(isRuled)) points.signIn.count += 1;
          }
          if (denial.allowed || denial.code === "unauthenticated") continue;
          const model = modelDecide(definition, token, name, params);
          const named = modelChallenge(definition, model);
          const all = modelChallenge(definition, model, modelTokens(token));
          expect(scopesOf("minimum", denial, context)).toEqual(named.sort());
          expect(scopesOf("union", denial, context)).toEqual(all.sort());
          if (named.some(isRuled)) points.minimum.count += 1;
          if (all.length > named.length) points.union.count += 1;
        }
      },
    );
  });

  it("give scopes the same meanings, and cover the same scopes", () => {
    const points = {
      broader: tally("a scope that a broader one covers", 100),
      uncovered: tally("a scope that is not covered", 100),
    };
    assertCounted(
      Object.values(points),
      120,
      (draw) => drawCalls(draw, 2),
      ({ definition, params, calls }) => {
        const policy = load(definition);
        const options = { firstParty: true };
        for (const { name, token } of calls) {
          const tokens = modelTokens(token) ?? [];
          const granted = modelMeanings(definition, tokens, true);
          expect(policy.expand(tokens, options)).toEqual(granted);
          const { scopes = [] } = modelDecide(definition, token, name, params);
          for (const text of [...scopes, ...tokens]) {
            const reached = modelReached(definition, [text], true);
            const meanings = reached.filter((one) => one.text !== undefined);
            const isCovered = meanings.every(({ scope, values }) =>
              modelCovering(definition, scope, values).some((one) => granted.includes(one)),
            );
            const expected = meanings.length > 0 && isCovered;
            expect(policy.covers(tokens, text, options)).toBe(expected);
            const isIn = meanings.every((one) => granted.includes(one.text ?? ""));
            if (expected && !isIn) points.broader.count += 1;
            if (meanings.length > 0 && !expected) points.uncovered.count += 1;
          }
        }
      },
    );
  });
});
