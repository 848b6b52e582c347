import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { operationOf } from "../../src/decision/decider.js";
import { deciderOf } from "../../src/decision/gate-decider.js";
import { needsOf, type OperationNeeds } from "../../src/decision/operation-needs.js";
import type { PreparedOperation } from "../../src/decision/prepared.js";
import type { ScopeNeed } from "../../src/decision/scope-cover.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "Needs",
  version: "1",
  tiers: ["free", "pro"],
  entitlements: ["export"],
  boundaries: { room: { claim: "rooms" } },
  scopes: { a: {}, b: {}, own: { reserved: true }, "/x/{i}": {}, "/y/{j}": {} },
  tools: {
    one: "a",
    all: { allOf: ["a", "b"] },
    any: { anyOf: ["a", { scope: "b", tier: "pro" }] },
    pro: { scope: "a", tier: "pro" },
    export: { scope: "a", entitlement: "export" },
    own: "own",
    bound: { anyOf: [{ allOf: ["/x/{i}", "/y/{j}"] }, "a"] },
    room: { scope: "a", within: { room: "id" } },
    open: { public: true },
    never: { deny: "Not yet." },
    recent: { scope: "a", maxAge: 60 },
    cases: { cases: [{ when: { kind: "x" }, scope: "a" }], otherwise: { allOf: ["a", "b"] } },
    "high_*": { scope: "a", acr: ["high"] },
    "*_low": { scope: "b", acr: ["low"] },
    "list_*": { scope: "a", tier: "pro" },
    "*_all": "b",
  },
});

const needs = (...all: readonly ScopeNeed[]): OperationNeeds => ({ kind: "reachable", needs: all });
const never = (reason: string) => ({ kind: "unreachable", reason });

const ROWS: readonly {
  readonly tool: string;
  readonly token?: object;
  readonly params?: object;
  readonly expect: object;
}[] = [
  { tool: "one", expect: needs([["a"]]) },
  { tool: "one", token: { scope: "a" }, expect: needs([["a"]]) },
  { tool: "one", token: { scope: "a  b" }, expect: never("invalid_token") },
  { tool: "all", expect: needs([["a", "b"]]) },
  { tool: "any", expect: needs([["a"]]) },
  { tool: "any", token: { tier: "pro" }, expect: needs([["a"], ["b"]]) },
  { tool: "pro", token: { tier: "free" }, expect: never("upgrade_required") },
  { tool: "export", expect: never("upgrade_required") },
  { tool: "export", token: { entitlements: ["export"] }, expect: needs([["a"]]) },
  { tool: "own", expect: never("reserved_scope") },
  { tool: "own", token: { first_party: true }, expect: needs([["own"]]) },
  { tool: "bound", params: { i: "1", j: "2" }, expect: needs([["/x/1", "/y/2"], ["a"]]) },
  { tool: "bound", params: { i: "1" }, expect: never("invalid_params") },
  // another grant can have the scope for these values too
  {
    tool: "bound",
    token: { scope: "/x/3" },
    params: { i: "1", j: "2" },
    expect: needs([["/x/1", "/y/2"], ["a"]]),
  },
  { tool: "room", token: { boundaries: {} }, params: { id: "1" }, expect: needs([["a"]]) },
  { tool: "open", expect: needs() },
  { tool: "never", expect: never("denied") },
  { tool: "recent", expect: needs([["a"]]) },
  { tool: "cases", params: { kind: "x" }, expect: needs([["a"]]) },
  { tool: "cases", expect: needs([["a", "b"]]) },
  { tool: "high_1", expect: needs([["a"]]) },
  { tool: "high_low", expect: never("insufficient_user_authentication") },
  { tool: "list_all", expect: never("upgrade_required") },
  { tool: "list_all", token: { tier: "pro" }, expect: needs([["a"]], [["b"]]) },
];

describe("what a call needs", () => {
  const rows = titled(ROWS, ({ tool, token = {}, params = {} }) => {
    const account = JSON.stringify(token);
    return `of a token for ${tool} with ${JSON.stringify(params)} by the account ${account}`;
  });
  it.each(rows)("%s", (_title, { tool, token = {}, params, expect: wanted }) => {
    const decider = deciderOf(policy);
    const operation = operationOf(decider, tool) as PreparedOperation;
    const account = { scope: "", ...token };
    const found = needsOf(decider, operation, account, params);
    expect(found).toEqual(wanted);
    // a token with the scopes of the first ways is allowed, except for what is not part of consent
    if (found.kind === "unreachable") return;
    const scope = found.needs.flatMap(([way = []]) => way);
    const { code } = policy.decideUntrusted({ ...account, scope }, tool, params);
    const outside = ["binding_mismatch", "insufficient_user_authentication"];
    expect(["allowed", ...outside]).toContain(code);
  });
});
