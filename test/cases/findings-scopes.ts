import type { FindingCase } from "./finding-case.js";

/** Mistakes in `scopes`, in lists of scopes, and in tiers and account types. */
export const SCOPE_FINDINGS: readonly FindingCase[] = [
  {
    title: "a space in a scope",
    policy: { scopes: { "courses read": {} } },
    finds: [["scope_syntax", 'scopes["courses read"]', "a scope-token cannot contain a space"]],
  },
  {
    title: "a malformed scope that is used, which is reported once",
    policy: { scopes: { "a b": {} }, tools: { t: "a b" }, baseline: ["a b"] },
    finds: [["scope_syntax", 'scopes["a b"]', "a space"]],
  },
  {
    title: "a used scope in a policy without scopes",
    policy: { scopes: {}, tools: { t: "a" } },
    finds: [["unknown_scope", "tools.t", "undeclared scope `a`: the policy declares no scopes"]],
  },
  {
    title: "an empty scope",
    policy: { scopes: { "": {} } },
    finds: [["scope_syntax", 'scopes[""]', "at least one character"]],
  },
  {
    title: "a brace that does not form a placeholder",
    policy: { scopes: { "accounts/{id.read": {}, "/b/{{id}}": {} } },
    finds: [
      ["stray_bracket", 'scopes["accounts/{id.read"]', "stray `{` at character 9"],
      ["stray_bracket", 'scopes["/b/{{id}}"]', "stray `{` at character 3"],
    ],
  },
  {
    title: "placeholders inside segments",
    policy: {
      scopes: {
        "user/{Type}.read": {},
        "read:users!user={name}": {},
        "projects/{id}:read": {},
        "/acct/<id>.read": {},
        "{className}={id}": {},
      },
    },
    finds: [],
  },
  {
    title: "two placeholders without a literal character between them, with one that parts them",
    policy: { scopes: { "/a/{b}{c}": {}, "<x>{y}<z>:read": {} } },
    finds: [
      ["stray_bracket", 'scopes["/a/{b}{c}"]', "two placeholders need at least one", "/a/{b}-{c}"],
      [
        "stray_bracket",
        'scopes["<x>{y}<z>:read"]',
        "two placeholders need at least one",
        "<x>-{y}-<z>:read",
      ],
    ],
  },
  {
    title: "an angle bracket that does not form a placeholder",
    policy: { scopes: { "/a/<b/c": {} } },
    finds: [["stray_bracket", 'scopes["/a/<b/c"]', "stray `<` at character 3"]],
  },
  {
    title: "a placeholder twice in a scope",
    policy: { scopes: { "/a/{id}/{id}": {} } },
    finds: [["duplicate", 'scopes["/a/{id}/{id}"]', "a placeholder appears twice"]],
  },
  {
    title: "a scope in both notations of its placeholder",
    policy: { scopes: { "/a/{id}": {}, "/a/<id>": {} } },
    finds: [["duplicate", 'scopes["/a/<id>"]', "duplicate of `/a/{id}`"]],
  },
  {
    title: "a literal scope that a template matches",
    policy: { scopes: { "/a/{id}/x": {}, "/a/b/x": {} } },
    finds: [["overlap", 'scopes["/a/b/x"]', "the scope token `/a/b/x` would match both"]],
  },
  {
    title: "two templates that differ only in the names of placeholders",
    policy: { scopes: { "/a/{id}": {}, "/a/{name}": {} } },
    finds: [],
  },
  {
    title: "two such templates whose conditions differ",
    policy: {
      tiers: ["free", "pro"],
      accountTypes: ["a", "b"],
      entitlements: ["fleet"],
      scopes: {
        "/a/{id}": { accountTypes: ["a", "b"], required: false },
        "/a/{name}": { accountTypes: ["b", "a"] },
        "/a/{other}": { accountTypes: ["a", "b"], tier: "pro", default: "off" },
        "/b/{id}": { reserved: true },
        "/b/{name}": { required: true },
        "/c/{id}": { restricted: true },
        "/c/{name}": { entitlement: "fleet" },
      },
    },
    finds: [
      ["overlap", 'scopes["/a/{other}"]', "must agree in `tier` and `default`"],
      ["overlap", 'scopes["/b/{name}"]', "must agree in `reserved` and `required`"],
      ["overlap", 'scopes["/c/{name}"]', "must agree in `entitlement` and `restricted`"],
    ],
  },
  {
    title: "two such templates, one of which implies the other with the values in another order",
    policy: { scopes: { "/a/{x}/{y}": { implies: ["/a/{y}/{x}"] }, "/a/{y}/{x}": {} } },
    finds: [["implication_cycle", 'scopes["/a/{x}/{y}"].implies', "/a/{x}/{y} > /a/{x}/{y}"]],
  },
  {
    title: "such templates that imply each other through another scope",
    policy: {
      scopes: {
        "/a/{x}": { implies: ["b"] },
        "/a/{y}": {},
        b: {},
        "/c/{y}": { implies: ["/a/{y}"] },
        "/a/{z}": { implies: ["/c/{z}"] },
        "/c/{z}": {},
      },
    },
    finds: [["implication_cycle", 'scopes["/c/{y}"].implies', "/a/{x} > /c/{y} > /a/{x}"]],
  },
  {
    title: "templates with placeholders inside segments that match a common scope",
    policy: {
      scopes: {
        "user/{Type}.read": {},
        "user/Pat{rest}.read": {},
        "x:{a}-{b}": {},
        "x:y{c}": {},
        "/k/{v}.{w}": {},
        "/k/z.z": {},
      },
    },
    finds: [
      ["overlap", 'scopes["user/Pat{rest}.read"]', "the scope token `user/Pata.read` would match"],
      ["overlap", 'scopes["x:y{c}"]', "the scope token `x:y-a` would match both"],
      ["overlap", 'scopes["/k/z.z"]', "the scope token `/k/z.z` would match both"],
    ],
  },
  {
    title: "templates with placeholders inside segments that match no common scope",
    policy: {
      scopes: {
        "user/{Type}.read": {},
        "user/{Type}.write": {},
        "group/{Type}.read": {},
        "/k/{v}.x": {},
        "/k/{v}-y": {},
        "a:{v}b{w}": {},
        "a:b{w}": {},
        "a:cb": {},
      },
    },
    finds: [],
  },
  {
    title: "a literal that is longer than a value, in the place of a placeholder",
    policy: { scopes: { "/l/{v}": {}, [`/l/${"x".repeat(129)}`]: {} } },
    finds: [
      ["overlap", `scopes["/l/${"x".repeat(129)}"]`, "overlap: some scope token would match both"],
    ],
  },
  {
    title: "two templates that match a common scope",
    policy: { scopes: { "/a/{x}/c/d": {}, "/a/b/{y}/d": {} } },
    finds: [["overlap", 'scopes["/a/b/{y}/d"]', "the scope token `/a/b/c/d` would match both"]],
  },
  {
    title: "templates that match no common scope",
    policy: {
      scopes: { "/a/{x}/c": {}, "/a/{y}/d": {}, "/a/{z}": {}, "a:{x}:c": {}, "a.{x}.c": {} },
    },
    finds: [],
  },
  {
    title: "an undeclared implied scope",
    policy: { scopes: { repo: { implies: ["repo:staus"] }, "repo:status": {} } },
    finds: [
      ["unknown_scope", "scopes.repo.implies[0]", "undeclared scope `repo:staus`", "repo:status"],
    ],
  },
  {
    title: "an implied scope twice",
    policy: { scopes: { a: { implies: ["b", "b"] }, b: {} } },
    finds: [["duplicate", "scopes.a.implies[1]", "duplicate `b`"]],
  },
  {
    title: "an implied placeholder that the implying scope lacks",
    policy: { scopes: { "/a/{x}/z": { implies: ["/b/{y}"] }, "/b/{y}": {} } },
    finds: [["implied_placeholder", 'scopes["/a/{x}/z"].implies[0]', "`{y}` of the implied scope"]],
  },
  {
    title: "a literal scope that implies a template",
    policy: { scopes: { all: { implies: ["/b/{y}"] }, "/b/{y}": {} } },
    finds: [["implied_placeholder", "scopes.all.implies[0]", "`{y}`"]],
  },
  {
    title: "a reserved scope implied by one that is not",
    policy: { scopes: { a: { implies: ["b"] }, b: { reserved: true } } },
    finds: [
      ["implied_reserved", "scopes.a.implies[0]", "only a reserved scope may imply a reserved one"],
    ],
  },
  {
    title: "a scope that implies itself",
    policy: { scopes: { a: { implies: ["a"] } } },
    finds: [["implication_cycle", "scopes.a.implies", "scope implies itself: a > a"]],
  },
  {
    title: "a cycle, which is reported once, from its first scope",
    policy: {
      scopes: {
        x: { implies: ["a"] },
        a: { implies: ["b"] },
        b: { implies: ["c"] },
        c: { implies: ["a"] },
      },
    },
    finds: [["implication_cycle", "scopes.c.implies", "scope implies itself: a > b > c > a"]],
  },
  {
    title: "two cycles through one scope",
    policy: {
      scopes: { a: { implies: ["b", "c"] }, b: { implies: ["a"] }, c: { implies: ["a"] } },
    },
    finds: [
      ["implication_cycle", "scopes.b.implies", "a > b > a"],
      ["implication_cycle", "scopes.c.implies", "a > c > a"],
    ],
  },
  {
    title: "a diamond, which is not a cycle",
    policy: {
      scopes: { a: { implies: ["b", "c"] }, b: { implies: ["d"] }, c: { implies: ["d"] }, d: {} },
    },
    finds: [],
  },
  {
    title: "a cycle of templates",
    policy: {
      scopes: {
        "/a/{x}/{y}": { implies: ["/b/{y}/{x}"] },
        "/b/{y}/{x}": { implies: ["/a/{x}/{y}"] },
      },
    },
    finds: [
      ["implication_cycle", 'scopes["/b/{y}/{x}"].implies', "/a/{x}/{y} > /b/{y}/{x} > /a/{x}/{y}"],
    ],
  },
  {
    title: "an older name that is declared",
    policy: { scopes: { a: { replaces: ["b"] }, b: {} } },
    finds: [["replaced_declared", "scopes.a.replaces[0]", "`b` is a declared scope"]],
  },
  {
    title: "an older name that is not a scope-token",
    policy: { scopes: { a: { replaces: ["b c", "d{e", "f"] } } },
    finds: [
      ["scope_syntax", "scopes.a.replaces[0]", "a space"],
      ["stray_bracket", "scopes.a.replaces[1]", "stray `{` at character 1"],
    ],
  },
  {
    title: "an older name twice",
    policy: { scopes: { a: { replaces: ["b", "b"] } } },
    finds: [["duplicate", "scopes.a.replaces[1]", "duplicate `b`"]],
  },
  {
    title: "older names with different, fewer or more placeholders",
    policy: { scopes: { "/a/{x}": { replaces: ["/b/{y}", "/b", "/b/{x}/{y}"] } } },
    finds: [
      [
        "replaced_placeholders",
        'scopes["/a/{x}"].replaces[0]',
        "the placeholders of `/b/{y}` differ",
      ],
      ["replaced_placeholders", 'scopes["/a/{x}"].replaces[1]', "the placeholders of `/b` differ"],
      [
        "replaced_placeholders",
        'scopes["/a/{x}"].replaces[2]',
        "the placeholders of `/b/{x}/{y}` differ",
      ],
    ],
  },
  {
    title: "an older name that a declared template matches",
    policy: { scopes: { "/a/{x}": {}, b: { replaces: ["/a/c"] } } },
    finds: [["overlap", "scopes.b.replaces[0]", "`/a/c` and `/a/{x}` overlap"]],
  },
  {
    title: "a declared template that matches an older name of an earlier scope",
    policy: { scopes: { b: { replaces: ["/a/c"] }, "/a/{x}": {} } },
    finds: [["overlap", 'scopes["/a/{x}"]', "`/a/{x}` and `/a/c` overlap"]],
  },
  {
    title: "an older name, the second of its list, that its own scope matches",
    policy: { scopes: { "/a/{x}/{y}": { replaces: ["/b/{x}/{y}", "/a/<y>/<x>"] } } },
    finds: [
      ["overlap", 'scopes["/a/{x}/{y}"].replaces[1]', "`/a/{y}/{x}` and `/a/{x}/{y}` overlap"],
    ],
  },
  {
    title: "an older name that overlaps with its own scope, in the shape of an earlier scope",
    policy: { scopes: { "/{z}/b/d": {}, "/a/{x}/c": { replaces: ["/{x}/b/c"] } } },
    finds: [["overlap", 'scopes["/a/{x}/c"].replaces[0]', "`/{x}/b/c` and `/a/{x}/c` overlap"]],
  },
  {
    title: "older names of two scopes, one of which matches the other",
    policy: { scopes: { "/a/{x}": { replaces: ["/o/{x}"] }, b: { replaces: ["c", "/o/d"] } } },
    finds: [["overlap", "scopes.b.replaces[1]", "`/o/d` and `/o/{x}` overlap"]],
  },
  {
    title: "an older name used in a rule",
    policy: {
      scopes: { "students:read": { replaces: ["members:read"] } },
      tools: { list: "members:read" },
    },
    finds: [["replaced_scope", "tools.list", "`members:read` is an older name", "students:read"]],
  },
  {
    title: "a rule that names something other than a scope-token",
    policy: { scopes: { "/a/<id>": {} }, tools: { t: "/a/<id>\u00e9", u: "<" } },
    finds: [
      ["unknown_scope", "tools.t", "undeclared scope `/a/<id>\u00e9`"],
      ["unknown_scope", "tools.u", "undeclared scope `<`"],
    ],
  },
  {
    title: "an older name of two scopes used in a rule",
    policy: {
      scopes: { a: "text", b: { replaces: ["m", "n"] }, c: { replaces: ["m"] } },
      tools: { t: { anyOf: ["m", "n"] } },
    },
    finds: [
      ["replaced_scope", "tools.t.anyOf[0]", "`m` is an older name", "b"],
      ["replaced_scope", "tools.t.anyOf[1]", "`n` is an older name", "b"],
    ],
  },
  {
    title: "an older name used in a rule in the other notation",
    policy: {
      scopes: { "/n/{x}": { replaces: ["/o/{x}"] }, "/m/{x}": { replaces: ["/p/<x>"] } },
      tools: { t: { anyOf: ["/o/<x>", "/p/{x}", "/p/<x>", "/n/<x>"] } },
    },
    finds: [
      ["replaced_scope", "tools.t.anyOf[0]", "`/o/<x>` is an older name", "/n/{x}"],
      ["replaced_scope", "tools.t.anyOf[1]", "`/p/{x}` is an older name", "/m/{x}"],
      ["replaced_scope", "tools.t.anyOf[2]", "`/p/<x>` is an older name", "/m/{x}"],
      ["duplicate", "tools.t.anyOf[2]", "duplicate `/p/{x}`"],
    ],
  },
  {
    title: "a reserved scope that is on by default",
    policy: {
      scopes: { a: { reserved: true, default: "on" }, b: { reserved: true, default: "off" } },
    },
    finds: [["reserved_default", "scopes.a.default", "never offered"]],
  },
  {
    title: "an undeclared tier of a scope",
    policy: { tiers: ["free", "pro"], scopes: { a: { tier: "por" } } },
    finds: [
      [
        "unknown_tier",
        "scopes.a.tier",
        "undeclared tier `por`: the policy declares `free`, `pro`",
        "pro",
      ],
    ],
  },
  {
    title: "an undeclared scope that resembles no declared one, with the declared ones",
    policy: { scopes: { "a:read": "", "b:read": "" }, tools: { t: "orders" } },
    finds: [
      [
        "unknown_scope",
        "tools.t",
        "undeclared scope `orders`: the policy declares `a:read`, `b:read`",
      ],
    ],
  },
  {
    title: "a tier in a policy with many tiers, with ten of them",
    policy: {
      tiers: Array.from({ length: 12 }, (_, rank) => `tier-${rank}`),
      scopes: { a: { tier: "gold" } },
    },
    finds: [["unknown_tier", "scopes.a.tier", "`tier-8`, `tier-9` and 2 more"]],
  },
  {
    title: "a tier in a policy without tiers",
    policy: { scopes: { a: { tier: "pro" } } },
    finds: [
      ["unknown_tier", "scopes.a.tier", "undeclared tier `pro`: the policy declares no tiers"],
    ],
  },
  {
    title: "an undeclared and a repeated account type of a scope",
    policy: {
      accountTypes: ["mentor"],
      scopes: { a: { accountTypes: ["mento", "mentor", "mentor"] } },
    },
    finds: [
      [
        "unknown_account_type",
        "scopes.a.accountTypes[0]",
        "undeclared account type `mento`: the policy declares `mentor`",
        "mentor",
      ],
      ["duplicate", "scopes.a.accountTypes[2]", "duplicate `mentor`"],
    ],
  },
  {
    title: "duplicate tiers and account types",
    policy: { tiers: ["free", "pro", "free"], accountTypes: ["a", "a"] },
    finds: [
      ["duplicate", "tiers[2]", "duplicate `free`"],
      ["duplicate", "accountTypes[1]", "duplicate `a`"],
    ],
  },
  {
    title: "default scopes: undeclared, bound, reserved, off, duplicate",
    policy: {
      scopes: { openid: {}, r: { reserved: true }, off: { default: "off" }, "/a/{x}": {} },
      defaultScopes: ["openid", "opneid", "/a/{x}", "r", "off", "openid"],
    },
    finds: [
      ["unknown_scope", "defaultScopes[1]", "`opneid`", "openid"],
      ["placeholder", "defaultScopes[2]", "`/a/{x}` has a placeholder"],
      ["reserved_default", "defaultScopes[3]", "`r` is reserved"],
      ["denied_default", "defaultScopes[4]", "`off` is off by default"],
      ["duplicate", "defaultScopes[5]", "duplicate `openid`"],
    ],
  },
  {
    title: "baseline scopes: undeclared, bound, duplicate",
    policy: {
      scopes: { "mcp:tools": {}, "/a/{x}": {} },
      baseline: ["mcp:tool", "/a/{x}", "mcp:tools", "mcp:tools"],
    },
    finds: [
      ["unknown_scope", "baseline[0]", "`mcp:tool`", "mcp:tools"],
      ["placeholder", "baseline[1]", "has a placeholder"],
      ["duplicate", "baseline[3]", "duplicate `mcp:tools`"],
    ],
  },
  {
    title: "members of bundles: undeclared, duplicate, excepted",
    policy: {
      scopes: { "read:a": {}, "write:a": {} },
      bundles: {
        reading: ["read:a", "raed:a", "read:a"],
        all: { every: true, except: ["write:b", "write:b"] },
      },
    },
    finds: [
      ["unknown_scope", "bundles.reading[1]", "`raed:a`", "read:a"],
      ["duplicate", "bundles.reading[2]", "duplicate `read:a`"],
      ["unknown_scope", "bundles.all.except[0]", "`write:b`", "write:a"],
      ["duplicate", "bundles.all.except[1]", "duplicate `write:b`"],
      ["unknown_scope", "bundles.all.except[1]", "`write:b`", "write:a"],
    ],
  },
];
