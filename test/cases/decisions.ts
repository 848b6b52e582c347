import { type DecisionCase, met, short } from "./decision-case.js";

/** What scopes do. */
export const SCOPE_DECISIONS: readonly DecisionCase[] = [
  { title: "one scope", token: { scope: "a" }, tool: "one", expect: met("a") },
  { title: "one scope among others", token: { scope: "x a y" }, tool: "one", expect: met("a") },
  { title: "one scope in a list", token: { scope: ["x", "a"] }, tool: "one", expect: met("a") },
  { title: "one scope missing", token: { scope: "b" }, tool: "one", expect: short(["a"]) },
  {
    title: "a token that holds nothing, as text",
    token: { scope: "" },
    tool: "one",
    expect: short(["a"]),
  },
  {
    title: "a token that holds nothing, as a list",
    token: { scope: [] },
    tool: "one",
    expect: short(["a"]),
  },
  { title: "another letter case", token: { scope: "A" }, tool: "one", expect: short(["a"]) },
  {
    title: "the first declared alternative that is met",
    token: { scope: "c b" },
    tool: "any",
    expect: met("b"),
  },
  {
    title: "ties go by declared order",
    token: { scope: "" },
    tool: "any",
    expect: short(["a"], ["a"], [["a"], ["b"], ["c"]]),
  },
  { title: "all of a list", token: { scope: "c b a" }, tool: "all", expect: met("a", "b", "c") },
  {
    title: "some of a list",
    token: { scope: "c a" },
    tool: "all",
    expect: short(["b"], ["a", "b", "c"]),
  },
  {
    title: "a nested alternative",
    token: { scope: "a c d" },
    tool: "nested",
    expect: met("a", "c", "d"),
  },
  {
    title: "the alternative with fewest missing, though declared later",
    token: { scope: "c d" },
    tool: "nested",
    expect: short(
      ["a"],
      ["a", "c", "d"],
      [
        ["a", "b"],
        ["a", "c", "d"],
      ],
    ),
  },
  {
    title: "as few missing in two: the first declared",
    token: { scope: "a d" },
    tool: "nested",
    expect: short(
      ["b"],
      ["a", "b"],
      [
        ["a", "b"],
        ["a", "c", "d"],
      ],
    ),
  },
  { title: "any valid token", token: { scope: "" }, tool: "authenticated", expect: met() },
  {
    title: "any valid token, gates passed",
    token: { scope: "", tier: "premium", account_type: "studio" },
    tool: "authenticated_pro",
    expect: met(),
  },
  {
    title: "any valid token, tier too low",
    token: { scope: "", tier: "free", account_type: "studio" },
    tool: "authenticated_pro",
    expect: { code: "upgrade_required", tier: "pro", had: "free" },
  },
  {
    title: "any valid token, another account",
    token: { scope: "", tier: "free", account_type: "mentor" },
    tool: "authenticated_pro",
    expect: { code: "account_type_required" },
  },
  { title: "public without credentials", tool: "public", expect: met() },
  { title: "public with a token", token: { scope: "a" }, tool: "public", expect: met() },
  {
    title: "public, enriched",
    token: { scope: "read:public" },
    tool: "public",
    expect: { ...met(), enriched: true },
  },
  {
    title: "public with nothing to add",
    token: { scope: "read:public" },
    tool: "public_plain",
    expect: met(),
  },
  {
    title: "public, the gate of what it adds failed",
    token: { scope: "pro:only" },
    tool: "public_gated",
    expect: met(),
  },
  {
    title: "public, the gate of what it adds passed",
    token: { scope: "pro:only", tier: "pro" },
    tool: "public_gated",
    expect: { ...met(), enriched: true },
  },
  {
    title: "public with a bad token",
    token: { scope: " " },
    tool: "public",
    expect: { code: "invalid_token" },
  },
  {
    title: "a hard denial",
    token: { scope: "a", first_party: true },
    tool: "denied",
    expect: { code: "denied", allowed: false, reason: "Never.", message: "denied: Never." },
  },
];
