import type { FindingCase } from "./finding-case.js";

const scopes = { "courses:read": {}, openid: {} };

/** Values without the shape of a policy. */
export const SHAPE_FINDINGS: readonly FindingCase[] = [
  {
    title: "options that are `undefined`",
    policy: { name: undefined, scopes: undefined, tools: { t: { scope: "a", tier: undefined } } },
    finds: [
      ["undefined_value", "name", "got `undefined`"],
      ["undefined_value", "scopes", "got `undefined`"],
      ["undefined_value", "tools.t.tier", "expected a value, got `undefined`"],
    ],
  },
  {
    title: "texts in another language that translate nothing, and a language that is not a tag",
    policy: {
      language: "English, British",
      scopes: { ...scopes, "courses:write": { group: "Courses" } },
      notCovered: ["Payouts"],
      locales: {
        de: {
          groups: { Courses: "Kurse", Coursse: "Kurse" },
          bundles: { "read-only": "Nur lesen" },
          boundaries: { project: "Projekte" },
          notCovered: { Payout: "Auszahlungen" },
          titles: {},
        },
        fr: { groups: { Courses: "" } },
      },
    },
    finds: [
      ["unknown_key", "locales.de.titles", "unknown option `titles`"],
      ["empty_text", "locales.fr.groups.Courses", "must not be empty"],
      [
        "language_tag",
        "language",
        "invalid language tag `English, British`: expected a BCP 47 tag",
      ],
      ["unknown_text", "locales.de.groups.Coursse", "is not the `group` of a scope", "Courses"],
      ["unknown_text", 'locales.de.bundles["read-only"]', "is not a bundle of the policy"],
      ["unknown_text", "locales.de.boundaries.project", "is not a boundary of the policy"],
      ["unknown_text", "locales.de.notCovered.Payout", "is not a text of `notCovered`", "Payouts"],
    ],
  },
  {
    title: "texts in another language for a part with an invalid value, which has the only finding",
    policy: {
      scopes,
      notCovered: [7],
      locales: { de: { notCovered: { Payouts: "Auszahlungen" } } },
    },
    finds: [["invalid_type", "notCovered[0]", "expected a string, got a number"]],
  },
  {
    title: "an empty list `notCovered`",
    policy: { notCovered: [] },
    finds: [["empty_list", "notCovered", "must not be empty"]],
  },
  {
    title: "options of another type",
    policy: { name: 1, version: null, scopes: [], tools: "x", tiers: "free", notCovered: {} },
    finds: [
      ["invalid_type", "name", "expected a string, got a number"],
      ["invalid_type", "version", "expected a string, got null"],
      ["invalid_type", "scopes", "expected an object, got a list"],
      ["invalid_type", "tiers", "expected a list, got `free`"],
      ["invalid_type", "tools", "expected an object, got `x`"],
      ["invalid_type", "notCovered", "expected a list, got an object"],
    ],
  },
  {
    title: "values that JSON cannot represent",
    policy: { name: () => "x", version: Symbol("1"), scopes: { a: 1n } },
    finds: [
      ["invalid_type", "name", "expected a string, got a function"],
      ["invalid_type", "version", "got a symbol"],
      ["invalid_type", "scopes.a", "expected a string or an object, got a bigint"],
    ],
  },
  {
    title: "empty texts and lists",
    policy: {
      name: "",
      scopes: { openid: { accountTypes: [] } },
      tiers: [],
      baseline: [],
      notCovered: [""],
      bundles: { b: [] },
      tools: { t: "", u: { anyOf: [] }, v: { allOf: [""] }, w: { deny: "" } },
    },
    finds: [
      ["empty_text", "name", "must not be empty"],
      ["empty_list", "tiers", "must not be empty"],
      ["empty_list", "baseline", "must not be empty"],
      ["empty_list", "scopes.openid.accountTypes", "must not be empty"],
      ["empty_text", "notCovered[0]", "must not be empty"],
      ["empty_list", "bundles.b", "must not be empty"],
      ["empty_text", "tools.t", "must not be empty"],
      ["empty_list", "tools.u.anyOf", "must not be empty"],
      ["empty_text", "tools.v.allOf[0]", "must not be empty"],
      ["empty_text", "tools.w.deny", "must not be empty"],
    ],
  },
  {
    title: "misspelt options at every level",
    policy: {
      tool: {},
      nmae: "x",
      scopes: { ...scopes, "courses:write": { resreved: true, locales: { de: { titel: "x" } } } },
      tools: {
        get_settings: { anyOf: ["openid", { scope: "courses:read", teir: "pro" }], hiden: true },
        audited: { scope: "openid", audit: { shwo: ["x"] } },
      },
      endpoints: { "GET /a": { scop: "openid" } },
      bundles: { all: { every: true, exept: ["openid"] } },
    },
    finds: [
      ["unknown_key", "tool", "unknown option `tool`", "tools"],
      ["unknown_key", "nmae", "unknown option `nmae`", "name"],
      ["unknown_key", 'scopes["courses:write"].resreved', "unknown option `resreved`", "reserved"],
      ["unknown_key", 'scopes["courses:write"].locales.de.titel', "`titel`", "title"],
      ["unknown_key", "tools.get_settings.hiden", "`hiden`", "hidden"],
      ["unknown_key", "tools.get_settings.anyOf[1].teir", "`teir`", "tier"],
      ["unknown_key", "tools.audited.audit.shwo", "`shwo`", "show"],
      ["unknown_key", 'endpoints["GET /a"].scop', "`scop`", "scope"],
      ["unknown_key", "bundles.all.exept", "`exept`", "except"],
    ],
  },
  {
    title: "a misspelt required option",
    policy: { scopes, bundles: { all: { evry: true, except: ["openid"] } } },
    finds: [["unknown_key", "bundles.all.evry", "unknown option `evry`", "every"]],
  },
  {
    title: "options of other entries",
    policy: {
      scopes,
      tools: {
        t: { anyOf: ["openid", { deny: "no" }] },
        u: { allOf: [{ public: true }] },
        v: { scope: "openid", reserved: true },
      },
    },
    finds: [
      ["unknown_key", "tools.t.anyOf[1].deny", "unknown option `deny`"],
      ["unknown_key", "tools.u.allOf[0].public", "unknown option `public`"],
      ["unknown_key", "tools.v.reserved", "unknown option `reserved`"],
    ],
  },
  {
    title: "values that an option does not accept",
    policy: {
      scopes: { a: { default: "of", required: "yes" }, b: 5, c: [] },
      tools: { t: { public: false }, u: { authenticated: 1 }, v: { scope: ["a"] }, w: ["a"] },
      bundles: { x: { every: false }, y: {}, z: 1 },
    },
    finds: [
      ["invalid_type", "scopes.a.default", "expected on or off, got `of`", "on"],
      ["invalid_type", "scopes.a.required", "expected true or false, got `yes`"],
      ["invalid_type", "scopes.b", "expected a string or an object, got a number"],
      ["invalid_type", "scopes.c", "expected a string or an object, got a list"],
      ["invalid_type", "tools.t.public", "expected true, got false"],
      ["invalid_type", "tools.u.authenticated", "expected true, got a number"],
      ["invalid_type", "tools.v.scope", "expected a string, got a list: write { allOf:"],
      ["invalid_type", "tools.w", "got a list: write { allOf:"],
      ["invalid_type", "bundles.x.every", "expected true, got false"],
      ["invalid_type", "bundles.y.every", "expected true, got nothing"],
      ["invalid_type", "bundles.z", "expected a list or an object, got a number"],
    ],
  },
  {
    title:
      "lists in the place of a requirement, with a hint at `allOf` and `anyOf`, and other lists without one",
    policy: {
      scopes,
      tools: {
        list_jobs: ["openid", "a"],
        t: { anyOf: ["openid", ["openid", "a"]] },
        u: { public: ["openid"] },
        v: { scope: "openid", audit: { show: [["a"]] } },
      },
      endpoints: { "GET /jobs": ["openid"] },
    },
    finds: [
      [
        "invalid_type",
        "tools.list_jobs",
        'expected a string or an object, got a list: write { allOf: ["a", "b"] } if all of them are required, or { anyOf: ["a", "b"] } if one is enough',
      ],
      ["invalid_type", "tools.t.anyOf[1]", "got a list: write { allOf:"],
      ["invalid_type", "tools.u.public", "expected true, got a list"],
      ["invalid_type", "tools.v.audit.show[0]", "expected a string, got a list"],
      ["invalid_type", 'endpoints["GET /jobs"]', "got a list: write { allOf:"],
    ],
  },
  {
    title: "scopes as a list",
    policy: { scopes: ["openid"] },
    finds: [
      [
        "invalid_type",
        "scopes",
        'expected an object, got a list: write each scope with its description, as in { "orders:read": "Read orders" }',
      ],
    ],
  },
  {
    title: "items of lists, reported with their index",
    policy: {
      scopes,
      defaultScopes: [1, "opneid", null],
      tools: { t: { anyOf: [5, "openid", [], "opneid"] } },
      tiers: [{}, "free"],
    },
    finds: [
      ["invalid_type", "tiers[0]", "expected a string, got an object"],
      ["invalid_type", "defaultScopes[0]", "expected a string, got a number"],
      ["unknown_scope", "defaultScopes[1]", "`opneid`", "openid"],
      ["invalid_type", "defaultScopes[2]", "got null"],
      ["invalid_type", "tools.t.anyOf[0]", "expected a string or an object, got a number"],
      ["invalid_type", "tools.t.anyOf[2]", "got a list"],
      ["unknown_scope", "tools.t.anyOf[3]", "`opneid`", "openid"],
    ],
  },
  {
    title: "a scope with invalid options, which counts as declared",
    policy: { scopes: { a: 5, b: { tier: 5 } }, tools: { t: { allOf: ["a", "b"] } } },
    finds: [
      ["invalid_type", "scopes.a", "got a number"],
      ["invalid_type", "scopes.b.tier", "expected a string, got a number"],
    ],
  },
  {
    title: "an account type, an implied scope and an older name of another type",
    policy: {
      accountTypes: ["a"],
      scopes: { s: { accountTypes: [1, "a"], implies: [2], replaces: [3] } },
    },
    finds: [
      ["invalid_type", "scopes.s.accountTypes[0]", "got a number"],
      ["invalid_type", "scopes.s.implies[0]", "got a number"],
      ["invalid_type", "scopes.s.replaces[0]", "got a number"],
    ],
  },
  {
    title: "accepted findings with an unknown code, without a reason, twice, and of another shape",
    policy: {
      scopes: { a: "A" },
      lint: [
        { code: "unused_scpoe", path: "scopes.a", reason: "Later." },
        { code: "unused_scope", path: "scopes.a", reason: " " },
        { code: "unused_scope", path: "scopes.a", reason: "Later." },
        { code: "unused_scope", path: "scopes.b", reason: "" },
        { code: "unused_scope", path: "", raeson: "Later." },
        "unused_scope",
      ],
    },
    finds: [
      ["empty_text", "lint[3].reason", "must not be empty"],
      ["invalid_type", "lint[4].reason", "expected a string, got nothing"],
      ["unknown_key", "lint[4].raeson", "unknown option `raeson`", "reason"],
      ["invalid_type", "lint[5]", "expected an object"],
      ["unknown_lint_code", "lint[0].code", "unknown lint code `unused_scpoe`", "unused_scope"],
      ["empty_text", "lint[1].reason", "must not be empty"],
      ["duplicate", "lint[2]", "`unused_scope` at `scopes.a` is accepted twice"],
    ],
  },
];
