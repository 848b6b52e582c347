import fc from "fast-check";
import { type AccessToken, loadPolicy, type Policy, PolicyError } from "scope-policy";
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
import { drawPolicy } from "./model/arbitrary-policy.js";
import { drawName, drawRequest, drawToken } from "./model/arbitrary-request.js";
import { type Draw, drawn } from "./model/draw.js";
import { type Definition, isPattern, modelMatch } from "./model/model.js";
import { runOften, tally } from "./often.js";

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

/** The message with which an assertion fails; `undefined` where it passes. */
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
    { title: "a scope as text", token: "openid courses:write" },
    { title: "a scope as a list", token: ["openid", "courses:write"] },
    { title: "claims", token: { scope: "courses:write", tier: "free" } },
  ];

  it.each(tokens)("take $title", ({ token }) => {
    expect(policy).toAllow(token, "list_courses");
    expect(policy).toAllow(token, "update_course");
    expect(policy).toDeny(token, "list_students", "upgrade_required");
    expect(policy).not.toAllow(token, "drop_school");
    expect(policy).not.toDeny(token, "drop_school", "upgrade_required");
  });

  it("take no credentials, parameters, endpoints and names that patterns fit", () => {
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

  it("can be parts of a pattern", () => {
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
      title: "what is missing",
      assertion: () => expect(policy).toAllow("openid", "update_course"),
      message: `expected \`update_course\` to be allowed, and it was refused with insufficient_scope
  message: more scope is needed: the user can grant it
  missing: courses:write
  scopes: courses:write
  accepted: courses:write
  token: {"scope":"openid"}`,
    },
    {
      title: "the plan",
      assertion: () => expect(policy).toAllow({ scope: "students:read" }, "list_students"),
      message: `expected \`list_students\` to be allowed, and it was refused with upgrade_required
  message: upgrade required: this needs the plan \`pro\` or above
  tier: pro
  had: undefined
  token: {"scope":"students:read"}`,
    },
    {
      title: "what allowed it",
      assertion: () => expect(policy).not.toAllow(["courses"], "update_course"),
      message: `expected \`update_course\` not to be allowed, and it was
  scopes: courses:write
  enriched: false
  token: {"scope":["courses"]}`,
    },
    {
      title: "another code than was meant",
      assertion: () => expect(policy).toDeny(undefined, "drop_school", "unauthenticated"),
      message: `expected \`drop_school\` to be refused with unauthenticated, and it was refused with denied
  message: denied: ask us by mail
  reason: ask us by mail
  token: no credentials`,
    },
    {
      title: "the very code",
      assertion: () => expect(policy).not.toDeny("", "list_courses", "insufficient_scope"),
      message: `expected \`list_courses\` not to be refused with insufficient_scope, and it was
  message: more scope is needed: the user can grant it
  missing: courses:read
  scopes: courses:read
  accepted: courses:read
  token: {"scope":""}`,
    },
    {
      title: "that it was allowed, to no scope at all",
      assertion: () => expect(policy).toDeny("", "whoami", "insufficient_scope"),
      message: `expected \`whoami\` to be refused with insufficient_scope, and it was allowed
  scopes: none
  enriched: false
  token: {"scope":""}`,
    },
  ];

  it.each(failures)("say $title", ({ assertion, message }) => {
    expect(failureOf(assertion)).toBe(message);
  });

  it("carry the codes for a diff", () => {
    const { actual, expected } = policyMatchers.toAllow(policy, "", "list_courses");
    expect([actual, expected]).toEqual([{ code: "insufficient_scope" }, { code: "allowed" }]);
  });

  const slips: readonly {
    readonly title: string;
    readonly call: (asserted: ReturnType<typeof expect<Policy>>) => void;
    readonly message: string;
  }[] = [
    {
      title: "a name that the policy lacks",
      call: (asserted) => asserted.toAllow("courses:read", "lst_courses"),
      message: "the policy has no operation `lst_courses`; did you mean `list_courses`?",
    },
    {
      title: "a name that the policy lacks, denied for a reason that it cannot have",
      call: (asserted) => asserted.toDeny("", "update_curse", "insufficient_scope"),
      message: "the policy has no operation `update_curse`; did you mean `update_course`?",
    },
    {
      title: "a misspelt code",
      call: (asserted) => asserted.toDeny("", "list_courses", "insuficient_scope" as "denied"),
      message: "`insuficient_scope` is no denial; did you mean `insufficient_scope`?",
    },
    {
      title: "no code",
      call: (asserted) => asserted.toDeny("", "list_courses", undefined as unknown as "denied"),
      message:
        "`undefined` is no denial; expected one of unknown_operation, denied, invalid_params",
    },
    {
      title: "a code that is no denial",
      call: (asserted) => asserted.toDeny("", "whoami", "allowed" as "denied"),
      message: "`allowed` is no denial; expected one of unknown_operation, denied, invalid_params",
    },
  ];

  it.each(slips)("refuse $title, after not too", ({ call, message }) => {
    for (const asserted of [expect(policy), expect(policy).not]) {
      expect(() => call(asserted)).toThrow(PolicyError);
      expect(failureOf(() => call(asserted))).toContain(message);
    }
  });

  it.each([[{ ...policy }], ["policy"], [undefined], [definition]])(
    "refuse a subject that is no policy, after not too",
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
    nobody: undefined,
    "of account a": "/accounts/a/",
    owner: { scope: "admin:read", first_party: true, tier: "pro" },
  };

  it("has a line for each operation and each way in which patterns meet, and loses no denial", () => {
    expect(decisionMatrix(policy, { tokens, params: { accountID: "a" } })).toMatchInlineSnapshot(`
      "*_all + list_* as list_all: nobody unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      *_all as _all: nobody unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      GET /v1/courses/:id: nobody unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      drop_school: nobody denied | "of account a" denied | owner denied | writer denied
      list_* as list_: nobody unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      list_courses: nobody unauthenticated | "of account a" insufficient_scope | owner insufficient_scope | writer allowed
      list_students: nobody unauthenticated | "of account a" upgrade_required | owner insufficient_scope | writer upgrade_required
      ping: nobody allowed | "of account a" allowed | owner allowed | writer allowed (enriched)
      read_account: nobody unauthenticated | "of account a" allowed | owner insufficient_scope | writer insufficient_scope
      update_course: nobody unauthenticated | "of account a" insufficient_scope | owner allowed | writer allowed
      whoami: nobody unauthenticated | "of account a" allowed | owner allowed | writer allowed"
    `);
  });

  it("does not depend on the order in which a policy and the tokens are written", () => {
    const reversed = Object.fromEntries(Object.entries(definition.tools).reverse());
    const other = loadPolicy({ ...definition, tools: reversed });
    const columns = Object.fromEntries(Object.entries(tokens).reverse());
    expect(decisionMatrix(other, { tokens: columns })).toBe(decisionMatrix(policy, { tokens }));
  });

  it("shows some operations alone, names that the policy lacks among them", () => {
    const operations = ["ping", "list_courses", "nothing"];
    expect(decisionMatrix(policy, { tokens: { reader: "courses:read" }, operations })).toBe(
      `list_courses: reader allowed
nothing: reader unknown_operation
ping: reader allowed (enriched)`,
    );
  });

  it("knows every way in which patterns meet, as trying all short names does", () => {
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

  it("says so where patterns meet in too many ways", () => {
    const words = Array.from({ length: 20 }, (_, at) => `*${String.fromCharCode(97 + at)}*`);
    const tools = Object.fromEntries(words.map((word) => [word, { deny: "no" }]));
    const crowded = loadPolicy({ name: "Crowd", version: "1", scopes: {}, tools });
    const lines = decisionMatrix(crowded, { tokens: { all: "" } }).split("\n");
    expect(lines.at(-1)).toBe("(patterns meet in more ways than are shown)");
    expect(lines).toContain("*a* as a: all denied");
  });

  it("refuses what is no policy", () => {
    expect(() => decisionMatrix({ ...policy }, { tokens: {} })).toThrow("not a policy");
  });
});

describe("the matrix of", () => {
  const examples: readonly {
    readonly name: string;
    readonly policy: Policy;
    readonly tokens: Readonly<Record<string, TestToken>>;
  }[] = [
    { name: "loopwise", policy: loopwise, tokens: { nobody: undefined, reader: "courses:read" } },
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

  it.each(examples)("$name is known", ({ policy: example, tokens }) => {
    const params = { accountID: "a", platformAccountID: "p" };
    expect(decisionMatrix(example, { tokens, params })).toMatchSnapshot();
  });
});

type Change = Partial<Record<keyof typeof definition | "baseline", unknown>>;

/** What `expectNoWidening` finds. */
function widened(before: Policy, after: Policy, except: readonly string[] = []): WideningFound {
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
    { title: "nothing where nothing changes", found: [] },
    {
      title: "nothing where less is allowed",
      to: { baseline: ["courses:read"], tools: { list_courses: { deny: "no" } } },
      found: [],
    },
    {
      title: "a further alternative",
      to: {
        tools: { ...tools, list_courses: { anyOf: ["courses:read", "openid"] } },
        scopes: { ...scopes, openid: {} },
      },
      found: ['list_courses | list_courses | {"scope":"openid"} | insufficient_scope > allowed'],
    },
    {
      title: "a new implication, by the scope that implies, everywhere",
      to: { scopes: { ...scopes, "school:all": { implies: ["courses:read"] } } },
      found: [
        'list_courses | list_courses | {"scope":"school:all"} | insufficient_scope > allowed',
        'ping | ping | {"scope":"school:all"} | allowed > allowed',
        'GET /v1/courses/:id | GET /v1/courses/@fresh0 | {"scope":"school:all"} | insufficient_scope > allowed',
        'list_* | list_ | {"scope":"school:all"} | insufficient_scope > allowed',
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
      title: "a lower plan",
      from: { tools: { a: { scope: "courses:read", tier: "pro" } }, endpoints: {} },
      to: { tools: { a: { scope: "courses:read", tier: "free" } }, endpoints: {} },
      found: ['a | a | {"scope":"courses:read","tier":"free"} | upgrade_required > allowed'],
    },
    {
      title: "plans that change places",
      from: { tools: { a: { scope: "courses:read", tier: "pro" } }, endpoints: {} },
      to: {
        tools: { a: { scope: "courses:read", tier: "pro" } },
        endpoints: {},
        tiers: ["pro", "free"],
      },
      found: ['a | a | {"scope":"courses:read","tier":"free"} | upgrade_required > allowed'],
    },
    {
      title: "another kind of account",
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
      title: "a scope that is reserved no longer",
      from: { tools: { a: "admin:read" }, endpoints: {} },
      to: { tools: { a: "admin:read" }, endpoints: {}, scopes: { ...scopes, "admin:read": {} } },
      found: ['a | a | {"scope":"admin:read"} | reserved_scope > allowed'],
    },
    {
      title: "what a reserved scope implies, to first-party clients alone",
      from: { tools: { a: "courses:read" }, endpoints: {} },
      to: {
        tools: { a: "courses:read" },
        endpoints: {},
        scopes: { ...scopes, "admin:read": { reserved: true, implies: ["courses:read"] } },
      },
      found: ['a | a | {"scope":"admin:read","first_party":true} | insufficient_scope > allowed'],
    },
    {
      title: "a token of anybody, where a reserved scope would show it too",
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
      title: "a path in another letter case than that of an endpoint that is gone",
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
      title: "the one value that would have made another form of a scope",
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
      title: "a scope of the baseline that is gone",
      from: { tools: { a: "courses:read" }, baseline: ["courses:write"] },
      to: { tools: { a: "courses:read" } },
      found: ['a | a | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "an operation that has become public, and what it is enriched by",
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
      title: "a template with its parameters taken apart",
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
      title: "a value that a template did not take",
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
      title: "a tool that is new, and one that only patterns fit now",
      to: { tools: { ...tools, "drop_?": { authenticated: true }, get_it: "courses:read" } },
      found: [
        'get_it | get_it | {"scope":"courses:read"} | unknown_operation > allowed',
        'drop_? | drop_x | {"scope":""} | unknown_operation > allowed',
      ],
    },
    {
      title: "a tool that has lost its own rule to a pattern",
      from: { tools: { list_all: "courses:write", "list_*": "courses:read" }, endpoints: {} },
      to: { tools: { "list_*": "courses:read" }, endpoints: {} },
      found: ['list_* | list_all | {"scope":"courses:read"} | insufficient_scope > allowed'],
    },
    {
      title: "a denial by pattern that is gone, where it met another pattern",
      from: { tools: { "list_*": "courses:read", "*_all": { deny: "no" } }, endpoints: {} },
      to: { tools: { "list_*": "courses:read" }, endpoints: {} },
      found: ['list_* | list_all | {"scope":"courses:read"} | denied > allowed'],
    },
    {
      title: "nothing where a path parameter is renamed",
      from: { endpoints: { "GET /v1/courses/:course": "courses:read" } },
      found: [],
    },
    {
      title: "a path that another endpoint answers now, also in other letter case",
      from: {
        endpoints: { "GET /v1/:kind": "courses:read", "GET /v1/admin": { deny: "no" } },
        tools: {},
      },
      to: { endpoints: { "GET /v1/:kind": "courses:read" }, tools: {} },
      found: ['GET /v1/:kind | GET /v1/admin | {"scope":"courses:read"} | denied > allowed'],
    },
    {
      title: "an endpoint bound to the path no longer",
      from: { endpoints: { "GET /a/{accountID}": "/accounts/{accountID}/" }, tools: {} },
      to: { endpoints: { "GET /a/{accountID}": "courses:read" }, tools: {} },
      found: [
        'GET /a/{accountID} | GET /a/@fresh0 | {"scope":"courses:read"} | invalid_params > allowed',
      ],
    },
  ];
  it.each(cases)("finds $title", ({ from, to, found }) => {
    const before = loadPolicy({ ...definition, ...from });
    const after = loadPolicy({ ...definition, ...to });
    const shown = widened(before, after).widenings.map(
      (one) =>
        `${one.operation} | ${one.call} | ${JSON.stringify(one.token)} | ${one.before.code} > ${one.after.code}`,
    );
    expect(shown).toEqual(found);
  });
});

describe("what expectNoWidening throws", () => {
  const more = loadPolicy({
    ...definition,
    tools: { ...definition.tools, "drop_*": "courses:read", update_course: "courses:read" },
  });

  it("says everything at once", () => {
    expect(widened(policy, more).message).toBe(`wider: \`update_course\`
  token: {"scope":"courses:read"}
  before: insufficient_scope: more scope is needed: the user can grant it
  after: allowed
wider: \`drop_*\` (drop_)
  token: {"scope":"courses:read"}
  before: unknown_operation: unknown operation: the policy names no such tool or endpoint
  after: allowed`);
  });

  it("leaves out what is meant, by its name or its pattern, and refuses a name that is none", () => {
    expect(() => expectNoWidening(policy, more)).toThrow(WideningFound);
    expectNoWidening(policy, more, { except: ["update_course", "drop_*"] });
    expect(widened(policy, more, ["drop_*"]).widenings).toHaveLength(1);
    expect(() => expectNoWidening(policy, more, { except: ["update_curse"] })).toThrow(
      "`except`: the policy has no operation `update_curse`; did you mean `update_course`?",
    );
    expect(() => expectNoWidening(policy, more, { except: ["zzzzzzzzzzzzzzzzz"] })).toThrow(
      "`except`: the policy has no operation `zzzzzzzzzzzzzzzzz`",
    );
  });

  it("refuses what is no policy, on either side", () => {
    expect(() => expectNoWidening({ ...policy }, policy)).toThrow("not a policy");
    expect(() => expectNoWidening(policy, { ...policy })).toThrow("not a policy");
  });

  it("names what it could not prove", () => {
    const paths = Array.from({ length: 20 }, (_, at) => `GET /l${at}/l${at}/l${at}`);
    const endpoints = Object.fromEntries([...paths, "GET /:a/:b/:c"].map((key) => [key, "s"]));
    const words = Array.from({ length: 20 }, (_, at) => `*${String.fromCharCode(99 + at)}*`);
    const tools = Object.fromEntries(words.map((word) => [word, { deny: "no" }]));
    const big = loadPolicy({ name: "Big", version: "1", scopes: { s: {} }, tools, endpoints });
    const found = widened(big, big);
    expect(found.widenings).toEqual([]);
    expect(
      found.message,
    ).toBe(`not proved: \`GET /:a/:b/:c\` can be met in too many ways to go through
not proved: \`tools that only patterns fit\` can be met in too many ways to go through`);
  });
});

const gradeOf = (decision: { allowed: boolean; enriched?: boolean }) =>
  Number(decision.allowed) + Number(decision.enriched ?? false);

const without = <Value extends object>(value: Value, draw: Draw, percent: number): Value =>
  Object.fromEntries(Object.entries(value).filter(() => !draw.chance(percent))) as Value;

/** One of many changes; some give what is no policy. */
function changed(draw: Draw, from: Definition, other: Definition): Definition {
  const scope = draw.pick(Object.keys(from.scopes));
  const options = (draft: object) => {
    const old = from.scopes[scope];
    const kept = typeof old === "object" && old.implies ? { implies: old.implies } : {};
    return { ...from, scopes: { ...from.scopes, [scope]: { ...kept, ...draft } } };
  };
  const tools = { ...from.tools };
  const names = Object.keys(tools);
  return draw.pick<() => Definition>([
    () => ({ ...from, tools: without(tools, draw, 30) }),
    () => ({ ...from, endpoints: without(from.endpoints ?? {}, draw, 40) }),
    () => ({ ...from, endpoints: { ...from.endpoints, ...other.endpoints } }),
    () => ({ ...from, tools: { ...tools, ...other.tools } }),
    () => ({ ...from, tools: { ...tools, [draw.pick(names)]: tools[draw.pick(names)] ?? "" } }),
    () => ({ ...from, baseline: [] }),
    () => ({ ...from, tiers: [...(from.tiers ?? [])].reverse() }),
    () => options({}),
    () => options({ implies: draw.few(Object.keys(from.scopes), 2) }),
    () => options({ replaces: ["older:name"] }),
    () => options({ reserved: true }),
    () => other,
  ])();
}

const VALUES = ["a", "a", "a", "b", "a.b", "urn"];
const NAMES = ["accountID", "platformAccountID", "orgID", "projectID", "fileID", "toString"];

function tryPolicy(source: Definition): Policy | undefined {
  try {
    return loadPolicy(source);
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

describe("a random change of a random policy", () => {
  const pairs = fc.tuple(
    drawn((draw) => drawPolicy(draw.part(950))),
    drawn((draw) => drawPolicy(draw.part(950))),
    drawn((draw) => draw),
    fc.array(
      drawn((draw) => draw),
      { minLength: 5, maxLength: 5 },
    ),
  );

  it("is wider where a random token shows it, and every widening that is found is real", () => {
    const wider = tally("a call that becomes wider", 11);
    const narrow = tally("a change that widens nothing", 6);
    runOften([wider, narrow], () =>
      fc.assert(
        fc.property(pairs, ([definition, other, change, tapes]) => {
          const next = changed(change, definition, other);
          const before = loadPolicy(definition);
          const after = tryPolicy(next);
          if (after === undefined) return;
          expectNoWidening(after, after);
          const { widenings, unproved } = widened(before, after);
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
            Array.from({ length: 6 }, () => tape.part(200)),
          )) {
            const token = draw.chance(95) ? drawToken(draw.part(120), next) : undefined;
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
