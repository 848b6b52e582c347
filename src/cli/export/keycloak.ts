import type { CompiledPolicy, CompiledScope } from "../../policy/compiled-policy.js";
import { visibleJson } from "../terminal/visible.js";
import type { Exporter } from "./exporter.js";

/** Names that every realm of Keycloak already has, with mappers; `openid` is a sign of OpenID Connect, not a client scope. */
const BUILT_IN: ReadonlySet<string> = new Set(
  "openid profile email address phone offline_access roles web-origins microprofile-jwt acr basic".split(
    " ",
  ),
);

/** Maximum length of the description of a client scope: the size of Keycloak's database column. */
const MAX_DESCRIPTION = 255;

/** The first half of a surrogate pair at the end of a text. */
const HALF_PAIR = /\p{Cs}$/u;

/** The exporter to Keycloak: a part of a realm with a client scope for each scope. */
export const keycloakExporter: Exporter = {
  name: "keycloak",
  knowsCaller: false,
  options: [
    { flags: "--realm <name>", description: "the name of the realm, which some importers require" },
  ],
  run: ({ compiled }, { given }) => {
    const { realm } = given;
    const scopes = compiled.scopes.filter(isClientScope);
    const linked = scopes.filter(({ reserved, restricted }) => !reserved && !restricted);
    const named = (isDefault: boolean) =>
      linked
        .filter(({ options }) => (options.required === true) === isDefault)
        .map(({ name }) => name);
    const data = {
      ...(typeof realm === "string" ? { realm } : {}),
      clientScopes: scopes.map(clientScope),
      defaultDefaultClientScopes: named(true),
      defaultOptionalClientScopes: named(false),
    };
    return {
      files: [{ name: "realm.json", text: `${visibleJson(JSON.stringify(data, null, 2))}\n` }],
      cannotSay: keycloakLimits(compiled),
    };
  },
};

/** Returns whether a scope becomes a client scope: its name is known in advance, and Keycloak does not have it yet. */
function isClientScope({ name, template }: CompiledScope): boolean {
  return template.names.length === 0 && !BUILT_IN.has(name);
}

/** Returns the client scope of a scope, as Keycloak's class `ClientScopeRepresentation` reads it. */
function clientScope({ name, options }: CompiledScope, index: number): object {
  const { description, title } = options;
  return {
    name,
    ...(description === undefined ? {} : { description: shortened(description) }),
    protocol: "openid-connect",
    attributes: {
      "include.in.token.scope": "true",
      "display.on.consent.screen": "true",
      "consent.screen.text": description ?? title ?? name,
      "gui.order": String(index + 1),
    },
  };
}

/** Returns a description as far as the column of Keycloak has room, without half of a surrogate pair at its end. */
function shortened(description: string): string {
  return description.slice(0, MAX_DESCRIPTION).replace(HALF_PAIR, "");
}

/** What client scopes cannot express: whether a scope has it, and what follows. */
const SCOPE_LIMITS: readonly (readonly [has: (scope: CompiledScope) => boolean, what: string])[] = [
  [
    ({ template }) => template.names.length > 0,
    "left out: the names of client scopes have no placeholders",
  ],
  [({ name }) => BUILT_IN.has(name), "left out: every realm has it, and Keycloak adds its claims"],
  [
    ({ implies }) => implies.length > 0,
    "`implies` and `match`: Keycloak grants the scope alone, and the library adds what it implies",
  ],
  [
    ({ options }) => options.replaces !== undefined,
    "`replaces`: Keycloak does not know the older names",
  ],
  [({ reserved }) => reserved, "reserved: linked to no new client; link it to your own clients"],
  [
    ({ restricted }) => restricted,
    "restricted: linked to no new client; link it to approved clients",
  ],
  [
    ({ tier, accountTypes, entitlements }) =>
      tier >= 0 || accountTypes !== undefined || entitlements.length > 0,
    "conditions on tier, account type or entitlement: Keycloak grants the scope to every user",
  ],
  [
    ({ options }) => options.warning !== undefined,
    "`warning`: the consent page of Keycloak has no place for it",
  ],
  [
    ({ options }) => options.locales !== undefined || options.group !== undefined,
    "`locales` and `group`: use message keys of a theme",
  ],
  [
    ({ options }) => options.default !== undefined && options.required !== true,
    "`default`: users of Keycloak cannot deselect single scopes, so the scope is optional, and a client has to request it",
  ],
  [
    ({ options }) => (options.description ?? "").length > MAX_DESCRIPTION,
    `description: cut to ${MAX_DESCRIPTION} characters`,
  ],
];

/** Returns what the realm cannot express of a policy, one line for each kind of limit. */
function keycloakLimits({
  scopes,
  definition,
  operations,
  boundaries,
}: CompiledPolicy): readonly string[] {
  const limits = SCOPE_LIMITS.flatMap(([has, what]) => {
    const names = scopes.filter(has).map(({ name }) => `\`${name}\``);
    return names.length === 0 ? [] : [`${names.join(", ")}: ${what}`];
  });
  return [
    ...limits,
    ...(definition.defaultScopes === undefined
      ? []
      : [
          "`defaultScopes`: a default client scope of Keycloak is in every token, also if the client requests others",
        ]),
    ...(boundaries.length === 0 ? [] : ["`boundaries`: add a mapper for each claim"]),
    ...(operations.size === 0
      ? []
      : ["tools and endpoints: Keycloak issues scopes and does not know what they open"]),
    "the audience: add a mapper with the identifier of your API (RFC 8707), which the policy does not contain",
  ];
}
