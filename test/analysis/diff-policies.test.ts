import { loadPolicy, type Policy } from "scope-policy";
import {
  type DiffWitness,
  diffPolicies,
  type ExistingGrant,
  type OperationChange,
} from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const definition = {
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "courses:read": "Read courses",
    "courses:write": { implies: ["courses:read"], replaces: ["courses"] },
    "students:read": { tier: "pro" },
    "admin:read": { reserved: true },
    "/accounts/{accountID}/": {},
  },
  tools: {
    list_courses: "courses:read",
    list_students: "students:read",
    read_account: "/accounts/{accountID}/",
    ping: { public: true, enrichedBy: "courses:read" },
    drop_school: { deny: "ask us by mail" },
  },
  endpoints: { "GET /v1/courses/:id": "courses:read" },
};
type Change = Partial<
  Record<keyof typeof definition | "baseline" | "boundaries" | "defaultScopes" | "bundles", unknown>
>;
const { scopes, tools } = definition;
const otherTools = Object.fromEntries(
  Object.entries(tools).filter(([name]) => name !== "list_courses"),
);
/** Patterns with words of two letters, so that the search for their names stops before it finds many. */
const WORDS = Array.from({ length: 16 }, (_, at) => {
  const bits = at.toString(2).padStart(4, "0").repeat(2);
  return `*${bits.replaceAll("0", "a").replaceAll("1", "b")}*`;
});
/** Scopes with an older name each, and the older names. */
const halls = Array.from({ length: 18 }, (_, at) => `halls${at}:read`);
const rooms = halls.map((name) => name.replace("halls", "rooms"));
const withOlderNames = Object.fromEntries(
  halls.map((name, at) => [name, { replaces: [rooms[at]] }]),
);
/** Every character that the name of a tool can have. */
const EVERY_CHAR = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
const policyOf = (change: Change = {}, now = () => 2e9) =>
  loadPolicy({ ...definition, ...change }, { now });

const showWitness = ({ call, token, params, before, after, enriched }: DiffWitness) => {
  const given = params === undefined ? "" : ` ${JSON.stringify(params)}`;
  return `${call}${given} ${JSON.stringify(token) ?? "no credentials"} ${before} > ${after}${enriched === undefined ? "" : ` enriched ${enriched}`}`;
};

const showChange = ({ name, previousName, change, witness, narrowing }: OperationChange) => [
  `${change} ${name}${previousName === undefined ? "" : ` was ${previousName}`}`,
  ...[witness ?? [], narrowing ?? []].flat().map(showWitness),
];

