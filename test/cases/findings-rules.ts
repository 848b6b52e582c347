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
      ["endpoint_method", 'endpoints["HEAD /a"]', "HEAD requests are treated as GET", "GET /a"],
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
      [
        "endpoint_syntax",
        'endpoints["GET /a/{id}/"]',
        "a trailing slash is not canonical",
        "GET /a/{id}",
      ],
      ["duplicate_endpoint", 'endpoints["GET /CAF%C3%89"]', "same endpoint as `GET /caf%C3%A9`"],
      ["duplicate_endpoint", 'endpoints["GET /STRASSE"]', "same endpoint as `GET /stra%C3%9Fe`"],
    ],
  },
  {
    title: "endpoints of HEAD",
    policy: {
      scopes: { openid: {}, "a:read": {}, "/a/{id}": {} },
      endpoints: {
        "GET /a": { scope: "openid", title: "A" },
        "HEAD /a": "openid",
        "GET /b": { anyOf: ["openid", "a:read"], hidden: true },
        "HEAD /b": { anyOf: ["openid", "a:read"] },
        "HEAD /c/:id": { deny: "no" },
        "GET /c/{id}": { deny: "no" },
        "GET /d": "openid",
        "HEAD /d": "a:read",
        "GET /e/{id}": "/a/{id}",
        "HEAD /e/{name}": "/a/{id}",
        "GET /f": { anyOf: ["openid", "a:read"] },
        "HEAD /f": { anyOf: ["a:read", "openid"] },
        "HEAD /g/{id}": { public: true },
        "GET /h/{id}/{of}": {
          anyOf: ["a:read", { scope: "/a/{id}", params: { id: "of" } }],
          maxAge: 60,
        },
        "HEAD /h/{id}/{of}": {
          maxAge: 60,
          anyOf: ["a:read", { params: { id: "of" }, scope: "/a/{id}" }],
        },
      },
    },
    finds: [
      ["endpoint_method", 'endpoints["HEAD /d"]', "give it the rule and the parameter names of"],
      ["endpoint_method", 'endpoints["HEAD /e/{name}"]', "of `GET /e/{id}`, or leave it out"],
      ["endpoint_method", 'endpoints["HEAD /f"]', "of `GET /f`"],
      ["endpoint_method", 'endpoints["HEAD /g/{id}"]', "declare the GET", "GET /g/{id}"],
    ],
  },
  {
    title: "spellings of endpoints in other tools",
    policy: {
      scopes,
      endpoints: {
        "GET /a//b/": "openid",
        "GET /pages/{page-id}/{sub-page-id}": "openid",
        "GET /jobs/:name:cancel": "openid",
        "GET /jobs/:name\\:start": "openid",
        "GET /trips/:from-:to": "openid",
        "GET /files/*": "openid",
        "GET /docs/*rest": "openid",
        "GET /notes/{rest+}": "openid",
        "GET /lists/:rest(.*)": "openid",
        "GET /books/{name=**}": "openid",
        "GET /x/{rest*}/y": "openid",
        "GET /y/a?b": "openid",
      },
    },
    finds: [
      ["endpoint_syntax", 'endpoints["GET /a//b/"]', "an empty segment", "GET /a/b"],
      [
        "endpoint_syntax",
        'endpoints["GET /pages/{page-id}/{sub-page-id}"]',
        "`{page-id}` is not canonical",
        "GET /pages/{page_id}/{sub_page_id}",
      ],
      [
        "endpoint_syntax",
        'endpoints["GET /jobs/:name:cancel"]',
        "is not canonical",
        "GET /jobs/{name}:cancel",
      ],
      [
        "endpoint_syntax",
        'endpoints["GET /jobs/:name\\\\:start"]',
        "is not canonical",
        "GET /jobs/{name}:start",
      ],
      [
        "endpoint_syntax",
        'endpoints["GET /trips/:from-:to"]',
        "is not canonical",
        "GET /trips/{from}-{to}",
      ],
      ["endpoint_syntax", 'endpoints["GET /files/*"]', "not canonical", "GET /files/{path*}"],
      ["endpoint_syntax", 'endpoints["GET /docs/*rest"]', "not canonical", "GET /docs/{rest*}"],
      ["endpoint_syntax", 'endpoints["GET /notes/{rest+}"]', "canonical", "GET /notes/{rest*}"],
      ["endpoint_syntax", 'endpoints["GET /lists/:rest(.*)"]', "canonical", "GET /lists/{rest*}"],
      ["endpoint_syntax", 'endpoints["GET /books/{name=**}"]', "canonical", "GET /books/{name*}"],
      ["endpoint_syntax", 'endpoints["GET /x/{rest*}/y"]', "put it at the end"],
      ["endpoint_syntax", 'endpoints["GET /y/a?b"]', "is not canonical"],
    ],
  },
  {
    title: "endpoints that no order separates",
    policy: {
      scopes,
      endpoints: {
        "GET /a/{name}.json": "openid",
        "GET /a/{name}.tar.json": "openid",
        "GET /a/{name}.JSON": "openid",
        "GET /a/b-{name}": "openid",
        "GET /a/{name}:cancel": "openid",
        "POST /a/{name}.tar.json": "openid",
        "GET /b/{a}-{b}.zip/x": "openid",
        "GET /b/{a}_{b}.zip/{x}": "openid",
        "GET /b/{a}+{b}.zip/y": "openid",
        "GET /b/{a}.zip/{x*}": "openid",
        "GET /c/{a}:x": "openid",
        "GET /c/{b}:y": "openid",
        "GET /c/{b}": "openid",
        "GET /c/{b*}": "openid",
        "GET /c/d": "openid",
        "GET /c/a:x": "openid",
        "GET /d/{a}:x/e": "openid",
        "GET /d/y{a}/f": "openid",
        "GET /e/{a*}": "openid",
        "GET /E/{b*}": "openid",
      },
    },
    finds: [
      ["overlap", 'endpoints["GET /a/{name}.tar.json"]', "some paths match `GET /a/{name}.json`"],
      ["duplicate_endpoint", 'endpoints["GET /a/{name}.JSON"]', "same endpoint"],
      ["overlap", 'endpoints["GET /a/{name}.tar.json"]', "match `GET /a/{name}.JSON` too"],
      ["overlap", 'endpoints["GET /a/b-{name}"]', "match `GET /a/{name}.json` too"],
      ["overlap", 'endpoints["GET /a/b-{name}"]', "match `GET /a/{name}.JSON` too"],
      ["overlap", 'endpoints["GET /a/b-{name}"]', "match `GET /a/{name}.tar.json` too"],
      ["overlap", 'endpoints["GET /a/{name}:cancel"]', "match `GET /a/b-{name}` too"],
      ["overlap", 'endpoints["GET /b/{a}_{b}.zip/{x}"]', "match `GET /b/{a}-{b}.zip/x` too"],
      ["overlap", 'endpoints["GET /b/{a}+{b}.zip/y"]', "match `GET /b/{a}_{b}.zip/{x}` too"],
      ["overlap", 'endpoints["GET /b/{a}.zip/{x*}"]', "match `GET /b/{a}-{b}.zip/x` too"],
      ["overlap", 'endpoints["GET /b/{a}.zip/{x*}"]', "match `GET /b/{a}_{b}.zip/{x}` too"],
      ["overlap", 'endpoints["GET /b/{a}.zip/{x*}"]', "match `GET /b/{a}+{b}.zip/y` too"],
      ["duplicate_endpoint", 'endpoints["GET /E/{b*}"]', "same endpoint as `GET /e/{a*}`"],
    ],
  },
  {
    title: "a catch-all that fills a placeholder",
    policy: {
      scopes: { openid: {}, "/files/{path}": {}, "/files/{fileID}/names": {} },
      endpoints: {
        "GET /a/{path*}": "/files/{path}",
        "GET /b/{rest*}": { scope: "/files/{path}", params: { path: "rest" } },
        "GET /c/{path*}": { anyOf: ["openid", { allOf: ["openid", "/files/{path}"] }] },
        "GET /d/{path}": "/files/{path}",
        "GET /e/{fileID}/{path*}": "/files/{fileID}/names",
        "GET /f/{path*}": { scope: "/files/{path}", params: { path: "other" } },
      },
    },
    finds: [
      ["catch_all_param", 'endpoints["GET /a/{path*}"]', "the catch-all `path` can have several"],
      ["catch_all_param", 'endpoints["GET /b/{rest*}"]', "the catch-all `rest`"],
      ["catch_all_param", 'endpoints["GET /c/{path*}"]', "the catch-all `path`"],
    ],
  },
];
