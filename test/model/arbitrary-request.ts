// Random tokens, names and parameters for a policy: some valid, many almost valid.

import {
  drawPolicy,
  ENTITLEMENTS,
  PARAMS,
  PATH_PARAMS,
  type PolicyOptions,
  SCALARS,
  TIERS,
  TOOLS,
  valueRuleOf,
} from "./arbitrary-policy.js";
import type { Draw } from "./draw.js";
import { type Definition, isPattern, MODEL_NOW } from "./model.js";
import {
  canonical,
  modelBind,
  modelMatchScope,
  placeholdersOf,
  scopeOptions,
} from "./model-scopes.js";

export const VALUES = ["a", "a", "a", "b", "A", "a.b", "urn", "a:b", "b=a", "7"];
const LONG = "v".repeat(128);

/**
 * Draws the scope with values for its placeholders, half of the time all `a`. The text never has other values than the drawn ones:
 * `b=a` and `a` in `{x}={y}` would be `b` and `a=a`, which no ceiling of the model has.
 */
export function drawBound(draw: Draw, scope: string, values: readonly string[] = VALUES): string {
  if (valueRuleOf(scope) !== undefined) return drawRuled(draw, scope);
  const names = placeholdersOf(scope);
  const drawn = Object.fromEntries(names.map((name) => [name, draw.pick(values)]));
  const text = modelBind(scope, drawn);
  const back = modelMatchScope(scope, text);
  const isOther = back !== undefined && names.some((name) => back[name] !== drawn[name]);
  return isOther ? modelBind(scope, Object.fromEntries(names.map((name) => [name, "a"]))) : text;
}

/** Paths that are equal, broader, narrower, unrelated and near, and some that are not safe. */
const PATHS = ["a", "a/b", "a/b/c", "ab", "b"];
const ODD_PATHS = ["a/", "/a", "a//b", "a/../b", "a/./b", "..", "a%2fb", "a:b/c", `a/${LONG}v`];
const TYPES = ["a", "a", "*", "b", "A"];
const SUFFIXES = "r s rs rs read write c cr cruds * sr rr x".split(" ");
const NAMES = ["a", "a/b", "a/b", "host:5000/a", "b", "a/b/c"];
const ODD_NAMED = ["a:5000", "host:/a", "host:123456/a", "h:1:2/a", "a//b", "*", "a/"];
const ACTIONS = "pull push pull,push push,pull pull,push,pull * pull,delete delete pull,".split(
  " ",
);

/** Draws a scope-token that a scope with a rule for values may mean: broader and narrower ones, several at once, near misses. */
function drawRuled(draw: Draw, scope: string): string {
  const [before = "", after = ""] = canonical(scope).split(/\{\w+\}/);
  const isOdd = draw.chance(12);
  const rule = valueRuleOf(scope);
  if (rule === "path-prefix") {
    const path = draw.chance(20) ? "" : draw.pick(isOdd ? ODD_PATHS : PATHS);
    return `${before}${path}${after}`;
  }
  if (rule === "smart") {
    const suffix = draw.chance(35) ? draw.pick(SUFFIXES) : after.slice(1);
    return `${before}${isOdd ? "a.b" : draw.pick(TYPES)}.${suffix}`;
  }
  const type = draw.chance(20) ? `${before.slice(0, -1)}(plugin):` : before;
  const actions = draw.chance(35) ? draw.pick(ACTIONS) : after.slice(1);
  return `${type}${draw.pick(isOdd ? ODD_NAMED : NAMES)}:${actions}`;
}

const MISSES: ((scope: string) => string)[] = [
  (scope) => scope.toUpperCase(),
  (scope) => `${scope}x`,
  (scope) => `${scope}/`,
  (scope) => scope.slice(0, -1) || "x",
  (scope) => `${scope.slice(0, 4)}*`,
  () => "*",
  () => ".*",
  () => "unknown:scope",
  () => "__proto__",
  () => "toString",
  () => "/accounts/../",
  () => "/accounts//",
  () => "/accounts/a%2fb/",
  () => `/accounts/${LONG}v/`,
  () => "docs.a.b.read",
  () => "projects:a",
  () => "a{b",
];

