import { AccessDenied, type AccessToken, definePolicy, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { DEFINITION, hosting } from "./hosting.js";

type Row = readonly [title: string, token: unknown, tool: string, params: unknown, result: object];

const scope = "openid keys:read nodes:read";
const token = { scope, boundaries: { project: ["p1", "7"] } };
const MISMATCH = { code: "binding_mismatch", param: "projectId" };
const INVALID = { code: "invalid_params", param: "projectId" };
const BAD_TOKEN = { code: "invalid_token" };

const VALUES: readonly Row[] = [
  [
    "allows a value of the token",
    token,
    "list_keys",
    { projectId: "p1" },
    { code: "allowed", scopes: ["keys:read", "openid"] },
  ],
  [
    "denies another value",
    token,
    "list_keys",
    { projectId: "p2" },
    { ...MISMATCH, message: "the token is bound to another value of `projectId`" },
  ],
  ["compares letter case", token, "list_keys", { projectId: "P1" }, MISMATCH],
  ["compares the whole text", token, "list_keys", { projectId: "p11" }, MISMATCH],
  [
    "takes an integer as its decimal text",
    token,
    "list_keys",
    { projectId: 7 },
    { code: "allowed" },
  ],
  ["takes no other spelling of a number", token, "list_keys", { projectId: "07" }, MISMATCH],
  ["refuses -0", token, "list_keys", { projectId: -0 }, INVALID],
  ["refuses a fraction", token, "list_keys", { projectId: 7.5 }, INVALID],
  ["refuses a list of one value", token, "list_keys", { projectId: ["p1"] }, INVALID],
  [
    "refuses an object whose text is the value",
    token,
    "list_keys",
    { projectId: { toString: () => "p1" } },
    INVALID,
  ],
  [
    "reports a missing value",
    token,
    "list_keys",
    {},
    { ...INVALID, message: "invalid parameter `projectId`: missing" },
  ],
  [
    "reports an unsafe value before the credentials",
    undefined,
    "list_keys",
    { projectId: "a/b" },
    INVALID,
  ],
  [
    "refuses an unsafe value that the token has",
    { scope, boundaries: { project: ["../p1"] } },
    "list_keys",
    { projectId: "../p1" },
    INVALID,
  ],
  ["refuses an inherited value", token, "list_keys", Object.create({ projectId: "p1" }), INVALID],
];

const TOKENS: readonly Row[] = [
  ["has no value without the list", { scope }, "list_keys", { projectId: "p1" }, MISMATCH],
  [
    "has every value without the list where the policy states so",
    { scope },
    "list_nodes",
    { regionId: "eu" },
    { code: "allowed" },
  ],
  [
    "has only the values of its list where the policy states so",
    { scope, boundaries: { region: ["us"] } },
    "list_nodes",
    { regionId: "eu" },
    { code: "binding_mismatch", param: "regionId" },
  ],
  [
    "has no value with an empty list, whatever the policy states",
    { scope, boundaries: { region: [] } },
    "list_nodes",
    { regionId: "eu" },
    { code: "binding_mismatch" },
  ],
  [
    "has one value with a text",
    { scope, boundaries: { project: "p1" } },
    "list_keys",
    { projectId: "p1" },
    { code: "allowed" },
  ],
  [
    "does not split a text",
    { scope, boundaries: { project: "p1 p2" } },
    "list_keys",
    { projectId: "p1" },
    MISMATCH,
  ],
  ...[7, null, true, {}, ["p1", 7], [["p1"]], { 0: "p1", length: 1 }].map(
    (list): Row => [
      `is invalid with ${JSON.stringify(list)} as list`,
      { scope, boundaries: { region: list } },
      "list_nodes",
      { regionId: "eu" },
      BAD_TOKEN,
    ],
  ),
  ...[7, null, "region", ["eu"]].map(
    (boundaries): Row => [
      `is invalid with ${JSON.stringify(boundaries)} as boundaries`,
      { scope, boundaries },
      "list_nodes",
      { regionId: "eu" },
      BAD_TOKEN,
    ],
  ),
  [
    "is invalid with a list of more than 1,024 texts",
    { scope, boundaries: { region: Array.from({ length: 1_025 }, () => "eu") } },
    "list_nodes",
    { regionId: "eu" },
    BAD_TOKEN,
  ],
  [
    "is invalid with an inherited list, which would count as missing",
    { scope, boundaries: Object.create({ region: ["us"] }) as object },
    "list_nodes",
    { regionId: "eu" },
    BAD_TOKEN,
  ],
  [
    "is invalid with a getter that throws",
    Object.defineProperty({ scope }, "boundaries", {
      get: () => {
        throw new Error("unreadable");
      },
    }),
    "list_nodes",
    { regionId: "eu" },
    BAD_TOKEN,
  ],
  [
    "is invalid for every operation of the policy",
    { scope: "openid billing:read", boundaries: { project: 7 } },
    "list_invoices",
    {},
    BAD_TOKEN,
  ],
  ["is invalid for a public operation too", { scope, boundaries: 7 }, "about", {}, BAD_TOKEN],
  [
    "may have lists that the policy does not declare",
    { scope: "openid billing:read", boundaries: { region: "eu", team: 7 } },
    "list_invoices",
    {},
    { code: "allowed" },
  ],
  [
    "is invalid with such a list if one is missing that would mean every value",
    { scope: "openid billing:read", boundaries: { team: ["7"] } },
    "list_invoices",
    {},
    BAD_TOKEN,
  ],
];

const ORDER: readonly Row[] = [
  [
    "is before the scope: consent to the scope alone would not help",
    { scope: "openid", boundaries: { project: ["p1"] } },
    "list_keys",
    { projectId: "p2" },
    MISMATCH,
  ],
  [
    "is not named if the scope alone is missing",
    { scope: "openid", boundaries: { project: ["p1"] } },
    "list_keys",
    { projectId: "p1" },
    { code: "insufficient_scope", missing: ["keys:read"] },
  ],
  [
    "is after an entitlement of the same alternative",
    { scope: "openid keys:write", boundaries: { project: ["p1"] } },
    "move_key",
    { projectId: "p2", regionId: "eu" },
    { code: "upgrade_required", entitlement: "fleet" },
  ],
  [
    "is before an entitlement of another alternative",
    { scope: "openid", boundaries: { project: ["p1"] } },
    "any_key",
    { projectId: "p2" },
    MISMATCH,
  ],
  [
    "names the first parameter that is outside",
    {
      scope: "openid keys:write",
      entitlements: ["fleet"],
      boundaries: { project: "p1", region: "eu" },
    },
    "move_key",
    { projectId: "p1", regionId: "us" },
    { code: "binding_mismatch", param: "regionId" },
  ],
  [
    "applies in addition to a bound scope",
    { scope: "openid /projects/p2/logs", boundaries: { project: ["p1"] } },
    "read_logs",
    { projectId: "p2" },
    MISMATCH,
  ],
  [
    "applies to an authenticated operation",
    { scope: "openid" },
    "my_project",
    { projectId: "p1" },
    MISMATCH,
  ],
  [
    "applies to the parameter of each matching pattern",
    token,
    "keys.all",
    { id: "p1", otherId: "p2" },
    { code: "binding_mismatch", param: "otherId" },
  ],
  [
    "of each matching pattern can be met",
    token,
    "keys.all",
    { id: "p1", otherId: "7" },
    { code: "allowed" },
  ],
  ["needs a token first", undefined, "list_keys", { projectId: "p1" }, { code: "unauthenticated" }],
];

const decide = (claims: unknown, tool: string, params: unknown) =>
  hosting.decideUntrusted(claims, tool, params);

describe.each([
  ["the value of a parameter", VALUES],
  ["a token", TOKENS],
  ["a boundary", ORDER],
] as const)("%s", (_subject, rows) => {
  it.each(titled(rows, ([title]) => title))("%s", (_title, [, claims, tool, params, result]) => {
    expect(decide(claims, tool, params)).toMatchObject(result);
    const fromCode = hosting.decide(claims as AccessToken, tool as never, params as never);
    expect(fromCode).toMatchObject(result);
  });
});

describe("a boundary of an endpoint", () => {
  it("limits the value in the path of a request", () => {
    const code = (path: string) => hosting.decideRequest(token, { method: "GET", path }).code;
    expect(code("/projects/p1/keys")).toBe("allowed");
    expect(code("/projects/p2/keys")).toBe("binding_mismatch");
    expect(code("/projects/P1/keys")).toBe("binding_mismatch");
    expect(code("/projects/p%201/keys")).toBe("invalid_params");
  });

  it("limits a value that the gate adds", () => {
    const request = { method: "POST", path: "/keys" };
    expect(hosting.decideRequest(token, { ...request, params: { projectId: "p1" } }).code).toBe(
      "allowed",
    );
    expect(hosting.decideRequest(token, request).code).toBe("invalid_params");
  });
});

describe("`operation` and `authorize`", () => {
  it("name the parameter of a boundary, and enforce it", () => {
    const operation = hosting.operation("move_key");
    expect(operation.params).toEqual(["projectId", "regionId"]);
    expect(hosting.authorize(token, "list_keys", { projectId: "p1" })).toBe(token);
    expect(() => hosting.authorize(token, "list_keys", { projectId: "p2" })).toThrow(AccessDenied);
  });
});

describe("the list of tools", () => {
  it("ignores boundaries, since a list has no arguments", () => {
    const codes = (claims: AccessToken) =>
      Object.fromEntries(
        hosting.toolsFor(claims).map(({ name, decision }) => [name, decision.code]),
      );
    expect(codes({ scope })).toMatchObject({ list_keys: "allowed", list_nodes: "allowed" });
    expect(codes({ scope: "openid" })).toMatchObject({ list_keys: "insufficient_scope" });
    expect(codes({ scope, boundaries: { project: 7 } } as never)).toEqual({});
  });
});

describe("the order of parameters", () => {
  it("has those of scopes before those of boundaries", () => {
    const policy = loadPolicy({
      ...DEFINITION,
      tools: {
        read: {
          scope: "/projects/{projectId}/logs",
          within: { region: "where", project: "projectId" },
        },
      },
      endpoints: {},
    });
    expect(policy.operation("read").params).toEqual(["projectId", "where"]);
  });
});

describe("a policy without boundaries", () => {
  it("ignores the member of a token", () => {
    const policy = definePolicy({ name: "P", version: "1", scopes: { a: {} }, tools: { t: "a" } });
    expect(policy.decide({ scope: "a", boundaries: 7 } as never, "t").code).toBe("allowed");
  });
});

describe("a boundary with the name of a member that every object has", () => {
  const policy = loadPolicy(
    JSON.stringify({
      name: "P",
      version: "1",
      boundaries: { constructor: { claim: "toString", absent: "dangerouslyAll" } },
      scopes: { a: {} },
      tools: { t: { scope: "a", within: { constructor: "id" } } },
    }),
  );
  const codeOf = (boundaries: unknown) =>
    policy.decideUntrusted({ scope: "a", boundaries }, "t", { id: "1" }).code;

  it("is missing in a token unless the list is its own", () => {
    expect(codeOf({})).toBe("allowed");
    expect(codeOf({ constructor: ["1"] })).toBe("allowed");
    expect(codeOf({ constructor: ["2"] })).toBe("binding_mismatch");
    expect(codeOf(Object.create({ constructor: ["1"] }))).toBe("invalid_token");
  });
});
