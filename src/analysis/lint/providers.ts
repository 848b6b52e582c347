import type { CompiledPolicy, CompiledScope } from "../../policy/compiled-policy.js";
import type { LintProvider } from "./lint-options.js";
import type { LintRule } from "./lint-rule.js";
import { scopesOf } from "./places.js";

/** A rule of a provider for the name of one scope. */
interface NameRule {
  /** What is wrong with a name. */
  readonly message: string;
  readonly isBroken: (scope: CompiledScope) => boolean;
  /** Where the provider documents it. Each page was read on 27 November 2026. */
  readonly page: string;
}

/** The maximum number of scopes of one API. */
interface CountRule {
  readonly most: number;
  /** Returns the API of a scope. */
  readonly apiOf: (name: string) => string;
  readonly page: string;
}

interface Provider {
  readonly name: string;
  /** Scopes that the provider has without being told. */
  readonly own: ReadonlySet<string>;
  readonly names: readonly NameRule[];
  readonly count?: CountRule;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const hasPlaceholder = ({ template }: CompiledScope) => template.names.length > 0;

/** Returns a name as the identifier of an API and the rest, split at the last slash. The identifier is empty without a slash. */
function splitAtSlash(name: string): { readonly api: string; readonly own: string } {
  const at = name.lastIndexOf("/");
  return { api: name.slice(0, Math.max(at, 0)), own: name.slice(at + 1) };
}

/** Returns the value of a scope of Entra: clients ask for it behind the URI of the API. */
function entraValueOf(name: string): string {
  return name.includes("://") ? splitAtSlash(name).own : name;
}

const COGNITO_SCOPE =
  "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html";
// its schema names the length: `ResourceServerScope` in main/docs/oas/management/v2/management-api-oas.json of auth0/docs-v2
const AUTH0_API = "https://auth0.com/docs/api/management/v2/resource-servers/post-resource-servers";
const ENTRA_SCOPE = "https://learn.microsoft.com/graph/api/resources/permissionscope";

/** The value of a parameterized scope of Keycloak: one placeholder at the end, after a colon. */
const KEYCLOAK_TEMPLATE = /^[^{}:]+:\{\w+\}$/;

/** Client scopes of a new realm whose switch "Include in token scope" is off. */
const KEYCLOAK_SILENT = words("roles web-origins basic acr");

const PROVIDERS: Readonly<Record<LintProvider, Provider>> = {
  cognito: {
    name: "Amazon Cognito",
    own: words("openid email phone profile aws.cognito.signin.user.admin"),
    names: [
      {
        message:
          "names a scope `identifier/name`: the identifier of the resource server, a slash, and a name of 1 to 256 characters",
        isBroken: ({ name }) => {
          const { api, own } = splitAtSlash(name);
          return [api, own].some(({ length }) => length === 0 || length > 256);
        },
        page: COGNITO_SCOPE,
      },
      {
        message:
          "gives a client the scopes of its resource servers by their exact names, without placeholders",
        isBroken: hasPlaceholder,
        page: COGNITO_SCOPE,
      },
    ],
    count: {
      most: 100,
      apiOf: (name) => splitAtSlash(name).api,
      page: "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html",
    },
  },
  keycloak: {
    name: "Keycloak",
    own: words("openid profile email address phone offline_access microprofile-jwt"),
    names: [
      {
        message:
          "accepts a value in a scope only as `name:value`, with parameterized client scopes",
        isBroken: (scope) => hasPlaceholder(scope) && !KEYCLOAK_TEMPLATE.test(scope.name),
        page: "https://www.keycloak.org/docs/latest/server_admin/#_parameterized_client_scopes",
      },
      {
        message: "has a client scope of this name that it does not write into the scope of a token",
        isBroken: ({ name }) => KEYCLOAK_SILENT.has(name),
        page: "https://www.keycloak.org/docs/latest/server_admin/#_client_scopes",
      },
    ],
  },
  auth0: {
    name: "Auth0",
    own: words("openid profile email address phone offline_access"),
    names: [
      {
        message: "accepts names of at most 280 characters",
        isBroken: ({ name }) => name.length > 280,
        page: AUTH0_API,
      },
    ],
    count: {
      most: 1_000,
      apiOf: () => "",
      page: "https://auth0.com/docs/troubleshoot/customer-support/operational-policies/entity-limit-policy",
    },
  },
  okta: {
    name: "Okta",
    own: words("openid profile email address phone offline_access device_sso groups"),
    names: [
      {
        message: "reserves names that begin with `okta.`, except its own scopes `okta.myAccount.*`",
        isBroken: ({ name }) => name.startsWith("okta.") && !name.startsWith("okta.myAccount."),
        page: "https://support.okta.com/help/s/article/add-okta-reserved-scopes-to-custom-authorization-server",
      },
    ],
  },
  entra: {
    name: "Microsoft Entra ID",
    own: words("openid profile email offline_access"),
    names: [
      {
        message: "accepts a value of at most 120 characters that does not begin with a dot",
        isBroken: ({ name }) =>
          entraValueOf(name).length > 120 || entraValueOf(name).startsWith("."),
        page: ENTRA_SCOPE,
      },
      {
        message:
          "gives a client the scopes of an application by their exact values, without placeholders",
        isBroken: hasPlaceholder,
        page: ENTRA_SCOPE,
      },
    ],
  },
};

/** Scopes whose names the provider refuses. */
export const providerScopeName: LintRule = (policy, options) => {
  if (options.for === undefined) return undefined;
  const provider = PROVIDERS[options.for];
  return customScopes(policy, provider).flatMap(({ scope, path }) =>
    provider.names
      .filter(({ isBroken }) => isBroken(scope))
      .map(({ message, page }) => ({
        path,
        message: `\`${scope.name}\`: ${provider.name} ${message} (${page})`,
        fix: "choose another name, and keep this one in `replaces` while tokens have it",
      })),
  );
};

function customScopes(policy: CompiledPolicy, { own }: Provider) {
  return scopesOf(policy).filter(({ scope }) => !own.has(scope.name));
}

/** APIs with more scopes than the provider accepts. */
export const providerScopeCount: LintRule = (policy, options) => {
  if (options.for === undefined) return undefined;
  const provider = PROVIDERS[options.for];
  const { count } = provider;
  if (count === undefined) return [];
  const sizes = new Map<string, number>();
  for (const { scope } of customScopes(policy, provider)) {
    const api = count.apiOf(scope.name);
    sizes.set(api, (sizes.get(api) ?? 0) + 1);
  }
  return [...sizes]
    .filter(([, size]) => size > count.most)
    .map(([api, size]) => ({
      path: ["scopes"],
      message: `${size} scopes${api === "" ? "" : ` of \`${api}\``}: ${provider.name} accepts at most ${count.most} for one API (${count.page})`,
      fix: "divide the scopes among several APIs of the provider, or combine some of them",
    }));
};
