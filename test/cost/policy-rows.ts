import { loadPolicy, PolicyError } from "scope-policy";
import { alike, listOf, objectOf, scopesOf } from "../policy/many.js";
import type { AtLimit, Growth, Run } from "./measure.js";

const textOf = (parts: object) =>
  JSON.stringify({ name: "Cost", version: "1", scopes: {}, ...parts });

/** Returns a run that loads a valid policy. */
const loadsValid = (parts: object): Run => {
  const text = textOf(parts);
  return () => loadPolicy(text);
};

/** Returns a run that loads an invalid policy. Throws if the policy is accepted. */
const loadsInvalid = (parts: object | string): Run => {
  const text = typeof parts === "string" ? parts : textOf(parts);
  return () => {
    try {
      loadPolicy(text);
    } catch (error) {
      if (error instanceof PolicyError) return error.findings.length;
      throw error;
    }
    throw new Error("the policy was accepted");
  };
};

const names = (count: number, prefix = "s") => listOf(count, (index) => `${prefix}${index}`);
const tools = <Entry>(count: number, entry: (index: number) => Entry) =>
  objectOf(count, (index) => `tool_${index}`, entry);
const NAMES = [50_000, "MAX_NAMES"] as const;
const OPERATIONS = [50_000, "MAX_OPERATIONS"] as const;
const VALUES = [60_000, "MAX_VALUES"] as const;

export const POLICY_GROWTH: readonly Growth[] = [
  { title: "scopes", start: 2_000, most: NAMES, make: (n) => loadsValid({ scopes: scopesOf(n) }) },
  {
    title: "templates",
    start: 2_000,
    most: NAMES,
    make: (n) => loadsValid({ scopes: scopesOf(n, (index) => `/accounts/{id}/s${index}`) }),
  },
  {
    title: "templates with placeholders inside a segment",
    start: 2_000,
    most: NAMES,
    make: (n) =>
      loadsValid({
        scopes: scopesOf(n, (index) =>
          index % 2 === 0 ? `user${index}/{Type}.read` : `/a/{id}.s${index}`,
        ),
      }),
  },
  {
    title: "templates that differ in placeholder names alone",
    start: 2_000,
    most: NAMES,
    make: (n) => loadsValid({ scopes: scopesOf(n, (index) => `/x/{p${index}}`) }),
  },
  {
    title: "older names",
    start: 2_000,
    most: [25_000, "MAX_NAMES"],
    make: (n) =>
      loadsValid({
        scopes: objectOf(
          n,
          (index) => `s${index}`,
          (index) => ({ replaces: [`old${index}`] }),
        ),
      }),
  },
  {
    title: "scopes that share an older name",
    start: 2_000,
    most: [25_000, "MAX_NAMES"],
    make: (n) =>
      loadsValid({
        scopes: objectOf(
          n,
          (index) => `/s${index}/{a}`,
          () => ({ replaces: ["/old/{a}"] }),
        ),
      }),
  },
  {
    title: "chains of ten implications",
    start: 50,
    most: [5_000, "MAX_NAMES"],
    make: (n) =>
      loadsValid({
        scopes: objectOf(
          n * 10,
          (index) => `s${index}`,
          (index) => (index % 10 === 9 ? {} : { implies: [`s${index + 1}`] }),
        ),
      }),
  },
  {
    title: "scopes that one scope implies",
    start: 2_000,
    most: NAMES,
    make: (n) => loadsValid({ scopes: { all: { implies: names(n) }, ...scopesOf(n) } }),
  },
  {
    title: "scopes of a cycle",
    start: 2_000,
    most: [25_000, "MAX_NAMES"],
    make: (n) =>
      loadsInvalid({
        scopes: objectOf(
          n,
          (index) => `s${index}`,
          (index) => ({ implies: [`s${(index + 1) % n}`, "s0"] }),
        ),
      }),
  },
  {
    title: "tools",
    start: 2_000,
    most: OPERATIONS,
    make: (n) =>
      loadsValid({ scopes: scopesOf(100), tools: tools(n, (index) => `s${index % 100}`) }),
  },
  {
    title: "tools with parameters",
    start: 2_000,
    most: OPERATIONS,
    make: (n) =>
      loadsValid({
        scopes: scopesOf(100, (index) => `/accounts/{id}/s${index}`),
        tools: tools(n, (index) => `/accounts/{id}/s${index % 100}`),
      }),
  },
  {
    title: "endpoints",
    start: 2_000,
    most: OPERATIONS,
    make: (n) =>
      loadsValid({
        scopes: scopesOf(100),
        endpoints: objectOf(
          n,
          (index) => `GET /v1/r${index}/{id}/x`,
          (index) => `s${index % 100}`,
        ),
      }),
  },
  {
    title: "endpoints with custom verbs and catch-alls",
    start: 2_000,
    most: [25_000, "MAX_OPERATIONS"],
    make: (n) =>
      loadsValid({
        scopes: scopesOf(100),
        endpoints: {
          ...objectOf(
            n,
            (index) => `POST /v1/{name}:verb${index}`,
            (index) => `s${index % 100}`,
          ),
          ...objectOf(
            n,
            (index) => `GET /v1/r${index}/{path*}`,
            (index) => (index % 2 === 0 ? `s${index % 100}` : { deny: "no" }),
          ),
        },
      }),
  },
  {
    title: "alternatives of tools",
    start: 10,
    most: [190, "MAX_VALUES"],
    make: (n) =>
      loadsValid({
        scopes: scopesOf(1_024),
        tools: tools(n, () => ({ anyOf: names(1_024) })),
      }),
  },
  {
    title: "alternatives that multiply",
    start: 4,
    most: [244, "MAX_USES"],
    make: (n) =>
      loadsValid({
        scopes: scopesOf(64),
        tools: tools(n, () => ({
          allOf: [{ anyOf: names(64).slice(0, 32) }, { anyOf: names(64).slice(32) }],
        })),
      }),
  },
  {
    title: "scopes of one alternative",
    start: 2_000,
    most: [32_768, "MAX_USES_OF_ONE"],
    make: (n) => loadsValid({ scopes: scopesOf(n), tools: { t: { allOf: names(n) } } }),
  },
  {
    title: "scopes of the baseline",
    start: 100,
    most: [5_000, "MAX_USES"],
    make: (n) =>
      loadsValid({ scopes: scopesOf(n), baseline: names(n), tools: tools(100, () => "s0") }),
  },
  {
    title: "scopes of a bundle",
    start: 2_000,
    most: NAMES,
    make: (n) => loadsValid({ scopes: scopesOf(n), bundles: { all: names(n) } }),
  },
  {
    title: "bundles",
    start: 2_000,
    most: VALUES,
    make: (n) =>
      loadsValid({ scopes: scopesOf(10), bundles: alike(n, (index) => `b${index}`, ["s1", "s2"]) }),
  },
  {
    title: "patterns",
    start: 100,
    most: [10_000, "MAX_PATTERNS"],
    make: (n) =>
      loadsValid({ scopes: scopesOf(1), tools: alike(n, (index) => `t${index}_*`, "s0") }),
  },
  {
    title: "patterns that deny, for 500 tools",
    start: 50,
    most: [10_000, "MAX_PATTERNS"],
    make: (n) =>
      loadsValid({
        tools: {
          ...alike(n, (index) => `*a${index}x*`, { deny: "no" }),
          ...tools(500, () => ({ public: true })),
        },
      }),
  },
  {
    title: "account types",
    start: 10,
    most: [3_162, "MAX_COMPARISONS"],
    make: (n) => {
      const accountTypes = names(n, "a");
      return loadsValid({
        accountTypes,
        scopes: { s: {} },
        tools: tools(20, () => ({ scope: "s", accountTypes })),
      });
    },
  },
  {
    title: "findings of wrong types",
    start: 2_000,
    most: [190_000, "MAX_VALUES"],
    make: (n) => loadsInvalid({ baseline: listOf(n, () => 5) }),
  },
  {
    title: "findings of unknown scopes",
    start: 2_000,
    most: OPERATIONS,
    make: (n) => loadsInvalid({ scopes: scopesOf(n), tools: tools(n, (index) => `x${index}`) }),
  },
  {
    title: "scopes that overlap with a template",
    start: 100,
    most: NAMES,
    make: (n) =>
      loadsInvalid({ scopes: { ...scopesOf(n, (index) => `/x/s${index}`), "/x/{p}": {} } }),
  },
  {
    title: "unknown names of 128 characters",
    start: 10,
    most: OPERATIONS,
    make: (n) =>
      loadsInvalid({
        scopes: scopesOf(1_000, (index) => `${"ab".repeat(60)}${index}`),
        tools: tools(n, (index) => `${"ba".repeat(60)}x${index}`),
      }),
  },
  {
    title: "characters of JSON text",
    start: 10_000,
    most: [16_777_216, "MAX_TEXT"],
    make: (n) => loadsInvalid(`{"name":"${"\\n".repeat(n / 4)}${" ".repeat(n / 2)}","version":""}`),
  },
  {
    title: "duplicate keys of JSON text",
    start: 2_000,
    most: [199_000, "MAX_VALUES"],
    make: (n) => loadsInvalid(`{"scopes":{${listOf(n, () => '"a":""').join()}}}`),
  },
];

