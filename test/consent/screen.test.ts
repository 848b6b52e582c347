import {
  type ConsentFacts,
  type ConsentOptions,
  type ConsentRow,
  consentScreen,
  definePolicy,
  droppedScopes,
  loadPolicy,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { client, factsOf, rowOf, rowsOf, scopesOf } from "./facts.js";

const policy = definePolicy({
  name: "School",
  version: "7",
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    openid: { description: "Who you are", required: true },
    "courses:read": {
      title: "See courses",
      description: "Read your courses",
      group: "Courses",
      locales: { de: { title: "Kurse sehen" }, "de-AT": { title: "Kurse schauen" } },
    },
    "courses:write": { description: "Change courses", group: "Courses", implies: ["courses:read"] },
    "courses:publish": { default: "off", warning: "makes the course public", group: "Courses" },
    "reports:export": { description: "Export", tier: "pro" },
    "studio:read": { description: "Your studio", accountTypes: ["studio"] },
    "students:read": { description: "Your students", replaces: ["members:read"] },
    "admin:all": { description: "Everything", reserved: true },
    "/accounts/{accountID}/profile.write": { description: "Change a profile" },
    offline_access: { description: "Stay signed in" },
  },
  bundles: {
    "read-only": ["courses:read", "students:read"],
    all: { every: true, except: ["courses:publish"] },
    exports: ["reports:export"],
  },
  tools: {
    list_courses: "courses:read",
    update_course: "courses:write",
    secret_tool: { scope: "courses:read", hidden: true },
    drop_course: { deny: "never" },
    export_report: "reports:export",
    publish: { scope: "courses:publish", tier: "pro" },
    administer: { anyOf: ["admin:all", "students:read"] },
  },
  endpoints: { "GET /courses": "courses:read" },
  notCovered: ["Payouts"],
});

const all = Object.keys(policy.definition.scopes).filter((name) => !name.includes("{"));

