import { describe, expectTypeOf, test } from "vitest";
import {
  definePolicy,
  type EndpointOf,
  type ParamsOf,
  type Policy,
  type ScopeOf,
  type TierOf,
  type ToolOf,
} from "../../src/decision/define-policy.js";

// Each mistake has its own line, so that an error anywhere else is detected.

describe("a mistake in a definition", () => {
  const policy = definePolicy({
    name: "Loopwise",
    version: "1",
    tiers: ["free", "pro"],
    accountTypes: ["mentor", "studio"],
    entitlements: ["fleet", "beta"],
    boundaries: {
      project: { claim: "projects" },
      region: {
        claim: "regions",
        // @ts-expect-error none or dangerouslyAll
        absent: "all",
      },
      // @ts-expect-error a boundary names its claim
      team: { title: "Teams" },
      folder: {
        claim: "folders",
        // @ts-expect-error an option is misspelt
        titel: "Folders",
      },
      list: {
        // @ts-expect-error one claim
        claim: ["lists"],
      },
    },
    scopes: {
      openid: {},
      "courses:read": "Read courses",
      "courses:fleet": {
        // @ts-expect-error no such entitlement
        entitlement: "flet",
      },
      "courses:*": {
        // @ts-expect-error no such rule
        match: "prefix",
      },
      "courses:partner": {
        // @ts-expect-error true or false
        restricted: "yes",
      },
      "courses:write": {
        // @ts-expect-error no such tier
        tier: "gold",
        accountTypes: [
          "mentor",
          // @ts-expect-error no such account type
          "mento",
        ],
        implies: [
          "courses:read",
          // @ts-expect-error no such scope
          "courses:raed",
        ],
        // @ts-expect-error on or off
        default: "yes",
        // @ts-expect-error true or false
        required: "yes",
        locales: {
          de: {
            title: "Kurse",
            // @ts-expect-error no such text
            titel: "Kurse",
          },
        },
      },
      "/accounts/{accountID}": {},
      "admin:read": {
        // @ts-expect-error an option is misspelt
        resreved: true,
      },
      // @ts-expect-error a scope is a description or options
      bad: 5,
    },
    baseline: [
      "openid",
      // @ts-expect-error no such scope
      "mcp:tools",
    ],
    defaultScopes: [
      // @ts-expect-error no such scope
      "opneid",
    ],
    bundles: {
      reading: [
        "courses:read",
        // @ts-expect-error no such scope
        "courses:raed",
      ],
      all: {
        every: true,
        except: [
          // @ts-expect-error no such scope
          "courses:wriet",
        ],
      },
      misspelt: {
        every: true,
        // @ts-expect-error an option is misspelt
        exept: ["openid"],
      },
      none: {
        // @ts-expect-error `every`, or a list
        every: false,
      },
    },
    tools: {
      good: "courses:read",
      // @ts-expect-error no such scope
      bare: "courses:raed",
      object: {
        // @ts-expect-error no such scope
        scope: "courses:raed",
      },
      deep: {
        allOf: [
          "openid",
          {
            anyOf: [
              "courses:write",
              // @ts-expect-error no such scope
              "courses:wriet",
              {
                // @ts-expect-error no such scope
                scope: "corses:read",
                // @ts-expect-error no such tier
                tier: "fre",
              },
            ],
          },
        ],
      },
      gated: {
        scope: "courses:read",
        // @ts-expect-error no such tier
        tier: "prp",
        accountTypes: [
          // @ts-expect-error no such account type
          "studi",
        ],
      },
      conditions: {
        scope: "courses:read",
        // @ts-expect-error no such entitlement
        entitlement: "pro",
        enrichedBy: [
          "courses:write",
          // @ts-expect-error no such scope
          "courses:wirte",
        ],
        within: {
          project: "projectId",
          // @ts-expect-error no such boundary
          projet: "projectId",
        },
        // @ts-expect-error seconds as a number
        maxAge: "5m",
        // @ts-expect-error only true
        internal: false,
      },
      conditions_inside: {
        allOf: [
          "courses:read",
          {
            scope: "openid",
            // @ts-expect-error no such entitlement
            entitlement: "flet",
          },
          {
            scope: "courses:write",
            // @ts-expect-error only at the top of the operation
            acr: "mfa",
          },
        ],
      },
      conditions_of_type: {
        scope: "courses:read",
        // @ts-expect-error one entitlement
        entitlement: ["fleet"],
        // @ts-expect-error a name or a list of names
        acr: 2,
        within: {
          // @ts-expect-error the name of a parameter
          project: true,
        },
        // @ts-expect-error a scope or a list of scopes
        enrichedBy: true,
      },
      branches: {
        cases: [
          {
            // @ts-expect-error an argument has a scalar or a list of scalars
            when: { mode: { is: "x" } },
            scope: "courses:read",
          },
          {
            when: { mode: "y" },
            scope: "courses:read",
            // @ts-expect-error no such entitlement
            entitlement: "flet",
          },
          {
            when: { mode: "z" },
            scope: "courses:read",
            // @ts-expect-error an option is misspelt
            enrichedby: "openid",
          },
          {
            // @ts-expect-error an option is misspelt
            wehn: { mode: "w" },
            scope: "courses:read",
          },
        ],
        otherwise: {
          scope: "courses:write",
          // @ts-expect-error only at the top of the operation
          within: { project: "projectId" },
        },
      },
      misspelt_branches: {
        cases: [{ when: { mode: "x" }, scope: "courses:read" }],
        // @ts-expect-error an option is misspelt
        otherwize: "courses:write",
      },
      misspelt_condition: {
        scope: "courses:read",
        // @ts-expect-error an option is misspelt
        max_age: 300,
      },
      misspelt: {
        scope: "courses:read",
        // @ts-expect-error an option is misspelt
        hiden: true,
      },
      misspelt_inside: {
        anyOf: [
          "courses:read",
          {
            scope: "openid",
            // @ts-expect-error an option is misspelt
            teir: "pro",
          },
        ],
      },
      denied_inside: {
        anyOf: [
          "courses:read",
          {
            // @ts-expect-error a denial is not part of a requirement
            deny: "no",
          },
        ],
      },
      enriched: {
        public: true,
        // @ts-expect-error no such scope
        enrichedBy: "courses:raed",
      },
      closed: {
        // @ts-expect-error `public` is `true` or absent
        public: false,
      },
      reason: {
        // @ts-expect-error a denial has a reason
        deny: true,
      },
      audited: {
        scope: "openid",
        audit: {
          // @ts-expect-error an option is misspelt
          shwo: ["id"],
        },
      },
      // @ts-expect-error no such scope in the rule of a pattern
      "list_*": "courses:raed",
      bound: { scope: "/accounts/{accountID}", params: { accountID: "from" } },
    },
    endpoints: {
      "GET /courses": "courses:read",
      // @ts-expect-error no such scope
      "POST /courses": "courses:wriet",
    },
  });

  test("is an error at its own token, and the rest is inferred without it", () => {
    type Slipped = typeof policy;
    expectTypeOf(policy).toExtend<Policy>();
    expectTypeOf<ScopeOf<Slipped>>().toEqualTypeOf<
      | "openid"
      | "courses:read"
      | "courses:fleet"
      | "courses:*"
      | "courses:partner"
      | "courses:write"
      | "/accounts/{accountID}"
      | "admin:read"
      | "bad"
    >();
    expectTypeOf<TierOf<Slipped>>().toEqualTypeOf<"free" | "pro">();
    expectTypeOf<ToolOf<Slipped>>().toEqualTypeOf<
      | "good"
      | "bare"
      | "object"
      | "deep"
      | "gated"
      | "conditions"
      | "conditions_inside"
      | "conditions_of_type"
      | "branches"
      | "misspelt_branches"
      | "misspelt_condition"
      | "misspelt"
      | "misspelt_inside"
      | "denied_inside"
      | "enriched"
      | "closed"
      | "reason"
      | "audited"
      | "bound"
      | `list_${string}`
    >();
    expectTypeOf<EndpointOf<Slipped>>().toEqualTypeOf<"GET /courses" | "POST /courses">();
    expectTypeOf<ParamsOf<Slipped, "bound">>().toEqualTypeOf<{ readonly from: string }>();
    expectTypeOf<keyof ParamsOf<Slipped, "good">>().toEqualTypeOf<never>();
  });
});

