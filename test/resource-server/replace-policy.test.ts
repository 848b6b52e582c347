// After a policy was replaced, an authorizer is one that was created with the new policy. A call that began before is not.

import fc from "fast-check";
import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { drawGoodCase } from "../model/arbitrary-request.js";
import { type Draw, drawn } from "../model/draw.js";
import { load, tokenOf } from "../model/observe.js";
import { runOftenAsync, tally } from "../often.js";

const FACTS = ["tier", "account_type", "entitlements", "first_party"] as const;
const CREDENTIALS = [undefined, "Bearer one", "Bearer two", "Basic x"] as const;

type Drawn = ReturnType<typeof drawGoodCase>;

const drawPair = (draw: Draw) => {
  const one = drawGoodCase(draw);
  const two = drawGoodCase(draw);
  return { one, two };
};

const claimsOf = ({ held, facts }: Drawn): AccessToken => tokenOf(held, facts) as AccessToken;

function optionsOf({ one, two }: ReturnType<typeof drawPair>, events: AuditEvent[]) {
  const tokens = new Map([
    ["one", claimsOf(one)],
    ["two", claimsOf(two)],
  ]);
  return {
    verify: (rawToken) => tokens.get(rawToken),
    trustClaims: FACTS,
    resource: "https://api.example.com/mcp",
    audit: (event) => void events.push(event),
    onRejected: () => undefined,
  } satisfies Omit<AuthorizerOptions, "policy">;
}

/** Returns every call of a pair, each with every kind of credentials. */
function callsOf({ one, two }: ReturnType<typeof drawPair>) {
  return [one, two].flatMap(({ name, params }) =>
    CREDENTIALS.map((authorization) => ({
      authorization,
      operation: typeof name === "string" ? name : "",
      params,
      requestId: "r",
    })),
  );
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}

const plain = (admission: object): unknown => JSON.parse(JSON.stringify(admission)) as unknown;
const editions = (events: readonly AuditEvent[]) => events.map(({ policy }) => policy);

describe("an authorizer whose policy was replaced", () => {
  it("decides, answers and audits as a new one, with warm caches", async () => {
    const reached = tally("two policies that decide a call differently", 20);
    const check = async (pair: ReturnType<typeof drawPair>) => {
      const [before, after] = [load(pair.one.definition), load(pair.two.definition)];
      const [events, expected]: [AuditEvent[], AuditEvent[]] = [[], []];
      const replaced = createAuthorizer({ ...optionsOf(pair, events), policy: before });
      const fresh = createAuthorizer({ ...optionsOf(pair, expected), policy: after });
      const calls = callsOf(pair);
      const first = [];
      for (const call of [...calls, ...calls]) first.push(plain(await replaced.admit(call)));
      events.length = 0;
      replaced.replacePolicy(after);
      expect(replaced.policy).toBe(after);
      expect(replaced.metadata()).toEqual(fresh.metadata());
      for (const [index, call] of calls.entries()) {
        const admission = plain(await replaced.admit(call));
        expect(admission).toEqual(plain(await fresh.admit(call)));
        if (JSON.stringify(admission) !== JSON.stringify(first[index])) reached.count += 1;
      }
      expect(editions(events)).toEqual(editions(expected));
    };
    const property = fc.asyncProperty(drawn(drawPair), check);
    await runOftenAsync([reached], () => fc.assert(property, { numRuns: 30 }));
  });

  it("decides, answers and audits a call that began before as the old one", async () => {
    const reached = tally("a call in flight", 20);
    const check = async (pair: ReturnType<typeof drawPair>) => {
      const [before, after] = [load(pair.one.definition), load(pair.two.definition)];
      const [events, expected]: [AuditEvent[], AuditEvent[]] = [[], []];
      const { promise: opened, resolve: release } = withResolvers();
      const options = optionsOf(pair, events);
      const waiting = createAuthorizer({
        ...options,
        policy: before,
        verify: async (rawToken) => {
          await opened;
          return options.verify(rawToken);
        },
      });
      const old = createAuthorizer({ ...optionsOf(pair, expected), policy: before });
      const calls = callsOf(pair).filter(({ authorization }) =>
        authorization?.startsWith("Bearer"),
      );
      const inFlight = calls.map((call) => waiting.admit(call));
      waiting.replacePolicy(after);
      release();
      for (const [index, call] of calls.entries()) {
        expect(plain((await inFlight[index]) ?? {})).toEqual(plain(await old.admit(call)));
        reached.count += 1;
      }
      expect(editions(events)).toEqual(editions(expected));
    };
    const property = fc.asyncProperty(drawn(drawPair), check);
    await runOftenAsync([reached], () => fc.assert(property, { numRuns: 20 }));
  });

  const shop = (version: string, rule: object | string = "orders:read") =>
    loadPolicy({
      name: "Shop",
      version,
      tiers: ["free", "pro"],
      scopes: { "orders:read": "See orders" },
      tools: { list_orders: rule },
    });

  it("keeps the policy in force if the next value is not a policy", () => {
    const policy = shop("1");
    const authorizer = createAuthorizer({ policy });
    for (const next of [undefined, null, {}, { ...shop("2") }, shop("2").definition, "2"]) {
      expect(() => authorizer.replacePolicy(next as never)).toThrow(
        expect.objectContaining({ code: "ERR_POLICY_UNKNOWN" }) as Error,
      );
    }
    expect(authorizer.policy).toBe(policy);
  });

  it("refuses a policy with conditions if nothing gives it the facts", () => {
    const policy = shop("1");
    const authorizer = createAuthorizer({ policy });
    const next = shop("2", { scope: "orders:read", tier: "pro" });
    expect(() => authorizer.replacePolicy(next)).toThrow(/trustClaims/);
    expect(authorizer.policy).toBe(policy);
    const informed = createAuthorizer({ policy, trustClaims: [] });
    informed.replacePolicy(next);
    expect(informed.policy).toBe(next);
  });

  it("changes nothing for the policy in force", async () => {
    const policy = shop("1");
    const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "orders:read" }) });
    authorizer.replacePolicy(policy);
    expect((await authorizer.decide("t", "list_orders")).decision.code).toBe("allowed");
  });
});
