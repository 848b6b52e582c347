import { getHeapStatistics } from "node:v8";
import { loadPolicy, type Policy } from "scope-policy";
import { expect, it } from "vitest";
import { listOf, scopesOf } from "../policy/many.js";

const CALLS = 2_000;
/** Bytes that a call takes if it creates nothing: what other parts of the process take meanwhile. An object takes 16 at least. */
const NONE = 8;

/** Returns the median of the bytes that a call creates. */
function bytesOf(call: () => unknown): number {
  for (let index = 0; index < 50 * CALLS; index += 1) call();
  const taken = listOf(21, () => {
    const before = getHeapStatistics().used_heap_size;
    for (let index = 0; index < CALLS; index += 1) call();
    return (getHeapStatistics().used_heap_size - before) / CALLS;
  });
  return taken.sort((a, b) => a - b)[10] as number;
}

const NAMES = listOf(100, (index) => `s${index}`);
const anyOf = (count: number) => ({ anyOf: NAMES.slice(0, count) });
const allOf = (count: number) => ({ allOf: NAMES.slice(0, count) });
const policyOf = (tool: object | string): Policy =>
  loadPolicy({
    name: "P",
    version: "1",
    scopes: scopesOf(100, (index) => `s${index}`),
    tools: { tool },
  });

const ALLOWED: readonly [title: string, tool: object | string, scope: string][] = [
  ["one scope", "s0", "s0"],
  ["one scope beyond the first 64", "s99", "s99"],
  ["one of two scopes", anyOf(2), "s1"],
  ["one of eight scopes", anyOf(8), "s7"],
  ["one of nine scopes", anyOf(9), "s8"],
  ["one of a hundred scopes", anyOf(100), "s99"],
  ["eight scopes together", allOf(8), NAMES.slice(0, 8).join(" ")],
  ["nine scopes together", allOf(9), NAMES.slice(0, 9).join(" ")],
];

it.each(ALLOWED)("creates nothing for an allowed decision that requires %s", (_, tool, scope) => {
  const policy = policyOf(tool);
  const token = { scope };
  expect(policy.decideUntrusted(token, "tool").allowed).toBe(true);
  expect(bytesOf(() => policy.decideUntrusted(token, "tool"))).toBeLessThan(NONE);
});

const DENIED: typeof ALLOWED = [
  ["one scope", "s0", "s1"],
  ["one of two scopes", anyOf(2), "s2"],
  ["one of eight scopes", anyOf(8), "s8"],
  ["eight scopes together", allOf(8), "s0"],
];

it.each(DENIED)("creates nothing for the denial of a token without %s", (_, tool, scope) => {
  const policy = policyOf(tool);
  const token = { scope };
  expect(policy.decideUntrusted(token, "tool").allowed).toBe(false);
  expect(bytesOf(() => policy.decideUntrusted(token, "tool"))).toBeLessThan(NONE);
});

it("measures what a call creates", () => {
  const policy = policyOf(anyOf(9));
  const token = { scope: "s9" };
  // a denial of more than eight scopes is a new decision
  expect(bytesOf(() => policy.decideUntrusted(token, "tool"))).toBeGreaterThan(100);
});
