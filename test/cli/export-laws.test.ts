import { type AccessToken, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createCallerSecurity } from "../../src/cli/openapi/caller-security.js";
import { type Security, securitiesOf } from "../../src/cli/openapi/security-of.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { drawPolicy } from "../model/arbitrary-policy.js";
import { drawParams, drawToken } from "../model/arbitrary-request.js";
import type { Draw } from "../model/draw.js";
import { law } from "../model/law.js";
import type { Definition } from "../model/model.js";
import { load } from "../model/observe.js";
import { without } from "../model/without.js";
import { tally } from "../often.js";

const textsOf = (scope: string | readonly string[]): readonly string[] =>
  typeof scope === "string" ? scope.split(" ") : scope;

/** Returns whether a reader that knows only `security` allows a token. */
function reads(security: Security, held: ReadonlySet<string>): boolean {
  return (
    security.length === 0 ||
    security.some((one) =>
      Object.entries(one).every(
        ([scheme, scopes]) => scheme === "oauth2" && scopes.every((scope) => held.has(scope)),
      ),
    )
  );
}

const OPTIONS = { closed: true, cases: 25, ruled: true } as const;
const drawCalls = (draw: Draw) => {
  const definition = drawPolicy(draw.part(1750), OPTIONS);
  return {
    definition,
    calls: Array.from({ length: 4 }, () => ({
      token: drawToken(draw.part(60), definition),
      params: drawParams(draw.part(20), true),
    })),
  };
};

/** Returns a policy with the endpoints as tools, because a list of tools decides without parameters. */
function withToolsForEndpoints(definition: Definition): Definition {
  const rules = Object.values(definition.endpoints ?? {});
  return {
    ...without(definition, ["endpoints", "baseline"]),
    tools: Object.fromEntries(rules.map((rule, index) => [`endpoint_${index}`, rule])),
  };
}

describe("an exported document of any policy", { timeout: 120_000 }, () => {
  it("is never wider than the policy for a reader that knows only `security`", () => {
    const denied = tally("a denial by `security`", 20);
    law(
      drawCalls,
      ({ definition, calls }) => {
        const policy = load(definition);
        let isReached = false;
        for (const [key, security] of securitiesOf(definition) ?? []) {
          for (const { token, params } of calls) {
            if (!reads(security, new Set(textsOf(token.scope)))) {
              denied.count += 1;
              continue;
            }
            expect([key, policy.decideUntrusted(token, key, params).code]).toEqual([
              key,
              "allowed",
            ]);
            isReached = true;
          }
        }
        return isReached;
      },
      15,
      60,
      [denied],
    );
  });

  it("shows a caller the endpoints that a list of tools would show, and no scope that is not advertised", () => {
    const left = tally("an endpoint that is left out", 20);
    law(
      drawCalls,
      ({ definition, calls }) => {
        const compiled = compiledPolicyOf(loadPolicy(definition));
        const asTools = loadPolicy(withToolsForEndpoints(definition));
        const closed = new Set(
          compiled.scopes.flatMap((one) => (one.reserved || one.restricted ? one.name : [])),
        );
        let isReached = false;
        for (const { token } of calls) {
          const securityFor = createCallerSecurity(compiled, token as AccessToken);
          const listed = new Set(
            asTools
              .toolsFor(token as AccessToken)
              .flatMap(({ name, decision }) => (decision.allowed ? name : [])),
          );
          for (const [index, key] of Object.keys(definition.endpoints ?? {}).entries()) {
            const operation = compiled.operations.get(key);
            // a catch-all can deny it, which the tool does not know
            if (operation?.denial !== undefined) continue;
            const security = operation && securityFor(operation);
            const named = security?.flatMap((one) => one["oauth2"] ?? []) ?? [];
            expect(named.filter((name) => closed.has(name))).toEqual([]);
            const isListed = listed.has(`endpoint_${index}`);
            if (security !== undefined) {
              expect([key, isListed]).toEqual([key, true]);
              expect(security.flatMap(Object.keys).filter((name) => name !== "oauth2")).toEqual([]);
              isReached = true;
            } else {
              left.count += 1;
              const rules = JSON.stringify(definition.endpoints?.[key]);
              const isClosed = [...closed].some((name) => rules.includes(name.split("{")[0] ?? ""));
              if (isListed) expect([key, isClosed]).toEqual([key, true]);
            }
          }
        }
        return isReached;
      },
      15,
      60,
      [left],
    );
  });
});
