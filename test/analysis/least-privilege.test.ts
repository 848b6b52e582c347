import { definePolicy, loadPolicy, type PolicyDefinition, type PolicyError } from "scope-policy";
import {
  type LeastPrivilege,
  type LeastPrivilegeOptions,
  leastPrivilege,
} from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

type Definition = Omit<PolicyDefinition, "name" | "version">;

function planOf(
  definition: Definition,
  operations: readonly string[],
  options?: LeastPrivilegeOptions,
) {
  const policy = loadPolicy({ name: "P", version: "1", ...definition });
  return leastPrivilege(policy, operations, options);
}

interface PlanRow {
  readonly title: string;
  readonly definition: Definition;
  readonly operations: readonly string[];
  readonly options?: LeastPrivilegeOptions;
  /** Expected members. Default: no alternative, nothing unreachable, exact. */
  readonly plan: Partial<LeastPrivilege>;
}

const ADMIN = {
  "a:read": {},
  "b:read": {},
  "c:read": {},
  admin: { implies: ["a:read", "b:read", "c:read", "d:read", "e:read"] },
  "d:read": {},
  "e:read": {},
} as const;

const FILES = {
  "files:/{path}": { match: "path-prefix" },
  other: {},
} as const;

const SIZE_ROWS: readonly PlanRow[] = [
  {
    title: "one scope that opens two operations is preferred to one for each",
    definition: {
      scopes: { "a:read": {}, "b:read": {}, "c:read": {} },
      tools: { x: { anyOf: ["a:read", "c:read"] }, y: { anyOf: ["b:read", "c:read"] } },
    },
    operations: ["x", "y"],
    plan: { scopes: "c:read" },
  },
  {
    title: "a scope that implies five others never replaces two narrow ones",
    definition: {
      scopes: ADMIN,
      tools: { x: { anyOf: ["admin", "a:read"] }, y: { anyOf: ["admin", "b:read"] } },
    },
    operations: ["x", "y"],
    plan: { scopes: "a:read b:read" },
  },
  {
    title: "a scope that another one of the set implies is not asked for",
    definition: {
      scopes: ADMIN,
      tools: { x: "admin", y: "b:read", z: { anyOf: ["c:read", "a:read"] } },
    },
    operations: ["y", "z", "x"],
    plan: { scopes: "admin" },
  },
  {
    title: "the choice of one operation depends on the others",
    definition: {
      scopes: { "a:read": {}, "b:read": {}, "c:read": {}, "d:read": {} },
      tools: {
        x: { anyOf: ["a:read", { allOf: ["b:read", "c:read"] }] },
        y: "b:read",
        z: "c:read",
      },
    },
    operations: ["x", "y", "z"],
    plan: { scopes: "b:read c:read" },
  },
  {
    title: "what is held is not asked for again, and makes other choices free",
    definition: {
      scopes: { "a:read": {}, "b:read": {}, "c:read": {} },
      tools: { x: { anyOf: ["a:read", "b:read"] }, y: "c:read" },
    },
    operations: ["x", "y"],
    options: { held: "b:read unknown" },
    plan: { scopes: "c:read" },
  },
  {
    title: "an old name in `held` counts",
    definition: { scopes: { "a:read": { replaces: ["a"] } }, tools: { x: "a:read" } },
    operations: ["x"],
    options: { held: ["a"] },
    plan: { scopes: "" },
  },
  {
    title: "a public operation and one for any token need nothing",
    definition: {
      scopes: {},
      tools: { x: { public: true }, y: { authenticated: true } },
    },
    operations: ["x", "y"],
    plan: { scopes: "" },
  },
  {
    title: "every pattern that matches a name must be met",
    definition: {
      scopes: { "a:read": {}, "b:read": {}, "c:read": {} },
      tools: {
        "list_*": { anyOf: ["a:read", "b:read"] },
        "*_all": { anyOf: ["c:read", "b:read"] },
      },
    },
    operations: ["list_all"],
    plan: { scopes: "b:read" },
  },
  {
    title: "values fill placeholders, and the same values make the same scope",
    definition: {
      scopes: { "/accounts/{id}/": {} },
      tools: { x: "/accounts/{id}/", y: { scope: "/accounts/{id}/", params: { id: "owner" } } },
    },
    operations: ["x", "y"],
    options: { params: { id: "a", owner: "b" } },
    plan: { scopes: "/accounts/a/ /accounts/b/" },
  },
  {
    title: "arguments choose the branch of cases",
    definition: {
      scopes: { "a:read": {}, "b:write": {} },
      tools: {
        x: {
          otherwise: "b:write",
          cases: [{ when: { mode: "plan" }, scope: "a:read" }],
          weakOtherwise: true,
        },
      },
    },
    operations: ["x"],
    options: { params: { mode: "plan" } },
    plan: { scopes: "a:read" },
  },
  {
    title: "a path covers the paths below it, so that these are not asked for",
    definition: {
      scopes: FILES,
      tools: {
        x: { scope: "files:/{path}", params: { path: "deep" } },
        y: { scope: "files:/{path}", params: { path: "high" } },
      },
    },
    operations: ["x", "y"],
    options: { params: { deep: "a/b", high: "a" } },
    plan: { scopes: "files:/a" },
  },
  {
    title: "a path does not replace a narrower one that is enough",
    definition: {
      scopes: FILES,
      tools: {
        x: { scope: "files:/{path}", params: { path: "deep" } },
        y: { anyOf: [{ scope: "files:/{path}", params: { path: "high" } }, "other"] },
      },
    },
    operations: ["x"],
    options: { params: { deep: "a/b", high: "a" } },
    plan: { scopes: "files:/a/b" },
  },
  {
    title: "an operation that is named twice counts once",
    definition: { scopes: { "a:read": {} }, tools: { x: "a:read", y: { deny: "no" } } },
    operations: ["y", "x", "y"],
    plan: { scopes: "a:read", unreachable: [{ operation: "y", reason: "denied" }] },
  },
  {
    title: "a name that every object inherits is a name like any other",
    definition: { scopes: { constructor: {} }, tools: { constructor: "constructor" } },
    operations: ["constructor"],
    plan: { scopes: "constructor" },
  },
  {
    title: "an internal operation counts",
    definition: { scopes: { "a:read": {} }, tools: { x: { scope: "a:read", internal: true } } },
    operations: ["x"],
    plan: { scopes: "a:read" },
  },
];

