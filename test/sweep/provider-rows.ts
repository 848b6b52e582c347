import * as providers from "scope-policy/providers";
import type { OptionRow } from "./option-rows.js";
import type { Table } from "./row.js";

const GUID = "00000000-0000-0000-0000-000000000000";
const audience = "api";

/** Valid facts for each provider. */
const FACTS = {
  auth0: { domain: "example.auth0.com", audience },
  clerk: { frontendApi: "clerk.example.com", clientId: "client_1" },
  cognito: { region: "eu-central-1", userPoolId: "eu-central-1_a1", clientId: "client-1" },
  entra: { tenant: GUID, audience },
  keycloak: { url: "https://sso.example.com", realm: "main", audience },
  okta: { domain: "example.okta.com", audience },
  supabase: { project: "abcdefghijklmnopqrst" },
  workos: { domain: "example.authkit.app", audience },
} satisfies { [Name in keyof typeof providers]: Parameters<(typeof providers)[Name]>[0] };

type Name = keyof typeof FACTS;

const TEXTS = [7, "", [], [7], null];
const HOSTS = ["https://example.com", "example.com/", "Example.com", "{domain}", 7, null];
const SEGMENTS = ["a/b", "", 7, null];
const FLAGS = ["yes", 1, null];

const WRONG: {
  readonly [One in Name]: {
    readonly [Fact in keyof Required<Parameters<(typeof providers)[One]>[0]>]: readonly unknown[];
  };
} = {
  auth0: { domain: HOSTS, audience: TEXTS, permissions: FLAGS },
  clerk: { frontendApi: HOSTS, clientId: TEXTS, authorizedParties: TEXTS },
  cognito: { region: SEGMENTS, userPoolId: SEGMENTS, clientId: TEXTS, audience: TEXTS },
  entra: {
    tenant: ["common", "contoso.onmicrosoft.com", [], [GUID, GUID], GUID.replace("0", "A"), null],
    audience: TEXTS,
    version: [3, "2", null],
  },
  keycloak: {
    url: ["https://a.example/", "http://a.example", "https://a.example?b", "a.example", 7, null],
    realm: SEGMENTS,
    audience: TEXTS,
    rolesOf: ["", 7, null],
  },
  okta: { domain: HOSTS, server: SEGMENTS, audience: TEXTS },
  supabase: { project: SEGMENTS, domain: HOSTS, audience: TEXTS },
  workos: { domain: HOSTS, audience: TEXTS, permissions: FLAGS },
};

const FUNCTIONS = { ...providers } as unknown as Record<Name, (facts: object) => unknown>;
const NAMES = Object.keys(FACTS) as readonly Name[];

/** Rows with wrong facts for each provider. */
export const PROVIDER_OPTION_ROWS: readonly OptionRow[] = NAMES.map((title) => ({
  title,
  good: FACTS[title],
  run: (facts) => FUNCTIONS[title](facts),
  wrong: WRONG[title],
}));

/** Rows with samples for each provider. */
export const PROVIDER_ROWS = Object.fromEntries(
  NAMES.map((name) => [name, { takes: ["options"], samples: [[FACTS[name]], [{}]] }]),
) as unknown as Table<typeof providers>;