describe("the scopes on the screen", () => {
  const cases: readonly {
    readonly title: string;
    readonly facts: Partial<ConsentFacts>;
    readonly options?: ConsentOptions;
    readonly shown: readonly string[];
    readonly dropped?: readonly (readonly [scope: string, why: string])[];
    readonly error?: "invalid_scope";
  }[] = [
    {
      title: "are in the order of the policy, each once",
      facts: { requested: "courses:write openid courses:read openid" },
      shown: ["openid", "courses:read", "courses:write"],
    },
    {
      title: "have identity first and offline access last",
      facts: { requested: "offline_access courses:read openid" },
      shown: ["openid", "courses:read", "offline_access"],
    },
    {
      title: "include neither reserved nor unknown scopes",
      facts: { requested: "courses:read admin:all nope:x" },
      shown: ["courses:read"],
      dropped: [
        ["admin:all", "reserved"],
        ["nope:x", "unknown"],
      ],
    },
    {
      title: "include a reserved scope for a first-party client",
      facts: { requested: "admin:all", client: { ...client, firstParty: true } },
      shown: ["admin:all"],
    },
    {
      title: "include no scope that the client has not registered",
      facts: {
        requested: "courses:read courses:write",
        client: { ...client, scope: "courses:read" },
      },
      shown: ["courses:read"],
      dropped: [["courses:write", "not_registered"]],
    },
    {
      title: "are none for a malformed registration",
      facts: { requested: "courses:read", client: { ...client, scope: "courses:read  openid" } },
      shown: [],
      dropped: [["courses:read", "not_registered"]],
      error: "invalid_scope",
    },
    {
      title: "include a bound scope of the user's account that was registered as a template",
      facts: {
        requested: "/accounts/a/profile.write",
        client: { ...client, scope: "/accounts/<accountID>/profile.write" },
        account: { resources: { accountID: { a: "Ana" } } },
      },
      shown: ["/accounts/a/profile.write"],
    },
    {
      title: "include no bound scope of another user's account",
      facts: {
        requested: "/accounts/b/profile.write openid",
        account: { resources: { accountID: { a: "Ana" } } },
      },
      shown: ["openid"],
      dropped: [["/accounts/b/profile.write", "foreign"]],
    },
    {
      title: "include no value that is an inherited property name of objects",
      facts: {
        requested: "/accounts/constructor/profile.write openid",
        account: { resources: { accountID: {} } },
      },
      shown: ["openid"],
      dropped: [["/accounts/constructor/profile.write", "foreign"]],
    },
    {
      title: "include no template",
      facts: { requested: "openid /accounts/{accountID}/profile.write" },
      shown: ["openid"],
      dropped: [["/accounts/{accountID}/profile.write", "unbound"]],
    },
    {
      title: "include no scope for another account type",
      facts: { requested: "openid studio:read", account: { account_type: "mentor" } },
      shown: ["openid"],
      dropped: [["studio:read", "account_type"]],
    },
    {
      title: "include an older name under its current name",
      facts: { requested: "members:read" },
      shown: ["students:read"],
    },
    {
      title: "are none for a malformed request",
      facts: { requested: "courses:read  openid" },
      shown: [],
      dropped: [["courses:read  openid", "malformed"]],
      error: "invalid_scope",
    },
    {
      title: "are none for a list with a member that is two scope tokens",
      facts: { requested: ["courses:read", "a b"] },
      shown: [],
      dropped: [["(object)", "malformed"]],
      error: "invalid_scope",
    },
    {
      title: "are none for a request that is not a string",
      facts: { requested: 7 as never },
      shown: [],
      dropped: [["(number)", "malformed"]],
      error: "invalid_scope",
    },
    {
      title: "are none if nothing can be offered",
      facts: { requested: "nope:x" },
      shown: [],
      dropped: [["nope:x", "unknown"]],
      error: "invalid_scope",
    },
    {
      title: "are none with `ineligible: refuse` if one scope cannot be offered",
      facts: { requested: "openid nope:x" },
      options: { ineligible: "refuse" },
      shown: [],
      dropped: [["nope:x", "unknown"]],
      error: "invalid_scope",
    },
    {
      title: "are all with `ineligible: refuse` if each scope can be offered",
      facts: { requested: "openid courses:read" },
      options: { ineligible: "refuse" },
      shown: ["openid", "courses:read"],
    },
    {
      title: "are the eligible ones with `ineligible: drop`",
      facts: { requested: "openid nope:x" },
      options: { ineligible: "drop" },
      shown: ["openid"],
      dropped: [["nope:x", "unknown"]],
    },
    {
      title: "are none for a request without scope and a policy without defaults",
      facts: {},
      shown: [],
      error: "invalid_scope",
    },
    {
      title: "are the whole catalogue for a request without scope with `whenNoScope: catalogue`",
      facts: { requested: "", account: { resources: { accountID: { a: "Ana", b: "Ben" } } } },
      options: { whenNoScope: "catalogue" },
      shown: [
        ...all.filter((name) => !["admin:all", "offline_access"].includes(name)),
        "/accounts/a/profile.write",
        "/accounts/b/profile.write",
        "offline_access",
      ],
    },
    {
      title: "are none for a request without scope with `whenNoScope: fail`",
      facts: { requested: [] },
      options: { whenNoScope: "fail" },
      shown: [],
      error: "invalid_scope",
    },
  ];

  it.each(titled(cases))("%s", (_title, { facts, options, shown, dropped = [], error = null }) => {
    const screen = consentScreen(policy, factsOf(facts), options);
    expect(scopesOf(screen)).toEqual(shown);
    expect(screen.error).toBe(error);
    const left = droppedScopes(policy, factsOf(facts), options);
    expect(left.map(({ scope, why }) => [scope, why])).toEqual(dropped);
    for (const [scope] of dropped) expect(JSON.stringify(screen)).not.toContain(`"${scope}"`);
  });
});

