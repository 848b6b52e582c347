import { type DecisionCase, met, short } from "./decision-case.js";

/** Decisions by scopes. */
export const SCOPE_DECISIONS: readonly DecisionCase[] = [
  { title: "one scope", token: { scope: "a" }, tool: "one", expect: met("a") },
  { title: "one scope among others", token: { scope: "x a y" }, tool: "one", expect: met("a") },
  { title: "one scope in a list", token: { scope: ["x", "a"] }, tool: "one", expect: met("a") },
  { title: "one scope missing", token: { scope: "b" }, tool: "one", expect: short(["a"]) },
  {
    title: "a token without scopes, as a string",
    token: { scope: "" },
    tool: "one",
    expect: short(["a"]),
  },
  {
    title: "a token without scopes, as a list",
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
    title: "several alternatives that are met, in declared order",
    token: { scope: "" },
    tool: "any",
    expect: short(["a"], ["a"], [["a"], ["b"], ["c"]]),
  },
  {
    title: "all scopes of allOf",
    token: { scope: "c b a" },
    tool: "all",
    expect: met("a", "b", "c"),
  },
  {
    title: "some scopes of allOf",
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
    title: "two alternatives with equally few missing scopes, of which the first is named",
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
    title: "any valid token, conditions met",
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
    title: "any valid token, another account type",
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
    expect: { ...met(), enriched: true, enrichments: ["read:public"] },
  },
  {
    title: "public without an enriching scope in the token",
    token: { scope: "read:public" },
    tool: "public_plain",
    expect: met(),
  },
  {
    title: "public, the condition of the enriching scope not met",
    token: { scope: "pro:only" },
    tool: "public_gated",
    expect: met(),
  },
  {
    title: "public, the condition of the enriching scope met",
    token: { scope: "pro:only", tier: "pro" },
    tool: "public_gated",
    expect: { ...met(), enriched: true, enrichments: ["pro:only"] },
  },
  {
    title: "public with an invalid token",
    token: { scope: " " },
    tool: "public",
    expect: { code: "invalid_token" },
  },
  {
    title: "a denied tool",
    token: { scope: "a", first_party: true },
    tool: "denied",
    expect: { code: "denied", allowed: false, reason: "Never.", message: "denied: Never." },
  },
];
