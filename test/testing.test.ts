import fc from "fast-check";
import { type AccessToken, definePolicy, loadPolicy, type Policy, PolicyError } from "scope-policy";
import {
  decisionMatrix,
  expectNoWidening,
  policyMatchers,
  type TestToken,
  WideningFound,
} from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { policy as localisation } from "../examples/localisation/policy.js";
import { policy as loopwise } from "../examples/loopwise/policy.js";
import { policy as moov } from "../examples/moov/policy.js";
import { policy as movementors } from "../examples/movementors/policy.js";
import { policyPairs } from "./analysis/random-policies.js";
import { drawName, drawRequest, drawToken } from "./model/arbitrary-request.js";
import { drawn } from "./model/draw.js";
import { isPattern, modelMatch } from "./model/model.js";
import { runOften, tally } from "./often.js";
import { titled } from "./titled.js";

expect.extend(policyMatchers);

const definition = {
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    "courses:read": "Read courses",
    "courses:write": { implies: ["courses:read"], replaces: ["courses"] },
    "students:read": { tier: "pro" },
    "admin:read": { reserved: true },
    "/accounts/{accountID}/": {},
  },
  tools: {
    list_courses: "courses:read",
    update_course: { anyOf: ["courses:write", "admin:read"] },
    list_students: "students:read",
    read_account: "/accounts/{accountID}/",
    ping: { public: true, enrichedBy: "courses:read" },
    whoami: { authenticated: true },
    drop_school: { deny: "ask us by mail", hidden: true },
    "list_*": "courses:read",
    "*_all": "courses:write",
  },
  endpoints: { "GET /v1/courses/:id": "courses:read" },
} as const;
const policy = loadPolicy(definition);

