/** A member that can be `undefined`, within a call of `definePolicy`; the line of the error ends with `// here`. */
export type RejectedCase = readonly [title: string, parts: string, place: string];

/** A whole module that compiles, with exact names. */
export type AcceptedCase = readonly [title: string, text: string];

/** Declarations that the modules of both tables use. */
export const DECLARATIONS = `
import { definePolicy, type OperationOptions, type PolicyDefinition, type ScopeOf, type TierOf, type ToolOf } from "scope-policy";
declare const env: {
  readonly NAME: string | undefined;
  readonly TIER: "pro" | undefined;
  readonly KINDS: readonly ("mentor" | "studio")[] | undefined;
  readonly SCOPE: "openid" | undefined;
  readonly TEXT: string | undefined;
};
declare const isPaid: boolean;
const names = { name: "Loopwise", version: "1", tiers: ["free", "pro"], accountTypes: ["mentor", "studio"], entitlements: ["fleet"] } as const;
const scopes = { openid: {}, "courses:read": "Read courses", "/a/{id}": {} } as const;
`;

/** Every place of a policy for a variable, with the ways in which it becomes `undefined`. */
export const REJECTED: readonly RejectedCase[] = [
  [
    "a tier from the environment",
    `scopes, tools: { get_settings: { scope: "openid",
      tier: env.TIER, // here
    } }`,
    "tools.get_settings.tier",
  ],
  [
    "a tier behind a condition",
    `scopes, tools: { get_settings: { scope: "openid",
      tier: isPaid ? "pro" : undefined, // here
    } }`,
    "tools.get_settings.tier",
  ],
  [
    "account types from the environment",
    `scopes, tools: { get_settings: { scope: "openid",
      accountTypes: env.KINDS, // here
    } }`,
    "tools.get_settings.accountTypes",
  ],
  [
    "a denial behind a condition",
    `scopes, tools: { "delete_*": {
      deny: isPaid ? undefined : "Not on your plan.", // here
      scope: "openid",
    } }`,
    "tools.delete_*.deny",
  ],
  [
    "an endpoint's tier",
    `scopes, endpoints: { "GET /courses": { scope: "openid",
      tier: env.TIER, // here
    } }`,
    "endpoints.GET /courses.tier",
  ],
  [
    "a tool without a rule",
    `scopes, tools: {
      get_settings: undefined, // here
    }`,
    "tools.get_settings",
  ],
  [
    "a tool whose scope is a variable",
    `scopes, tools: {
      get_settings: env.SCOPE, // here
    }`,
    "tools.get_settings",
  ],
  [
    "a tier in a requirement",
    `scopes, tools: { get_settings: { anyOf: ["courses:read",
      { scope: "openid", tier: env.TIER }, // here
    ] } }`,
    "tools.get_settings.anyOf[].tier",
  ],
  [
    "a tier in a nested requirement",
    `scopes, tools: { get_settings: { allOf: ["courses:read", { anyOf: ["courses:read",
      { scope: "openid", tier: env.TIER }, // here
    ] }] } }`,
    "tools.get_settings.allOf[].anyOf[].tier",
  ],
  [
    "one of two rules for a tool",
    `scopes, tools: {
      get_settings: isPaid ? "openid" : { scope: "openid", tier: env.TIER }, // here
    }`,
    "tools.get_settings.tier",
  ],
  [
    "an item of a list",
    `scopes, tools: { get_settings: { anyOf: ["courses:read",
      env.SCOPE, // here
    ] } }`,
    "tools.get_settings.anyOf[]",
  ],
  [
    "a parameter",
    `scopes, tools: { get_settings: { scope: "/a/{id}", params: {
      id: env.TEXT, // here
    } } }`,
    "tools.get_settings.params.id",
  ],
  [
    "the arguments of audit events",
    `scopes, tools: { get_settings: { scope: "openid", audit: {
      show: undefined, // here
    } } }`,
    "tools.get_settings.audit.show",
  ],
  [
    "the options of a scope",
    `scopes: {
      openid: undefined, // here
    }`,
    "scopes.openid",
  ],
  [
    "the description of a scope",
    `scopes: {
      openid: env.TEXT, // here
    }`,
    "scopes.openid",
  ],
  [
    "a text in another language",
    `scopes: { openid: { locales: { de: {
      title: env.TEXT, // here
    } } } }`,
    "scopes.openid.locales.de.title",
  ],
  [
    "the implied scopes of a scope",
    `scopes: { openid: {}, "courses:read": { implies: [
      env.SCOPE, // here
    ] } }`,
    "scopes.courses:read.implies[]",
  ],
  [
    "a bundle",
    `scopes, bundles: {
      reading: undefined, // here
    }`,
    "bundles.reading",
  ],
  [
    "the exceptions of a bundle",
    `scopes, bundles: { reading: { every: true,
      except: undefined, // here
    } }`,
    "bundles.reading.except",
  ],
  [
    "data with `as const`",
    `scopes,
    tools: { get_settings: { scope: "openid", tier: env.TIER } } as const, // here
    `,
    "tools.get_settings.tier",
  ],
];