/** Draws well-formed scope-tokens: declared ones at a drawn density, old names, near misses. */
export function drawTokenScopes(draw: Draw, definition: Definition): string[] {
  const scopes = Object.keys(definition.scopes);
  const density = draw.pick([50, 100, 85, 25, 0]);
  const values = draw.pick([["a"], VALUES, ["a.b", "a"]]);
  const held = draw.some(scopes, density).map((scope) => drawBound(draw, scope, values));
  const old = scopes.flatMap((scope) => scopeOptions(definition, scope).replaces ?? []);
  const more = draw.some([...old, ...scopes], 8).map((scope) => drawBound(draw, scope));
  const misses = draw.chance(30)
    ? [draw.pick(MISSES)(draw.pick(held.length > 0 ? held : ["/"]))]
    : [];
  return draw.shuffle([...held, ...more, ...misses]);
}

export interface Claims {
  scope: string | string[];
  tier?: unknown;
  account_type?: unknown;
  entitlements?: unknown;
  boundaries?: unknown;
  acr?: unknown;
  auth_time?: unknown;
  first_party?: unknown;
  approvedScopes?: unknown;
  client_id?: string;
  sub?: string;
}

const ODD_NAMES: readonly unknown[] = [
  "fleet",
  ["fleet", 7],
  { 0: "fleet", length: 1 },
  null,
  ["Fleet"],
];
const BOUNDARY_VALUES: readonly unknown[] = [
  ...[["a"], ["a"], ["a", "b", "7"], "a", ["A"], [], ["a ", "a/b"], undefined],
];
const ODD_BOUNDARIES: readonly unknown[] = [
  ...["a", 7, null, ["a"], { project: 7 }, { project: null }, { project: ["a", 7] }],
  { project: { 0: "a", length: 1 } },
  { project: Array.from({ length: 1_025 }, () => "a") },
  { region: true },
  { elsewhere: 7 },
  Object.create({ project: ["a"] }),
];
const TIMES: readonly unknown[] = [
  ...[60, 61, 300, 301, 0, -1].map((age) => MODEL_NOW - age),
  ...[0, -1, 1e11, Number.NaN, Number.POSITIVE_INFINITY, String(MODEL_NOW)],
];
/** Draws the restricted scopes that a client is approved for: current and older names, bound or as templates. */
export function drawApproved(draw: Draw, definition: Definition): unknown {
  const restricted = Object.keys(definition.scopes).filter(
    (scope) => scopeOptions(definition, scope).restricted,
  );
  const old = restricted.flatMap((scope) => scopeOptions(definition, scope).replaces ?? []);
  const names = draw.some([...restricted, ...old], draw.pick([60, 100, 30]));
  const listed = names.map((name) => (draw.chance(50) ? name : drawBound(draw, name)));
  return draw.chance(90) ? listed : draw.pick([listed.join(" "), [...listed, "a b"], 7, null, {}]);
}

/** Draws the claims other than the scope. */
function drawFacts(draw: Draw, definition: Definition): Omit<Claims, "scope"> {
  const tier = draw.pick<unknown>([...TIERS, "premium", ...(definition.tiers ?? [])]);
  const odd = draw.pick<unknown>(["constructor", "PRO", "", 1, null, ["pro"], "__proto__"]);
  const type = draw.pick<unknown>(["mentor", "studio", "mentor", "constructor", "Mentor", "", 7]);
  const types = draw.chance(25) ? draw.few(["mentor", "studio", "x"], 2) : type;
  const own = draw.chance(12) ? draw.pick(ODD_NAMES) : draw.some(ENTITLEMENTS, 75);
  const boundaries = () =>
    draw.chance(10)
      ? draw.pick(ODD_BOUNDARIES)
      : {
          project: draw.pick(BOUNDARY_VALUES),
          region: draw.chance(50) ? undefined : draw.pick(BOUNDARY_VALUES),
        };
  const time = draw.chance(70) ? MODEL_NOW - 10 : draw.pick(TIMES);
  return {
    ...(draw.chance(80) ? { tier: draw.chance(12) ? odd : tier } : {}),
    ...(draw.chance(80) ? { account_type: types } : {}),
    ...(draw.chance(80) ? { entitlements: own } : {}),
    ...(draw.chance(75) ? { acr: draw.pick<unknown>(["mfa", "mfa", "phr", "", ["mfa"]]) } : {}),
    ...(draw.chance(75) ? { auth_time: time } : {}),
    ...(draw.chance(40) ? { first_party: draw.pick([true, true, false, "true", 1, {}]) } : {}),
    ...(draw.chance(40) ? { approvedScopes: drawApproved(draw, definition) } : {}),
    ...(definition.boundaries && draw.chance(90) ? { boundaries: boundaries() } : {}),
    ...(draw.chance(30) ? { client_id: "client-1", sub: "user-1" } : {}),
  };
}

