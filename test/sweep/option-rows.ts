import express from "express";
import fastifyApp, { type FastifyContextConfig, type RegisterOptions } from "fastify";
import * as core from "scope-policy";
import {
  type DiffOptions,
  diffPolicies,
  type LeastPrivilegeOptions,
  type LintOptions,
  leastPrivilege,
  lintPolicy,
  type ReachableOptions,
  reachable,
  type TokenPlanOptions,
  tokenPlan,
} from "scope-policy/analysis";
import * as audit from "scope-policy/audit";
import {
  type CoverOptions,
  type ExpressGateOptions,
  expressGate,
  type GateOptions,
} from "scope-policy/express";
import { type ScopePolicyOptions, scopePolicy } from "scope-policy/fastify";
import { type FetchGateOptions, fetchGate } from "scope-policy/fetch";
import { type HonoGateOptions, honoGate } from "scope-policy/hono";
import {
  type AuditLogOptions,
  type ConnectedAppsOptions,
  type RenderOptions,
  renderAuditLog,
  renderConnectedApps,
  renderConsent,
} from "scope-policy/html";
import { type KoaGateOptions, koaGate } from "scope-policy/koa";
import { type McpGateOptions, mcpGate, type ProtectOptions, protect } from "scope-policy/mcp";
import { type NestGateOptions, scopePolicyGuard } from "scope-policy/nest";
import { loadPolicySource, type PolicySourceOptions } from "scope-policy/policy-source";
import { createStore, type StoreOptions } from "scope-policy/store";
import {
  decisionMatrix,
  expectNoWidening,
  type MatrixOptions,
  type WideningOptions,
} from "scope-policy/testing";
import {
  accessTokenFromClaims,
  type IntrospectionVerifierOptions,
  introspectionVerifier,
  type JwtVerifierOptions,
  jwtVerifier,
  type ScopeReading,
} from "scope-policy/verify";
import { definition, FACTS, ISSUER, RESOURCE } from "./definition.js";
import { EVENTS } from "./events.js";
import { PROVIDER_OPTION_ROWS } from "./provider-rows.js";
import { storeDatabase } from "./store-rows.js";

/** Options of one public function, with wrong values for each of them. */
export interface OptionRow {
  /** Name of the function or of the method. */
  readonly title: string;
  readonly good: object;
  /** Calls the function. Throws for invalid options, or rejects if `rejects` is true. */
  readonly run: (options: object) => unknown;
  /** Values of a wrong type for each option. Empty for an option that another library checks. */
  readonly wrong: Readonly<Record<string, readonly unknown[]>>;
  /** Whether other libraries may have members in the object, so that unknown names are not findings. */
  readonly isOpen?: boolean;
  /** Error codes of options that do not use `ERR_OPTIONS_INVALID`. */
  readonly codes?: Readonly<Record<string, core.PolicyErrorCode>>;
  /** Whether the start of a server rejects with the findings. */
  readonly rejects?: boolean;
  /** Returns the name of the option in a finding, if the path contains more than that. */
  readonly nameIn?: (finding: core.Finding) => string;
}

/** Creates a row with every option of a type. A new option does not compile until its wrong values are here. */
function rowOf<Options>(
  row: Omit<OptionRow, "wrong"> & {
    readonly wrong: { readonly [Name in keyof Required<Options>]: readonly unknown[] };
  },
): OptionRow {
  return row;
}

const policy = core.loadPolicy(definition);
const verify = () => undefined;
const authorizer = core.createAuthorizer({ policy, verify, resource: RESOURCE, trustClaims: [] });
const servesNothing = core.createAuthorizer({
  policy: core.loadPolicy({ name: "Nothing", version: "1", scopes: {} }),
  verify,
});
const screen = core.consentScreen(policy, FACTS[0]);
const [event] = EVENTS as readonly [audit.AuditEvent];

const ANY_FUNCTION = [true, "x", {}, null];
const ANY_FLAG = ["yes", 1, null];
const ANY_TEXT = [7, true, null, ["a"]];
const ANY_LIST = ["a", [7], [""], null];
const ANY_OBJECT = ["a", 7, null];
const ANY_NUMBER = ["5", 0, -1, Number.NaN, null];
/** No values, because another library checks the option. */
const NOT_OURS: readonly unknown[] = [];

