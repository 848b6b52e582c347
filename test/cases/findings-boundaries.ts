import type { FindingCase } from "./finding-case.js";

const scopes = { openid: {}, "/a/{id}": {} };
const boundaries = { project: { claim: "projects" } };

/** Mistakes in boundaries. */
export const BOUNDARY_FINDINGS: readonly FindingCase[] = [
  {
    title: "boundaries that are not declared, or written like a claim or a list",
    policy: {
      scopes,
      boundaries: { ...boundaries, region: { claim: "regions", title: "Regions" } },
      tools: {
        a: { scope: "openid", within: { projet: "projectId" } },
        b: { scope: "openid", within: { project: "project id" } },
        c: { scope: "openid", within: {} },
        d: { scope: "openid", within: "project" },
        e: { scope: "openid", within: ["project"] },
        f: { scope: "openid", within: { project: ["projectId"] } },
        g: { scope: "openid", withn: { project: "projectId" } },
        h: { anyOf: ["openid", { scope: "/a/{id}", within: { project: "projectId" } }] },
        i: { public: true, within: { project: "projectId" } },
        j: { deny: "no", within: { project: "projectId" } },
      },
    },
    finds: [
      [
        "unknown_boundary",
        "tools.a.within.projet",
        "the policy declares `project`, `region`",
        "project",
      ],
      ["param_name", "tools.b.within.project", "invalid parameter name `project id`"],
      ["empty_within", "tools.c.within", "must name a boundary"],
      ["invalid_type", "tools.d.within", 'as in { project: "projectId" }'],
      ["invalid_type", "tools.e.within", "expected an object, got a list"],
      [
        "invalid_type",
        "tools.f.within.project",
        "expected a string, got a list: write a parameter",
      ],
      ["unknown_key", "tools.g.withn", "`withn`", "within"],
      ["unknown_key", "tools.h.anyOf[1].within", "it belongs at the top of the operation"],
      ["mixed_operation", "tools.i.within", "`within` and `public` cannot be combined"],
      ["mixed_operation", "tools.j.within", "`within` and `deny` cannot be combined"],
    ],
  },
  {
    title: "declarations of boundaries",
    policy: {
      scopes,
      boundaries: {
        project: { claim: "projects" },
        team: { claim: "projects" },
        a: "projects",
        b: {},
        c: { claim: "" },
        d: { claim: "d", absent: "all" },
        e: { clam: "e" },
        "f=g": { claim: "f" },
      },
    },
    finds: [
      ["duplicate_claim", "boundaries.team.claim", "is that of the boundary `project` too"],
      ["invalid_type", "boundaries.a", 'as in { project: { claim: "projects" } }'],
      ["invalid_type", "boundaries.b.claim", "expected a string, got nothing"],
      ["empty_text", "boundaries.c.claim", "must not be empty"],
      ["invalid_type", "boundaries.d.absent", "expected none or dangerouslyAll"],
      ["invalid_type", "boundaries.e.claim", "expected a string, got nothing"],
      ["unknown_key", "boundaries.e.clam", "`clam`", "claim"],
      ["boundary_name", 'boundaries["f=g"]', "invalid name of a boundary `f=g`"],
    ],
  },
  {
    title: "a boundary in a policy that declares none",
    policy: { scopes, tools: { a: { scope: "openid", within: { project: "id" } } } },
    finds: [["unknown_boundary", "tools.a.within.project", "the policy declares no boundaries"]],
  },
  {
    title: "boundaries that are a list",
    policy: {
      scopes,
      boundaries: ["project"],
      tools: { a: { scope: "openid", within: { project: "id" } } },
    },
    finds: [["invalid_type", "boundaries", "write the claim of each boundary"]],
  },
  {
    title: "an invalid boundary alone, because an operation may name it",
    policy: {
      scopes,
      boundaries: { project: "projects" },
      tools: { a: { scope: "openid", within: { project: "id" } } },
    },
    finds: [["invalid_type", "boundaries.project", 'as in { project: { claim: "projects" } }']],
  },
  {
    title: "the value of a catch-all",
    policy: {
      scopes: { ...scopes, "files:/{path}": { match: "path-prefix" } },
      boundaries: { ...boundaries, team: { claim: "teams" } },
      endpoints: {
        "GET /files/{path*}": { scope: "openid", within: { project: "path" } },
        "GET /a/{path*}": { anyOf: ["openid", "files:/{path}"], within: { project: "path" } },
        "GET /b/{id}/{path*}": { scope: "openid", within: { project: "id", team: "path" } },
        "GET /c/{path*}": { scope: "files:/{path}", within: { project: "path" } },
        "GET /d/{id}/{path*}": { scope: "files:/{path}", within: { project: "id" } },
      },
    },
    finds: [
      ["catch_all_param", 'endpoints["GET /files/{path*}"]', "name another parameter in `within`"],
      ["catch_all_param", 'endpoints["GET /a/{path*}"]', "name another parameter in `within`"],
      ["catch_all_param", 'endpoints["GET /b/{id}/{path*}"]', "another parameter in `within`"],
      ["catch_all_param", 'endpoints["GET /c/{path*}"]', "name another parameter in `within`"],
    ],
  },
  {
    title: "a parameter that the gate adds to those of the path",
    policy: {
      scopes,
      boundaries,
      endpoints: { "GET /files/{path*}": { scope: "openid", within: { project: "projectId" } } },
    },
    finds: [],
  },
];