describe("a row", () => {
  const state = (row: ConsentRow) => [row.state, row.checked, row.locked];
  const cases: readonly {
    readonly title: string;
    readonly scope: string;
    readonly facts: Partial<ConsentFacts>;
    readonly options?: ConsentOptions;
    readonly row: readonly [state: string, checked: boolean, locked: boolean];
    readonly has?: Partial<ConsentRow>;
  }[] = [
    {
      title: "is checked and locked with a reason if the policy requires it",
      scope: "openid",
      facts: { requested: "openid" },
      row: ["required", true, true],
      has: { why: "The app cannot work without this permission." },
    },
    {
      title: "is checked and locked if the client requires it",
      scope: "courses:read",
      facts: {
        requested: "courses:read",
        client: { ...client, requiredScopes: ["courses:read"] },
      },
      row: ["required", true, true],
    },
    {
      title: "is checked unless its default is off",
      scope: "courses:read",
      facts: { requested: "courses:read" },
      row: ["optional", true, false],
      has: { title: "See courses", description: "Read your courses", access: "read", why: null },
    },
    {
      title: "is not checked and has a warning with a label if its default is off",
      scope: "courses:publish",
      facts: { requested: "courses:publish", account: { tier: "pro" } },
      row: ["optional", false, false],
      has: {
        warning: { label: "Caution", text: "makes the course public" },
        access: "publish",
        title: "Courses: publish",
      },
    },
    {
      title: "is not checked with `prechecked: never`",
      scope: "courses:read",
      facts: { requested: "courses:read openid" },
      options: { prechecked: "never" },
      row: ["optional", false, false],
    },
    {
      title: "is not checked above the tier, and names the needed tier",
      scope: "reports:export",
      facts: { requested: "reports:export", account: { tier: "free" } },
      row: ["tier_locked", false, false],
      has: { tier: { needed: "pro", note: "Has no effect until you upgrade to the Pro plan." } },
    },
    {
      title: "is above the tier of an account with an unknown tier",
      scope: "reports:export",
      facts: { requested: "reports:export", account: { tier: "gold" } },
      row: ["tier_locked", false, false],
    },
    {
      title: "is above the tier if everything that it opens is",
      scope: "courses:publish",
      facts: { requested: "courses:publish", account: { tier: "free" } },
      row: ["tier_locked", false, false],
    },
    {
      title: "is locked above the tier with `tierLocked: locked`",
      scope: "reports:export",
      facts: { requested: "reports:export" },
      options: { tierLocked: "locked" },
      row: ["tier_locked", false, true],
    },
    {
      title: "is checked above the tier if it was granted before",
      scope: "reports:export",
      facts: { requested: "reports:export", granted: "reports:export" },
      options: { tierLocked: "locked" },
      row: ["tier_locked", true, false],
    },
    {
      title: "is checked on the needed tier",
      scope: "reports:export",
      facts: { requested: "reports:export", account: { tier: "pro" } },
      row: ["optional", true, false],
      has: { tier: null },
    },
    {
      title: "is checked if it was granted before, even if its default is off",
      scope: "courses:publish",
      facts: {
        requested: "courses:publish courses:read",
        granted: ["courses:publish"],
        account: { tier: "pro" },
      },
      row: ["already_granted", true, false],
      has: { isNew: false },
    },
    {
      title: "is new if the earlier grant does not cover it",
      scope: "students:read",
      facts: { requested: "students:read courses:read", granted: "courses:read" },
      row: ["optional", true, false],
      has: { isNew: true },
    },
    {
      title: "is not checked and has a reason if it was refused before",
      scope: "courses:read",
      facts: { requested: "courses:read", refused: [{ scope: "courses:read", until: 1_001 }] },
      row: ["optional", false, false],
      has: { why: "You did not allow this before." },
    },
    {
      title: "is checked after a refusal has ended",
      scope: "courses:read",
      facts: { requested: "courses:read", refused: [{ scope: "courses:read", until: 1_000 }] },
      row: ["optional", true, false],
    },
    {
      title: "is implied by another row that is checked",
      scope: "courses:read",
      facts: { requested: "courses:read courses:write", refused: [{ scope: "courses:read" }] },
      row: ["implied", true, false],
      has: { why: "Included in Change courses", includedIn: ["courses:write"] },
    },
    {
      title: "is not implied by another row that is not checked",
      scope: "courses:read",
      facts: { requested: "courses:read courses:write", refused: [{ scope: "courses:write" }] },
      row: ["optional", true, false],
      has: { includedIn: ["courses:write"] },
    },
    {
      title: "lists what it implies and what it opens, without hidden and denied tools",
      scope: "courses:write",
      facts: { requested: "courses:write" },
      row: ["optional", true, false],
      has: {
        access: "write",
        includes: ["courses:read"],
        includedTitles: [{ text: "See courses", lang: null }],
        unlocks: { tools: ["update_course", "list_courses"], endpoints: ["GET /courses"] },
      },
    },
    {
      title: "lists a tool that it opens as an alternative to a reserved scope",
      scope: "students:read",
      facts: { requested: "students:read" },
      row: ["optional", true, false],
      has: { unlocks: { tools: ["administer"], endpoints: [] } },
    },
    {
      title: "has the label of the account, cleaned",
      scope: "/accounts/a/profile.write",
      facts: {
        requested: "/accounts/a/profile.write",
        account: { resources: { accountID: { a: "Ana\u202e's Bakery" } } },
      },
      row: ["optional", true, false],
      has: { resource: [{ param: "accountID", value: "a", label: "Ana's Bakery" }] },
    },
  ];

  it.each(titled(cases))("%s", (_title, { scope, facts, options, row, has = {} }) => {
    const found = rowOf(consentScreen(policy, factsOf(facts), options), scope);
    expect(state(found)).toEqual(row);
    expect(found).toMatchObject(has);
  });
});