const either = (scopes: Definition["scopes"]): Definition => ({
  scopes,
  tools: { x: { anyOf: Object.keys(scopes).slice(0, 2) } },
});

const TIE_ROWS: readonly PlanRow[] = [
  {
    title: "a scope that is not off by default comes first, also if it has a warning",
    definition: either({ "b:read": { default: "off" }, "a:read": { warning: "w" } }),
    operations: ["x"],
    plan: { scopes: "a:read", alternatives: ["b:read"] },
  },
  {
    title: "a scope without a warning comes first, also if it writes",
    definition: either({ "a:read": { warning: "w" }, "a:write": {} }),
    operations: ["x"],
    plan: { scopes: "a:write", alternatives: ["a:read"] },
  },
  {
    title: "a scope that reads comes before one that writes, also if its tier is higher",
    definition: { tiers: ["free", "pro"], ...either({ "a:write": {}, "a:list": { tier: "pro" } }) },
    operations: ["x"],
    options: { tier: "pro" },
    plan: { scopes: "a:list", alternatives: ["a:write"] },
  },
  {
    title: "a scope whose name does not tell that it reads counts as one that writes",
    definition: either({ everything: {}, "a:read": {} }),
    operations: ["x"],
    plan: { scopes: "a:read", alternatives: ["everything"] },
  },
  {
    title: "a scope of a lower tier comes first",
    definition: {
      tiers: ["free", "pro"],
      ...either({ "a:read": { tier: "pro" }, "b:read": { tier: "free" } }),
    },
    operations: ["x"],
    options: { tier: "pro" },
    plan: { scopes: "b:read", alternatives: ["a:read"] },
  },
  {
    title: "one scope that implies another comes before two of the same risk",
    definition: {
      scopes: { "a:read": {}, "b:read": {}, "c:read": { implies: ["d:read"] }, "d:read": {} },
      tools: { x: { anyOf: [{ allOf: ["a:read", "b:read"] }, "c:read"] } },
    },
    operations: ["x"],
    plan: { scopes: "c:read", alternatives: ["a:read b:read"] },
  },
  {
    title: "the declared order decides last, and not the order in the operation",
    definition: {
      scopes: { "b:read": {}, "a:read": {} },
      tools: { x: { anyOf: ["a:read", "b:read"] } },
    },
    operations: ["x"],
    plan: { scopes: "b:read", alternatives: ["a:read"] },
  },
  {
    title: "alternatives of several operations are combined, best first",
    definition: {
      scopes: {
        "a:read": {},
        "b:read": { warning: "w" },
        "c:read": {},
        "d:read": { default: "off" },
      },
      tools: { x: { anyOf: ["a:read", "b:read"] }, y: { anyOf: ["c:read", "d:read"] } },
    },
    operations: ["y", "x"],
    plan: {
      scopes: "a:read c:read",
      alternatives: ["b:read c:read", "a:read d:read", "b:read d:read"],
    },
  },
];

