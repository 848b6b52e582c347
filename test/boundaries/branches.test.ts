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

describe("the boundaries of a token", () => {
  const open = loadPolicy({
    ...definition,
    boundaries: { project: { claim: "projects", absent: "dangerouslyAll" } },
  });
  const decide = (token: unknown) =>
    open.decideUntrusted(token, "query", { mode: "explain", projectId: "p2" }).code;

  it("are invalid under the name of the claim, which would count as missing", () => {
    const scope = "db:read";
    expect(decide({ scope })).toBe("allowed");
    expect(decide({ scope, boundaries: { project: ["p1"] } })).toBe("binding_mismatch");
    expect(decide({ scope, boundaries: { projects: ["p1"] } })).toBe("invalid_token");
    expect(decide({ scope, boundaries: { project: ["p2"], region: ["eu"] } })).toBe("allowed");
  });

  it("are read from any value without an exception", () => {
    const { proxy, revoke } = Proxy.revocable({ scope: "db:read" }, {});
    revoke();
    expect(decide(proxy)).toBe("invalid_token");
    expect(open.toolsFor(proxy)).toEqual([]);
  });
});

it("a catch-all fills no boundary, also beside a scope that takes several segments", () => {
  const findings = findingsOf({
    name: "Files",
    version: "1",
    boundaries: { folder: { claim: "folders" } },
    scopes: { "files:/{path}": { match: "path-prefix" } },
    endpoints: { "GET /files/{path*}": { scope: "files:/{path}", within: { folder: "path" } } },
  });
  expect(findings.map(({ code }) => code)).toEqual(["catch_all_param"]);
});
