// A client that follows every challenge comes to an end, whether the server approved it for restricted scopes or not.

import { createAuthorizer, resolveConsent, type Verify } from "scope-policy";
import { describe, expect, it } from "vitest";
import { tally } from "../often.js";
import { type Claims, drawGoodCase } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import type { Definition } from "./model.js";
import { modelMayHave } from "./model-consent.js";
import { approvedEntries, modelMeanings, scopeOptions } from "./model-scopes.js";
import { decide, load, tokenOf } from "./observe.js";
import { without } from "./without.js";

const TIMEOUT = { timeout: 120_000 };
const RUNS = 600;
const MAX_ROUNDS = 4;
const verify: Verify = () => undefined;

function drawClient(draw: Draw) {
  const one = drawGoodCase(draw);
  return {
    ...one,
    held: draw.some(one.held, draw.pick([100, 50, 0])),
    isApproved: draw.chance(60),
    challenge: draw.pick(["minimum", "union"] as const),
    ineligible: draw.pick(["drop", "drop", "refuse"] as const),
    /** Whether the client keeps its earlier scopes, or replaces them by those of the consent. */
    keeps: draw.chance(50),
  };
}
type Case = ReturnType<typeof drawClient>;

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
const tokensOf = ({ scope }: Claims): readonly string[] =>
  typeof scope === "string" ? scope.split(" ").filter(Boolean) : scope;

/** Returns the token after a consent to the scope of a challenge; `undefined` if the authorization fails. */
function authorized(one: Case, token: Claims, requested: string): Claims | undefined {
  const { definition, ineligible, keeps } = one;
  const approvedScopes = approvedEntries(token.approvedScopes);
  const facts = {
    client: {
      client_id: "app-1",
      redirect_uri: "https://app.example/cb",
      approvedScopes,
    },
    requested,
    account: {
      owns: () => "Mine",
      tier: textOf(token.tier),
      account_type: textOf(token.account_type),
    },
  };
  const outcome = resolveConsent(
    load(definition),
    facts as never,
    { decision: "approve", scopes: requested.split(" ") },
    { ineligible },
  );
  const all = outcome.ok
    ? outcome
    : resolveConsent(
        load(definition),
        facts as never,
        {
          decision: "approve",
          scopes: requested
            .split(" ")
            .filter((text) => isOffered(definition, text, approvedScopes)),
        },
        { ineligible },
      );
  if (!all.ok) return undefined;
  const scope = keeps ? [...new Set([...tokensOf(token), ...all.scopes])] : [...all.scopes];
  return { ...token, scope };
}

const isOffered = (definition: Definition, text: string, approved: readonly string[]): boolean =>
  modelMeanings(definition, [text], true).length > 0 && modelMayHave(definition, text, approved);

describe("a client that follows every challenge", TIMEOUT, () => {
  it("ends after two rounds at most, and a challenge names no restricted scope that it cannot have", () => {
    const blocked = tally("a client that lacks an approval", 20);
    const stepped = tally("an approved client that is asked for a restricted scope", 5);
    law(
      drawClient,
      (one) => {
        const { definition, held, facts, name, params, isApproved, challenge } = one;
        const authorizer = createAuthorizer({
          policy: load(definition),
          verify,
          trustClaims: [],
          challenge,
        });
        // no challenge names a reserved scope, so a first-party client has to know which one it lacks
        const others = { ...facts, first_party: undefined };
        const approvedScopes = isApproved ? Object.keys(definition.scopes) : [];
        let token = tokenOf(held, { ...others, approvedScopes });
        let rounds = 0;
        for (; rounds < MAX_ROUNDS; rounds += 1) {
          const decision = load(definition).decideUntrusted(token, name, params);
          if (decision.code === "reserved_scope") blocked.count += 1;
          if (decision.code !== "insufficient_scope") break;
          const context = { operation: String(name), token: token as never };
          const { scope } = authorizer.answer(decision, context).body;
          const granted = modelMeanings(definition, [...tokensOf(token)], true);
          for (const text of decision.missing) {
            expect(modelMayHave(definition, text, approvedEntries(token.approvedScopes))).toBe(
              true,
            );
            if (restrictedIn(definition, text)) stepped.count += 1;
          }
          for (const text of scope?.split(" ") ?? []) {
            const isMissing = !granted.includes(text);
            if (isMissing && restrictedIn(definition, text)) expect(isApproved).toBe(true);
          }
          const next = scope === undefined ? undefined : authorized(one, token, scope);
          if (next === undefined) break;
          token = next;
        }
        expect(rounds).toBeLessThanOrEqual(2);
        return rounds > 0;
      },
      40,
      RUNS,
      [blocked, stepped],
    );
  });

  it("that is not approved cannot tell a restricted scope from a reserved one, except by the message", () => {
    law(
      drawClient,
      ({ definition, facts, name, params }) => {
        const reserved: Definition = {
          ...definition,
          scopes: Object.fromEntries(
            Object.entries(definition.scopes).map(([scope, options]) => {
              if (typeof options === "string" || !options.restricted) return [scope, options];
              return [scope, { ...without(options, ["restricted"]), reserved: true as const }];
            }),
          ),
        };
        const others = { ...facts, first_party: undefined, approvedScopes: undefined };
        const open = Object.keys(definition.scopes).filter(
          (scope) => !scopeOptions(definition, scope).restricted && !/[{<]/.test(scope),
        );
        const token = tokenOf(open, others);
        const decision = decide(definition, token, name, params);
        expect(decide(reserved, token, name, params)).toEqual(decision);
        return decision.code === "reserved_scope";
      },
      10,
      RUNS,
    );
  });
});

/** Returns whether a scope-token is that of a restricted scope. */
function restrictedIn(definition: Definition, text: string): boolean {
  return modelMeanings(definition, [text], true).length > 0 && !modelMayHave(definition, text, []);
}
