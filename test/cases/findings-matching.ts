import type { FindingCase } from "./finding-case.js";

/** Mistakes in matching rules. */
export const MATCHING_FINDINGS: readonly FindingCase[] = [
  {
    title: "an unknown matching rule, with the one that was probably meant",
    policy: { scopes: { a: { match: "parnet" }, b: { match: "glob" }, c: { match: true } } },
    finds: [
      ["invalid_type", "scopes.a.match", "got `parnet`", "parent"],
      ["invalid_type", "scopes.b.match", "expected exact or parent or wildcard", "wildcard"],
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
      ["match_rule", 'scopes["a:{id}"].match', "`parent` does not apply to `a:{id}`"],
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
  {
    title: "a path that is not the whole end of a name",
    policy: {
      scopes: Object.fromEntries(
        ["a:{p}", "b/{p}/x", "c//{p}", "d/{p}/{q}", "e", "https://{p}"].map((name) => [
          name,
          { match: "path-prefix" },
        ]),
      ),
    },
    finds: ["a:{p}", "b/{p}/x", "c//{p}", "d/{p}/{q}", "e", "https://{p}"].map(
      (name) =>
        [
          "match_rule",
          `scopes${name === "e" ? ".e" : `["${name}"]`}.match`,
          "must be the only placeholder and the end of the name, after a `/`",
        ] as const,
    ),
  },
  {
    title: "letters and actions that are not one each",
    policy: {
      scopes: {
        "patient/{Type}.rs": { match: "smart" },
        "patient/*.r": { match: "smart" },
        "a/b/{Type}.r": { match: "smart" },
        "repository:{name}:pull,push": { match: "registry" },
        "repository:a:pull": { match: "registry" },
        "Repository:{name}:pull": { match: "registry" },
      },
    },
    finds: [
      ["match_rule", 'scopes["patient/{Type}.rs"].match', "one scope for each letter of `cruds`"],
      ["match_rule", 'scopes["patient/*.r"].match', "one scope for each letter"],
      ["match_rule", 'scopes["a/b/{Type}.r"].match', "one scope for each letter"],
      ["match_rule", 'scopes["repository:{name}:pull,push"].match', "one scope for each action"],
      ["match_rule", 'scopes["repository:a:pull"].match', "one scope for each action"],
      ["match_rule", 'scopes["Repository:{name}:pull"].match', "one scope for each action"],
    ],
  },
  {
    title: "an older name to which the rule does not apply",
    policy: { scopes: { "a:/{p}": { match: "path-prefix", replaces: ["b:{p}", "c:/{p}"] } } },
    finds: [["match_rule", 'scopes["a:/{p}"].replaces[0]', "does not apply to `b:{p}`"]],
  },
  {
    title: "an implied scope with another rule",
    policy: {
      scopes: {
        "a:/{p}": { match: "path-prefix", implies: ["b:/{p}", "c:{p}", "plain"] },
        "b:/{p}": { match: "path-prefix" },
        "c:{p}": { implies: ["b:/{p}"] },
        plain: {},
      },
    },
    finds: [["match_rule", 'scopes["a:/{p}"].implies[1]', "only scopes with the same rule"]],
  },
  {
    title: "names that differ in placeholder names alone, with different rules",
    policy: {
      scopes: {
        "a:/{p}": { match: "path-prefix" },
        "a:/{q}": { match: "exact" },
        "b:/{p}": { match: "exact" },
        "b:/{q}": {},
        "c:/{p}": { match: "path-prefix" },
        "c:/{q}": { match: "path-prefix" },
      },
    },
    finds: [["overlap", 'scopes["a:/{q}"]', "their options must agree in `match`"]],
  },
  {
    title: "names that a path would match too",
    policy: {
      scopes: {
        "a:/{p}": { match: "path-prefix" },
        "a:/": {},
        "a:/x/y": {},
        "a:/b/{q}": { match: "path-prefix" },
        "a:/{x}/{y}/{z}": {},
        "{x}:/e/f": {},
        "{x}:/": {},
      },
    },
    finds: [
      ["overlap", 'scopes["a:/"]', "the scope token `a:/` would match both"],
      ["overlap", 'scopes["a:/x/y"]', "`a:/x/y` and `a:/{p}` overlap"],
      ["overlap", 'scopes["a:/b/{q}"]', "the scope token `a:/b/a` would match both"],
      ["overlap", 'scopes["a:/{x}/{y}/{z}"]', "the scope token `a:/a/a/a` would match both"],
      ["overlap", 'scopes["a:/{x}/{y}/{z}"]', "the scope token `a:/b/a/a` would match both"],
      ["overlap", 'scopes["{x}:/e/f"]', "the scope token `a:/e/f` would match both"],
      ["overlap", 'scopes["{x}:/"]', "the scope token `a:/` would match both"],
      ["overlap", 'scopes["{x}:/"]', "the scope token `a:/` would match both"],
    ],
  },
  {
    title: "names that a path would not match",
    policy: {
      scopes: {
        "a:/{p}": { match: "path-prefix" },
        a: {},
        "a:x": {},
        "a:/x//y": {},
        "a:/x/": {},
        "a:/x/../y": {},
        "a:/*": {},
        "a:/x:y": {},
        "ab:/{p}": { match: "path-prefix" },
        "{x}:/b/*": {},
      },
    },
    finds: [],
  },
  {
    title: "names that a text of several letters or of every type would match too",
    policy: {
      scopes: {
        "patient/{Type}.r": { match: "smart" },
        "patient/{Type}.s": { match: "smart" },
        "patient/X.rs": {},
        "patient/*.r": {},
        "patient/{y}.read": {},
        "patient/X.c": {},
        "patient/X.cruds": {},
        "patient/{y}.sr": {},
      },
    },
    finds: [
      ["overlap", 'scopes["patient/X.rs"]', "`patient/X.rs` and `patient/{Type}.r` overlap"],
      ["overlap", 'scopes["patient/X.rs"]', "`patient/X.rs` and `patient/{Type}.s` overlap"],
      ["overlap", 'scopes["patient/*.r"]', "the scope token `patient/*.r` would match both"],
      ["overlap", 'scopes["patient/{y}.read"]', "would match both"],
    ],
  },
  {
    title: "names that a text of several actions would match too",
    policy: {
      scopes: {
        "repository:{name}:pull": { match: "registry" },
        "repository:a/b:pull": {},
        "repository(x):a:pull": {},
        "repository:a:5/b:pull": {},
        "repository:{x}/{y}:{z}": {},
        "repository:a:delete": {},
        "repository:a": {},
        "other:{x}:pull": {},
      },
    },
    finds: [
      ["overlap", 'scopes["repository:a/b:pull"]', "`repository:a/b:pull` would match both"],
      ["overlap", 'scopes["repository(x):a:pull"]', "`repository(x):a:pull` would match both"],
      ["overlap", 'scopes["repository:a:5/b:pull"]', "`repository:a:5/b:pull` would match both"],
      ["overlap", 'scopes["repository:{x}/{y}:{z}"]', "would match both"],
      ["overlap", 'scopes["repository:{x}/{y}:{z}"]', "would match both"],
    ],
  },
];