const CLOSED: Definition = {
  tiers: ["free", "pro"],
  accountTypes: ["mentor", "studio"],
  entitlements: ["fleet"],
  boundaries: { project: { claim: "projects" } },
  scopes: {
    "a:read": {},
    "pro:read": { tier: "pro" },
    "owner:read": { reserved: true },
    "partner:read": { restricted: true },
    "/partners/{id}/": { restricted: true },
    "/accounts/{id}/": {},
  },
  tools: {
    never: { deny: "no" },
    pro: "pro:read",
    studio: { scope: "a:read", accountTypes: ["studio"] },
    both: { scope: "a:read", accountTypes: ["studio"], tier: "pro" },
    fleet: { scope: "a:read", entitlement: "fleet" },
    owner: "owner:read",
    partner: "partner:read",
    partners: "/partners/{id}/",
    account: "/accounts/{id}/",
    either: { anyOf: ["owner:read", "partner:read", "a:read"] },
    project: { scope: "a:read", within: { project: "projectID" } },
    pro_project: { scope: "pro:read", within: { project: "projectID" } },
    recent: { scope: "a:read", maxAge: 60, acr: "high" },
    "move_*": { scope: "a:read", acr: ["high", "low"] },
    "*_all": { scope: "a:read", acr: "high" },
    "*_now": { scope: "pro:read", acr: "other" },
  },
};

const ACCOUNT_ROWS: readonly PlanRow[] = [
  {
    title: "each closed operation has the code of its denial, in the given order",
    definition: CLOSED,
    operations: [
      "owner",
      "partner",
      "never",
      "pro",
      "studio",
      "both",
      "fleet",
      "account",
      "either",
      "pro_project",
    ],
    options: { params: { projectID: "p1" } },
    plan: {
      scopes: "a:read",
      unreachable: [
        { operation: "owner", reason: "reserved_scope" },
        { operation: "partner", reason: "reserved_scope" },
        { operation: "never", reason: "denied" },
        { operation: "pro", reason: "upgrade_required" },
        { operation: "studio", reason: "account_type_required" },
        { operation: "both", reason: "account_type_required" },
        { operation: "fleet", reason: "upgrade_required" },
        { operation: "account", reason: "invalid_params" },
        { operation: "pro_project", reason: "upgrade_required" },
      ],
    },
  },
  {
    title:
      "an operation whose patterns accept no common authentication class is closed, after its other conditions",
    definition: CLOSED,
    operations: ["move_x", "move_now", "move_all"],
    plan: {
      scopes: "a:read",
      unreachable: [{ operation: "move_now", reason: "upgrade_required" }],
    },
  },
  {
    title: "no tier opens an operation whose patterns accept no common authentication class",
    definition: CLOSED,
    operations: ["move_x", "move_now"],
    options: { tier: "pro" },
    plan: {
      scopes: "a:read",
      unreachable: [{ operation: "move_now", reason: "insufficient_user_authentication" }],
    },
  },
  {
    title: "tier, account types and entitlements of the account open operations",
    definition: CLOSED,
    operations: ["pro", "studio", "both", "fleet"],
    options: { tier: "pro", accountType: ["mentor", "studio"], entitlements: ["fleet"] },
    plan: { scopes: "a:read pro:read" },
  },
  {
    title: "one account type can be a text",
    definition: CLOSED,
    operations: ["studio", "both"],
    options: { accountType: "studio" },
    plan: {
      scopes: "a:read",
      unreachable: [{ operation: "both", reason: "upgrade_required" }],
    },
  },
  {
    title: "a restricted scope counts where it is held, for its own values",
    definition: CLOSED,
    operations: ["partner", "partners"],
    options: { held: "partner:read /partners/b/", params: { id: "a" } },
    plan: {
      scopes: "",
      unreachable: [{ operation: "partners", reason: "reserved_scope" }],
    },
  },
  {
    title: "a reserved scope in `held` has no meaning",
    definition: CLOSED,
    operations: ["owner", "either"],
    options: { held: "owner:read" },
    plan: { scopes: "a:read", unreachable: [{ operation: "owner", reason: "reserved_scope" }] },
  },
  {
    title: "a scope that is held for another value is asked for in addition",
    definition: CLOSED,
    operations: ["account"],
    options: { held: "/accounts/b/", params: { id: "a" } },
    plan: { scopes: "/accounts/a/" },
  },
  {
    title: "boundaries and authentication count as met",
    definition: CLOSED,
    operations: ["project", "recent"],
    options: { params: { projectID: "p" } },
    plan: { scopes: "a:read" },
  },
  {
    title: "with a malformed scope, no token opens anything",
    definition: { ...CLOSED, tools: { ...CLOSED.tools, open: { public: true } } },
    operations: ["open", "either", "never"],
    options: { held: "a  b" },
    plan: {
      scopes: "",
      unreachable: [
        { operation: "open", reason: "invalid_token" },
        { operation: "either", reason: "invalid_token" },
        { operation: "never", reason: "denied" },
      ],
    },
  },
];