describe("scope tokens that name several scopes", () => {
  const [smart, registry, path] = (["smart", "registry", "path-prefix"] as const).map((match) => ({
    match,
  }));
  const [pull, push] = ["repository:{name}:pull", "repository:{name}:push"];
  const [read, search] = ["patient/{Type}.r", "patient/{Type}.s"];
  const rows: readonly {
    readonly title: string;
    readonly from: object;
    readonly to: object;
    readonly rule: unknown;
    readonly oldRule?: unknown;
    readonly found: readonly string[];
  }[] = [
    {
      title: "get a meaning if a second action of a registry is declared",
      from: { [pull]: registry },
      to: { [pull]: registry, [push]: registry },
      rule: pull,
      found: [
        "wider t",
        't {"name":"fresh0"} {"scope":"repository:fresh0:pull,push"} insufficient_scope > allowed',
      ],
    },
    {
      title: "lose their meaning if an action of a registry is removed",
      from: { [pull]: registry, [push]: registry, "repository:{name}:*": registry },
      to: { [pull]: registry, "repository:{name}:*": registry },
      rule: { anyOf: [pull, "repository:{name}:*"] },
      found: [
        "narrower t",
        't {"name":"fresh0"} {"scope":"repository:fresh0:pull,push"} allowed > insufficient_scope',
      ],
    },
    {
      title: "get a meaning if the older name of an action of a registry is added",
      from: { [pull]: registry },
      to: { [pull]: registry, "image:{name}:push": { ...registry, replaces: [push] } },
      rule: pull,
      found: [
        "wider t",
        't {"name":"fresh0"} {"scope":"repository:fresh0:pull,push"} insufficient_scope > allowed',
      ],
    },
    {
      title: "get a meaning if names that were exact get the rule `registry`",
      from: { [pull]: {} },
      to: { [pull]: registry },
      rule: pull,
      found: [
        "wider t",
        't {"name":"fresh0"} {"scope":"repository:fresh0:pull,pull"} insufficient_scope > allowed',
      ],
    },
    {
      title: "get a meaning if only their class was not known",
      from: { [pull]: {}, "repository:{name}:pull,pull": {} },
      to: { [pull]: registry },
      oldRule: { anyOf: [pull, "repository:{name}:pull,pull"] },
      rule: pull,
      found: [
        "wider t",
        't {"name":"fresh0"} {"scope":"repository(fresh):fresh0:pull"} insufficient_scope > allowed',
      ],
    },
    {
      title: "get a meaning if a second letter of SMART is declared",
      from: { [read]: smart },
      to: { [read]: smart, [search]: smart, "user/{Type}.c": smart },
      rule: read,
      found: [
        "wider t",
        't {"Type":"fresh0"} {"scope":"patient/fresh0.rs"} insufficient_scope > allowed',
      ],
    },
    {
      title: "keep their meaning if the letters of another context change",
      from: { [read]: smart },
      to: { [read]: smart, "user/{Type}.s": smart },
      rule: read,
      found: [],
    },
    {
      title: "get a meaning whatever the names with another rule are",
      from: { [pull]: registry, [read]: smart },
      to: { [pull]: registry, [push]: registry, [read]: smart },
      rule: pull,
      found: [
        "wider t",
        't {"name":"fresh0"} {"scope":"repository:fresh0:pull,push"} insufficient_scope > allowed',
      ],
    },
    {
      title: "cover more if an older name gets the rule of a path",
      from: { "docs:/{path}": path, "files:/{path}": {} },
      to: { "docs:/{path}": { ...path, replaces: ["files:/{path}"] } },
      oldRule: { anyOf: ["docs:/{path}", "files:/{path}"] },
      rule: "docs:/{path}",
      found: ["wider t", 't {"path":"fresh0"} {"scope":"files:/"} insufficient_scope > allowed'],
    },
  ];
  it.each(titled(rows))("%s", (_title, { from, to, rule, oldRule = rule, found }) => {
    const [before, after] = [
      { scopes: from, tools: { t: oldRule } },
      { scopes: to, tools: { t: rule } },
    ].map((change) => loadPolicy({ name: "X", version: "1", ...change }));
    const { operations } = diffPolicies(before as Policy, after as Policy);
    const changes = operations.filter(({ change }) => change !== "equal");
    expect(changes.flatMap(showChange)).toEqual(found);
  });
});

