import { describe, expect, it } from "vitest";
import { insideOf, readBoundaries, storeClaims } from "../../src/decision/boundaries.js";
import type { Boundary } from "../../src/policy/compiled-policy.js";

const area: Boundary = { name: "area", claim: "areas", title: "Areas", isOpen: true };

describe("the values of a token for boundaries", () => {
  it.each([[undefined], [null], ["a"], [1]])("are missing for %j", (token) => {
    expect(readBoundaries([area], token)).toEqual(new Map());
  });

  it("are not read if the policy has no boundaries", () => {
    const token = Object.defineProperty({}, "boundaries", {
      get: () => {
        throw new Error("read");
      },
    });
    expect(readBoundaries([], token)).toEqual(new Map());
    expect(readBoundaries([area], token)).toBeUndefined();
  });

  it("are those of the verified claims if the token has none of its own", () => {
    const token = { scope: "a" };
    storeClaims(token, { areas: ["1", "2"] });
    expect(readBoundaries([area], token)).toEqual(new Map([["area", ["1", "2"]]]));
    const own = { scope: "a", boundaries: { area: "3" } };
    storeClaims(own, { areas: ["1"] });
    expect(readBoundaries([area], own)).toEqual(new Map([["area", ["3"]]]));
  });

  it("are missing for a token without a prototype if `Object.prototype` has some", () => {
    const token = Object.assign(Object.create(null) as object, { scope: "a" });
    const prototype = Object.prototype as Record<string, unknown>;
    try {
      prototype["boundaries"] = { area: [] };
      expect(readBoundaries([area], token)).toEqual(new Map());
      expect(readBoundaries([area], { scope: "a" })).toEqual(new Map());
    } finally {
      delete prototype["boundaries"];
    }
  });
});

describe("a value", () => {
  it.each<[values: readonly string[] | "none" | "unreadable", open: boolean, closed: boolean]>([
    [["1", "2"], true, true],
    [["2"], false, false],
    [[], false, false],
    ["none", true, false],
    ["unreadable", false, false],
  ])("is within a boundary for %j: %j, and %j if it is closed", (list, open, closed) => {
    const token = { boundaries: list === "none" ? {} : { area: list === "unreadable" ? 7 : list } };
    const isInside = (boundary: Boundary) => insideOf([boundary], token)(boundary, "1");
    expect(isInside(area)).toBe(open);
    expect(isInside({ ...area, isOpen: false })).toBe(closed);
  });
});
