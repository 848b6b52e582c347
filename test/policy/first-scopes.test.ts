import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import { firstScopes } from "../../src/policy/first-scopes.js";

const SCOPES = {
  "orders:read": { default: "on" },
  "orders:write": { default: "off" },
  openid: "Sign in",
  offline_access: { default: "on" },
  "staff:all": { reserved: true },
  "/a/{id}/": { default: "on" },
};

describe("the scopes that a client requests first", () => {
  it.each([
    ["those that are on by default", {}, ["orders:read"], []],
    ["the baseline too", { baseline: ["openid"] }, ["orders:read", "openid"], ["openid"]],
    [
      "the baseline without other scopes",
      { baseline: ["openid"], scopes: { openid: "S", b: "B" } },
      ["openid"],
      ["openid"],
    ],
    [
      "the default scopes if there are none",
      { defaultScopes: ["b"], scopes: { openid: "S", b: "B" } },
      ["b"],
      [],
    ],
    ["none", { scopes: { openid: "S", b: "B" } }, [], []],
    ["no default scopes beside others", { defaultScopes: ["openid"] }, ["orders:read"], []],
  ])("are %s", (_what, parts, all, baseline) => {
    const policy = compilePolicy({ name: "P", version: "1", scopes: SCOPES, ...parts });
    expect(firstScopes(policy)).toEqual({ all, baseline });
  });
});
