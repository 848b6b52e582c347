import type { FindingCase } from "./finding-case.js";

/** Mistakes in matching rules. */
export const MATCHING_FINDINGS: readonly FindingCase[] = [
  {
    title: "an unknown matching rule, with the one that was probably meant",
    policy: { scopes: { a: { match: "parnet" }, b: { match: "glob" }, c: { match: true } } },
    finds: [
      ["invalid_type", "scopes.a.match", "got `parnet`", "parent"],
      ["invalid_type", "scopes.b.match", "expected exact or parent or wildcard"],
      ["invalid_type", "scopes.c.match", "got true"],
    ],
  },
  {
    title: "a rule for names without placeholders on a template, and on its older name",
    policy: {
      scopes: {
        "a:{id}": { match: "parent" },
        "b:{id}:*": { match: "wildcard" },
        "c:<id>": { match: "exact" },
      },
    },
    finds: [
      ["match_rule", 'scopes["a:{id}"].match', "`parent` does not apply to this name"],
      ["match_rule", 'scopes["b:{id}:*"].match', "this one has `{id}`"],
    ],
  },
  {
    title: "a scope that covers one that implies it",
    policy: { scopes: { a: { match: "parent" }, "a.b": { implies: ["a"] } } },
    finds: [["implication_cycle", 'scopes["a.b"].implies', "scope implies itself: a > a.b > a"]],
  },
  {
    title: "a name below one that it is above of, through a wildcard",
    policy: { scopes: { "x.y": { implies: ["*.*"] }, "*.*": { match: "wildcard" } } },
    finds: [["implication_cycle", 'scopes["*.*"].match', "scope implies itself: x.y > *.* > x.y"]],
  },
  {
    title: "wildcards that cover others, and names under more than one rule",
    policy: {
      scopes: {
        "*": { match: "wildcard" },
        "*.*": { match: "wildcard" },
        "a.*": { match: "wildcard" },
        "*.b": { match: "wildcard" },
        a: { match: "parent" },
        "a.b": { match: "parent" },
      },
    },
    finds: [],
  },
];