describe("a screen of another policy", () => {
  const other = loadPolicy({
    name: "Other",
    version: "1",
    accountTypes: ["mentor", "studio"],
    scopes: {
      "read:public": {},
      "admin:read": { reserved: true },
      "admin:all": { reserved: true, implies: ["admin:read", "read:public"] },
      "/a/{one}/b/{two}": {},
      "mentor:read": {},
    },
    tools: {
      search: { public: true, enrichedBy: "read:public" },
      ping: { public: true },
      mentor: { scope: "mentor:read", accountTypes: ["mentor"] },
      administer: "admin:read",
    },
  });
  const owner = { ...client, firstParty: true };

  it("lists a public tool that a scope enriches", () => {
    const screen = consentScreen(other, factsOf({ requested: "read:public" }));
    expect(rowOf(screen, "read:public").unlocks.tools).toEqual(["search"]);
  });

  it("does not list tools for another account type", () => {
    const unlocks = (account_type: string) =>
      rowOf(
        consentScreen(other, factsOf({ requested: "mentor:read", account: { account_type } })),
        "mentor:read",
      ).unlocks.tools;
    expect(unlocks("mentor")).toEqual(["mentor"]);
    expect(unlocks("studio")).toEqual([]);
  });

  it("lists for a first-party client what its scopes open, and only unreserved implied scopes", () => {
    const screen = consentScreen(other, factsOf({ requested: "admin:all", client: owner }));
    expect(rowOf(screen, "admin:all")).toMatchObject({
      includes: ["read:public"],
      unlocks: { tools: ["administer", "search"], endpoints: [] },
    });
  });

  it("offers a scope with two placeholders only if the request names its values", () => {
    const account = { resources: { one: { x: "X" }, two: { y: "\u0000" } } };
    const options = { whenNoScope: "catalogue" } as const;
    const catalogue = consentScreen(other, factsOf({ account }), options);
    expect(scopesOf(catalogue)).toEqual(["read:public", "mentor:read"]);
    const owns = (_: string, { one, two }: Readonly<Record<string, string>>) =>
      one === "x" && two === "y" ? "X and Y" : undefined;
    const own = { ...account, owns };
    expect(scopesOf(consentScreen(other, factsOf({ account: own }), options))).toEqual([
      "read:public",
      "mentor:read",
    ]);
    const named = consentScreen(other, factsOf({ account: own, requested: "/a/x/b/y" }));
    expect(rowOf(named, "/a/x/b/y").resource.map((one) => one.label)).toEqual([
      "X and Y",
      "X and Y",
    ]);
  });

  it("accepts a client identifier and a user label of which nothing can be shown", () => {
    const facts = factsOf({ requested: "read:public", client: { client_id: "\u0000" } });
    const screen = consentScreen(other, { ...facts, user: { label: "\u202e" } });
    expect(screen.client).toMatchObject({ id: "", name: "" });
    expect(screen.user).toEqual({ label: "", switchAccountUrl: null });
  });
});