const chain = (length: number) =>
  objectOf(
    length,
    (index) => `/c${index}/{a}`,
    (index) => (index < length - 1 ? { implies: [`/c${index + 1}/{a}`] } : {}),
  );

export const POLICY_LIMITS: readonly AtLimit[] = [
  {
    title: "2,000 tools of 1,024 alternatives",
    limit: "MAX_USES",
    make: () => {
      const pairs = listOf(10, (index) => ({ anyOf: [`s${2 * index}`, `s${2 * index + 1}`] }));
      return loadsInvalid({ scopes: scopesOf(20), tools: tools(2_000, () => ({ allOf: pairs })) });
    },
    most: 40,
  },
  {
    title: "the longest allowed chain of implications, with 1,413 scopes",
    limit: "MAX_IMPLIED",
    make: () => loadsValid({ scopes: chain(1_413) }),
    most: 60,
  },
  {
    title: "a chain of 5,000 implications",
    limit: "MAX_IMPLIED",
    make: () => loadsInvalid({ scopes: chain(5_000) }),
    most: 60,
  },
  {
    title: "templates of 5,000 different shapes",
    limit: "MAX_OVERLAP_STEPS",
    make: () =>
      loadsInvalid({
        scopes: scopesOf(
          5_000,
          (index) =>
            `/${listOf(16, (bit) => ((index >> bit) & 1 ? `{p${bit}}` : `l${index}`)).join("/")}`,
        ),
      }),
    most: 120,
  },
  {
    title: "tools and patterns that deny",
    limit: "MAX_PATTERN_STEPS",
    make: () =>
      loadsValid({
        tools: {
          ...alike(240, (index) => `*a?a${index}*b`, { deny: "no" }),
          ...alike(240, (index) => `${"a".repeat(125)}${index}`, { public: true }),
        },
      }),
    most: 120,
  },
  {
    title: "16,000,000 brackets of JSON text",
    limit: "DEEPEST",
    make: () => loadsInvalid("[".repeat(8_000_000) + "]".repeat(8_000_000)),
    most: 4,
  },
];