describe("a mistake in the definition as a whole", () => {
  test("is an error at its place", () => {
    definePolicy({
      // @ts-expect-error a name must be a string
      name: 1,
      version: "1",
      scopes: {},
    });
    // @ts-expect-error a version is required
    definePolicy({ name: "n", scopes: {} });
    definePolicy({
      name: "n",
      version: "1",
      scopes: { a: {} },
      // @ts-expect-error an option is misspelt
      notCoverd: ["Payouts"],
    });
    // @ts-expect-error JSON text is for loadPolicy
    definePolicy("{}");
    definePolicy({
      name: "n",
      version: "1",
      scopes: { a: {} },
      tools: {
        // @ts-expect-error a tier, but none is declared
        t: { scope: "a", tier: "pro" },
      },
    });
    definePolicy({
      name: "n",
      version: "1",
      scopes: { a: {} },
      tools: {
        limited: {
          scope: "a",
          // @ts-expect-error a boundary, but none is declared
          within: { project: "projectId" },
        },
        owned: {
          scope: "a",
          // @ts-expect-error an entitlement, but none is declared
          entitlement: "fleet",
        },
      },
      endpoints: {
        "GET /keys/{projectId}": {
          scope: "a",
          // @ts-expect-error a boundary, but none is declared
          within: { project: "projectId" },
        },
      },
    });
    definePolicy({
      name: "n",
      version: "1",
      scopes: {},
      tools: {
        // @ts-expect-error a scope, but none is declared
        t: "a",
      },
    });
  });
});
