import {
  type ConsentFacts,
  type ConsentRow,
  type ConsentScreen,
  connectedApp,
  consentScreen,
  droppedScopes,
  loadPolicy,
  type Policy,
  resolveConsent,
} from "scope-policy";
import { alike, listOf, objectOf, scopesOf } from "../policy/many.js";
import type { Growth } from "./measure.js";

const client = { client_id: "app", redirect_uri: "https://app.example/cb" };
const names = (count: number, prefix = "s") => listOf(count, (index) => `${prefix}${index}`);
const TOKENS = [4_096, "MAX_SCOPE_TOKENS"] as const;
const policyOf = (parts: object) => loadPolicy({ name: "Cost", version: "1", ...parts });
const FLAT = policyOf({ scopes: scopesOf(4_096) });
const OLD = policyOf({
  scopes: objectOf(
    4_096,
    (at) => `s${at}`,
    (at) => ({ replaces: [`o${at}`] }),
  ),
});

const rowsIn = ({ identity, groups, offline }: ConsentScreen): readonly ConsentRow[] => [
  ...identity,
  ...groups.flatMap(({ rows }) => rows),
  ...(offline === null ? [] : [offline]),
];

/** Returns a run that creates the screen. Throws if the screen does not have the expected number of rows. */
const screenOf = (policy: Policy, facts: Omit<ConsentFacts, "client">, rows: number) => {
  const all = { client, now: 1_000, ...facts };
  const found = rowsIn(consentScreen(policy, all)).length;
  if (found !== rows) throw new Error(`expected ${rows} rows, got ${found}`);
  return () => consentScreen(policy, all);
};

const refusals = (scopes: readonly string[]) => scopes.map((scope) => ({ scope, until: 2_000 }));

export const CONSENT_GROWTH: readonly Growth[] = [
  {
    title: "rows of a consent screen",
    start: 128,
    most: TOKENS,
    make: (n) => screenOf(FLAT, { requested: names(n) }, n),
  },
  {
    title: "rows that were refused before",
    start: 128,
    most: TOKENS,
    make: (n) => screenOf(FLAT, { requested: names(n), refused: refusals(names(n)) }, n),
  },
  {
    title: "rows that were refused before under older names",
    start: 128,
    most: TOKENS,
    make: (n) => screenOf(OLD, { requested: names(n), refused: refusals(names(n, "o")) }, n),
  },
  {
    title: "refusals of other scopes",
    start: 128,
    make: (n) => screenOf(FLAT, { requested: names(64), refused: refusals(names(n, "x")) }, 64),
  },
  {
    title: "rows that were granted before",
    start: 128,
    most: TOKENS,
    make: (n) => screenOf(FLAT, { requested: names(n), granted: names(n) }, n),
  },
  {
    title: "rows that were granted before under older names",
    start: 128,
    most: TOKENS,
    make: (n) => screenOf(OLD, { requested: names(n), granted: names(n, "o") }, n),
  },
  {
    title: "rows of one bound scope",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: { "/b/{id}": {} } });
      const resources = { id: alike(n, (at) => `v${at}`, "mine") };
      return screenOf(
        policy,
        { requested: listOf(n, (at) => `/b/v${at}`), account: { resources } },
        n,
      );
    },
  },
  {
    title: "rows that one row implies",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const scopes = { all: { implies: names(n) }, ...scopesOf(n) };
      return screenOf(policyOf({ scopes }), { requested: ["all", ...names(n - 1)] }, n);
    },
  },
  {
    title: "tools and endpoints of a policy, for a screen of 64 rows",
    start: 256,
    most: [25_000, "MAX_OPERATIONS"],
    make: (n) => {
      const policy = policyOf({
        scopes: scopesOf(64),
        tools: objectOf(
          n,
          (at) => `t${at}`,
          (at) => `s${at % 64}`,
        ),
        endpoints: objectOf(
          n,
          (at) => `GET /v1/e${at}`,
          (at) => `s${at % 64}`,
        ),
      });
      return screenOf(policy, { requested: names(64) }, 64);
    },
  },
  {
    title: "bundles of a policy, for a screen of 64 rows",
    start: 64,
    most: [3_000, "MAX_VALUES"],
    make: (n) => {
      const bundles = alike(n, (at) => `bundle-${at}`, names(64));
      return screenOf(policyOf({ scopes: scopesOf(64), bundles }), { requested: names(64) }, 64);
    },
  },
  {
    title: "members of a bundle",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(n), bundles: { all: names(n) } });
      return screenOf(policy, { requested: names(n) }, n);
    },
  },
  {
    title: "scopes of a policy, for a request without a scope",
    start: 128,
    most: [50_000, "MAX_NAMES"],
    make: (n) => {
      const policy = policyOf({ scopes: scopesOf(n), defaultScopes: names(n) });
      return () => consentScreen(policy, { client, now: 1_000 });
    },
  },
  {
    title: "scopes that a client has registered",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const facts = { client: { ...client, scope: names(n).join(" ") }, requested: names(n) };
      return () => consentScreen(FLAT, facts);
    },
  },
  {
    title: "requested scopes that are dropped",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const facts = { client, requested: names(n, "x") };
      return () => droppedScopes(FLAT, facts);
    },
  },
  {
    title: "rows of a screen that the user submits",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const facts = { client, requested: names(n), now: 1_000 };
      const selection = { decision: "approve", scopes: names(n).slice(n / 2) };
      return () => resolveConsent(FLAT, facts, selection);
    },
  },
  {
    title: "rows of a screen that the user submits, granted and refused before",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const facts = {
        client,
        requested: names(n),
        granted: names(n).slice(n / 2),
        refused: refusals(names(n / 2)),
        now: 1_000,
      };
      const selection = { decision: "approve", scopes: names(n).slice(n / 4) };
      return () => resolveConsent(FLAT, facts, selection);
    },
  },
  {
    title: "checkboxes that were posted but not shown",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const facts = { client, requested: names(n), now: 1_000 };
      const selection = { decision: "approve", scopes: names(n, "x") };
      return () => resolveConsent(FLAT, facts, selection);
    },
  },
  {
    title: "scopes of a connected app",
    start: 128,
    most: TOKENS,
    make: (n) => {
      const grant = { grantId: "g", client, scope: names(n), authorizedAt: 1_000 };
      return () => connectedApp(OLD, grant);
    },
  },
];
