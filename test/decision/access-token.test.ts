import { describe, expect, it } from "vitest";
import { readOwn } from "../../src/decision/access-token.js";
import { titled } from "../titled.js";

const trap = () => {
  throw new Error("no");
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({ scope: "a" }, {});
  revoke();
  return proxy;
};

const READS: readonly (readonly [title: string, value: unknown, read: unknown])[] = [
  ["an own property", { scope: "a" }, "a"],
  ["an own property that is undefined", { scope: undefined }, undefined],
  ["an own getter", Object.defineProperty({}, "scope", { get: () => "a" }), "a"],
  [
    "an own property of an object without prototype",
    Object.assign(Object.create(null) as object, { scope: "a" }),
    "a",
  ],
  ["an inherited property", Object.create({ scope: "a" }), undefined],
  ["a missing property", {}, undefined],
  ["a getter that throws", Object.defineProperty({}, "scope", { get: trap }), undefined],
  ["a proxy that throws", new Proxy({ scope: "a" }, { get: trap }), undefined],
  ["a proxy that hides", new Proxy({ scope: "a" }, { getOwnPropertyDescriptor: trap }), undefined],
  ["a revoked proxy", revoked(), undefined],
  ["null", null, undefined],
  ["undefined", undefined, undefined],
  ["a text", "scope", undefined],
  ["a function", Object.assign(() => "a", { scope: "a" }), undefined],
];

describe("readOwn", () => {
  const reads = titled(
    READS,
    ([title, , read]) => `returns ${read === undefined ? "undefined" : "the value"} for ${title}`,
  );
  it.each(reads)("%s", (_title, [, value, read]) => {
    expect(readOwn(value, "scope")).toBe(read);
  });
});
