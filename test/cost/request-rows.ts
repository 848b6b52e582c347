import {
  authorizationServerMetadata,
  clientRegistration,
  loadPolicy,
  parseScope,
  protectedResourceMetadata,
  refreshScope,
} from "scope-policy";
import { sampleHash } from "../../src/decision/text-table.js";
import { alike, listOf, objectOf, scopesOf } from "../policy/many.js";
import type { AtLimit, Growth } from "./measure.js";

const policyOf = (parts: object) =>
  loadPolicy({ name: "Cost", version: "1", scopes: {}, ...parts });
const names = (count: number, prefix = "s") => listOf(count, (index) => `${prefix}${index}`);
const bound = (count: number, values: number) =>
  listOf(count, (index) => listOf(values, (value) => `/p${index}/v${value}`)).flat();
const templates = (count: number) => scopesOf(count, (index) => `/p${index}/{id}`);
const tools = <Entry>(count: number, entry: (index: number) => Entry) =>
  objectOf(count, (index) => `tool_${index}`, entry);
/** Returns a run that repeats a short run, so that its time can be measured. */
const times = (count: number, run: () => unknown) => () => {
  for (let index = 0; index < count; index += 1) run();
};
const TOKENS = [4_096, "MAX_SCOPE_TOKENS"] as const;

/** Patterns that all match the name of 128 times `a`: question marks before and after a star. */
const fitting = listOf(64, (before) =>
  listOf(64, (after) => `${"?".repeat(before)}*${"?".repeat(after)}`),
).flat();
const NAME = "a".repeat(128);

