// A scope of any branch of an operation opens the operation.

import { connectedApp, consentScreen, definePolicy, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { client, factsOf, rowOf } from "./facts.js";

const policy = definePolicy({
  name: "Database",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["owner"],
  scopes: { read: {}, write: {}, admin: {}, internal: { reserved: true } },
  tools: {
    run_query: {
      cases: [
        { when: { mode: "explain" }, scope: "read" },
        { when: { mode: "drop" }, deny: "Never." },
        { when: { mode: "owner" }, scope: "admin", accountTypes: ["owner"] },
      ],
      otherwise: { scope: "write", tier: "pro" },
      weakOtherwise: true,
    },
    same: { cases: [{ when: { mode: "x" }, scope: "read" }], otherwise: "read" },
    guarded: { cases: [{ when: { mode: "x" }, scope: "read" }], otherwise: { deny: "No." } },
    closed: { cases: [{ when: { mode: "x" }, deny: "No." }], otherwise: { deny: "No." } },
    secret: { hidden: true, cases: [{ when: { mode: "x" }, scope: "read" }], otherwise: "read" },
  },
  endpoints: {
    "GET /v1/:kind": {
      cases: [{ when: { kind: "logs" }, scope: "read" }],
      otherwise: "write",
      weakOtherwise: true,
    },
  },
});

const account = { tier: "free", account_type: "owner" };

describe("a scope of a branch", () => {
  it.each([
    ["read", ["run_query", "same", "guarded"], ["GET /v1/:kind"]],
    ["write", ["run_query"], ["GET /v1/:kind"]],
    ["admin", ["run_query"], []],
  ])("%s opens the operations of its branches, each once", (scope, tools, endpoints) => {
    const row = rowOf(consentScreen(policy, factsOf({ requested: scope, account })), scope);
    expect(row.unlocks).toEqual({ tools, endpoints });
    const grant = { grantId: "g-1", client, scope, authorizedAt: 1 };
    expect(connectedApp(policy, grant, { account }).scopes).toMatchObject([{ scope }]);
  });

  it("opens nothing for another account type", () => {
    const facts = factsOf({ requested: "admin", account: { account_type: "other" } });
    const row = rowOf(consentScreen(policy, facts), "admin");
    expect(row.unlocks).toEqual({ tools: [], endpoints: [] });
  });

  it("needs the lowest tier of the branches that it opens", () => {
    const only = loadPolicy({
      ...policy.definition,
      endpoints: {},
      tools: {
        t: {
          cases: [{ when: { m: 1 }, scope: "read" }],
          otherwise: { scope: "write", tier: "pro" },
          weakOtherwise: true,
        },
      },
    });
    const state = (scope: string) =>
      rowOf(consentScreen(only, factsOf({ requested: scope, account })), scope).state;
    expect(state("read")).toBe("optional");
    expect(state("write")).toBe("tier_locked");
  });
});