/** Returns the message with which an assertion fails; `undefined` if it passes. */
function failureOf(assertion: () => void): string | undefined {
  try {
    assertion();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

describe("toAllow and toDeny", () => {
  const tokens: readonly { readonly title: string; readonly token: TestToken }[] = [
    { title: "a scope as a string", token: "openid courses:write" },
    { title: "a scope as a list", token: ["openid", "courses:write"] },
    { title: "claims", token: { scope: "courses:write", tier: "free" } },
  ];

  it.each(titled(tokens))("accept %s as the token", (_title, { token }) => {
    expect(policy).toAllow(token, "list_courses");
    expect(policy).toAllow(token, "update_course");
    expect(policy).toDeny(token, "list_students", "upgrade_required");
    expect(policy).not.toAllow(token, "drop_school");
    expect(policy).not.toDeny(token, "drop_school", "upgrade_required");
  });

  it("accept missing credentials, parameters, endpoints and names that patterns match", () => {
    expect(policy).toAllow(undefined, "ping");
    expect(policy).toDeny(undefined, "whoami", "unauthenticated");
    expect(policy).toAllow("/accounts/a/", "read_account", { accountID: "a" });
    expect(policy).toDeny("/accounts/a/", "read_account", "binding_mismatch", { accountID: "b" });
    expect(policy).toDeny("/accounts/a/", "read_account", "invalid_params");
    expect(policy).toAllow("courses:read", "GET /v1/courses/:id");
    expect(policy).toAllow("courses:read", "list_rooms");
    expect(policy).toDeny("courses:read", "list_all", "insufficient_scope");
    expect(policy).toDeny("courses:read", "no_such_tool", "unknown_operation");
    expect(policy).toDeny("a  b", "list_courses", "invalid_token");
  });

  it("work as asymmetric matchers inside other assertions", () => {
    const { toAllow } = expect as unknown as { toAllow: (...call: unknown[]) => unknown };
    expect({ policy }).toEqual({ policy: toAllow("courses:read", "list_courses") });
    expect({ policy }).not.toEqual({ policy: toAllow("", "list_courses") });
  });

  const failures: readonly {
    readonly title: string;
    readonly assertion: () => void;
    readonly message: string;
  }[] = [
    {
      title: "the missing scopes",
      assertion: () => expect(policy).toAllow("openid", "update_course"),
      message: `expected \`update_course\` to be allowed, but it was denied with insufficient_scope
  message: more scope is needed: the user can grant it
  missing: courses:write
  scopes: courses:write
  accepted: courses:write
  token: {"scope":"openid"}`,
    },
    {
      title: "the required tier",
      assertion: () => expect(policy).toAllow({ scope: "students:read" }, "list_students"),
      message: `expected \`list_students\` to be allowed, but it was denied with upgrade_required
  message: upgrade required: this needs the plan \`pro\` or above
  tier: pro
  had: undefined
  token: {"scope":"students:read"}`,
    },
    {
      title: "the scopes that allowed the call",
      assertion: () => expect(policy).not.toAllow(["courses"], "update_course"),
      message: `expected \`update_course\` not to be allowed, but it was
  scopes: courses:write
  enriched: false
  enrichments: none
  token: {"scope":["courses"]}`,
    },
    {
      title: "the actual code in place of the expected one",
      assertion: () => expect(policy).toDeny(undefined, "drop_school", "unauthenticated"),
      message: `expected \`drop_school\` to be denied with unauthenticated, but it was denied with denied
  message: denied: ask us by mail
  reason: ask us by mail
  token: no credentials`,
    },
    {
      title: "the code that was not expected",
      assertion: () => expect(policy).not.toDeny("", "list_courses", "insufficient_scope"),
      message: `expected \`list_courses\` not to be denied with insufficient_scope, but it was
  message: more scope is needed: the user can grant it
  missing: courses:read
  scopes: courses:read
  accepted: courses:read
  token: {"scope":""}`,
    },
    {
      title: "that the call was allowed without any scope",
      assertion: () => expect(policy).toDeny("", "whoami", "insufficient_scope"),
      message: `expected \`whoami\` to be denied with insufficient_scope, but it was allowed
  scopes: none
  enriched: false
  enrichments: none
  token: {"scope":""}`,
    },
  ];

  it.each(titled(failures))("report %s", (_title, { assertion, message }) => {
    expect(failureOf(assertion)).toBe(message);
  });

  it("report the type of a token that JSON cannot show", () => {
    const { message } = policyMatchers.toAllow(policy, () => "courses:read", "list_courses");
    expect(message()).toContain("\n  token: function");
  });

  it("carry the codes for a diff", () => {
    const { actual, expected } = policyMatchers.toAllow(policy, "", "list_courses");
    expect([actual, expected]).toEqual([{ code: "insufficient_scope" }, { code: "allowed" }]);
  });

  const mistakes: readonly {
    readonly title: string;
    readonly call: (asserted: ReturnType<typeof expect<Policy>>) => void;
    readonly message: string;
  }[] = [
    {
      title: "an unknown name",
      call: (asserted) => asserted.toAllow("courses:read", "lst_courses"),
      message: "the policy has no operation `lst_courses`; did you mean `list_courses`?",
    },
    {
      title: "an unknown name with a code other than unknown_operation",
      call: (asserted) => asserted.toDeny("", "update_curse", "insufficient_scope"),
      message: "the policy has no operation `update_curse`; did you mean `update_course`?",
    },
    {
      title: "a misspelt code",
      call: (asserted) => asserted.toDeny("", "list_courses", "insuficient_scope" as "denied"),
      message: "`insuficient_scope` is not a denial code; did you mean `insufficient_scope`?",
    },
    {
      title: "a missing code",
      call: (asserted) => asserted.toDeny("", "list_courses", undefined as unknown as "denied"),
      message:
        "`undefined` is not a denial code; expected one of unknown_operation, denied, invalid_params",
    },
    {
      title: "a code that is not a denial",
      call: (asserted) => asserted.toDeny("", "whoami", "allowed" as "denied"),
      message:
        "`allowed` is not a denial code; expected one of unknown_operation, denied, invalid_params",
    },
  ];

  it.each(titled(mistakes))("throw for %s, after .not too", (_title, { call, message }) => {
    for (const asserted of [expect(policy), expect(policy).not]) {
      expect(() => call(asserted)).toThrow(PolicyError);
      expect(failureOf(() => call(asserted))).toContain(message);
    }
  });

  it.each([[{ ...policy }], ["policy"], [undefined], [definition]])(
    "throw for a subject that is not a policy, after .not too",
    (subject) => {
      for (const asserted of [expect(subject), expect(subject).not]) {
        expect(() => (asserted as ReturnType<typeof expect<Policy>>).toAllow("", "whoami")).toThrow(
          "not a policy: pass the value returned by `definePolicy` or `loadPolicy`",
        );
      }
    },
  );
});

describe("decisionMatrix", () => {
  const tokens = {
    writer: "courses:write",
    anonymous: undefined,
    "of account a": "/accounts/a/",
    owner: { scope: "admin:read", first_party: true, tier: "pro" },
  };

  it("has a line for each operation and each combination of patterns, denials included", () => {
    expect(decisionMatrix(policy, { tokens, params: { accountID: "a" } })).toMatchInlineSnapshot(`
      "*_all + list_* as list_all: anonymous unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      *_all as _all: anonymous unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      GET /v1/courses/:id: anonymous unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      drop_school: anonymous denied | "of account a" denied | owner denied | writer denied
      list_* as list_: anonymous unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      list_courses: anonymous unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      list_students: anonymous unauthenticated | "of account a" upgrade_required | owner insufficient_scope | writer upgrade_required
      ping: anonymous allowed | "of account a" allowed | owner allowed | writer allowed (enriched)
      read_account: anonymous unauthenticated | "of account a" allowed | owner insufficient_scope | writer insufficient_scope
      update_course: anonymous unauthenticated | "of account a" insufficient_scope | owner allowed | writer allowed
      whoami: anonymous unauthenticated | "of account a" allowed | owner allowed | writer allowed"
    `);
  });

  it("does not depend on the order of the policy's tools and of the tokens", () => {
    const reversed = Object.fromEntries(Object.entries(definition.tools).reverse());
    const other = loadPolicy({ ...definition, tools: reversed });
    const columns = Object.fromEntries(Object.entries(tokens).reverse());
    expect(decisionMatrix(other, { tokens: columns })).toBe(decisionMatrix(policy, { tokens }));
  });

  it("shows only the operations of the option, unknown names included", () => {
    const operations = ["ping", "list_courses", "nothing"];
    expect(decisionMatrix(policy, { tokens: { reader: "courses:read" }, operations })).toBe(
      `list_courses: reader allowed
nothing: reader unknown_operation
ping: reader allowed (enriched)`,
    );
  });

  it("finds the same combinations of patterns as a search through all short names", () => {
    const globs = [
      "a?",
      "?b",
      "*a",
      "a*",
      "*b*",
      "a*b",
      "*",
      "??",
      "b",
      "ab",
      ".*",
      "?",
      "*a*b",
      ".?",
    ];
    const letters = [..."ab.x"];
    const longer = (names: string[]) => names.flatMap((name) => letters.map((one) => name + one));
    const short = [
      letters,
      longer(letters),
      longer(longer(letters)),
      longer(longer(longer(letters))),
    ];
    const names = short.flat().filter((name) => name !== "." && name !== "..");
    const few = drawn((draw) => draw.few(globs, 5));
    fc.assert(
      fc.property(few, (keys) => {
        const tools = Object.fromEntries(keys.map((key) => [key, { public: true }]));
        const met = loadPolicy({ name: "Met", version: "1", scopes: {}, tools });
        const expected = names
          .filter((name) => !keys.includes(name))
          .map((name) => keys.filter((key) => isPattern(key) && modelMatch(key, name)).sort());
        const titles = expected.filter((list) => list.length > 0).map((list) => list.join(" + "));
        const shown = decisionMatrix(met, { tokens: {} }).split("\n");
        const ways = shown.flatMap((line) =>
          / as /.test(line) ? (line.split(" as ")[0] ?? []) : [],
        );
        expect(ways.sort()).toEqual([...new Set(titles)].sort());
      }),
      { numRuns: 200 },
    );
  });

  it("notes that combinations of patterns are missing when there are too many", () => {
    const words = Array.from({ length: 20 }, (_, at) => `*${String.fromCharCode(97 + at)}*`);
    const tools = Object.fromEntries(words.map((word) => [word, { deny: "no" }]));
    const crowded = loadPolicy({ name: "Crowd", version: "1", scopes: {}, tools });
    const lines = decisionMatrix(crowded, { tokens: { all: "" } }).split("\n");
    expect(lines.at(-1)).toBe("(more combinations of patterns match a common name than are shown)");
    expect(lines).toContain("*a* as a: all denied");
  });

  it("throws for a value that is not a policy", () => {
    expect(() => decisionMatrix({ ...policy }, { tokens: {} })).toThrow("not a policy");
  });

  it("throws for tokens that are not listed by column name", () => {
    const options = { tokens: "courses:read" as never };
    expect(() => decisionMatrix(policy, options)).toThrow("tokens: expected an object");
  });
});

describe("the decision matrix of", () => {
  const examples: readonly {
    readonly name: string;
    readonly policy: Policy;
    readonly tokens: Readonly<Record<string, TestToken>>;
  }[] = [
    {
      name: "loopwise",
      policy: loopwise,
      tokens: { anonymous: undefined, reader: "courses:read" },
    },
    {
      name: "movementors",
      policy: movementors,
      tokens: {
        mentor: { scope: "mcp:tools write:classes", tier: "free", account_type: "mentor" },
      },
    },
    { name: "moov", policy: moov, tokens: { a: "/accounts/a/cards.write /accounts/a/" } },
    { name: "localisation", policy: localisation, tokens: { reader: "projects:read" } },
  ];

  it.each(titled(examples, ({ name }) => name))(
    "%s matches the snapshot",
    (_title, { policy: example, tokens }) => {
      const params = { accountID: "a", platformAccountID: "p" };
      expect(decisionMatrix(example, { tokens, params })).toMatchSnapshot();
    },
  );
});

type Change = Partial<Record<keyof typeof definition | "baseline", unknown>>;

/** Returns the error that `expectNoWidening` throws; an error without widenings if it does not throw. */
function wideningErrorOf(
  before: Policy,
  after: Policy,
  except: readonly string[] = [],
): WideningFound {
  try {
    expectNoWidening(before, after, { except });
  } catch (error) {
    if (error instanceof WideningFound) return error;
    throw error;
  }
  return new WideningFound([], []);
}

describe("expectNoWidening", () => {
  const scopes = definition.scopes;
  const tools = definition.tools;
  const cases: readonly {
    readonly title: string;
    readonly from?: Change;
    readonly to?: Change;
    /** `operation | call | token | before > after`. */
    readonly found: readonly string[];
  }[] = [
    { title: "nothing without a change", found: [] },
    {
      title: "nothing if less is allowed",
      to: { baseline: ["courses:read"], tools: { list_courses: { deny: "no" } } },
      found: [],
    },
    {
      title: "an additional alternative",
      to: {
        tools: { ...tools, list_courses: { anyOf: ["courses:read", "openid"] } },
        scopes: { ...scopes, openid: {} },
      },
      found: ['list_courses | list_courses | {"scope":"openid"} | insufficient_scope > allowed'],
    },
    {
      title: "a new implication, with a token of the implying scope, for every operation",
      to: { scopes: { ...scopes, "school:all": { implies: ["courses:read"] } } },
      found: [
        'list_courses | list_courses | {"scope":"school:all"} | insufficient_scope > allowed',
        'ping | ping | {"scope":"school:all"} | allowed > allowed',
        'GET /v1/courses/:id | GET /v1/courses/%C3%A9fresh0 | {"scope":"school:all"} | insufficient_scope > allowed',
        'list_* | list_ | {"scope":"school:all"} | insufficient_scope > allowed',
      ],
    },
    {
      title: "a weaker case, with the arguments that choose it",
      from: {
        tools: {
          a: { cases: [{ when: { n: 1 }, scope: "courses:write" }], otherwise: "courses:write" },
        },
        endpoints: {},
      },
      to: {
        tools: {
          a: { cases: [{ when: { n: 1 }, scope: "courses:read" }], otherwise: "courses:write" },
        },
        endpoints: {},
      },
      found: ['a | a | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "a case that is new, and one that is gone",
      from: {
        tools: { a: { cases: [{ when: { n: 1 }, deny: "no" }], otherwise: { deny: "no" } } },
        endpoints: {},
      },
      to: {
        tools: {
          a: { cases: [{ when: { m: null }, scope: "courses:read" }], otherwise: { deny: "no" } },
        },
        endpoints: {},
      },
      found: [
        'a | a | {"scope":"courses:read"} | denied > allowed',
        'a | a | {"scope":"courses:read"} | denied > allowed',
      ],
    },
    {
      title: "nothing if cases only narrow a rule",
      from: { tools: { "list_*": "courses:read" }, endpoints: {} },
      to: {
        tools: {
          "list_*": {
            cases: [{ when: { n: ["1", 1] }, allOf: ["courses:read", "courses:write"] }],
            otherwise: "courses:read",
            weakOtherwise: true,
          },
        },
        endpoints: {},
      },
      found: [],
    },
    {
      title: "a weaker `otherwise` of a pattern and of an endpoint",
      from: {
        tools: {
          "list_*": {
            cases: [{ when: { n: 1 }, scope: "courses:read" }],
            otherwise: { deny: "no" },
          },
        },
        endpoints: {
          "GET /v1/:kind": {
            cases: [{ when: { kind: "logs" }, scope: "courses:read" }],
            otherwise: { deny: "no" },
          },
        },
      },
      to: { tools: { "list_*": "courses:read" }, endpoints: { "GET /v1/:kind": "courses:read" } },
      found: [
        'GET /v1/:kind | GET /v1/%C3%A9fresh0 | {"scope":"courses:read"} | denied > allowed',
        'list_* | list_ | {"scope":"courses:read"} | denied > allowed',
      ],
    },
    {
      title: "an older name",
      from: { tools: { a: "students:read" }, endpoints: {} },
      to: {
        tools: { a: "students:read" },
        endpoints: {},
        scopes: { ...scopes, "students:read": { tier: "pro", replaces: ["members"] } },
      },
      found: ['a | a | {"scope":"members","tier":"pro"} | insufficient_scope > allowed'],
    },
    {
      title: "a lower tier",
      from: { tools: { a: { scope: "courses:read", tier: "pro" } }, endpoints: {} },
      to: { tools: { a: { scope: "courses:read", tier: "free" } }, endpoints: {} },
      found: ['a | a | {"scope":"courses:read","tier":"free"} | upgrade_required > allowed'],
    },
    {
      title: "tiers in reversed order",
      from: { tools: { a: { scope: "courses:read", tier: "pro" } }, endpoints: {} },
      to: {
        tools: { a: { scope: "courses:read", tier: "pro" } },
        endpoints: {},
        tiers: ["pro", "free"],
      },
      found: ['a | a | {"scope":"courses:read","tier":"free"} | upgrade_required > allowed'],
    },
    {
      title: "an additional account type",
      from: { tools: { a: { scope: "courses:read", accountTypes: ["mentor"] } }, endpoints: {} },
      to: {
        tools: { a: { scope: "courses:read", accountTypes: ["mentor", "studio"] } },
        endpoints: {},
      },
      found: [
        'a | a | {"scope":"courses:read","account_type":"studio"} | account_type_required > allowed',
      ],
    },
    {
      title: "a scope that is no longer reserved",
      from: { tools: { a: "admin:read" }, endpoints: {} },
      to: { tools: { a: "admin:read" }, endpoints: {}, scopes: { ...scopes, "admin:read": {} } },
      found: ['a | a | {"scope":"admin:read"} | reserved_scope > allowed'],
    },
    {
      title: "a new implication of a reserved scope, for first-party clients only",
      from: { tools: { a: "courses:read" }, endpoints: {} },
      to: {
        tools: { a: "courses:read" },
        endpoints: {},
        scopes: { ...scopes, "admin:read": { reserved: true, implies: ["courses:read"] } },
      },
      found: ['a | a | {"scope":"admin:read","first_party":true} | insufficient_scope > allowed'],
    },
    {
      title: "a widening with a third-party token if a reserved scope would show it too",
      from: {
        tools: { a: "courses:write" },
        endpoints: {},
        scopes: { ...scopes, "admin:read": { reserved: true, implies: ["courses:read"] } },
      },
      to: {
        tools: { a: "courses:read" },
        endpoints: {},
        scopes: { ...scopes, "admin:read": { reserved: true, implies: ["courses:read"] } },
      },
      found: ['a | a | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "a path that differs from a removed endpoint in letter case only",
      from: {
        endpoints: { "GET /v1/:kind": "courses:read", "GET /v1/admin": { authenticated: true } },
        tools: {},
      },
      to: { endpoints: { "GET /v1/:kind": "courses:read" }, tools: {} },
      found: [
        'GET /v1/:kind | GET /v1/ADMIN | {"scope":"courses:read"} | unknown_operation > allowed',
      ],
    },
    {
      title: "a value that a removed template could not take",
      from: {
        scopes: { read: {}, "{id}:read": {}, "/x/{id}": {} },
        tools: { a: { anyOf: ["read", "{id}:read", "/x/{id}"] } },
        endpoints: {},
      },
      to: {
        scopes: { read: {}, "{id}:read": {}, "/x/{id}": {} },
        tools: { a: { anyOf: ["read", "/x/{id}"] } },
        endpoints: {},
      },
      found: [
        'a | a | {"scope":"read"} | invalid_params > allowed',
        'a | a | {"scope":"/x/urn"} | invalid_params > allowed',
      ],
    },
    {
      title: "a removed baseline scope",
      from: { tools: { a: "courses:read" }, baseline: ["courses:write"] },
      to: { tools: { a: "courses:read" } },
      found: ['a | a | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "an operation that becomes public, and a new enriching scope",
      from: { tools: { a: { authenticated: true }, b: { public: true } }, endpoints: {} },
      to: {
        tools: { a: { public: true }, b: { public: true, enrichedBy: "courses:read" } },
        endpoints: {},
      },
      found: [
        "a | a | undefined | unauthenticated > allowed",
        'b | b | {"scope":"courses:read"} | allowed > allowed',
      ],
    },
    {
      title: "a template filled by another parameter",
      from: { tools: { a: { allOf: ["/accounts/{accountID}/", "courses:read"] } } },
      to: {
        tools: {
          a: {
            allOf: [
              "courses:read",
              { scope: "/accounts/{accountID}/", params: { accountID: "from" } },
            ],
          },
        },
      },
      found: ['a | a | {"scope":"courses:read /accounts/fresh0/"} | invalid_params > allowed'],
    },
    {
      title: "a value that the template before could not take",
      from: {
        scopes: { "docs.{id}.read": {}, read: {} },
        tools: { a: { anyOf: ["read", "docs.{id}.read"] } },
        endpoints: {},
      },
      to: {
        scopes: { "/docs/{id}": {}, read: {} },
        tools: { a: { anyOf: ["read", "/docs/{id}"] } },
        endpoints: {},
      },
      found: [
        'a | a | {"scope":"read"} | invalid_params > allowed',
        'a | a | {"scope":"/docs/fresh0"} | insufficient_scope > allowed',
      ],
    },
    {
      title: "a new tool, and a new pattern",
      to: { tools: { ...tools, "drop_?": { authenticated: true }, get_it: "courses:read" } },
      found: [
        'get_it | get_it | {"scope":"courses:read"} | unknown_operation > allowed',
        'drop_? | drop_x | {"scope":""} | unknown_operation > allowed',
      ],
    },
    {
      title: "a tool that a pattern decides after its own entry is removed",
      from: { tools: { list_all: "courses:write", "list_*": "courses:read" }, endpoints: {} },
      to: { tools: { "list_*": "courses:read" }, endpoints: {} },
      found: ['list_* | list_all | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "a removed denial by pattern on a name that another pattern matches",
      from: { tools: { "list_*": "courses:read", "*_all": { deny: "no" } }, endpoints: {} },
      to: { tools: { "list_*": "courses:read" }, endpoints: {} },
      found: ['list_* | list_all | {"scope":"courses:read"} | denied > allowed'],
    },
    {
      title: "nothing if a path parameter is renamed",
      from: { endpoints: { "GET /v1/courses/:course": "courses:read" } },
      found: [],
    },
    {
      title: "a path that now matches another endpoint",
      from: {
        endpoints: { "GET /v1/:kind": "courses:read", "GET /v1/admin": { deny: "no" } },
        tools: {},
      },
      to: { endpoints: { "GET /v1/:kind": "courses:read" }, tools: {} },
      found: ['GET /v1/:kind | GET /v1/admin | {"scope":"courses:read"} | denied > allowed'],
    },
    {
      title: "an endpoint that is no longer bound to its path parameter",
      from: { endpoints: { "GET /a/{accountID}": "/accounts/{accountID}/" }, tools: {} },
      to: { endpoints: { "GET /a/{accountID}": "courses:read" }, tools: {} },
      found: [
        'GET /a/{accountID} | GET /a/%C3%A9fresh0 | {"scope":"courses:read"} | invalid_params > allowed',
      ],
    },
  ];
  it.each(titled(cases))("reports %s", (_title, { from, to, found }) => {
    const before = loadPolicy({ ...definition, ...from });
    const after = loadPolicy({ ...definition, ...to });
    const shown = wideningErrorOf(before, after).widenings.map(
      (one) =>
        `${one.operation} | ${one.call} | ${JSON.stringify(one.token)} | ${one.before.code} > ${one.after.code}`,
    );
    expect(shown).toEqual(found);
  });
});

describe("an operation with cases", () => {
  const database = definePolicy({
    ...definition,
    tools: {
      run_query: {
        cases: [{ when: { mode: "explain" }, scope: "courses:read" }],
        otherwise: "courses:write",
      },
    },
    endpoints: {},
  });

  it("is tested with the arguments that choose its branch", () => {
    expect(database).toAllow("courses:read", "run_query", { mode: "explain" });
    expect(database).toDeny("courses:read", "run_query", "insufficient_scope", { mode: "run" });
    expect(database).toDeny("courses:read", "run_query", "insufficient_scope");
    expect(database).toAllow("courses:write", "run_query");
  });

  it("is in the decision matrix with the parameters that are given", () => {
    const tokens = { reader: "courses:read" };
    const lineOf = (params: { readonly mode?: string }) =>
      decisionMatrix(database, { tokens, params })
        .split("\n")
        .find((line) => line.includes("run_query"));
    expect(lineOf({ mode: "explain" })).toMatch(/allowed$/);
    expect(lineOf({})).toMatch(/insufficient_scope$/);
  });
});

describe("the error of expectNoWidening", () => {
  const more = loadPolicy({
    ...definition,
    tools: { ...definition.tools, "drop_*": "courses:read", update_course: "courses:read" },
  });

  it("lists every widening in its message", () => {
    expect(wideningErrorOf(policy, more).message).toBe(`wider: \`update_course\`
  token: {"scope":"courses:read"}
  before: insufficient_scope: more scope is needed: the user can grant it
  after: allowed
wider: \`drop_*\` (drop_)
  token: {"scope":"courses:read"}
  before: unknown_operation: unknown operation: the policy names no such tool or endpoint
  after: allowed`);
  });

  it("omits the names and patterns of except, and unknown names in except throw", () => {
    expect(() => expectNoWidening(policy, more)).toThrow(WideningFound);
    expectNoWidening(policy, more, { except: ["update_course", "drop_*"] });
    expect(wideningErrorOf(policy, more, ["drop_*"]).widenings).toHaveLength(1);
    expect(() => expectNoWidening(policy, more, { except: ["update_curse"] })).toThrow(
      "`except`: the policy has no operation `update_curse`; did you mean `update_course`?",
    );
    expect(() => expectNoWidening(policy, more, { except: ["zzzzzzzzzzzzzzzzz"] })).toThrow(
      "`except`: the policy has no operation `zzzzzzzzzzzzzzzzz`",
    );
  });

  it("is a PolicyError if either argument is not a policy", () => {
    expect(() => expectNoWidening({ ...policy }, policy)).toThrow("not a policy");
    expect(() => expectNoWidening(policy, { ...policy })).toThrow("not a policy");
  });

  it("names the operations that it could not prove", () => {
    const paths = Array.from({ length: 20 }, (_, at) => `GET /l${at}/l${at}/l${at}`);
    const endpoints = Object.fromEntries([...paths, "GET /:a/:b/:c"].map((key) => [key, "s"]));
    const words = Array.from({ length: 20 }, (_, at) => `*${String.fromCharCode(99 + at)}*`);
    const tools = Object.fromEntries(words.map((word) => [word, { deny: "no" }]));
    const big = loadPolicy({ name: "Big", version: "1", scopes: { s: {} }, tools, endpoints });
    const found = wideningErrorOf(big, big);
    expect(found.widenings).toEqual([]);
    expect(found.message).toBe(`not proved: \`GET /:a/:b/:c\` takes too many search steps
not proved: \`tools that only patterns match\` takes too many search steps`);
  });
});

const gradeOf = (decision: { allowed: boolean; enriched?: boolean }) =>
  Number(decision.allowed) + Number(decision.enriched ?? false);

const VALUES = ["a", "a", "a", "b", "a.b", "urn", "a:b", "b=a"];
const NAMES = [
  ...["accountID", "platformAccountID", "orgID", "projectID", "fileID", "toString"],
  ...["realmID", "typeID", "userID"],
];

describe("a random change of a random policy", () => {
  const pairs = fc.tuple(
    policyPairs,
    fc.array(
      drawn((draw) => draw),
      { minLength: 5, maxLength: 5 },
    ),
  );

  it("is reported if a random token shows a widening, and every reported widening is real", () => {
    const wider = tally("a call that becomes wider", 11);
    const narrow = tally("a change that widens nothing", 6);
    runOften([wider, narrow], () =>
      fc.assert(
        fc.property(pairs, ([{ next, before, after }, tapes]) => {
          if (after === undefined) return;
          expectNoWidening(after, after);
          const { widenings, unproved } = wideningErrorOf(before, after);
          expect(unproved).toEqual([]);
          for (const found of widenings) {
            const [method = "", path = ""] = found.call.split(" ");
            const [old, now] = [before, after].map((policy) =>
              path === ""
                ? policy.decideUntrusted(found.token, found.call, found.params)
                : policy.decideRequest(found.token, { method, path, params: found.params }),
            );
            expect([old, now]).toEqual([found.before, found.after]);
            expect(gradeOf(found.after)).toBeGreaterThan(gradeOf(found.before));
          }
          const operations = new Set(widenings.map(({ operation }) => operation));
          for (const draw of tapes.flatMap((tape) =>
            Array.from({ length: 6 }, () => tape.part(260)),
          )) {
            const token = draw.chance(95) ? drawToken(draw.part(180), next) : undefined;
            const params = Object.fromEntries(
              draw.some(NAMES, 90).map((name) => [name, draw.pick(VALUES)]),
            );
            const name = drawName(draw, next);
            const request = { ...drawRequest(draw, next), params };
            const [toolBefore, toolAfter, callBefore, callAfter] = [
              before.decideUntrusted(token, name, params),
              after.decideUntrusted(token, name, params),
              before.decideRequest(token as AccessToken, request),
              after.decideRequest(token as AccessToken, request),
            ];
            if (!String(name).includes(" ") && gradeOf(toolAfter) > gradeOf(toolBefore)) {
              const exact = Object.hasOwn(next.tools ?? {}, String(name));
              const globs = Object.keys(next.tools ?? {}).filter(
                (key) => isPattern(key) && modelMatch(key, String(name)),
              );
              expect([...operations]).toContain(exact ? name : globs.join(" + "));
              wider.count += 1;
            }
            if (gradeOf(callAfter) > gradeOf(callBefore)) {
              expect([...operations]).toContain(after.findEndpoint(request)?.name);
              wider.count += 1;
            }
          }
          if (widenings.length === 0) narrow.count += 1;
        }),
        { numRuns: 80 },
      ),
    );
  });
});
