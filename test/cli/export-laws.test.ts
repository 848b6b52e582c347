import { type AccessToken, type AnyPolicy, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createCallerSecurity } from "../../src/cli/openapi/caller-security.js";
import { type Security, securityOf } from "../../src/cli/openapi/security-of.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { drawPolicy } from "../model/arbitrary-policy.js";
import { type Claims, drawParams, drawToken } from "../model/arbitrary-request.js";
import type { Draw } from "../model/draw.js";
import { law } from "../model/law.js";
import { type Definition, MODEL_NOW, type Rule } from "../model/model.js";
import { canonical, scopeOptions } from "../model/model-scopes.js";
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
/** Draws a policy of endpoints alone, with some calls. */
const drawCalls = (draw: Draw) => {
  const definition = drawPolicy(draw.part(1750), OPTIONS);
  return {
    definition: without(definition, ["tools", "baseline"]),
    calls: Array.from({ length: 4 }, () => {
      const boundaries = draw.pick(BOUNDARIES);
      // a malformed claim makes a token invalid, which `security` does not express
      const token: Claims = { ...drawToken(draw.part(135), definition), boundaries };
      return { token, params: drawParams(draw.part(20), true) };
    }),
  };
};
const BOUNDARIES = [undefined, { project: ["a"] }, { project: ["b", "a"], region: [] }];
const NUM_RUNS = 60;

/** Returns the endpoints of a compiled policy by their keys, internal ones included. */
function endpointsOf(policy: AnyPolicy) {
  const { operations } = compiledPolicyOf(policy).fromCode;
  return [...operations].filter(([, { kind }]) => kind === "endpoint");
}

/** The prefix of scopes that no token has. */
const NEVER = "never~/";

/** Returns a rule in which no token has a scope of a list. */
function withoutScopes(rule: Rule, closed: ReadonlySet<string>): Rule {
  const renamed = (scope: string) => (closed.has(canonical(scope)) ? `${NEVER}${scope}` : scope);
  const within = <T extends Rule>(one: T): T => withoutScopes(one, closed) as T;
  if (typeof rule === "string") return renamed(rule);
  const { scope, anyOf, allOf, cases, otherwise, enrichedBy, ...rest } = rule;
  return {
    ...rest,
    ...(scope !== undefined && { scope: renamed(scope) }),
    ...(anyOf && { anyOf: anyOf.map(within) }),
    ...(allOf && { allOf: allOf.map(within) }),
    ...(cases && { cases: cases.map(within) }),
    ...(otherwise && { otherwise: within(otherwise) }),
    ...(enrichedBy !== undefined && {
      enrichedBy: typeof enrichedBy === "string" ? renamed(enrichedBy) : enrichedBy.map(renamed),
    }),
  };
}

const toolOf = (index: number) => `endpoint_${index}`;

/**
 * Returns a policy that also has each endpoint as a tool, because a list of tools decides without parameters. No token has a reserved or a
 * restricted scope at a tool.
 */
function withOpenTools(definition: Definition, closed: ReadonlySet<string>): Definition {
  const rules = Object.values(definition.endpoints ?? {});
  const never = [...closed].map((name) => [`${NEVER}${name}`, "no token has it"] as const);
  return {
    ...definition,
    scopes: { ...definition.scopes, ...Object.fromEntries(never) },
    tools: Object.fromEntries(
      rules.map((rule, index) => [toolOf(index), withoutScopes(rule, closed)]),
    ),
  };
}

describe("an exported document of any policy", { timeout: 120_000 }, () => {
  it("is never wider than the policy for a reader that knows only `security`, except for parameters that the policy rejects", () => {
    const denied = tally("a denial by `security`", 20);
    law(
      drawCalls,
      ({ definition, calls }) => {
        const policy = loadPolicy(definition, { now: () => MODEL_NOW });
        let isReached = false;
        for (const [key, operation] of endpointsOf(policy)) {
          const security = securityOf(operation);
          for (const { token, params } of calls) {
            if (!reads(security, new Set(textsOf(token.scope)))) {
              denied.count += 1;
              continue;
            }
            const { code } = policy.decideUntrusted(token, key, params);
            // the library also checks the parameters, which `security` does not express
            expect(["allowed", "invalid_params"], key).toContain(code);
            isReached = true;
          }
        }
        return isReached;
      },
      15,
      NUM_RUNS,
      [denied],
    );
  });

  it("shows a caller exactly the endpoints that a list of tools would show without reserved and restricted scopes", () => {
    const left = tally("an endpoint that is left out", 20);
    law(
      drawCalls,
      ({ definition, calls }) => {
        const names = Object.keys(definition.scopes).filter((name) => {
          const { reserved, restricted } = scopeOptions(definition, name);
          return reserved === true || restricted === true;
        });
        const closed = new Set(names.map(canonical));
        const policy = loadPolicy(withOpenTools(definition, closed));
        const endpoints = new Map(endpointsOf(policy));
        let isReached = false;
        for (const { token } of calls) {
          const securityFor = createCallerSecurity(compiledPolicyOf(policy), token as AccessToken);
          const listed = new Set(
            policy
              .toolsFor(token as AccessToken)
              .flatMap(({ name, decision }) => (decision.allowed ? name : [])),
          );
          for (const [index, key] of Object.keys(definition.endpoints ?? {}).entries()) {
            const operation = endpoints.get(key);
            // a catch-all can deny it, which the tool does not know
            if (operation === undefined || operation.denial !== undefined) continue;
            const security = securityFor(operation);
            expect([key, security !== undefined]).toEqual([key, listed.has(toolOf(index))]);
            for (const [scheme, scopes] of (security ?? []).flatMap((one) => Object.entries(one))) {
              expect(scheme).toBe("oauth2");
              expect(scopes.filter((name) => closed.has(name))).toEqual([]);
            }
            if (security === undefined) left.count += 1;
            else isReached = true;
          }
        }
        return isReached;
      },
      15,
      NUM_RUNS,
      [left],
    );
  });
});