export function drawToken(draw: Draw, definition: Definition): Claims {
  const held = drawTokenScopes(draw, definition);
  return {
    scope: draw.chance(50) ? held : held.join(" "),
    ...drawFacts(draw, definition),
  };
}

// Invalid tokens: values that only look like claims, and scopes that RFC 6749, section 3.3 does not allow.
export const BAD_TOKENS: readonly unknown[] = [
  null,
  {},
  [],
  "courses:read",
  7,
  true,
  ["courses:read"],
  { scopes: "courses:read" },
  { scp: ["courses:read"] },
  { scope: null },
  { scope: 7 },
  { scope: { 0: "courses:read", length: 1 } },
  { scope: " " },
  { scope: " courses:read" },
  { scope: "courses:read " },
  { scope: "courses:read  openid" },
  { scope: "courses:read\topenid" },
  { scope: "courses:read\n" },
  { scope: 'courses:read "x"' },
  { scope: "courses:read a\\b" },
  { scope: "courses:read é" },
  { scope: "courses:read \u007f" },
  { scope: "courses:read,\u00a0openid" },
  { scope: ["courses:read openid"] },
  { scope: ["courses:read", ""] },
  { scope: ["courses:read", 7] },
  { scope: ["courses:read", null] },
  { scope: ["courses:read", ["openid"]] },
  { scope: "courses:read /accounts/{accountID}/" },
  { scope: ["courses:read", "/accounts/<accountID>/"] },
  { scope: "courses:read projects:{projectID}:read" },
  { scope: "courses:read docs.<fileID>.read" },
  { scope: "x".repeat(65_537) },
  { scope: Array.from({ length: 4_097 }, () => "x").join(" ") },
  { scope: Array.from({ length: 4_097 }, () => "x") },
];

const GOOD_VALUES: readonly unknown[] = [
  ...["a", "a", "a", "a", "a", "b", "A", "a.b", "..a", "~", "urn", LONG],
  ...["a:b", "b=a", "a@b.c", "a|b", 7, 0],
];
const BAD_VALUES: readonly unknown[] = [
  "",
  ".",
  "..",
  "a/b",
  "a:b",
  "a b",
  "a\n",
  "%61",
  "é",
  "{accountID}",
  "*",
  `${LONG}v`,
  -0,
  -7,
  1.5,
  2 ** 53,
  null,
  undefined,
  true,
  ["a"],
  { a: 1 },
];

export function drawParams(draw: Draw, isRuled = false): unknown {
  if (draw.chance(4)) {
    const inherited: unknown = Object.create({ accountID: "a", projectID: "a", fileID: "a" });
    return draw.pick([undefined, null, "a", ["a"], 7, {}, inherited]);
  }
  const plain = draw.chance(60);
  const entries = PARAMS.map((name) => [name, plain ? "a" : draw.pick(GOOD_VALUES)] as const);
  const bad = draw.chance(15) ? [draw.pick(PARAMS)] : [];
  const dropped = draw.chance(50);
  return Object.fromEntries([
    ...entries.filter(([name]) => !(dropped && bad.includes(name))),
    ...(dropped ? [] : bad.map((name) => [name, draw.pick(BAD_VALUES)] as const)),
    ...(isRuled ? drawPaths(draw) : []),
    ...(draw.chance(20) ? [["extra", draw.pick(BAD_VALUES)] as const] : []),
    ...(draw.chance(75) ? [["mode", draw.pick<unknown>([...SCALARS, ["a"]])] as const] : []),
    ...(draw.chance(50) ? [["force", draw.pick<unknown>([true, "true", 1])] as const] : []),
    ...(draw.chance(50) ? [["constructor", draw.pick<unknown>(SCALARS)] as const] : []),
  ]);
}

/** Draws values of several segments. */
function drawPaths(draw: Draw): readonly (readonly [name: string, value: unknown])[] {
  const pathOf = (name: string): unknown => {
    if (draw.chance(10)) return draw.pick([...ODD_PATHS, ...ODD_NAMED, ...BAD_VALUES]);
    return draw.pick(name === "pathID" ? PATHS : NAMES);
  };
  return PATH_PARAMS.map((name) => [name, pathOf(name)]);
}

