import type { FindingCase } from "./finding-case.js";

const scopes = { "courses:read": {}, "courses:write": {}, "/a/{id}": {}, openid: {} };

/** Mistakes in `tools` and `endpoints`. */
export const RULE_FINDINGS: readonly FindingCase[] = [
  {
    title: "an undeclared scope, as a string, in `scope`, in lists and nested",
    policy: {
      scopes,
      tools: {
        bare: "courses:raed",
        one: { scope: "courses:raed" },
        get_settings: { anyOf: ["courses:raed", "openid"] },
        deep: {
          allOf: ["openid", { anyOf: [{ scope: "courses:write" }, { allOf: ["corses:read"] }] }],
        },
      },
    },
    finds: [
      ["unknown_scope", "tools.bare", "undeclared scope `courses:raed`", "courses:read"],
      ["unknown_scope", "tools.one.scope", "`courses:raed`", "courses:read"],
      ["unknown_scope", "tools.get_settings.anyOf[0]", "`courses:raed`", "courses:read"],
      ["unknown_scope", "tools.deep.allOf[1].anyOf[1].allOf[0]", "`corses:read`", "courses:read"],
    ],
  },
  {
    title: "a list of scopes in one string",
    policy: { scopes, tools: { t: "courses:read courses:write" } },
    finds: [["unknown_scope", "tools.t", "`courses:read courses:write`"]],
  },
  {
    title: "a scope with a name of Object.prototype",
    policy: { scopes, tools: { toString: "constructor", valueOf: { scope: "__proto__" } } },
    finds: [
      ["unknown_scope", "tools.toString", "`constructor`"],
      ["unknown_scope", "tools.valueOf.scope", "`__proto__`"],
    ],
  },
  {
    title: "a rule without a requirement",
    policy: { scopes, tools: { t: {}, u: { allOf: ["openid", { tier: "pro" }] } }, tiers: ["pro"] },
    finds: [
      ["empty_requirement", "tools.t", "missing requirement"],
      ["empty_requirement", "tools.u.allOf[1]", "missing requirement"],
    ],
  },
  {
    title: "two requirements in one rule",
    policy: {
      scopes,
      tools: {
        t: { allOf: ["openid"], anyOf: ["courses:read"] },
        u: { anyOf: [{ scope: "openid", allOf: ["openid"] }] },
      },
    },
    finds: [
      ["ambiguous_requirement", "tools.t", "`allOf` and `anyOf` together are ambiguous"],
      ["ambiguous_requirement", "tools.u.anyOf[0]", "`scope` and `allOf` together"],
    ],
  },
  {
    title: "a duplicate alternative, in every notation",
    policy: {
      scopes,
      tools: {
        t: {
          anyOf: [
            "openid",
            { scope: "openid" },
            { allOf: ["courses:read"] },
            { allOf: ["courses:read"] },
          ],
        },
      },
    },
    finds: [
      ["duplicate", "tools.t.anyOf[1]", "duplicate `openid`"],
      ["duplicate", "tools.t.anyOf[3]", 'duplicate `{"allOf":["courses:read"]}`'],
    ],
  },
  {
    title: "one scope under different conditions, which is not a duplicate",
    policy: {
      scopes,
      tiers: ["pro"],
      tools: { t: { anyOf: ["openid", { scope: "openid", tier: "pro" }] } },
    },
    finds: [],
  },
  {
    title: "undeclared conditions of rules, at any depth",
    policy: {
      scopes,
      tiers: ["free", "pro"],
      accountTypes: ["studio"],
      tools: {
        t: { scope: "openid", tier: "prp", accountTypes: ["studi", "studio", "studio"] },
        u: { anyOf: ["openid", { scope: "courses:read", tier: "fre" }] },
        v: { authenticated: true, tier: "platinum" },
      },
    },
    finds: [
      ["unknown_tier", "tools.t.tier", "`prp`", "pro"],
      ["duplicate", "tools.t.accountTypes[2]", "duplicate `studio`"],
      ["unknown_account_type", "tools.t.accountTypes[0]", "`studi`", "studio"],
      ["unknown_tier", "tools.u.anyOf[1].tier", "`fre`", "free"],
      ["unknown_tier", "tools.v.tier", "`platinum`"],
    ],
  },
  {
    title: "renamed parameters: unused, shadowed, invalid",
    policy: {
      scopes,
      tools: {
        unused: { scope: "openid", params: { id: "account" } },
        other: { scope: "/a/{id}", params: { id: "account", name: "n" } },
        shadowed: { anyOf: [{ scope: "/a/{id}", params: { id: "b" } }], params: { id: "a" } },
        unnamed: { scope: "/a/{id}", params: { id: "an account" } },
        undeclared: { scope: "/a/{ix}", params: { ix: "b" } },
      },
    },
    finds: [
      [
        "unused_param",
        "tools.unused.params.id",
        "no scope of this requirement has this placeholder",
      ],
      ["unused_param", "tools.other.params.name", "no scope of this requirement"],
      ["unused_param", "tools.shadowed.params.id", "no scope of this requirement"],
      ["param_name", "tools.unnamed.params.id", "invalid parameter name `an account`"],
      ["unknown_scope", "tools.undeclared.scope", "`/a/{ix}`", "/a/{id}"],
    ],
  },
  {
    title: "options that exclude each other",
    policy: {
      scopes,
      tiers: ["pro"],
      tools: {
        a: { deny: "no", scope: "openid" },
        b: { deny: "no", public: true, authenticated: true },
        c: { public: true, anyOf: ["openid"], tier: "pro" },
        d: { authenticated: true, allOf: ["openid"], params: { id: "x" } },
        e: { deny: "no", accountTypes: ["x"] },
        f: { deny: "no", enrichedBy: "openid" },
        g: { public: true, acr: "mfa", maxAge: 300, entitlement: "fleet" },
        h: { deny: "no", acr: "mfa", internal: true },
      },
    },
    finds: [
      ["mixed_operation", "tools.a.scope", "`scope` and `deny` cannot be combined"],
      ["mixed_operation", "tools.b.public", "`public` and `deny`"],
      ["mixed_operation", "tools.b.authenticated", "`authenticated` and `deny`"],
      ["mixed_operation", "tools.c.anyOf", "`anyOf` and `public`"],
      ["mixed_operation", "tools.c.tier", "`tier` and `public`"],
      ["mixed_operation", "tools.d.allOf", "`allOf` and `authenticated`"],
      ["mixed_operation", "tools.d.params", "`params` and `authenticated`"],
      ["mixed_operation", "tools.e.accountTypes", "`accountTypes` and `deny`"],
      ["mixed_operation", "tools.f.enrichedBy", "`enrichedBy` and `deny`"],
      ["mixed_operation", "tools.g.entitlement", "`entitlement` and `public`"],
      ["mixed_operation", "tools.g.acr", "`acr` and `public`"],
      ["mixed_operation", "tools.g.maxAge", "`maxAge` and `public`"],
      ["mixed_operation", "tools.h.acr", "`acr` and `deny`"],
    ],
  },
  {
    title: "options that can be combined",
    policy: {
      scopes,
      tiers: ["pro"],
      accountTypes: ["studio"],
      tools: {
        a: {
          authenticated: true,
          tier: "pro",
          accountTypes: ["studio"],
          title: "A",
          description: "…",
        },
        b: {
          public: true,
          enrichedBy: "openid",
          hidden: true,
          audit: { show: ["x"], hash: ["y"] },
        },
        c: { deny: "no", title: "C", hidden: true },
        constructor: "openid",
        toString: { scope: "openid" },
      },
    },
    finds: [],
  },
  {
    title: "enriching scopes: undeclared, bound",
    policy: {
      scopes,
      tools: {
        a: { public: true, enrichedBy: "opnid" },
        b: { public: true, enrichedBy: "/a/{id}" },
      },
    },
    finds: [
      ["unknown_scope", "tools.a.enrichedBy", "`opnid`", "openid"],
      ["placeholder", "tools.b.enrichedBy", "`/a/{id}` has a placeholder"],
    ],
  },
  {
    title: "invalid names of tools",
    policy: {
      scopes,
      tools: {
        "": "openid",
        ".": "openid",
        "..": "openid",
        "a b": "openid",
        "a/b": "openid",
        [`${"a".repeat(129)}`]: "openid",
        "...": "openid",
      },
    },
    finds: [
      ["tool_name", 'tools[""]', "expected 1 to 128"],
      ["tool_name", 'tools["."]', "except the names `.` and `..`"],
      ["tool_name", 'tools[".."]', "except the names `.` and `..`"],
      ["tool_name", 'tools["a b"]', "expected 1 to 128"],
      ["tool_name", 'tools["a/b"]', "expected 1 to 128"],
      ["tool_name", `tools.${"a".repeat(129)}`, "expected 1 to 128"],
    ],
  },
  {
    title: "invalid patterns",
    policy: {
      scopes,
      tools: {
        "a*b*c*": "openid",
        "a**": "openid",
        "{a,b}*": "openid",
        "!a*": "openid",
        "[a]?": "openid",
        "a\n*": "openid",
        "a*b*????": "openid",
      },
    },
    finds: [
      ["pattern_syntax", 'tools["a*b*c*"]', "at most 2 stars"],
      ["pattern_syntax", 'tools["a**"]', "write `*` instead of `**`"],
      ["pattern_syntax", 'tools["{a,b}*"]', "other glob syntax is not supported"],
      ["pattern_syntax", 'tools["!a*"]', "other glob syntax"],
      ["pattern_syntax", 'tools["[a]?"]', "other glob syntax"],
      ["pattern_syntax", 'tools["a\\n*"]', "other glob syntax"],
    ],
  },
  {
    title: "an invalid rule under an invalid name",
    policy: { scopes, tools: { "a b": "opneid" }, endpoints: { "GET a": "opneid" } },
    finds: [
      ["tool_name", 'tools["a b"]', "expected"],
      ["unknown_scope", 'tools["a b"]', "`opneid`", "openid"],
      ["endpoint_syntax", 'endpoints["GET a"]', "expected a method, one space and a path"],
      ["unknown_scope", 'endpoints["GET a"]', "`opneid`", "openid"],
    ],
  },
  {
    title: "invalid methods of endpoints",
    policy: {
      scopes,
      endpoints: {
        "HEAD /a": "openid",
        "get /b": "openid",
        "PSOT /c": "openid",
        "TRACE /d": "openid",
        "constructor /e": "openid",
      },
    },
    finds: [
      ["endpoint_method", 'endpoints["HEAD /a"]', "HEAD requests are treated as GET"],
      ["endpoint_method", 'endpoints["get /b"]', "unknown method `get`", "GET"],
      ["endpoint_method", 'endpoints["PSOT /c"]', "unknown method `PSOT`", "POST"],
      ["endpoint_method", 'endpoints["TRACE /d"]', "unknown method `TRACE`"],
      ["endpoint_method", 'endpoints["constructor /e"]', "unknown method `constructor`"],
    ],
  },
  {
    title: "one endpoint in two notations",
    policy: {
      scopes,
      endpoints: {
        "GET /a/{id}": "openid",
        "GET /A/:name": "openid",
        "POST /a/{id}": "openid",
        "GET /a/{id}/": "openid",
        "GET /caf%C3%A9": "openid",
        "GET /CAF%C3%89": "openid",
        "GET /cafe": "openid",
        "GET /stra%C3%9Fe": "openid",
        "GET /STRASSE": "openid",
      },
    },
    finds: [
      ["duplicate_endpoint", 'endpoints["GET /A/:name"]', "same endpoint as `GET /a/{id}`"],
      ["endpoint_syntax", 'endpoints["GET /a/{id}/"]', "is not canonical"],
      ["duplicate_endpoint", 'endpoints["GET /CAF%C3%89"]', "same endpoint as `GET /caf%C3%A9`"],
      ["duplicate_endpoint", 'endpoints["GET /STRASSE"]', "same endpoint as `GET /stra%C3%9Fe`"],
    ],
  },
];
