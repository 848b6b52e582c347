import { describe, expect, it } from "vitest";
import { oncePerPolicy } from "../../src/policy/once-per-policy.js";

describe("what a gate derives from a policy", () => {
  it("is derived once for each policy, and is the same value from then on", () => {
    const derived: string[] = [];
    const readValue = oncePerPolicy((policy: { readonly name: string }) => {
      derived.push(policy.name);
      return { of: policy.name };
    });
    const [first, second] = [{ name: "first" }, { name: "second" }];
    const value = readValue(first);
    expect(value).toEqual({ of: "first" });
    expect(readValue(second)).toEqual({ of: "second" });
    expect(readValue(first)).toBe(value);
    expect(readValue({ name: "first" })).not.toBe(value);
    expect(derived).toEqual(["first", "second", "first"]);
  });

  it("is derived once even if there is no value", () => {
    let count = 0;
    const readValue = oncePerPolicy(() => {
      count += 1;
    });
    const policy = {};
    expect([readValue(policy), readValue(policy), count]).toEqual([undefined, undefined, 1]);
  });
});