const VERIFIER = {
  dangerouslyIgnoreConfirmation: ANY_FLAG,
  clockTolerance: ["5", -1, 301, null],
  cache: [true, "x", { seconds: 0 }, { second: 1 }, { seconds: undefined }, null],
  timeout: ANY_NUMBER,
  fetch: ANY_FUNCTION,
  now: ANY_FUNCTION,
  issuer: [7, "", null],
  audience: [7, "", [], [7], null],
  audienceClaim: ["sub", 7, null],
  scopeClaim: ["", 7, null, [], {}],
  maxTokenAge: ["5", 0, null],
  claims: [false, "x", [], null],
};

const SURFACE = {
  resources: [...ANY_OBJECT, { "a://b": 7 }],
  prompts: [...ANY_OBJECT, { a: 7 }],
  methods: [...ANY_OBJECT, { a: 7 }],
  challenge: ["all", 7, null],
  anonymous: ANY_FLAG,
  upgradeUrl: ["x", 7, null],
  handshake: ["anonymous", true, null],
};

const CONSENT = {
  whenNoScope: ["all", 7, null],
  prechecked: ["always", true, null],
  ineligible: ["allow", 7, null],
  tierLocked: ["open", true, null],
  rememberRefusals: ANY_NUMBER,
  manageUrl: ANY_TEXT,
  reportUrl: ANY_TEXT,
  helpUrl: ANY_TEXT,
};

/** Creates an object with the shape of a low-level server, so that no SDK takes part. */
const createServer = () => ({ setRequestHandler() {}, assertCanSetRequestHandler() {} });

async function startRoute(config: object): Promise<void> {
  const app = fastifyApp();
  await app.register(scopePolicy, { authorizer });
  app.get("/x", { config: config }, () => "x");
  await app.ready();
}

/** Wrong values of the options that every HTTP gate has. */
const WRONG_HTTP_OPTIONS = {
  requestId: ANY_FUNCTION,
  authenticate: ANY_FUNCTION,
  dangerouslyReportOnly: ANY_FLAG,
};

/** Wrong values of the options about the spelling of a path. */
const WRONG_PATH_OPTIONS = {
  trailingSlash: ["keep", true, null],
  caseSensitive: ANY_FLAG,
};