// The scope is a list, which is read again for each decision; a string would be found in the cache.
export const REQUEST_GROWTH: readonly Growth[] = [
  {
    // linear for all of them, so that the cost of one does not depend on their number
    title: "custom verbs and catch-alls, each found once",
    start: 500,
    most: [25_000, "MAX_OPERATIONS"],
    make: (n) => {
      const verbs = listOf(n, (index) => `POST /v1/{name}:verb${index}`);
      const catchAlls = listOf(n, (index) => `GET /v1/r${index}/{path*}`);
      const endpoints = Object.fromEntries(
        [...verbs, ...catchAlls].map((name) => [name, { public: true }]),
      );
      const policy = policyOf({ endpoints });
      return () => {
        for (let index = 0; index < n; index += 1) {
          policy.findEndpoint({ method: "POST", path: `/v1/a:verb${index}` });
          policy.findEndpoint({ method: "GET", path: `/v1/r${index}/a/b` });
        }
      };
    },
  },
  {
    title: "scope-tokens that are parsed",
    start: 512,
    most: TOKENS,
    make: (n) => {
      const scope = names(n).join(" ");
      return times(20, () => parseScope(scope));
    },
  },
  {
    title: "scopes of the token of a decision",
    start: 64,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(4_096), tools: { t: "s0" } });
      const token = { scope: names(n) };
      return times(100, () => policy.decideUntrusted(token, "t"));
    },
  },
  {
    // the cache of scope texts hashes eight characters of each
    title: "tokens whose scope texts have the same hash in the cache",
    start: 512,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(2), tools: { t: "s0" } });
      const texts = listOf(n, (index) => `s0 ${"-".repeat(16)}${index + 1e6}${"-".repeat(74)}`);
      if (new Set(texts.map(sampleHash)).size > 1) throw new Error("expected one hash");
      return () => {
        for (const scope of texts) policy.decideUntrusted({ scope }, "t");
      };
    },
  },
  {
    title: "values in the token of a decision",
    start: 64,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: templates(1), tools: { t: "/p0/{id}" } });
      const token = { scope: bound(1, n) };
      return times(20, () => policy.decideUntrusted(token, "t", { id: "none" }));
    },
  },
  {
    title: "values in the token, of a scope that implies twenty",
    start: 16,
    most: TOKENS,
    make: (n) => {
      const scopes = { "/all/{id}": { implies: Object.keys(templates(20)) }, ...templates(20) };
      const policy = policyOf({ scopes, tools: { t: "/p0/{id}" } });
      const token = { scope: listOf(n, (value) => `/all/v${value}`) };
      return () => policy.decideUntrusted(token, "t", { id: "none" });
    },
  },
  {
    title: "templates of a policy, for a token of 1,000 scopes",
    start: 256,
    most: [50_000, "MAX_NAMES"],
    make: (n) => {
      const policy = policyOf({ scopes: templates(n), tools: { t: "/p0/{id}" } });
      const token = { scope: bound(1, 1_000) };
      return times(5, () => policy.decideUntrusted(token, "t", { id: "none" }));
    },
  },
  {
    // one lookup for each scope of the token, not one for each template
    title: "templates of a policy, and a scope of each in the token",
    start: 256,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: templates(n) });
      const scope = bound(n, 1);
      return () => policy.expand(scope);
    },
  },
  {
    title: "alternatives of a denial",
    start: 128,
    most: [1_024, "MAX_ALTERNATIVES"],
    make: (n) => {
      const anyOf = listOf(n, (index) => ({ allOf: [`/p${index}/{id}`, "s0"] }));
      const policy = policyOf({ scopes: { s0: {}, ...templates(n) }, tools: { t: { anyOf } } });
      return times(100, () => policy.decideUntrusted({ scope: "" }, "t", { id: "v" }));
    },
  },
  {
    title: "scopes of the alternative of a denial",
    start: 128,
    most: [32_768, "MAX_USES_OF_ONE"],
    make: (n) => {
      const allOf = Object.keys(templates(n));
      const policy = policyOf({ scopes: templates(n), tools: { t: { allOf } } });
      return times(5, () => policy.decideUntrusted({ scope: "" }, "t", { id: "v" }));
    },
  },
  {
    title: "parameters of a call",
    start: 32,
    most: [32_768, "MAX_USES_OF_ONE"],
    make: (n) => {
      const allOf = listOf(n, (index) => ({ scope: "/p0/{id}", params: { id: `p${index}` } }));
      const policy = policyOf({ scopes: templates(1), tools: { t: { allOf } } });
      const params = alike(n, (index) => `p${index}`, "v");
      return times(5, () => policy.decideUntrusted({ scope: "/p0/v" }, "t", params));
    },
  },
  {
    title: "patterns that an unknown name is compared with",
    start: 128,
    most: [10_000, "MAX_PATTERNS"],
    make: (n) => {
      const policy = policyOf({ tools: alike(n, (index) => `t${index}_*x*`, { public: true }) });
      return times(400, () =>
        policy.decideUntrusted(undefined, "tool_of_a_name_that_nothing_fits"),
      );
    },
  },
  {
    title: "patterns that match one name",
    start: 128,
    most: [4_096, "MAX_PATTERNS"],
    make: (n) => {
      const keys = fitting.slice(0, n);
      const rules = objectOf(
        n,
        (index) => keys[index] as string,
        (index) => `s${index}`,
      );
      const policy = policyOf({ scopes: scopesOf(n), tools: rules });
      return () => policy.decideUntrusted({ scope: "" }, NAME);
    },
  },
  {
    title: "patterns of two alternatives that match one name",
    start: 512,
    most: [4_096, "MAX_PATTERNS"],
    make: (n) => {
      const keys = fitting.slice(0, n);
      const rules = objectOf(
        n,
        (index) => keys[index] as string,
        (index) => ({ anyOf: [`s${2 * index}`, `s${2 * index + 1}`] }),
      );
      const policy = policyOf({ scopes: scopesOf(2 * n), tools: rules });
      return () => policy.decideUntrusted({ scope: "" }, NAME);
    },
  },
  {
    title: "tools of a list",
    start: 256,
    most: [50_000, "MAX_OPERATIONS"],
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(100), tools: tools(n, (at) => `s${at % 100}`) });
      const token = { scope: names(100) };
      return () => policy.toolsFor(token);
    },
  },
  {
    title: "tools of a list, with parameters",
    start: 256,
    most: [50_000, "MAX_OPERATIONS"],
    make: (n) => {
      const entries = tools(n, (at) => `/p${at % 100}/{id}`);
      const policy = policyOf({ scopes: templates(100), tools: entries });
      const token = { scope: bound(100, 20) };
      return () => policy.toolsFor(token);
    },
  },
  {
    title: "tools of a list whose values never agree",
    start: 64,
    most: [50_000, "MAX_OPERATIONS"],
    make: (n) => {
      const scopes = { "/x/{i}": {}, "/y/{i}": {} };
      const policy = policyOf({ scopes, tools: tools(n, () => ({ allOf: Object.keys(scopes) })) });
      const token = { scope: listOf(1_000, (at) => [`/x/a${at}`, `/y/b${at}`]).flat() };
      return () => policy.toolsFor(token);
    },
  },
  {
    title: "scopes of the token of a list of 1,000 tools",
    start: 256,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(4_096), tools: tools(1_000, (at) => `s${at}`) });
      const token = { scope: names(n) };
      return times(10, () => policy.toolsFor(token));
    },
  },
  {
    title: "segments of the path of a request",
    start: 128,
    most: [4_096, "MAX_PATH_LENGTH"],
    make: (n) => {
      const path = "/a".repeat(n);
      const endpoints = { [`GET ${path}`]: { public: true }, "GET /{a}": { public: true } };
      const policy = policyOf({ endpoints });
      return times(50, () => policy.decideRequest(undefined, { method: "GET", path }));
    },
  },
  {
    title: "scope-tokens of a refresh",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(4_096) });
      const scope = names(n).join(" ");
      return () => refreshScope(policy, scope, scope, { clientScope: scope });
    },
  },
  {
    title: "scope-tokens of a refresh, bound and under older names",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({
        scopes: objectOf(
          100,
          (at) => `/p${at}/{id}`,
          (at) => ({ replaces: [`/o${at}/{id}`] }),
        ),
      });
      const scope = listOf(n, (at) => `/o${at % 100}/v${at}`).join(" ");
      return () => refreshScope(policy, scope, scope, { clientScope: scope });
    },
  },
  {
    title: "scope-tokens of a registration",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(4_096) });
      const scope = names(n).join(" ");
      return () => clientRegistration(policy, { scope }, { ceiling: names(n) });
    },
  },
  {
    title: "scopes that replace the older name of a registration",
    start: 128,
    most: [25_000, "MAX_NAMES"],
    make: (n) => {
      const scopes = objectOf(
        n,
        (at) => `s${at}`,
        () => ({ replaces: ["old"] }),
      );
      const policy = policyOf({ scopes });
      return () => clientRegistration(policy, { scope: "old" });
    },
  },
  {
    title: "implications of the older template of a registration",
    start: 32,
    most: [1_024, "MAX_IMPLIED"],
    make: (n) => {
      const scopes = objectOf(
        n,
        (at) => `/s${at}/{id}`,
        (at) => ({
          ...(at > 0 && { implies: [`/s${at - 1}/{id}`] }),
          ...(at === n - 1 && { replaces: ["/old/{id}"] }),
        }),
      );
      const policy = policyOf({ scopes });
      return times(10, () => clientRegistration(policy, { scope: "/old/{id}" }));
    },
  },
  {
    title: "unknown scope-tokens of a registration",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(4_096) });
      const scope = names(n, "x").join(" ");
      return () => clientRegistration(policy, { scope });
    },
  },
  {
    title: "scopes of the metadata of a resource and of an authorization server",
    start: 512,
    most: [50_000, "MAX_NAMES"],
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(n) });
      const issuer = "https://as.example";
      const resource = { resource: "https://api.example", authorizationServers: [issuer] };
      return times(10, () => [
        protectedResourceMetadata(policy, resource),
        authorizationServerMetadata(policy, { issuer }),
      ]);
    },
  },
];

