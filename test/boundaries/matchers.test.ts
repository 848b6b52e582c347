import { loadPolicy } from "scope-policy";
import { decisionMatrix, expectNoWidening, policyMatchers } from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { hosting } from "./hosting.js";

expect.extend(policyMatchers);

const OPEN = { absent: "dangerouslyAll" };
const within = { project: "id" };

const policyOf = (tool: object, project: object = {}) =>
  loadPolicy({
    name: "Compared",
    version: "1",
    boundaries: { project: { claim: "projects", ...project }, region: { claim: "regions" } },
    scopes: { x: {}, y: {}, "/p/{id}": {} },
    tools: { t: tool },
  });

type Side = readonly [tool: object, project?: object];
type Change = readonly [title: string, before: Side, after: Side];

const WIDER: readonly Change[] = [
  ["a boundary is dropped", [{ scope: "x", within }], [{ scope: "x" }]],
  [
    "one of two boundaries is dropped",
    [{ scope: "x", within: { project: "id", region: "region" } }],
    [{ scope: "x", within }],
  ],
  [
    "a token without the claim gets every value",
    [{ scope: "x", within }],
    [{ scope: "x", within }, OPEN],
  ],
  [
    "the boundary is dropped beside a bound scope",
    [{ scope: "/p/{id}", within }],
    [{ scope: "/p/{id}" }],
  ],
];
const OTHER: readonly Change[] = [
  [
    "another parameter is limited",
    [{ scope: "x", within }],
    [{ scope: "x", within: { project: "other" } }],
  ],
  ["another boundary limits", [{ scope: "x", within }], [{ scope: "x", within: { region: "id" } }]],
];

describe("the comparison of two policies", () => {
  it.each(titled([...WIDER, ...OTHER], ([title]) => title))(
    "fails if %s",
    (_title, [, before, after]) => {
      expect(() => expectNoWidening(policyOf(...before), policyOf(...after))).toThrow("wider: `t`");
    },
  );

  it.each(titled(WIDER, ([title]) => title))(
    "accepts the reverse of: %s",
    (_title, [, before, after]) => {
      expect(() => expectNoWidening(policyOf(...after), policyOf(...before))).not.toThrow();
    },
  );

  it.each(titled([...WIDER, ...OTHER], ([title]) => title))(
    "accepts no change where %s",
    (_title, [, before, after]) => {
      for (const side of [before, after])
        expect(() => expectNoWidening(policyOf(...side), policyOf(...side))).not.toThrow();
    },
  );
});

describe("the matchers", () => {
  it("know boundaries", () => {
    const token = { scope: "openid keys:read", boundaries: { project: ["p1"] } };
    expect(hosting).toAllow(token, "list_keys", { projectId: "p1" });
    expect(hosting).toDeny(token, "list_keys", "binding_mismatch", { projectId: "p2" });
    expect(hosting).toDeny("openid keys:read", "list_keys", "binding_mismatch", {
      projectId: "p1",
    });
    const matrix = decisionMatrix(hosting, {
      tokens: { token },
      operations: ["list_keys"],
      params: { projectId: "p1" },
    });
    expect(matrix).toBe("list_keys: token allowed");
  });
});