const NO_TOOLS: readonly unknown[] = [
  "no_such_tool",
  "GET_SETTINGS",
  "get_settings ",
  "get_settings\n",
  "list_*",
  "list_\n",
  "",
  ".",
  "..",
  "toString",
  "__proto__",
  "hasOwnProperty",
  "GET /v1/projects/1",
  "s".repeat(129),
  undefined,
  null,
  7,
  ["get_settings"],
];
const MATCHED = ["list_things", "get_b", "delete_course", "list_s", ".s", "list_", "s".repeat(128)];

export function drawName(draw: Draw, definition: Definition): unknown {
  const named = [
    ...Object.keys(definition.tools ?? {}),
    ...Object.keys(definition.endpoints ?? {}),
  ];
  const kind = draw.int(99);
  const exact = named.filter((name) => !isPattern(name));
  // a change of a policy can leave it without operations
  if (kind < 86 && exact.length > 0) return draw.pick(exact);
  return kind < 95 ? draw.pick([...MATCHED, ...TOOLS]) : draw.pick(NO_TOOLS);
}

interface Case {
  definition: Definition;
  token: unknown;
  name: unknown;
  params: unknown;
}

export function drawCase(draw: Draw, options: PolicyOptions = {}): Case {
  const definition = drawPolicy(draw.part(1750), options);
  const kind = draw.int(99);
  return {
    definition,
    token:
      kind < 86
        ? drawToken(draw.part(180), definition)
        : kind < 92
          ? undefined
          : draw.pick(BAD_TOKENS),
    name: drawName(draw, definition),
    params: drawParams(draw, options.ruled),
  };
}

/** Draws a case with a valid token and a name that the policy declares or matches. */
export function drawGoodCase(draw: Draw, options: PolicyOptions = {}) {
  const definition = drawPolicy(draw.part(1750), options);
  const held = drawTokenScopes(draw.part(180), definition);
  const facts = drawFacts(draw, definition);
  const name = drawName(draw, definition);
  return { definition, held, facts, name, params: drawParams(draw, options.ruled) };
}

const VERBS = [
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "DELETE",
  "PATCH",
  "PUT",
  "OPTIONS",
  "get",
  "TRACE",
];
const SEGMENTS: readonly string[] = [
  ..."a,b,1,mine,projects,Mine,PROJECTS,a.b,a~b,a@b".split(","),
  ..."a%40b,a%20b,%20a,a|b,%7C,%3Bx,;x,a;,mine;x,mine%3Bx,a%2A,%2540,a%3ab,m%C3%A9,%5E,%60".split(
    ",",
  ),
  ..."é,%C3%A9,%c3%a9,%61,%2f,%2F,%2e,%E4%BD%A0,%C3,%,%zz,%C2%A0,e%CC%81,%EF%AC%81".split(","),
  ..."a:archive|:archive|a-b.zip|a-.zip|log|.|..|...|a;b|a*b|a\\b|a b|a#b|a?b|a%00|a\u0000|a\n|:projectID|{accountID}||a,b|a+b|!".split(
    "|",
  ),
];

/** Draws a request for a random endpoint, often with another spelling of its path. */
export function drawRequest(draw: Draw, definition: Definition) {
  const keys = Object.keys(definition.endpoints ?? {});
  const [method = "", template = ""] = draw.pick([...keys, "GET /nowhere"]).split(" ");
  const odd = draw.chance(45);
  const value = () => draw.pick(odd ? SEGMENTS : ["a", "mine", "b"]);
  const path = template
    .replace(/(?<=\/):\w+|\{\w+\}/g, value)
    .replace(/\{\w+\*\}/, () => Array.from({ length: 1 + draw.int(1) }, value).join("/"));
  const slips: ((text: string) => string)[] = [
    (text) => `${text}/`,
    (text) => `/${text}`,
    (text) => text.toUpperCase(),
    (text) => `${text}?x=1`,
    (text) => `${text}#x`,
    (text) => `https://host${text}`,
    (text) => text.slice(1),
    (text) => text.replace("v1", "v1/."),
    (text) => text.replace("v1", "%761"),
    (text) => text.replace("projects", "x/../projects"),
    (text) => text.replace("mine", "Mine"),
    (text) => text.replace(":archive", ":Archive"),
    (text) => text.replace(":archive", "%3Aarchive"),
    (text) => text.replace(":archive", ":archive;x"),
    (text) => text.replace(".zip", "-c.zip"),
    (text) => `${text}/log`,
  ];
  return {
    method: draw.chance(20) ? draw.pick(VERBS) : method,
    path: draw.chance(20) ? draw.pick(slips)(path) : path,
    params: drawParams(draw),
  };
}
