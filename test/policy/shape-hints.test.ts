import { describe, expect, it } from "vitest";
import type { Path } from "../../src/policy/report.js";
import { hintAt } from "../../src/policy/shape-hints.js";

const SECONDS = ": write seconds, as in maxAge: 300";
const REASON = `: write the reason, as in deny: "Use the console."`;
const WITHIN = `: write a parameter for each boundary, as in { project: "projectId" }`;
const CLAIM = `: write the claim of each boundary, as in { project: { claim: "projects" } }`;
const ONE_NAME = `: write one name; if several are required, nest one requirement for each in { allOf: [...] }`;
const SCOPES = `: write each scope with its description, as in { "orders:read": "Read orders" }`;
const RESTRICTED =
  ": write `restricted: true`, and name the scope in `approvedScopes` of each approved client";
const PARTS = `: write { allOf: ["a", "b"] } if all of them are required, or { anyOf: ["a", "b"] } if one is enough`;

describe("the hint at what a value of the wrong type was meant to be", () => {
  it.each<[place: string, input: unknown, hint: string]>([
    ["tools t maxAge", "1h", SECONDS],
    ["tools t cases 0 maxAge", [], SECONDS],
    ["tools t deny", true, REASON],
    ["endpoints e otherwise deny", [], REASON],
    ["tools t within", "project", WITHIN],
    ["tools t within project", 1, WITHIN],
    ["tools t within project x", 1, ""],
    ["tools t otherwise within project", 1, ""],
    ["tools t other project", 1, ""],
    ["boundaries", [], CLAIM],
    ["boundaries project", "projects", CLAIM],
    ["boundaries project claim", ["projects"], ""],
    ["tools t entitlement", ["a"], ONE_NAME],
    ["tools t entitlement", 1, ""],
    ["scopes", ["a"], SCOPES],
    ["scopes", "a", ""],
    ["scopes a restricted", ["client"], RESTRICTED],
    ["scopes a restricted", "client", ""],
    ["scopes a", ["a"], ""],
    ["tools t restricted", ["client"], ""],
    ["tools t", ["a", "b"], PARTS],
    ["endpoints e", ["a", "b"], PARTS],
    ["endpoints e", 7, ""],
    ["tools t scope", ["a", "b"], PARTS],
    ["endpoints e otherwise scope", ["a"], PARTS],
    ["tools t allOf 0", ["a"], PARTS],
    ["endpoints e anyOf 0", ["a"], PARTS],
    ["endpoints e allOf 0 anyOf 0", ["a"], PARTS],
    ["tools t anyOf 0 allOf 0", ["a"], PARTS],
    ["tools t allOf x 0", ["a"], ""],
    ["tools t title", ["a"], ""],
    ["tools", ["a"], ""],
    ["bundles b", ["a"], ""],
    ["bundles b scope", ["a"], ""],
    ["baseline", ["a"], ""],
  ])("at `%s`, for %j, is %j", (place, input, hint) => {
    const path: Path = place.split(" ");
    expect(hintAt(input, path)).toBe(hint);
  });
});