describe("the operations of diffPolicies", () => {
  const rows: readonly {
    readonly title: string;
    readonly from?: Change;
    readonly to?: Change;
    /** The changes, each with its witnesses, without equal operations. */
    readonly found: readonly (readonly string[])[];
    readonly semver: "major" | "minor" | "patch";
  }[] = [
    { title: "have no change between a policy and itself", found: [], semver: "patch" },
    {
      title: "are wider if another scope opens one in addition",
      to: { tools: { ...tools, list_courses: { anyOf: ["courses:read", "students:read"] } } },
      found: [
        [
          "wider list_courses",
          'list_courses {"scope":"students:read","tier":"pro"} insufficient_scope > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are narrower if one requires more",
      to: { tools: { ...tools, list_courses: { allOf: ["courses:read", "students:read"] } } },
      found: [
        [
          "narrower list_courses",
          'list_courses {"scope":"courses:read"} allowed > upgrade_required',
        ],
      ],
      semver: "major",
    },
    {
      title: "are different if one requires another scope",
      to: { tools: { ...tools, list_students: "courses:read" } },
      found: [
        [
          "different list_students",
          'list_students {"scope":"courses:read"} upgrade_required > allowed',
          'list_students {"scope":"students:read","tier":"pro"} allowed > insufficient_scope',
        ],
      ],
      semver: "major",
    },
    {
      title: "are added, with a witness unless each call is denied",
      to: { tools: { ...tools, list_rooms: "courses:read", drop_room: { deny: "no" } } },
      found: [
        ["added list_rooms", 'list_rooms {"scope":"courses:read"} unknown_operation > allowed'],
        ["added drop_room"],
      ],
      semver: "minor",
    },
    {
      title: "are removed",
      to: { tools: otherTools },
      found: [
        [
          "removed list_courses",
          'list_courses {"scope":"courses:read"} allowed > unknown_operation',
        ],
      ],
      semver: "major",
    },
    {
      title: "are no loss if a removed one denied each call",
      from: { tools: { ...tools, drop_room: { deny: "no" } } },
      found: [["removed drop_room"]],
      semver: "patch",
    },
    {
      title: "are compared without credentials",
      to: { tools: { ...tools, list_courses: { public: true } } },
      found: [["wider list_courses", "list_courses no credentials unauthenticated > allowed"]],
      semver: "minor",
    },
    {
      title: "are narrower if additional detail requires another scope",
      to: { tools: { ...tools, ping: { public: true, enrichedBy: "courses:write" } } },
      found: [["narrower ping", 'ping {"scope":"courses:read"} allowed > allowed enriched before']],
      semver: "major",
    },
    {
      title: "are compared with parameters",
      to: { tools: { ...tools, read_account: "courses:read" } },
      found: [
        [
          "different read_account",
          'read_account {"scope":"courses:read"} invalid_params > allowed',
          'read_account {"accountID":"fresh0"} {"scope":"/accounts/fresh0/"} allowed > insufficient_scope',
        ],
      ],
      semver: "major",
    },
    {
      title: "are compared by name and by the patterns of both policies",
      from: { tools: { "list_*": "courses:read", list_all: "courses:write" } },
      to: { tools: { "list_*": "courses:read", "*_rooms": "students:read" } },
      found: [
        ["wider list_all", 'list_all {"scope":"courses:read"} insufficient_scope > allowed'],
        [
          "added *_rooms",
          '_rooms {"scope":"students:read","tier":"pro"} unknown_operation > allowed',
        ],
        [
          "narrower *_rooms + list_*",
          'list_rooms {"scope":"courses:read"} allowed > upgrade_required',
        ],
      ],
      semver: "major",
    },
    {
      title: "are the same endpoint if a path parameter is renamed",
      to: { endpoints: { "GET /v1/courses/:course": "courses:write" } },
      found: [
        [
          "narrower GET /v1/courses/:course was GET /v1/courses/:id",
          'GET /v1/courses/fresh0 {"scope":"courses:read"} allowed > insufficient_scope',
        ],
      ],
      semver: "major",
    },
    {
      title: "are compared by request if an endpoint is removed before another",
      from: {
        endpoints: { "GET /v1/:kind": "courses:read", "GET /v1/admin": "courses:write" },
        tools: {},
      },
      to: { endpoints: { "GET /v1/:kind": "courses:read" }, tools: {} },
      found: [
        [
          "wider GET /v1/:kind",
          'GET /v1/admin {"scope":"courses:read"} insufficient_scope > allowed',
        ],
        ["removed GET /v1/admin"],
      ],
      semver: "minor",
    },
    {
      title: "have no HEAD of their own beside the GET that serves it",
      to: {
        endpoints: {
          "GET /v1/courses/:id": "courses:read",
          "HEAD /v1/courses/:id": "courses:read",
        },
      },
      found: [],
      semver: "patch",
    },
    {
      title: "are narrower for gates if one becomes internal",
      to: { tools: { ...tools, list_courses: { scope: "courses:read", internal: true } } },
      found: [
        [
          "narrower list_courses",
          'list_courses {"scope":"courses:read"} allowed > unknown_operation',
        ],
      ],
      semver: "major",
    },
    {
      title: "are compared from code if one is internal",
      from: { tools: { job: { scope: "courses:write", internal: true } }, endpoints: {} },
      to: { tools: { job: { scope: "courses:read", internal: true } }, endpoints: {} },
      found: [["wider job", 'job {"scope":"courses:read"} insufficient_scope > allowed']],
      semver: "minor",
    },
    {
      title: "are compared from code if only an internal pattern matches",
      from: { tools: { "job_*": { scope: "courses:write", internal: true } }, endpoints: {} },
      to: { tools: { "job_*": { scope: "courses:read", internal: true } }, endpoints: {} },
      found: [["wider job_*", 'job_ {"scope":"courses:read"} insufficient_scope > allowed']],
      semver: "minor",
    },
    {
      title: "are compared with an authentication halfway between both limits",
      from: { tools: { pay: { scope: "courses:read", maxAge: 100 } }, endpoints: {} },
      to: { tools: { pay: { scope: "courses:read", maxAge: 300 } }, endpoints: {} },
      found: [
        [
          "wider pay",
          'pay {"scope":"courses:read","auth_time":1999999800} insufficient_user_authentication > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are compared from code with an authentication if one is internal",
      from: { tools: { job: { scope: "courses:read", maxAge: 100, internal: true } } },
      to: { tools: { job: { scope: "courses:read", maxAge: 300, internal: true } } },
      found: [
        [
          "wider job",
          'job {"scope":"courses:read","auth_time":1999999800} insufficient_user_authentication > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are compared with a tier that is new",
      from: { tools: { export_all: { scope: "courses:read", tier: "pro" } } },
      to: {
        tiers: ["free", "pro", "team"],
        tools: { export_all: { scope: "courses:read", tier: "pro" } },
      },
      found: [
        [
          "wider export_all",
          'export_all {"scope":"courses:read","tier":"team"} upgrade_required > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are compared by request with an authentication",
      from: { endpoints: { "GET /v1/courses/:id": { scope: "courses:read", maxAge: 100 } } },
      to: { endpoints: { "GET /v1/courses/:id": { scope: "courses:read", maxAge: 300 } } },
      found: [
        [
          "wider GET /v1/courses/:id",
          'GET /v1/courses/fresh0 {"scope":"courses:read","auth_time":1999999800} insufficient_user_authentication > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are compared without a list of values where a boundary then accepts every value",
      from: {
        boundaries: { school: { claim: "schools" } },
        tools: { get_course: { scope: "courses:read", within: { school: "id" } } },
      },
      to: {
        boundaries: { school: { claim: "schools", absent: "dangerouslyAll" } },
        tools: { get_course: { scope: "courses:read", within: { school: "id" } } },
      },
      found: [
        [
          "wider get_course",
          'get_course {"id":"fresh0"} {"scope":"courses:read","boundaries":{}} binding_mismatch > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are only narrower if one requires another scope in addition, which has an older name",
      from: { scopes: { ...scopes, "rooms:read": {}, "halls:read": {} } },
      to: {
        scopes: { ...scopes, "rooms:read": { replaces: ["halls:read"] } },
        tools: { ...tools, list_courses: { allOf: ["courses:read", "rooms:read"] } },
      },
      found: [
        [
          "narrower list_courses",
          'list_courses {"scope":"courses:read"} allowed > insufficient_scope',
        ],
      ],
      semver: "major",
    },
    {
      title: "are only narrower however many scopes with an older name one requires in addition",
      from: {
        scopes: {
          ...scopes,
          ...Object.fromEntries([...rooms, ...halls].map((name) => [name, {}])),
        },
      },
      to: {
        scopes: { ...scopes, ...withOlderNames },
        tools: { ...tools, list_courses: { allOf: ["courses:read", ...halls] } },
      },
      found: [
        [
          "narrower list_courses",
          'list_courses {"scope":"courses:read"} allowed > insufficient_scope',
        ],
      ],
      semver: "major",
    },
    {
      title: "are wider if any token is enough",
      to: { tools: { ...tools, list_courses: { authenticated: true } } },
      found: [["wider list_courses", 'list_courses {"scope":""} insufficient_scope > allowed']],
      semver: "minor",
    },
    {
      title: "are compared by patterns that match any name and any character",
      from: { tools: { "*": "courses:read", "list_?": "courses:read" } },
      to: { tools: { "*": "courses:write", "list_?": "courses:write" } },
      found: [
        ["narrower *", 'x {"scope":"courses:read"} allowed > insufficient_scope'],
        ["narrower * + list_?", 'list_x {"scope":"courses:read"} allowed > insufficient_scope'],
      ],
      semver: "major",
    },
    {
      title: "are compared by a request without an argument that cases compare",
      from: {
        endpoints: {
          "GET /v1/courses": {
            cases: [{ when: { mode: "explain" }, scope: "courses:read" }],
            otherwise: "courses:write",
          },
        },
      },
      to: { endpoints: { "GET /v1/courses": "courses:read" } },
      found: [
        [
          "wider GET /v1/courses",
          'GET /v1/courses {"scope":"courses:read"} insufficient_scope > allowed',
        ],
      ],
      semver: "minor",
    },
    {
      title: "are compared by a pattern that contains every character of a name",
      from: { tools: { [`${EVERY_CHAR}*`]: "courses:read" } },
      to: { tools: { [`${EVERY_CHAR}*`]: "courses:write" } },
      found: [
        [
          `narrower ${EVERY_CHAR}*`,
          `${EVERY_CHAR} {"scope":"courses:read"} allowed > insufficient_scope`,
        ],
      ],
      semver: "major",
    },
    {
      title: "are compared with arguments that choose a case",
      from: { tools: { query: "courses:write" }, endpoints: {} },
      to: {
        tools: {
          query: {
            cases: [{ when: { mode: "explain" }, scope: "courses:read" }],
            otherwise: "courses:write",
          },
        },
        endpoints: {},
      },
      found: [
        [
          "wider query",
          'query {"mode":"explain"} {"scope":"courses:read"} insufficient_scope > allowed',
        ],
      ],
      semver: "minor",
    },
  ];

  it.each(titled(rows))("%s", (_title, { from, to, found, semver }) => {
    const diff = diffPolicies(policyOf(from), policyOf(to));
    const changes = diff.operations.filter(({ change }) => change !== "equal");
    expect(changes.map(showChange)).toEqual(found);
    expect([diff.unproved, diff.semver]).toEqual([[], semver]);
  });

  it("use any time if the clock of the policy fails", () => {
    const pay = (maxAge: number) => ({ tools: { pay: { scope: "courses:read", maxAge } } });
    const failing = () => Number.NaN;
    const { operations } = diffPolicies(policyOf(pay(100)), policyOf(pay(300), failing));
    const found = operations.find(({ name }) => name === "pay");
    expect(found?.witness?.token?.auth_time).toBe(5e10 - 200);
  });

  it("count as different if the search for more stops at its limit, and that for less ends", () => {
    const values = Array.from({ length: 55 }, (_, at) => `v${at}`);
    const cases = ["a", "b", "c"].map((name) => ({ when: { [name]: values }, deny: "no" }));
    const query = { cases, otherwise: "courses:write", weakOtherwise: true };
    const diff = diffPolicies(
      policyOf({ tools: { query: "courses:read" }, endpoints: {} }),
      policyOf({ tools: { query }, endpoints: {} }),
    );
    expect(diff.operations.map(showChange)).toEqual([
      ["different query", 'query {"scope":"courses:read"} allowed > insufficient_scope'],
    ]);
    expect([diff.unproved, diff.semver]).toEqual([["query"], "major"]);
  });

  it("MAX_NAME_LENGTH: patterns are compared by names of at most 128 characters", () => {
    const unproved = (begin: number) => {
      const denied = WORDS.map((word) => [`${"x".repeat(begin)}${word}`, { deny: "no" }]);
      const many = policyOf({ tools: Object.fromEntries(denied) as object, endpoints: {} });
      return diffPolicies(many, many).unproved;
    };
    // names of ten more characters end the search, those of many more exceed its limit
    expect(unproved(118)).toEqual([]);
    expect(unproved(60)).toEqual(["tools that only patterns match"]);
  });

  it("count as different if the search stops at its limit", { timeout: 300_000 }, () => {
    const paths = Array.from({ length: 20 }, (_, at) => `GET /l${at}/l${at}/l${at}`);
    const endpoints = Object.fromEntries([...paths, "GET /:a/:b/:c"].map((key) => [key, "s"]));
    const denied = Object.fromEntries(WORDS.map((word) => [word, { deny: "no" }]));
    const base = { name: "Big", version: "1", scopes: { s: {} }, tools: denied };
    const big = loadPolicy({ ...base, endpoints });
    const { operations, unproved, semver } = diffPolicies(big, big);
    expect(operations.filter(({ change }) => change !== "equal")).toEqual([
      { name: "GET /:a/:b/:c", change: "different" },
    ]);
    expect(unproved).toEqual(["GET /:a/:b/:c", "tools that only patterns match"]);
    expect(semver).toBe("major");
    const tools = loadPolicy(base);
    const names = diffPolicies(tools, tools);
    expect([names.unproved, names.semver]).toEqual([["tools that only patterns match"], "major"]);
  });
});

describe("the scopes of diffPolicies", () => {
  const rows: readonly {
    readonly title: string;
    readonly from?: Change;
    readonly to: Change;
    readonly found: readonly object[];
    readonly semver: "major" | "minor" | "patch";
  }[] = [
    {
      title: "are added",
      to: { scopes: { ...scopes, "rooms:read": {} } },
      found: [{ name: "rooms:read", change: "added" }],
      semver: "minor",
    },
    {
      title: "are removed",
      from: { scopes: { ...scopes, "rooms:read": {} } },
      to: {},
      found: [{ name: "rooms:read", change: "removed" }],
      semver: "major",
    },
    {
      title: "are renamed by an older name, and by placeholder names",
      from: { scopes: { ...scopes, "rooms:read": {}, "/rooms/{id}": {} } },
      to: {
        scopes: { ...scopes, "halls:read": { replaces: ["rooms:read"] }, "/rooms/{room}": {} },
      },
      found: [
        { name: "halls:read", change: "renamed", from: "rooms:read", to: "halls:read" },
        { name: "/rooms/{room}", change: "renamed", from: "/rooms/{id}", to: "/rooms/{room}" },
      ],
      semver: "minor",
    },
    {
      title: "are renamed to one that was there before",
      from: { scopes: { ...scopes, "rooms:read": {} } },
      to: {
        scopes: {
          ...scopes,
          "courses:read": { description: "Read courses", replaces: ["rooms:read"] },
        },
      },
      found: [
        { name: "courses:read", change: "renamed", from: "rooms:read", to: "courses:read" },
        { name: "courses:read", change: "replaces", to: ["rooms:read"] },
      ],
      semver: "minor",
    },
    {
      title: "get another rule for the comparison of their names",
      from: { scopes: { ...scopes, "rooms:{id}:read": {} } },
      to: { scopes: { ...scopes, "rooms:{id}:read": { match: "registry" } } },
      found: [{ name: "rooms:{id}:read", change: "match", from: "exact", to: "registry" }],
      semver: "patch",
    },
    {
      title: "have changes of their options",
      from: { scopes: { ...scopes, "rooms:read": { title: "Rooms" } } },
      to: {
        scopes: {
          ...scopes,
          "rooms:read": {
            title: "Halls",
            default: "off",
            required: true,
            implies: ["courses:read"],
            tier: "pro",
          },
        },
      },
      found: [
        { name: "rooms:read", change: "tier", to: "pro" },
        { name: "rooms:read", change: "implies", from: [], to: ["courses:read"] },
        { name: "rooms:read", change: "default", to: "off" },
        { name: "rooms:read", change: "required", from: false, to: true },
        { name: "rooms:read", change: "title", from: "Rooms", to: "Halls" },
      ],
      semver: "minor",
    },
    {
      title: "have changes of their places in lists",
      from: { tools: {}, endpoints: {} },
      to: {
        tools: {},
        endpoints: {},
        baseline: ["courses:read"],
        defaultScopes: ["courses:read"],
        bundles: { reader: ["courses:read"] },
      },
      found: [
        { name: "courses:read", change: "baseline", from: false, to: true },
        { name: "courses:read", change: "default_scopes", from: false, to: true },
        { name: "courses:read", change: "bundles", from: [], to: ["reader"] },
      ],
      semver: "patch",
    },
    {
      title: "become restricted",
      from: { scopes: { ...scopes, "rooms:read": {} } },
      to: { scopes: { ...scopes, "rooms:read": { restricted: true } } },
      found: [{ name: "rooms:read", change: "restricted", from: false, to: true }],
      semver: "major",
    },
    {
      title: "are no longer reserved",
      from: { scopes: { ...scopes, "rooms:read": { reserved: true } } },
      to: { scopes: { ...scopes, "rooms:read": {} } },
      found: [{ name: "rooms:read", change: "reserved", from: true, to: false }],
      semver: "minor",
    },
  ];

  it.each(titled(rows))("%s", (_title, { from, to, found, semver }) => {
    const diff = diffPolicies(policyOf(from), policyOf(to));
    expect(diff.scopes).toEqual(found);
    expect(diff.semver).toBe(semver);
  });
});

describe("the grants of diffPolicies", () => {
  const rows: readonly {
    readonly title: string;
    readonly from?: Change;
    readonly to: Change;
    readonly grant: ExistingGrant;
    /** `undefined` if nothing happens to the grant. */
    readonly found:
      | {
          readonly loses?: string[];
          readonly gains?: string[];
          readonly missing?: string[];
          readonly consent?: string;
        }
      | undefined;
  }[] = [
    {
      title: "lose an operation that requires another scope, and need consent to it",
      to: { tools: { ...tools, list_courses: "courses:write" } },
      grant: { scope: "courses:read", policyVersion: "1" },
      found: { loses: ["list_courses"], missing: ["courses:write"], consent: "missing_scope" },
    },
    {
      title: "lose an operation that consent does not give back",
      to: { tools: { ...tools, list_courses: { scope: "courses:read", tier: "pro" } } },
      grant: { scope: "courses:read", policyVersion: "1" },
      found: { loses: ["list_courses"] },
    },
    {
      title: "are not changed by what their tier does not reach",
      to: {
        tools: { ...tools, list_students: { scope: "students:read", tier: "pro", maxAge: 10 } },
      },
      grant: { scope: "students:read", tier: "free", policyVersion: "1" },
      found: undefined,
    },
    {
      title: "do not lose what a new authentication opens again",
      to: {
        tools: { ...tools, list_students: { scope: "students:read", acr: "mfa", maxAge: 10 } },
      },
      grant: { scope: ["students:read"], tier: "pro", policyVersion: "1" },
      found: undefined,
    },
    {
      title:
        "lose an endpoint under its own name, and not under that of one that another endpoint is nearer than",
      from: {
        endpoints: {
          "GET /v1/accounts/:accountID": "/accounts/{accountID}/",
          "GET /v1/accounts/me": "courses:read",
        },
      },
      to: {
        endpoints: {
          "GET /v1/accounts/:accountID": { allOf: ["/accounts/{accountID}/", "students:read"] },
          "GET /v1/accounts/me": "courses:write",
        },
      },
      grant: { scope: "courses:read /accounts/me/", policyVersion: "1" },
      found: {
        loses: ["GET /v1/accounts/me"],
        missing: ["courses:write"],
        consent: "missing_scope",
      },
    },
    {
      title: "gain what their scopes open now",
      to: { tools: { ...tools, list_rooms: "courses:read" } },
      grant: { scope: "courses", policyVersion: "1" },
      found: { gains: ["list_rooms"] },
    },
    {
      title:
        "lose calls with other values than those that they are bound to, for which nothing is asked again",
      to: {
        endpoints: { "GET /v1/courses/:id": "/accounts/{id}/" },
        scopes: { ...scopes, "/accounts/{id}/": {}, "/accounts/{accountID}/": {} },
      },
      grant: { scope: "courses:read /accounts/a1/", policyVersion: "1" },
      found: {
        loses: ["GET /v1/courses/:id"],
      },
    },
    {
      title: "lose calls with the values that they are bound to",
      to: {
        tools: { ...tools, read_account: { scope: "/accounts/{accountID}/", tier: "pro" } },
      },
      grant: { scope: "/accounts/a1/", policyVersion: "1" },
      found: { loses: ["read_account"] },
    },
    {
      title: "are asked again if a client of the owner has a reserved scope under another version",
      to: { version: "2" },
      grant: { scope: "admin:read", first_party: true, policyVersion: "1" },
      found: { consent: "policy_changed" },
    },
    {
      title: "are asked again if the version is another one",
      to: { version: "2" },
      grant: { scope: "courses:read", policyVersion: "1" },
      found: { consent: "policy_changed" },
    },
    {
      title: "are asked again if the version is not known and an older name is granted",
      to: {},
      grant: { scope: "courses" },
      found: { consent: "policy_changed" },
    },
    {
      title: "are asked again if nothing is left of them",
      from: { scopes: { ...scopes, "rooms:read": {} } },
      to: {},
      grant: { scope: "rooms:read", policyVersion: "1" },
      found: { consent: "policy_changed" },
    },
    {
      title: "are not asked again if they grant nothing, before and after",
      to: { version: "2" },
      grant: { scope: "a  b" },
      found: undefined,
    },
    {
      title: "lose what is no longer within a boundary",
      from: { boundaries: { school: { claim: "schools" } } },
      to: {
        boundaries: { school: { claim: "schools" } },
        tools: {
          ...tools,
          list_courses: { scope: "courses:read", within: { school: "schoolId" } },
        },
      },
      grant: { scope: "courses:read", boundaries: { school: ["s1"] }, policyVersion: "1" },
      found: { loses: ["list_courses"] },
    },
  ];

  it.each(titled(rows))("%s", (_title, { from, to, grant, found }) => {
    const { grants, semver } = diffPolicies(policyOf(from), policyOf(to), { grants: [grant] });
    const nothing = { loses: [], gains: [], missing: [], consent: "none" };
    const { loses, gains, missing, consent } = grants?.groups[0] ?? nothing;
    expect({ loses, gains, missing, consent }).toEqual({ ...nothing, ...found });
    if (grants?.losing === 1) expect(semver).toBe("major");
  });

  it("are counted in groups that differ in client and user only", () => {
    const after = policyOf({ tools: { ...otherTools, list_rooms: "courses:read" }, version: "2" });
    const grants = [
      { scope: "courses:read students:read", user: "u1", client: "c1", tier: "pro" },
      { tier: "pro", scope: "students:read courses:read", user: "u2", client: "c1" },
      { scope: "students:read", tier: "pro", policyVersion: "1", entitlements: ["b", "a"] },
      { scope: "students:read", tier: "pro", policyVersion: "1", entitlements: ["a", "b"] },
      { scope: "students:read" },
    ];
    const { groups = [], ...counts } = diffPolicies(policyOf(), after, { grants }).grants ?? {};
    expect(counts).toEqual({
      total: 5,
      losing: 2,
      gaining: 2,
      missingScope: 0,
      policyChanged: 2,
      unproved: [],
    });
    expect(groups).toEqual([
      {
        grant: { scope: "courses:read students:read", tier: "pro" },
        count: 2,
        clients: ["c1"],
        users: ["u1", "u2"],
        loses: ["list_courses"],
        gains: ["list_rooms"],
        missing: [],
        consent: "none",
      },
      {
        grant: {
          scope: "students:read",
          tier: "pro",
          policyVersion: "1",
          entitlements: ["b", "a"],
        },
        count: 2,
        clients: [],
        users: [],
        loses: [],
        gains: [],
        missing: [],
        consent: "policy_changed",
      },
    ]);
  });

  const faults: readonly {
    readonly title: string;
    readonly grants: unknown;
    readonly says: string;
  }[] = [
    { title: "a value that is not a list", grants: {}, says: "expected a list of grants" },
    { title: "a grant that is not an object", grants: [7], says: "grant 1: expected an object" },
    { title: "a grant without a scope", grants: [{}], says: "grant 1: `scope`: is missing" },
    { title: "a scope of another type", grants: [{ scope: 7 }], says: "`scope`: expected a scope" },
    {
      title: "a misspelt member",
      grants: [{ scope: "a" }, { scope: "a", Tier: "pro" }],
      says: "grant 2: `Tier`: unknown member; did you mean `tier`?",
    },
    {
      title: "an unknown member",
      grants: [{ scope: "a", qqqqqqqqq: 1 }],
      says: "`qqqqqqqqq`: unknown member",
    },
    {
      title: "boundaries without lists",
      grants: [{ scope: "a", boundaries: { a: "b" } }],
      says: "`boundaries`: expected an object with lists of non-empty strings",
    },
  ];

  it.each(titled(faults))("throw for %s", (_title, { grants, says }) => {
    const call = () => diffPolicies(policyOf(), policyOf(), { grants } as never);
    expect(call).toThrow(says);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }));
  });

  it("MAX_GRANT_CALLS: at most 5,000 calls of an operation are compared for one group", () => {
    const names = Array.from({ length: 3 }, (_, at) => `p${at}`);
    const all = Object.fromEntries(names.map((name) => [`/${name}/{${name}}`, {}]));
    const of = (change: object) =>
      loadPolicy({
        name: "Many",
        version: "1",
        scopes: { ...all, x: {} },
        tools: { t: { allOf: [...Object.keys(all)], ...change } },
      });
    const scopeOf = (count: number) =>
      Array.from({ length: count }, (_, at) => `/p0/v${at}`).join(" ");
    // 2 n + 1 values in each of three places
    const unproved = (count: number) =>
      diffPolicies(of({}), of({ acr: "mfa" }), { grants: [{ scope: scopeOf(count) }] }).grants
        ?.unproved;
    expect(unproved(8)).toEqual([]);
    expect(unproved(9)).toEqual(["t"]);
  });
});
