// `within` beside `cases` limits every branch.

import { consentScreen, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { factsOf } from "../consent/facts.js";
import { findingsOf } from "../policy/findings-of.js";

const definition = {
  name: "Hosting",
  version: "1",
  boundaries: { project: { claim: "projects" } },
  scopes: { "db:read": {}, "db:write": {} },
  tools: {
    query: {
      cases: [
        { when: { mode: "explain" }, scope: "db:read" },
        { when: { mode: "drop" }, deny: "Drop tables in the console." },
      ],
      otherwise: { allOf: ["db:read", "db:write"] },
      weakOtherwise: true,
      within: { project: "projectId" },
    },
  },
};
const policy = loadPolicy(definition);
const token = { scope: "db:read db:write", boundaries: { project: ["p1"] } };

describe("a boundary of an operation with cases", () => {
  it.each([
    ["allows a case within", { mode: "explain", projectId: "p1" }, "allowed"],
    ["denies a case outside", { mode: "explain", projectId: "p2" }, "binding_mismatch"],
    ["allows `otherwise` within", { projectId: "p1" }, "allowed"],
    ["denies `otherwise` outside", { projectId: "p2" }, "binding_mismatch"],
    ["needs the value in a case", { mode: "explain" }, "invalid_params"],
    ["needs the value in `otherwise`", {}, "invalid_params"],
    ["leaves a denial as it is", { mode: "drop" }, "denied"],
  ])("%s", (_, params, code) => {
    expect(policy.decideUntrusted(token, "query", params).code).toBe(code);
    expect(policy.operation("query").params).toEqual(["projectId", "mode"]);
  });

  it("is offered at consent for a scope that only a case needs", () => {
    const account = { boundaries: { project: { p1: "Project One" } } };
    const screen = consentScreen(policy, factsOf({ requested: "db:read", account }));
    expect(screen.boundaries.map(({ name }) => name)).toEqual(["project"]);
  });

  it("cannot be an option of a branch", () => {
    const { tools } = definition;
    const { within, ...query } = tools.query;
    const otherwise = { ...query.otherwise, within };
    const findings = findingsOf({ ...definition, tools: { query: { ...query, otherwise } } });
    expect(findings.map(({ path }) => path)).toContain("tools.query.otherwise.within");
  });
});
