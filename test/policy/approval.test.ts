import { describe, expect, it } from "vitest";
import { createApproval } from "../../src/policy/approval.js";
import { compilePolicy } from "../../src/policy/compile.js";
import { listedScopes } from "../../src/policy/scope-ceiling.js";

const policy = compilePolicy({
  name: "Shops",
  version: "1",
  scopes: {
    read: {},
    sync: { restricted: true },
    staff: { reserved: true, restricted: true, implies: ["sync"] },
    "/shops/{shop}/sync": { restricted: true },
  },
});

describe("the scopes that a client can have", () => {
  it.each([
    ["read", undefined, true],
    ["sync", undefined, false],
    ["sync", ["read"], false],
    ["sync", ["sync"], true],
    ["sync", "read sync", true],
    ["sync", "read  sync", false],
    ["sync", 7, false],
    // an approval counts for a scope of first-party clients too
    ["staff", ["staff"], true],
    ["staff", ["sync"], false],
    ["sync", ["staff"], true],
    ["/shops/a/sync", ["/shops/a/sync"], true],
    ["/shops/b/sync", ["/shops/a/sync"], false],
    ["/shops/{shop}/sync", ["/shops/{shop}/sync"], true],
    ["/shops/{shop}/sync", ["/shops/a/sync"], false],
  ])("%s with the approved scopes %j: %s", (scope, approved, expected) => {
    const approval = createApproval(policy, approved);
    expect(listedScopes(policy, scope, true).map((one) => approval.covers(one))).toEqual([
      expected,
    ]);
  });

  it("are some of a template if the server approved one of its values", () => {
    const [, , , template] = policy.scopes;
    const coversSome = (approved: readonly string[]) =>
      createApproval(policy, approved).coversSome(template as never);
    expect(coversSome(["/shops/a/sync"])).toBe(true);
    expect(coversSome(["sync"])).toBe(false);
  });
});
