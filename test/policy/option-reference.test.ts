// Every option of a policy has an example that runs, and a hint for its likeliest slip. The options come from the JSON Schema of a
// policy, so that a new option without these fails here. The page docs/reference/policy-keys.md is generated from the same schema.

import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { findingsOf } from "./findings-of.js";
import { optionsOfExamples, PLACES } from "./option-places.js";

interface Place {
  /** The place whose slips and examples count, if it is another: a branch has the options of a rule. */
  readonly like?: string;
  /** Returns the parts of a policy in which the object at the place has further members. */
  readonly parts: (members: object) => object;
}

const when = { mode: "x" };

const PLACE: Readonly<Record<string, Place>> = {
  policy: { parts: (members) => members },
  bundles: {
    parts: (members) => ({ bundles: { b: { every: true, ...members } } }),
  },
  AcceptedFinding: {
    parts: (members) => ({ lint: [members] }),
  },
  Boundary: {
    parts: (members) => ({ boundaries: { team: { claim: "teams", ...members } } }),
  },
  Scope: {
    parts: (members) => ({ scopes: { read: members, write: {} } }),
  },
  locales: {
    parts: (members) => ({ locales: { de: members } }),
  },
  "Scope.locales": {
    parts: (members) => ({ scopes: { read: { locales: { de: members } }, write: {} } }),
  },
  Operation: { parts: (members) => ({ tools: { t: members } }) },
  "Operation.audit": {
    parts: (members) => ({ tools: { t: { scope: "read", audit: members } } }),
  },
  Requirement: {
    like: "Operation",
    parts: (members) => ({ tools: { t: { anyOf: ["write", members] } } }),
  },
  Case: {
    like: "Operation",
    parts: (members) => ({ tools: { t: { cases: [{ when, ...members }], otherwise: "write" } } }),
  },
  Branch: {
    like: "Operation",
    parts: (members) => ({
      tools: { t: { cases: [{ when, scope: "write" }], otherwise: members } },
    }),
  },
};

const OPTIONS = [...PLACES].flatMap(([place, options]) =>
  options.map((option) => [place, option] as const),
);

const placeOf = (place: string): Place => {
  const found = PLACE[place];
  if (found === undefined) throw new Error(`no row for ${place}`);
  return found;
};

/** The place that counts: `when` is an option of a case alone. */
const homeOf = (place: string, option: string) => {
  const like = placeOf(place).like ?? place;
  return PLACES.get(like)?.includes(option) ? like : place;
};

const policyWith = (parts: object): object => ({
  name: "Shop",
  version: "1",
  tiers: ["free", "pro"],
  accountTypes: ["firm"],
  entitlements: ["fleet"],
  boundaries: { project: { claim: "projects" } },
  scopes: { read: {}, write: {}, "/a/{id}": {} },
  ...parts,
});