/** Every options object of the public API. */
export const OPTION_ROWS: readonly OptionRow[] = [
  rowOf<core.AuthorizerOptions>({
    title: "createAuthorizer",
    good: { policy, verify, trustClaims: [] },
    run: (options) => core.createAuthorizer(options as never),
    codes: { policy: "ERR_POLICY_UNKNOWN" },
    wrong: {
      policy: [7, {}, null],
      verify: ANY_FUNCTION,
      subject: ANY_FUNCTION,
      trustClaims: ["tier", ["teir"], ["tier", "tier"], [7], null],
      clockTolerance: ["5", -1, 301, null],
      isRevoked: ANY_FUNCTION,
      audit: ANY_FUNCTION,
      onAuditError: ["allow", true, null],
      onUsed: ANY_FUNCTION,
      sensitive: ANY_LIST,
      auditKey: ["short", 7, null],
      resource: ["/mcp", 7, null],
      authorizationServers: ["https://as.example.com", [7], ["x"], null],
      scopeDescriptions: ANY_FLAG,
      challenge: ["all", true, null],
      upgradeStatus: [401, "403", null],
      timeout: ANY_NUMBER,
      retryAfter: ANY_NUMBER,
      onOutage: ANY_FUNCTION,
      onRejected: ANY_FUNCTION,
    },
  }),
  ...[
    { title: "definePolicy", make: core.definePolicy as typeof core.loadPolicy },
    { title: "loadPolicy", make: core.loadPolicy },
  ].map(({ title, make }) =>
    rowOf<core.PolicyOptions>({
      title,
      good: {},
      run: (options) => make(definition, options),
      wrong: { now: ANY_FUNCTION },
    }),
  ),
  rowOf<core.RegistrationOptions>({
    title: "clientRegistration",
    good: {},
    run: (options) => core.clientRegistration(policy, {}, options),
    wrong: {
      ceiling: ANY_LIST,
      approvedScopes: ANY_LIST,
      defaultScope: ANY_TEXT,
      unknownScopes: ["keep", true, null],
    },
  }),
  ...[
    { title: "consentScreen", ask: core.consentScreen },
    { title: "droppedScopes", ask: core.droppedScopes },
  ].map(({ title, ask }) =>
    rowOf<core.ConsentOptions>({
      title,
      good: {},
      run: (options) => ask(policy, FACTS[0], options),
      wrong: CONSENT,
    }),
  ),
  rowOf<core.ConsentSources>({
    title: "consentHeaders",
    good: {},
    run: (options) => core.consentHeaders(screen, options),
    wrong: { script: ANY_TEXT, style: ANY_TEXT },
  }),
  rowOf<core.ConsentOptions>({
    title: "resolveConsent",
    good: {},
    run: (options) => core.resolveConsent(policy, FACTS[0], { decision: "deny" }, options),
    wrong: CONSENT,
  }),
  rowOf<core.RefreshOptions>({
    title: "refreshScope",
    good: {},
    run: (options) => core.refreshScope(policy, "openid", undefined, options),
    wrong: {
      clientScope: ANY_TEXT,
      firstParty: ANY_FLAG,
      approvedScopes: ANY_LIST,
      originalMeanings: [7, "a  b", [7], null],
    },
  }),
  rowOf<core.ProtectedResourceOptions>({
    title: "protectedResourceMetadata",
    good: { resource: RESOURCE },
    run: (options) => core.protectedResourceMetadata(policy, options as never),
    wrong: {
      resource: ["x", 7, null],
      authorizationServers: [ISSUER, [7], ["x"], null],
      scopeDescriptions: ANY_FLAG,
    },
  }),
  rowOf<{
    readonly issuer: string;
    readonly scopeDescriptions: boolean;
    readonly scopes_supported: unknown;
    readonly scope_descriptions: unknown;
  }>({
    title: "authorizationServerMetadata",
    good: { issuer: ISSUER },
    run: (options) => core.authorizationServerMetadata(policy, options as never),
    isOpen: true,
    wrong: {
      issuer: ["x", 7, null],
      scopeDescriptions: ANY_FLAG,
      scopes_supported: [["courses:read"], null],
      scope_descriptions: [{ "courses:read": "Read" }, true, null],
    },
  }),
  rowOf<ScopeReading>({
    title: "accessTokenFromClaims",
    good: {},
    run: (options) => accessTokenFromClaims({}, options),
    wrong: { scopeClaim: ["", 7, null], isScopeList: ANY_FLAG },
  }),
  rowOf<NonNullable<Parameters<typeof audit.toOcsf>[1]>>({
    title: "toOcsf",
    good: {},
    run: (options) => audit.toOcsf(event, options),
    wrong: { clientAddress: ANY_TEXT },
  }),
  rowOf<NonNullable<Parameters<typeof audit.toOpenTelemetryAttributes>[1]>>({
    title: "toOpenTelemetryAttributes",
    good: {},
    run: (options) => audit.toOpenTelemetryAttributes(event, options),
    wrong: { arguments: ANY_FLAG },
  }),
  ...(["expand", "reduce"] as const).map((name) =>
    rowOf<core.MeaningOptions>({
      title: `policy.${name}`,
      good: {},
      run: (options) => policy[name]("openid", options),
      wrong: { firstParty: ANY_FLAG },
    }),
  ),
  ...(["covers", "missing"] as const).map((name) =>
    rowOf<core.MeaningOptions>({
      title: `policy.${name}`,
      good: {},
      run: (options) => policy[name]("openid", "openid", options),
      wrong: { firstParty: ANY_FLAG },
    }),
  ),
  ...PROVIDER_OPTION_ROWS,
  rowOf<JwtVerifierOptions>({
    title: "jwtVerifier",
    good: { issuer: ISSUER, audience: "api", jwks: `${ISSUER}/jwks`, algorithms: ["ES256"] },
    run: (options) => jwtVerifier(options as never),
    wrong: {
      ...VERIFIER,
      jwks: [7, "x", {}, null],
      algorithms: ["ES256", [], ["none"], null],
      profile: ["strict", true, null],
    },
  }),
  rowOf<IntrospectionVerifierOptions>({
    title: "introspectionVerifier",
    good: { endpoint: ISSUER, issuer: ISSUER, clientId: "a", clientSecret: "s", audience: "api" },
    run: (options) => introspectionVerifier(options as never),
    wrong: {
      ...VERIFIER,
      endpoint: ["x", 7, null],
      clientId: [7, "", null],
      clientSecret: [7, "", null],
      clientAuth: ["none", true, null],
      // with a valid one, `clientId` and `clientSecret` are invalid
      bearer: [7, "a b", null],
      dangerouslySkipAudience: ANY_FLAG,
    },
  }),
  ...[
    { title: "gate", make: (options: object) => expressGate(authorizer)("search", options) },
    {
      title: "gate.endpoint",
      make: (options: object) => expressGate(authorizer).endpoint(options),
    },
  ].map(({ title, make }) =>
    rowOf<GateOptions>({
      title,
      good: {},
      run: make,
      wrong: { params: ANY_FUNCTION, arguments: ANY_FUNCTION },
    }),
  ),
  rowOf<ExpressGateOptions>({
    title: "expressGate",
    good: {},
    run: (options) => expressGate(authorizer, options),
    wrong: { ...WRONG_HTTP_OPTIONS, ...WRONG_PATH_OPTIONS },
  }),
  rowOf<CoverOptions>({
    title: "gate.assertCovers",
    good: {},
    run: (options) => expressGate(servesNothing).assertCovers(express(), options),
    wrong: { under: ["", "api", "/api/*", 7, null], except: ["/api", [7], ["api"], null] },
  }),
  rowOf<FetchGateOptions>({
    title: "fetchGate",
    good: {},
    run: (options) => fetchGate(authorizer, options),
    wrong: { ...WRONG_HTTP_OPTIONS, ...WRONG_PATH_OPTIONS, arguments: ANY_FUNCTION },
  }),
  rowOf<HonoGateOptions>({
    title: "honoGate",
    good: {},
    run: (options) => honoGate(authorizer, options),
    wrong: { ...WRONG_HTTP_OPTIONS, ...WRONG_PATH_OPTIONS },
  }),
  rowOf<KoaGateOptions>({
    title: "koaGate",
    good: {},
    run: (options) => koaGate(authorizer, options),
    wrong: { ...WRONG_HTTP_OPTIONS, ...WRONG_PATH_OPTIONS },
  }),
  rowOf<NestGateOptions>({
    title: "scopePolicyGuard",
    good: {},
    run: (options) => scopePolicyGuard(authorizer, options),
    wrong: { ...WRONG_HTTP_OPTIONS, ...WRONG_PATH_OPTIONS },
  }),
  rowOf<ScopePolicyOptions & RegisterOptions>({
    title: "scopePolicy",
    good: { authorizer },
    run: async (options) => {
      await fastifyApp().register(scopePolicy, options as never);
    },
    rejects: true,
    wrong: {
      authorizer: [7, {}, null],
      authenticate: ANY_FUNCTION,
      dangerouslyReportOnly: ANY_FLAG,
      ...WRONG_PATH_OPTIONS,
      unmapped: ["deny", true, null],
      isPublic: ANY_FUNCTION,
      strict: ANY_FLAG,
      prefix: NOT_OURS,
      logLevel: NOT_OURS,
      logSerializers: NOT_OURS,
    },
  }),
  rowOf<StoreOptions>({
    title: "createStore",
    good: { db: storeDatabase },
    run: (options) => createStore(options as never),
    rejects: true,
    wrong: {
      db: [7, {}, null],
      maxLag: [0, "5", null],
      listen: ANY_FUNCTION,
      maxTokenLifetime: [0, "5", null],
      lastUsedInterval: ANY_NUMBER,
      issuer: ANY_TEXT,
      endTokens: ANY_FUNCTION,
      now: ANY_FUNCTION,
    },
  }),
  rowOf<FastifyContextConfig>({
    title: "the `config` of a route",
    good: { tool: "search" },
    run: startRoute,
    isOpen: true,
    rejects: true,
    nameIn: ({ message }) => /^`(\w+)` of the route's/.exec(message)?.[1] ?? message,
    wrong: {
      tool: ANY_TEXT,
      endpoint: [false, "yes", null],
      public: [false, "yes", null],
      elsewhere: ["", " ", true, null],
      params: ANY_FUNCTION,
      arguments: ANY_FUNCTION,
    },
  }),
  rowOf<McpGateOptions>({
    title: "mcpGate",
    good: {},
    run: (options) => mcpGate(authorizer, options),
    wrong: {
      ...SURFACE,
      maxBodySize: ANY_NUMBER,
      maxBatch: ["5", -1, 1.5, null],
      sessions: [7, {}, null],
      auditAllowed: ANY_FLAG,
      eventIdsAreUnguessable: ANY_FLAG,
      acceptParsedBody: ANY_FLAG,
      recheckStreams: ANY_NUMBER,
    },
  }),
  rowOf<ProtectOptions>({
    title: "protect",
    good: { authorizer },
    run: (options) => protect(createServer() as never, options),
    wrong: {
      ...SURFACE,
      policy: [7, "x", null],
      authorizer: [7, "x", null],
      localToken: [7, "x", null],
      authenticate: ANY_FUNCTION,
      tasks: [7, {}, null],
      securitySchemes: ANY_FLAG,
    },
  }),
  rowOf<RenderOptions>({
    title: "renderConsent",
    good: { action: "/consent", csrf: "c" },
    run: (options) => renderConsent(screen, options as never),
    wrong: {
      action: [7, null],
      csrf: ANY_TEXT,
      preset: ANY_TEXT,
      selection: [7, "all", null],
      notice: ANY_TEXT,
      stylesheet: ANY_TEXT,
      presetUrl: ANY_FUNCTION,
    },
  }),
  rowOf<ConnectedAppsOptions>({
    title: "renderConnectedApps",
    good: { action: "/apps", csrf: "c" },
    run: (options) => renderConnectedApps([], options as never),
    wrong: {
      action: [7, null],
      csrf: ANY_TEXT,
      locale: [7, null],
      timeZone: [7, "Mars/Olympus"],
      stylesheet: ANY_TEXT,
      notice: ANY_TEXT,
      auditLogUrl: ANY_TEXT,
      backUrl: ANY_TEXT,
    },
  }),
  rowOf<AuditLogOptions>({
    title: "renderAuditLog",
    good: {},
    run: (options) => renderAuditLog({ events: [] }, options),
    wrong: {
      locale: [7, null],
      timeZone: [7, "Mars/Olympus"],
      stylesheet: ANY_TEXT,
      query: [7, null],
      clients: [7, [null], [{ client_id: "a" }]],
      connectedAppsUrl: ANY_TEXT,
    },
  }),
  rowOf<MatrixOptions>({
    title: "decisionMatrix",
    good: { tokens: {} },
    run: (options) => decisionMatrix(policy, options as never),
    wrong: { tokens: ANY_OBJECT, operations: ANY_LIST, params: ANY_OBJECT },
  }),
  rowOf<ReachableOptions>({
    title: "reachable",
    good: {},
    run: (options) => reachable(policy, options as never),
    wrong: {
      tier: ANY_TEXT,
      accountType: [7, [7], [""], null],
      entitlements: ANY_LIST,
      scopes: [7, "a  b", ["a b"], null],
      bundle: ANY_TEXT,
      defaults: ANY_FLAG,
    },
  }),
  rowOf<TokenPlanOptions>({
    title: "tokenPlan",
    good: {},
    run: (options) => tokenPlan(policy, [], options),
    wrong: {
      tier: ANY_TEXT,
      accountType: [7, [7], [""], null],
      entitlements: ANY_LIST,
      known: [...ANY_OBJECT, { "a b": 7 }, { a: {} }],
      maxScopes: [...ANY_NUMBER, 1.5],
      maxLength: [...ANY_NUMBER, 1.5],
    },
  }),
  rowOf<DiffOptions>({
    title: "diffPolicies",
    good: {},
    run: (options) => diffPolicies(policy, policy, options),
    wrong: { grants: ANY_LIST },
  }),
  rowOf<LeastPrivilegeOptions>({
    title: "leastPrivilege",
    good: {},
    run: (options) => leastPrivilege(policy, [], options),
    wrong: {
      tier: ANY_TEXT,
      accountType: [7, [7], [""], null],
      entitlements: ANY_LIST,
      held: [7, [7], [""], null],
      params: ANY_OBJECT,
    },
  }),
  rowOf<LintOptions>({
    title: "lintPolicy",
    good: {},
    run: (options) => lintPolicy(policy, options),
    wrong: { for: ANY_TEXT, tools: ANY_LIST, trustClaims: [...ANY_LIST, ["scope"]] },
  }),
  rowOf<PolicySourceOptions>({
    title: "loadPolicySource",
    good: { interval: 86_400_000 },
    rejects: true,
    run: async (options) => (await loadPolicySource("test/smoke/policy.json", options)).close(),
    wrong: {
      onPolicy: ["x", 7],
      onDiff: ["x", 7],
      diff: ["x", 7],
      onFault: ["x", 7],
      interval: ["x", 0, -1],
      timeout: ["x", 0, -1],
      maxBytes: ["x", 0, -1],
      compareVersions: ["x", 7],
      fetch: ["x", 7],
      now: ["x", 7],
    },
  }),
  rowOf<WideningOptions>({
    title: "expectNoWidening",
    good: {},
    run: (options) => expectNoWidening(policy, policy, options),
    wrong: { except: ANY_LIST },
  }),
];
