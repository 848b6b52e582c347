import { describe, expect, it } from "vitest";
import { createAuditEventFactory } from "../../src/audit/create-event.js";
import { canonicalJson } from "../../src/audit/redaction/digest.js";
import { copyPlain } from "../../src/audit/redaction/plain-copy.js";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { listOf, scopesOf } from "../policy/many.js";

const names = (count: number) => listOf(count, (index) => `scope:${index}`);
const policy = loadPolicy({
  name: "n ".repeat(300),
  version: "v ".repeat(300),
  scopes: scopesOf(2_000, (index) => `scope:${index}`),
  tools: {
    all: { allOf: names(2_000) },
    any: { anyOf: names(1_000) },
    never: { deny: "no ".repeat(400) },
  },
});
const makeEvent = createAuditEventFactory(compiledPolicyOf(policy), []);
const eventOf = (operation: string) =>
  makeEvent({
    operation,
    token: { scope: "" },
    decision: policy.decideUntrusted({ scope: "" }, operation),
    arguments: undefined,
  } as never);
const room = (scopes: readonly string[]) =>
  scopes.reduce((sum, scope) => sum + scope.length + 3, 0);

describe("limits of an audit event", () => {
  it("MAX_SCOPES: the scopes of a decision have at most 6,144 characters together", async () => {
    const { decision } = await eventOf("all");
    const { missing, scopes, accepted } = decision as unknown as {
      readonly [part: string]: readonly string[];
    };
    const written = [...(missing ?? []), ...(scopes ?? []), ...(accepted ?? []).flat()];
    expect(room(written)).toBeLessThanOrEqual(6_144);
    expect(room(written)).toBeGreaterThan(6_000);
  });

  it("an event contains 16 of the alternatives of a denial", async () => {
    const { decision } = await eventOf("any");
    expect((decision as unknown as { accepted: unknown }).accepted).toHaveLength(16);
  });

  it("MAX_ALTERNATIVES_LENGTH: the requirement has at most 6,144 characters, and counts the omitted alternatives", async () => {
    const { requirement } = await eventOf("any");
    const [rule] = requirement?.rules ?? [];
    const written = rule?.anyOf ?? [];
    const length = written.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    expect(length).toBeLessThanOrEqual(6_144);
    expect(length).toBeGreaterThan(6_000);
    expect(requirement?.leftOut).toBe(1_000 - written.length);
  });

  it("MAX_NAME: a name has at most 256 characters, and the reason of a denial 512", async () => {
    const event = await eventOf("never");
    const cut = "…".length;
    expect(event.policy.name.length).toBeLessThanOrEqual(256 + cut);
    expect(event.policy.version.length).toBeGreaterThan(200);
    const { reason } = event.decision as unknown as { readonly reason: string };
    expect(reason.length).toBeGreaterThan(500);
    expect(reason.length).toBeLessThanOrEqual(512 + cut);
  });

  it("MAX_TEXT, MAX_NAME, MAX_DEPTH, BIGINT_LIMIT: only a part of a larger value is copied", () => {
    const budget = () => ({ entries: 256, text: 8_192 });
    const copyOf = (value: unknown) => copyPlain(value, budget());
    expect(copyOf("a ".repeat(512))).toHaveLength(1_024);
    expect((copyOf("a ".repeat(600)) as string).length).toBeLessThanOrEqual(1_024 + 1);
    const [name = ""] = Object.keys(copyOf({ ["n ".repeat(300)]: 1 }) as object);
    expect(name.length).toBeLessThanOrEqual(128);
    expect(JSON.stringify(copyOf([[[[[[7]]]]]]))).toBe("[[[[[[7]]]]]]");
    expect(JSON.stringify(copyOf([[[[[[[7]]]]]]]))).toMatch(/^\[{6}"/);
    expect(copyOf(2n ** 128n - 1n)).toBe("340282366920938463463374607431768211455");
    expect(copyOf(2n ** 128n)).not.toMatch(/^\d/);
  });

  it("BUDGET: the arguments of a call are copied up to 256 entries and 8,192 characters together", () => {
    const budget = { entries: 256, text: 8_192 };
    const list = copyPlain(
      listOf(300, () => 1),
      budget,
    ) as readonly unknown[];
    expect(list).toHaveLength(257);
    const texts = copyPlain(
      listOf(20, () => "a ".repeat(500)),
      { entries: 256, text: 8_192 },
    );
    expect(JSON.stringify(texts).length).toBeLessThan(9_000);
  });

  it("MAX_TEXT, MAX_ENTRIES, MAX_DEPTH: a larger value has no digest", () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const most = 2_097_152;
    const values: readonly (readonly [value: unknown, hasDigest: boolean])[] = [
      ["a".repeat(most - 2), true],
      ["a".repeat(most - 1), false],
      [listOf(100_000, () => 1), true],
      [listOf(100_001, () => 1), false],
      [nested(32), true],
      [nested(33), false],
    ];
    for (const [value, hasDigest] of values) {
      expect(canonicalJson(value) === "size").toBe(!hasDigest);
    }
  });
});