/** Returns the message of the error about a policy. */
function messageOf(parts: object): string {
  try {
    loadPolicy(policyWith(parts));
    return "no finding";
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

/** A slip: the word that another tool has for the option, or parts of a policy with a part of the message. */
type Slip = string | readonly [parts: object, message: string];

const tool = (t: unknown) => ({ tools: { t } });
const scope = (read: unknown) => ({ scopes: { read, write: {} } });

/** The likeliest slip of each option. */
const SLIPS: Readonly<Record<string, Readonly<Record<string, Slip>>>> = {
  policy: {
    $schema: "schema",
    name: "title",
    version: [{ version: 1 }, "version: expected a string, got a number"],
    tiers: "plans",
    accountTypes: "account_types",
    entitlements: "features",
    boundaries: "boundary",
    scopes: [
      { scopes: ["read"] },
      'got a list: write each scope with its description, as in { "orders:read": "Read orders" }',
    ],
    baseline: "required",
    defaultScopes: "default_scopes",
    bundles: "presets",
    tools: "operations",
    endpoints: "routes",
    notCovered: "not_covered",
    lint: "ignore",
    language: "lang",
    locales: "translations",
  },
  bundles: { every: "all", except: "without" },
  AcceptedFinding: { code: "rule", path: "place", reason: "why" },
  locales: {
    groups: "group",
    bundles: "presets",
    boundaries: "boundary",
    notCovered: "not_covered",
  },
  Boundary: {
    claim: [
      { boundaries: { project: "projects" } },
      'got `projects`: write the claim of each boundary, as in { project: { claim: "projects" } }',
    ],
    title: "label",
    absent: [
      { boundaries: { project: { claim: "projects", absent: "all" } } },
      "absent: expected none or dangerouslyAll, got `all`",
    ],
  },
  Scope: {
    title: "label",
    description: "summary",
    warning: "risk",
    group: "category",
    default: [scope({ default: true }), "expected on or off, got true; did you mean `on`?"],
    required: "mandatory",
    reserved: "firstParty",
    restricted: [
      scope({ restricted: ["app-1"] }),
      "write `restricted: true`, and name the scope in `approvedScopes` of each approved client",
    ],
    tier: "plan",
    accountTypes: "account_types",
    entitlement: "entitlements",
    implies: "includes",
    replaces: "aliases",
    match: [scope({ match: "prefix" }), "got `prefix`; did you mean `path-prefix`?"],
    locales: "translations",
  },
  "Scope.locales": { title: "label", description: "text", warning: "risk" },
  Operation: {
    scope: [
      tool({ scope: ["read", "write"] }),
      'write { allOf: ["a", "b"] } if all of them are required, or { anyOf: ["a", "b"] }',
    ],
    allOf: "and",
    anyOf: "oneOf",
    tier: "plan",
    accountTypes: "account_types",
    entitlement: "entitlements",
    params: [
      tool({ scope: "/a/{id}", params: { account: "id" } }),
      "tools.t.params.account: no scope of this requirement has this placeholder",
    ],
    deny: [tool({ deny: true }), "got true: write the reason, as in deny:"],
    enrichedBy: "enriched_by",
    acr: "acr_values",
    maxAge: [tool({ scope: "read", maxAge: "5m" }), "got `5m`: write seconds, as in maxAge: 300"],
    within: [
      tool({ scope: "read", within: "project" }),
      'write a parameter for each boundary, as in { project: "projectId" }',
    ],
    cases: "if",
    otherwise: "else",
    weakOtherwise: "weak_otherwise",
    public: "anonymous",
    authenticated: "signedIn",
    title: "label",
    description: "summary",
    hidden: "unlisted",
    internal: "private",
    audit: "log",
  },
  "Operation.audit": { show: "values", hash: "redact" },
  Case: { when: "if" },
};

/** Further slips: words of other tools, and values. */
const FURTHER: readonly (readonly [title: string, parts: object, message: string])[] = [
  ["a lower-case name", tool({ scope: "read", maxage: 300 }), "`maxage`; did you mean `maxAge`?"],
  ["snake case", tool({ scope: "read", max_age: 300 }), "`max_age`; did you mean `maxAge`?"],
  ["a singular", tool({ case: [{ when, scope: "read" }] }), "`case`; did you mean `cases`?"],
  [
    "`default` for the branch of the other calls",
    tool({ cases: [{ when, scope: "read" }], default: "write" }),
    "unknown option `default`; did you mean `otherwise`?",
  ],
  [
    "`when` without `cases`",
    tool({ scope: "read", when }),
    "unknown option `when`; did you mean `cases`?",
  ],
  [
    "a boundary in place of `within`",
    tool({ scope: "read", boundary: "project" }),
    "unknown option `boundary`; did you mean `within`?",
  ],
  [
    "an option of the operation in a requirement",
    tool({ anyOf: ["read", { scope: "write", acr: "mfa" }] }),
    "unknown option `acr`: it belongs at the top of the operation",
  ],
  [
    "a tier in place of an entitlement",
    tool({ scope: "read", entitlement: "pro" }),
    "it is a tier: write `tier`",
  ],
  [
    "several entitlements",
    tool({ scope: "read", entitlement: ["fleet", "beta"] }),
    "nest one requirement for each in { allOf: [...] }",
  ],
  [
    "several classes in one text",
    tool({ scope: "read", acr: "mfa phr" }),
    "write several values as a list",
  ],
  ["a glob", scope({ match: "glob" }), "got `glob`; did you mean `wildcard`?"],
  ["a hierarchy", scope({ match: "hierarchic" }), "did you mean `parent`?"],
  ["SMART on FHIR", scope({ match: "fhir" }), "did you mean `smart`?"],
  ["a container registry", scope({ match: "docker" }), "did you mean `registry`?"],
  ["`default: false`", scope({ default: false }), "got false; did you mean `off`?"],
  ...["*", "*path", "{path...}", "{path+}", ":path*", "{*path}", "{path=**}", "**"].map(
    (segment) =>
      [
        `the catch-all ${segment} of other routers`,
        { endpoints: { [`GET /files/${segment}`]: "read" } },
        "did you mean `GET /files/{path*}`?",
      ] as const,
  ),
];

describe("the list of options", () => {
  it("has each object with options", () => {
    expect([...PLACES.keys()].sort()).toEqual(Object.keys(PLACE).sort());
    expect(OPTIONS.length).toBeGreaterThan(80);
  });

  it("has a slip for each option, and no other", () => {
    const listed = Object.entries(SLIPS).flatMap(([place, slips]) =>
      Object.keys(slips).map((option) => `${place} ${option}`),
    );
    const homes = new Set(OPTIONS.map(([place, option]) => `${homeOf(place, option)} ${option}`));
    expect(listed.sort()).toEqual([...homes].sort());
  });
});

describe.each(OPTIONS)("%s: the option `%s`", (place, option) => {
  const { parts } = placeOf(place);

  it("is suggested where one letter of it is doubled", () => {
    const middle = option.length >> 1;
    const slip = option.slice(0, middle) + option.slice(middle - 1);
    const [finding] = findingsOf(policyWith(parts({ [slip]: "x" }))).filter(
      ({ message }) => message === `unknown option \`${slip}\``,
    );
    expect(finding).toMatchObject({ code: "unknown_key", suggestion: option });
  });

  it("has a hint for its likeliest slip", () => {
    const slip = SLIPS[homeOf(place, option)]?.[option];
    if (typeof slip === "string")
      expect(messageOf(parts({ [slip]: "x" }))).toContain(
        `unknown option \`${slip}\`; did you mean \`${option}\`?`,
      );
    else expect(messageOf(slip?.[0] ?? {})).toContain(slip?.[1]);
  });
});

describe("an example that runs", () => {
  const examples = optionsOfExamples();
  const homes = new Set(OPTIONS.map(([place, option]) => `${homeOf(place, option)} ${option}`));
  it.each([...homes])("has %s", (name) => {
    expect(examples).toContain(name);
  });
});

describe("a further slip has a hint", () => {
  it.each(FURTHER)("%s", (_, parts, message) => {
    expect(messageOf(parts)).toContain(message);
  });
});