describe("the language of the page", () => {
  const titleIn = (locale: string | readonly string[]) => {
    const screen = consentScreen(policy, factsOf({ requested: "courses:read", locale }));
    return [screen.locale, screen.dir, rowOf(screen, "courses:read").title, screen.words.allow];
  };

  it.each([
    ["de", ["de", "ltr", "Kurse sehen", "Erlauben"]],
    ["de-at en", ["de", "ltr", "Kurse schauen", "Erlauben"]],
    ["tlh ar", ["ar", "rtl", "See courses", "سماح"]],
    [
      ["x".repeat(99), "fr-CA"],
      ["fr", "ltr", "See courses", "Autoriser"],
    ],
    ["__proto__ constructor", ["en", "ltr", "See courses", "Allow"]],
    [7 as never, ["en", "ltr", "See courses", "Allow"]],
  ] as const)("is chosen from %j: %j", (locale, expected) => {
    expect(titleIn(locale)).toEqual(expected);
  });
});

describe("the client", () => {
  const viewOf = (metadata: object) =>
    consentScreen(policy, factsOf({ requested: "openid", client: { ...client, ...metadata } }))
      .client;

  it.each([
    ["Course\u2066Helper\u2069", "CourseHelper"],
    ["  Course \n\t Helper ", "Course Helper"],
    ["Ｃｏｕｒｓｅ", "Course"],
    ["\u0000\u200b", "app-1"],
    ["\u3164\u2800", "app-1"],
    [["x"], "app-1"],
    [{ toString: "x" }, "app-1"],
    ["a\ud800b", "ab"],
    ["x".repeat(100), `${"x".repeat(79)}…`],
    [`Z${"\u0351\u0489".repeat(30)}`, "Z\u0351\u0489\u0351\u0489"],
    [`Z${"\u0351\u0489".repeat(3)}oe`, "Z\u0351\u0489\u0351\u0489oe"],
    ["שָׁלוֹם", "שָׁלוֹם"],
    ["पाठशाला में", "पाठशाला में"],
    ["Loopwise\u202e{policy}<b>", "Loopwise{policy}<b>"],
    ["<script>", "<script>"],
    [undefined, "app-1"],
  ])("with the name %j is shown as %j", (client_name, name) => {
    expect(viewOf({ client_name }).name).toBe(name);
  });

  it.each([
    ["https://app.example/logo.png", "https://app.example/logo.png"],
    ["javascript:alert(1)", null],
    ["java\nscript:alert(1)", null],
    [" https://app.example/", null],
    ["http://app.example/", null],
    ["//app.example/", null],
    ["https:\\\\evil.example", null],
    ["https://user:pw@evil.example/", null],
    ["https://", null],
    ["data:image/svg+xml,<svg>", null],
    [7, null],
  ])("with the link %j is shown with %j", (link, shown) => {
    const { uri, logoUri, policyUri, tosUri } = viewOf({
      client_uri: link,
      logo_uri: link,
      policy_uri: link,
      tos_uri: link,
    });
    expect([uri, logoUri, policyUri, tosUri]).toEqual([shown, shown, shown, shown]);
  });

  it.each([
    ["https://app.example:8443/cb", "app.example:8443", false],
    ["http://localhost:3000/cb", "localhost:3000", true],
    ["http://127.0.0.1/cb", "127.0.0.1", true],
    ["http://[::1]:7/cb", "[::1]:7", true],
    ["https://app.localhost/cb", "app.localhost", true],
    ["http://localhost./cb", "localhost.", true],
    ["http://0.0.0.0:3000/cb", "0.0.0.0:3000", true],
    ["http://[::]:3000/cb", "[::]:3000", true],
    ["http://[::ffff:127.0.0.1]/cb", "[::ffff:7f00:1]", true],
    ["http://2130706433/cb", "127.0.0.1", true],
    ["https://notlocalhost/cb", "notlocalhost", false],
    ["https://127.0.0.1.app.example/cb", "127.0.0.1.app.example", false],
    ["https://localhost.app.example/cb", "localhost.app.example", false],
    ["https://[::ffff:8.8.8.8]/cb", "[::ffff:808:808]", false],
    ["com.example.app:/cb", "com.example.app:", true],
    ["no url", null, false],
    [undefined, null, false],
  ])(
    "with the redirect URI %j is shown with the host %j (on this device: %j)",
    (redirect_uri, redirectHost, redirectIsLocal) => {
      expect(viewOf({ redirect_uri })).toMatchObject({ redirectHost, redirectIsLocal });
    },
  );

  it("is verified only by a domain that the host has verified", () => {
    expect(viewOf({ verified: true })).toMatchObject({ verified: false, domain: null });
    expect(viewOf({ verifiedDomain: "app.example" })).toMatchObject({
      verified: true,
      domain: "app.example",
    });
  });
});

