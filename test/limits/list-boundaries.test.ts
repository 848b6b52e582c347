import { clientRegistration, loadPolicy, resolveConsent } from "scope-policy";
import { authorizationEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import { isCardNumber } from "../../src/audit/redaction/card-numbers.js";
import { cleanIdentifier } from "../../src/audit/redaction/clean-text.js";
import { redactPairs } from "../../src/audit/redaction/name-value-pairs.js";
import { headersMatchBody } from "../../src/mcp/http/header-fields.js";
import { listOf, scopesOf } from "../policy/many.js";

// As in `boundaries.test.ts`: limits that no other test tries exactly at their value.

const policy = loadPolicy({ name: "Limits", version: "1", scopes: scopesOf(3) });

describe("limits of consent", () => {
  it("MAX_REFUSALS: an outcome keeps the newest 4,096 refusals", () => {
    const refused = listOf(5_000, (index) => ({ scope: `x${index}` }));
    const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
    const facts = { client, requested: "s0 s1", refused, now: 1_000 };
    const outcome = resolveConsent(policy, facts, { decision: "approve", scopes: ["s0"] });
    expect(outcome.ok && outcome.refused.length).toBe(4_096);
    expect(outcome.ok && outcome.refused.at(-1)?.scope).toBe("s1");
  });
});

describe("limits of the lists of a client", () => {
  it("MAX_POSTED: a selection has at most 65,536 scopes", () => {
    const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
    const facts = { client, requested: "s0 s1", now: 1_000 };
    const reportOf = (count: number) => {
      const scopes = listOf(count, () => "s0");
      return resolveConsent(policy, facts, { decision: "approve", scopes }).ok;
    };
    expect(reportOf(65_536)).toBe(true);
    expect(reportOf(65_537)).toBe(false);
  });

  it("MAX_REDIRECTS: a client registers at most 4,096 redirect URIs", () => {
    const register = (count: number) =>
      clientRegistration(policy, {
        redirect_uris: listOf(count, (at) => `https://a.example/${at}`),
      });
    expect(register(4_096)).toMatchObject({ ok: true });
    expect(register(4_097)).toMatchObject({ ok: false, error: "invalid_redirect_uri" });
  });

  it("MAX_TOKENS: an event counts at most 65,536 scopes of a list", () => {
    const requested = listOf(65_537, () => "s0");
    const { scopes } = authorizationEvent(policy, { type: "token", outcome: "denied", requested });
    expect((scopes.requested?.length ?? 0) + (scopes.leftOut ?? 0)).toBe(65_536);
  });
});

describe("limits of the MCP gate", () => {
  it("MAX_VERSION_LENGTH: the version of the protocol has at most 128 characters", () => {
    const agree = (length: number) =>
      headersMatchBody(
        {} as never,
        [
          {
            kind: "request",
            id: 1,
            method: "ping",
            params: {
              _meta: { "io.modelcontextprotocol/protocolVersion": "v".repeat(length) },
              protocolVersion: "v".repeat(length),
            },
          },
        ] as never,
      );
    expect(agree(129)).toBe(false);
    expect(agree(128)).toBe(true);
  });
});

describe("limits of audit events", () => {
  it("MAX_IDENTIFIER: an identifier has at most 256 characters", () => {
    expect(cleanIdentifier("a ".repeat(128))).toHaveLength(256);
    expect(cleanIdentifier("a ".repeat(200)).length).toBeLessThanOrEqual(256 + 1);
  });

  it("MAX_NAME, MAX_WORDS: the name of a secret has at most 64 characters and 3 words", () => {
    const isTakenOut = (name: string) =>
      JSON.stringify(redactPairs({ name, value: "v" }, [/password/i])) !==
      JSON.stringify({ name, value: "v" });
    expect(isTakenOut("password".padEnd(64, "x"))).toBe(true);
    expect(isTakenOut("password".padEnd(65, "x"))).toBe(false);
    expect(isTakenOut("my new password")).toBe(true);
    expect(isTakenOut("my very new password")).toBe(false);
  });

  it("MIN_DIGITS, MAX_DIGITS: the number of a card has 13 to 19 digits", () => {
    const sum = (digits: string) =>
      [...digits].reverse().reduce((total, digit, at) => {
        const doubled = Number(digit) * (at % 2 === 0 ? 1 : 2);
        return total + (doubled > 9 ? doubled - 9 : doubled);
      }, 0);
    const cardOf = (length: number) => {
      const begin = "4".padEnd(length - 1, "0");
      return begin + String((10 - (sum(`${begin}0`) % 10)) % 10);
    };
    const lengths = [12, 13, 19, 20].map((length) => isCardNumber(cardOf(length)));
    expect(lengths).toEqual([false, true, true, false]);
  });

  it("MAX_NAME, MAX_SCOPE, MAX_REASON, MAX_SCOPES: an authorization server's event is bounded", () => {
    const event = authorizationEvent(policy, {
      type: "consent",
      outcome: "success",
      error: "e ".repeat(400),
      reason: "r ".repeat(400),
      scope: ["a".repeat(300), ...listOf(2_000, (index) => `scope:${index}`)],
    });
    expect((event.error ?? "").length).toBeLessThanOrEqual(128 + 1);
    expect((event.reason ?? "").length).toBeLessThanOrEqual(512 + 1);
    const { granted = [], leftOut = 0 } = event.scopes;
    const room = granted.reduce((sum, scope) => sum + scope.length, 0);
    expect(room).toBeLessThanOrEqual(6_144);
    expect(room).toBeGreaterThan(3_000);
    expect(Math.max(...granted.map((scope) => scope.length))).toBeLessThanOrEqual(256 + 1);
    expect(leftOut).toBe(2_001 - granted.length);
  });
});