describe.each([
  ["the size", SIZE_ROWS],
  ["a tie", TIE_ROWS],
  ["the account", ACCOUNT_ROWS],
])("least privilege by %s", (_topic, rows) => {
  it.each(titled(rows))("%s", (_title, { definition, operations, options, plan }) => {
    expect(planOf(definition, operations, options)).toEqual({
      alternatives: [],
      unreachable: [],
      exact: true,
      ...plan,
    });
  });
});

describe("the alternatives", () => {
  it("are at most 16, and the declared order decides among equal ones", () => {
    const scopes = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`s${at}:read`, {}]));
    const definition = { scopes, tools: { x: { anyOf: Object.keys(scopes) } } };
    const plan = planOf(definition, ["x"]);
    expect(plan.scopes).toBe("s0:read");
    expect(plan.alternatives).toEqual(Object.keys(scopes).slice(1, 17));
  });
});

describe("a mistake of the program", () => {
  const policy = definePolicy({
    name: "P",
    version: "1",
    scopes: { "a:read": "A" },
    tools: { list_courses: "a:read", "get_*": "a:read" },
  });

  const errorOf = (run: () => unknown): PolicyError => {
    try {
      run();
    } catch (error) {
      return error as PolicyError;
    }
    throw new Error("no error");
  };

  it("throws for an unknown name, with the most similar one", () => {
    // @ts-expect-error the policy has no such tool
    const error = errorOf(() => leastPrivilege(policy, ["list_course"]));
    expect(error).toMatchObject({
      code: "ERR_OPERATION_UNKNOWN",
      message: "the policy has no operation `list_course`; did you mean `list_courses`?",
    });
    expect(leastPrivilege(policy, ["get_x"]).scopes).toBe("a:read");
    for (const name of ["__proto__", "toString", "GET /x"]) {
      const unknown = errorOf(() => leastPrivilege(policy, [name as never]));
      expect(unknown.code).toBe("ERR_OPERATION_UNKNOWN");
    }
  });

  it.each(
    titled(
      [
        [[], { teir: "pro" }, "teir"],
        [[], { tier: 1 }, "tier"],
        [[], { accountType: [1] }, "accountType"],
        [[], { entitlements: "fleet" }, "entitlements"],
        [[], { held: 7 }, "held"],
        [[], { params: "a" }, "params"],
        [[], { params: undefined }, "params"],
        ["list_courses", {}, "operations"],
        [[7], {}, "operations"],
      ] as const,
      ([operations, options]) => `throws for ${JSON.stringify([operations, options])}`,
    ),
  )("%s", (_title, [operations, options, path]) => {
    const error = errorOf(() => leastPrivilege(policy, operations as never, options as never));
    expect(error.code).toBe("ERR_OPTIONS_INVALID");
    expect(error.findings.map((finding) => finding.path)).toEqual([path]);
  });

  it("throws for a value that is not a policy", () => {
    expect(errorOf(() => leastPrivilege({ ...policy }, [])).code).toBe("ERR_POLICY_UNKNOWN");
  });

  it("elsewhere in the program cannot add inherited options", () => {
    const closed = loadPolicy({ name: "P", version: "1", ...CLOSED });
    Object.defineProperty(Object.prototype, "tier", { value: "pro", configurable: true });
    try {
      const plan = leastPrivilege(closed, ["pro"]);
      expect(plan.unreachable).toEqual([{ operation: "pro", reason: "upgrade_required" }]);
    } finally {
      Reflect.deleteProperty(Object.prototype, "tier");
    }
  });
});
