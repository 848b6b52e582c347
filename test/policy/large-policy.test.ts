import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { alike, objectOf } from "./many.js";

const scopeOf = (index: number) =>
  index % 2 === 0 ? `r${index}:read` : `/accounts/{accountID}/r${index}.write`;

const scopes = objectOf(1_000, scopeOf, (index) => ({
  description: `What a resource of the kind ${index} allows, in a sentence of the usual length.`,
  accountTypes: ["mentor", "school"],
  replaces: [index % 2 === 0 ? `old.r${index}.read` : `/a/{accountID}/r${index}`],
  ...(index >= 100 && { implies: [scopeOf(index - 100)] }),
}));

const tools = objectOf(
  10_000,
  (index) => `tool_${index}_of_a_large_server`,
  (index) => ({
    description: `What the tool ${index} does.`,
    accountTypes: ["mentor", "studio"],
    anyOf: [
      scopeOf(index % 1_000),
      { allOf: [scopeOf((index + 1) % 1_000), scopeOf((index + 3) % 1_000)] },
      { scope: scopeOf((index + 2) % 1_000), tier: "pro" },
    ],
  }),
);

const DENIED = { deny: "not over this API" };

describe("a large policy", () => {
  it("may have 10,000 tools, 1,000 scopes, 1,000 endpoints and 100 denying patterns", () => {
    const policy = loadPolicy({
      name: "Large",
      version: "1",
      tiers: ["free", "pro", "max"],
      accountTypes: ["mentor", "studio", "school"],
      scopes: { openid: {}, ...scopes },
      baseline: ["openid"],
      tools: {
        ...tools,
        ...alike(50, (index) => `*_delete_${index}_*`, DENIED),
        ...alike(50, (index) => `admin_${index}_*`, DENIED),
      },
      endpoints: objectOf(
        1_000,
        (index) => `GET /v1/accounts/{accountID}/resources${index}/{id}/parts`,
        scopeOf,
      ),
    });
    const token = { scope: "openid r900:read", account_type: "mentor" };
    const params = { accountID: "a" };
    for (const [name, code] of [
      ["tool_500_of_a_large_server", "allowed"],
      ["tool_501_of_a_large_server", "insufficient_scope"],
      ["admin_7_x", "denied"],
    ] as const) {
      expect([name, policy.decideUntrusted(token, name, params).code]).toEqual([name, code]);
    }
    expect(policy.toolsFor(token)).toHaveLength(10_000);
  });
});