/** Definitions that are valid: no member that is always present can be `undefined`. */
export const ACCEPTED: readonly AcceptedCase[] = [
  [
    "data of unknown content",
    `declare const definition: PolicyDefinition;
    export const policy = definePolicy(definition);
    const scope: ScopeOf<typeof policy> = "any" as string;
    void scope;`,
  ],
  [
    "a value that is cast to a definition",
    `export const policy = definePolicy({ ...names, scopes, tools: { t: "openid" } } as PolicyDefinition);`,
  ],
  [
    "a definition with known names",
    `declare const definition: PolicyDefinition<"openid" | "courses:read", "free" | "pro", never, "t">;
    export const policy = definePolicy(definition);
    export const names_: [ScopeOf<typeof policy>, TierOf<typeof policy>] = ["openid", "pro"];`,
  ],
  [
    "a custom interface",
    `interface Definition extends PolicyDefinition<"openid", "pro"> { readonly scopes: { readonly openid: object } }
    declare const definition: Definition;
    export const policy = definePolicy(definition);`,
  ],
  [
    "an option that is present or absent",
    `export const policy = definePolicy({
      ...names,
      scopes: { openid: { ...(isPaid && { tier: "pro" }) }, "courses:read": {} },
      ...(isPaid && { baseline: ["openid"] }),
      tools: {
        a: { scope: "openid", ...(isPaid && { tier: "pro" }) },
        b: { scope: "openid", ...(isPaid ? { tier: "pro", accountTypes: ["studio"] } : {}) },
        c: { anyOf: ["openid", { scope: "courses:read", ...(isPaid && { tier: "pro" }) }] },
        d: isPaid ? "openid" : { scope: "openid", tier: "pro" },
        e: isPaid ? { scope: "openid" } : { scope: "openid", tier: "pro" },
      },
    });
    export const tool: ToolOf<typeof policy> = "d";
    // @ts-expect-error only exact names are accepted
    export const other: ToolOf<typeof policy> = "f";`,
  ],
  [
    "parts that are spread",
    `const base = { ...names, scopes } as const;
    const tools = { a: { anyOf: ["openid", { scope: "courses:read", tier: "pro" }] }, b: "openid" } as const;
    export const policy = definePolicy({ ...base, tools: { ...tools, c: { deny: "Never." } } });
    export const tool: ToolOf<typeof policy> = "c";
    // @ts-expect-error only exact names are accepted
    export const other: ToolOf<typeof policy> = "d";`,
  ],
  [
    "options with a type of their own",
    `declare const gates: Pick<OperationOptions<"openid", "pro", "studio">, "tier" | "accountTypes">;
    export const policy = definePolicy({ ...names, scopes, tools: { a: { scope: "openid", ...gates } } });`,
  ],
  [
    "constant data",
    `const definition = {
      ...names, scopes, bundles: { all: { every: true, except: ["openid"] } },
      tools: { a: { allOf: ["openid", { anyOf: ["openid", { scope: "/a/{id}", params: { id: "owner" } }] }] } },
      endpoints: { "GET /": { public: true } },
    } as const;
    export const policy = definePolicy(definition);
    policy.decide(undefined, "a", { owner: "me" });
    // @ts-expect-error the parameter is missing
    policy.decide(undefined, "a");`,
  ],
  [
    "constant data with `satisfies`",
    `const definition = { ...names, scopes, tools: { a: "openid", b: { scope: "openid", tier: "pro" } } } as const satisfies PolicyDefinition;
    export const policy = definePolicy(definition);
    export const tool: ToolOf<typeof policy> = "b";`,
  ],
  [
    "a literal with `satisfies`",
    `type Names = ["openid" | "courses:read", "free" | "pro", "mentor" | "studio"];
    export const policy = definePolicy({
      ...names, scopes: { openid: {}, "courses:read": { tier: "pro" } }, tools: { a: "openid" },
    } satisfies PolicyDefinition<Names[0], Names[1], Names[2]>);`,
  ],
  [
    "data without a known type",
    `declare const anything: any;
    export const policy = definePolicy(anything);
    export const other = definePolicy({ ...names, scopes, tools: anything });`,
  ],
  [
    "a function that returns definitions",
    `const make = (tier: "free" | "pro"): PolicyDefinition => ({ ...names, scopes, tools: { a: { scope: "openid", tier } } });
    export const policy = definePolicy(make("pro"));`,
  ],
];

/** Mistakes of each kind next to a member that is `undefined`. The line of each ends with a part of its error. */
export const MISTAKES = `export const policy = definePolicy({ ...names, scopes, tools: {
  get_settings: { scope: "openid",
    tier: env.TIER, // here: MustNotBeUndefined<"tools.get_settings.tier">
  },
  good: "courses:read",
  bare: "courses:raed", // here: Did you mean '"courses:read"'?
  listed: { anyOf: ["openid",
    "courses:raed", // here: Did you mean '"courses:read"'?
    { scope: "courses:read" },
  ] },
  gated: { scope: "openid",
    tier: "prp", // here: Type '"prp"' is not assignable to type '"
  },
  misspelt: { scope: "openid",
    hiden: true, // here: but 'hiden' does not exist
  },
} });
export const tool: ToolOf<typeof policy> = "good";
policy.decide(undefined, "god"); // here: '"god"' is not assignable
policy.decide(undefined, "good");
`;