describe("a link to a page of the server", () => {
  it.each([
    ["http://127.0.0.1:3000/apps?a=1", "http://127.0.0.1:3000/apps?a=1"],
    ["HTTP://localhost/apps", "http://localhost/apps"],
    ["https://as.example/apps", "https://as.example/apps"],
    ["http://as.example/apps", null],
    ["http://u:p@localhost/apps", null],
    ["http://localhost/a b", null],
    ["/apps", null],
  ] as const)("%j is shown as %j", (manageUrl, expected) => {
    expect(consentScreen(policy, factsOf({}), { manageUrl }).links.manage).toBe(expected);
  });
});

describe("the rest of the screen", () => {
  it("has the policy, its version, groups, presets, links and what is not covered", () => {
    const screen = consentScreen(
      policy,
      factsOf({
        id: "r-1",
        requested: "openid courses:read courses:write courses:publish reports:export",
        user: { label: "ana@example.com", switchAccountUrl: "https://as.example/switch" },
      }),
      { manageUrl: "https://as.example/apps", reportUrl: "javascript:x", helpUrl: "https://a.b/" },
    );
    expect(screen).toMatchObject({
      version: 1,
      id: "r-1",
      policyName: "School",
      policyVersion: "7",
      user: { label: "ana@example.com", switchAccountUrl: "https://as.example/switch" },
      notCovered: [{ text: "Payouts", lang: null }],
      links: { manage: "https://as.example/apps", report: null, help: "https://a.b/" },
    });
    expect(screen.groups.map(({ id, legend, rows }) => [id, legend, rows.length])).toEqual([
      ["group-1", "Courses", 3],
      ["group-2", "What this app can do", 1],
    ]);
    expect(screen.presets).toEqual([
      { id: "read-only", title: "Read only", lang: null, scopes: ["courses:read"] },
      {
        id: "all",
        title: "All",
        lang: null,
        scopes: ["openid", "courses:read", "courses:write", "reports:export"],
      },
      { id: "exports", title: "Exports", lang: null, scopes: ["reports:export"] },
    ]);
    expect(new Set(rowsOf(screen).map((row) => row.domId)).size).toBe(5);
    expect(JSON.parse(JSON.stringify(screen))).toEqual(screen);
  });

  it("has no preset that cannot check anything", () => {
    const facts = factsOf({ requested: "openid reports:export" });
    const { presets } = consentScreen(policy, facts, { tierLocked: "locked" });
    expect(presets).toEqual([]);
  });

  it.each([
    [{}, "first_time"],
    [{ granted: "" }, "first_time"],
    [{ granted: "openid" }, "new_scopes"],
    [{ granted: "openid courses:read" }, "nothing_new"],
    [{ granted: "openid courses:read", prompt: "login consent" }, "forced"],
    [{ granted: "openid courses:read", prompt: "login" }, "nothing_new"],
    [{ granted: "openid courses:read", grantedPolicyVersion: "6" }, "policy_changed"],
    [{ granted: "openid courses:read", grantedPolicyVersion: "7" }, "nothing_new"],
  ] as const)("has for %j the reason %s", (facts, reason) => {
    const screen = consentScreen(policy, factsOf({ requested: "openid courses:read", ...facts }));
    expect(screen.reason).toBe(reason);
  });

  it.each([
    [{}, {}, true],
    [{ requested: "openid courses:write" }, {}, false],
    [{ prompt: "consent" }, {}, false],
    [{}, { redirect_uri: "http://localhost:1/cb" }, false],
    [{}, { redirect_uri: "https://app.localhost/cb" }, false],
    [{}, { redirect_uri: "com.app:/cb", token_endpoint_auth_method: "private_key_jwt" }, false],
    [{}, { redirect_uri: undefined }, false],
    [{}, { redirect_uri: "http://app.example/cb" }, false],
    [{}, { redirect_uri: "http://app.example/cb", token_endpoint_auth_method: "none" }, false],
    [
      {},
      { redirect_uri: "http://app.example/cb", token_endpoint_auth_method: "private_key_jwt" },
      true,
    ],
    [{ requested: "nope" }, {}, false],
  ])("may be skipped for %j and a client with %j: %s", (facts, metadata, canSkip) => {
    const screen = consentScreen(
      policy,
      factsOf({
        requested: "openid courses:read",
        granted: "openid courses:read",
        client: { ...client, ...metadata },
        ...facts,
      }),
    );
    expect(screen.canSkip).toBe(canSkip);
  });

  it("has headers that forbid frames, scripts and caching, and that allow the redirect to the client", () => {
    const headersOf = (redirect_uri: string) =>
      consentScreen(policy, factsOf({ requested: "openid", client: { ...client, redirect_uri } }))
        .headers;
    const headers = headersOf("https://app.example/cb");
    expect(headers).toMatchObject({
      "X-Frame-Options": "DENY",
      "Cache-Control": "no-store",
      "Referrer-Policy": "no-referrer",
    });
    const csp = headers["Content-Security-Policy"];
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain("form-action 'self' https://app.example;");
    expect(csp).not.toContain("unsafe");
    expect(csp).not.toContain("script-src");
    expect(headersOf("com.app:/x")["Content-Security-Policy"]).toContain("'self' com.app:;");
    expect(headersOf("none")["Content-Security-Policy"]).toContain("form-action 'self';");
  });

  it("makes titles of names if the policy has none", () => {
    const plain = loadPolicy({
      name: "P",
      version: "1",
      scopes: { "membership_plans:read": {}, "/": {}, repo: {} },
    });
    const screen = consentScreen(plain, factsOf({ requested: "membership_plans:read / repo" }));
    const words = rowsOf(screen).map((row) => [row.title, row.description, row.access]);
    expect(words).toEqual([
      ["Membership plans: read", "Membership plans: read", "read"],
      ["/", "/", "other"],
      ["Repo", "Repo", "other"],
    ]);
  });

  it("has the description in place of a title that would be more than words", () => {
    const name = "url:GET|/v1/courses/:id";
    const titleIn = (options: object, locale = "en") => {
      const made = loadPolicy({ name: "P", version: "1", scopes: { [name]: options } });
      return rowsOf(consentScreen(made, factsOf({ requested: name, locale })))[0]?.title;
    };
    const description = "See one course";
    expect(titleIn({ description })).toBe("See one course");
    expect(titleIn({ description, title: "One course" })).toBe("One course");
    const locales = { de: { description: "Einen Kurs sehen" } };
    expect(titleIn({ description, locales }, "de")).toBe("Einen Kurs sehen");
    expect(titleIn({})).toBe("Url GET| v1 courses id");
  });
});