const circle = ["/a/{i}/{j}", "/b/{j}/{k}", "/c/{k}/{i}"];
const pairs = listOf(100, (left) =>
  listOf(left, (right) => [`/p${left}/{id}`, `/p${right}/{id}`] as const),
).flat();

// The steps of a search and the cost of each tool are bounded: 1,000 tools may take twice as long as the calibration.
export const REQUEST_LIMITS: readonly AtLimit[] = [
  {
    title: "a list of 1,000 tools, for a token whose values agree two by two and never all",
    limit: "STEPS",
    make: () => {
      const policy = policyOf({
        scopes: alike(3, (index) => circle[index] as string, {}),
        tools: tools(1_000, () => ({ allOf: circle })),
      });
      const scope = listOf(700, (at) => [`/a/i${at}/j`, `/b/j/k${at}`, `/c/k${at}/none`]).flat();
      return () => policy.toolsFor({ scope });
    },
    most: 4,
  },
  {
    title:
      "a list of 4,000 tools of as many pairs of templates, for a token whose values never agree",
    limit: "STEPS",
    make: () => {
      const policy = policyOf({
        scopes: templates(100),
        tools: tools(4_000, (at) => ({ allOf: pairs[at] })),
      });
      const scope = listOf(100, (at) => listOf(40, (value) => `/p${at}/v${at}_${value}`)).flat();
      return () => policy.toolsFor({ scope });
    },
    most: 8,
  },
  {
    title: "a list of 100 tools of 100 alternatives, for a token whose values never agree",
    limit: "STEPS",
    make: () => {
      const policy = policyOf({
        scopes: templates(100),
        tools: tools(100, (at) => ({
          anyOf: pairs.slice(at * 40, at * 40 + 100).map((allOf) => ({ allOf })),
        })),
      });
      const scope = listOf(100, (at) => listOf(40, (value) => `/p${at}/v${at}_${value}`)).flat();
      return () => policy.toolsFor({ scope });
    },
    most: 8,
  },
  {
    title: "a denial by two patterns of 250 alternatives of 100 scopes",
    limit: "MAX_LOOKS",
    make: () => {
      const anyOf = (prefix: string) =>
        listOf(250, (at) => ({ allOf: listOf(100, (one) => `${prefix}${(at * 37 + one) % 500}`) }));
      const policy = policyOf({
        scopes: { ...scopesOf(500), ...scopesOf(500, (at) => `x${at}`) },
        tools: { "a*": { anyOf: anyOf("s") }, "*b": { anyOf: anyOf("x") } },
      });
      return () => policy.decideUntrusted({ scope: "" }, "ab");
    },
    most: 12,
  },
];
