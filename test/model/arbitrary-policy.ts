// Random policies that are valid by construction.

import type { Draw } from "./draw.js";
import type { Case, Definition, Gates, Rule, RuleOptions, ScopeOptions } from "./model.js";
import { canonical, modelCovers, placeholdersOf } from "./model-scopes.js";
import { without } from "./without.js";

const LITERALS = [
  "courses:read",
  "courses:write",
  "courses",
  "files",
  "files.metadata",
  "read:bookings",
  "openid",
  "files.metadata.read",
  "/",
  "/accounts.write",
  "Courses:read",
  "courses:*",
  "constructor",
  "/accounts/profile.write",
];
/** Two that differ in placeholder names alone. */
const TWINS = ["/shared/{orgID}/{accountID}/read", "/shared/{accountID}/{orgID}/read"];
// No two of these overlap, and none of them overlaps a literal above.
export const TEMPLATES = [
  "/accounts/{accountID}/",
  "/accounts/{accountID}/transfers.write",
  "/orgs/{orgID}/accounts/{accountID}",
  "projects:{projectID}:read",
  "docs.{fileID}.read",
  // some values are valid in one form and not in another: `a.b`, `urn`
  "/files/{fileID}",
  "/files/{fileID}/names",
  "{realmID}:realm:all",
  "/realms/{realmID}/admin",
  // placeholders inside segments
  "user/{typeID}.read",
  "read:users!user={userID}",
  "/files/{fileID}.meta/read",
  "{typeID}={userID}",
  "urn:user:{userID}",
  "https://api.example/{typeID}/{userID}",
  ...TWINS,
];
/** An older name that both twins can replace: it gives each of them its values in another order. */
const OLD_TWIN = "/old-shared/{orgID}/{accountID}";
/** Scopes with their rules. No two of them overlap, and none of them overlaps a scope above but one. */
const RULED: ReadonlyMap<string, ScopeOptions["match"]> = new Map([
  ["store.write:/{pathID}", "path-prefix"],
  ["store:/{pathID}", "path-prefix"],
  ["/drive/{pathID}", "path-prefix"],
  ["https://files.example/{pathID}", "path-prefix"],
  ["patient/{typeID}.r", "smart"],
  ["patient/{typeID}.s", "smart"],
  ["patient/{typeID}.c", "smart"],
  ["repository:{imageID}:pull", "registry"],
  ["repository:{imageID}:push", "registry"],
  ["repository:{imageID}:*", "registry"],
  ["mail:*:read", "wildcard"],
  ["mail:inbox:read", "exact"],
  ["mail:sent:read", "exact"],
  ["team", "parent"],
  ["team.read", "exact"],
  ["team.read.all", "exact"],
]);
/** A template that overlaps scopes with the rule `registry`. */
const NO_REGISTRY = "{realmID}:realm:all";
/** Older names of these scopes, which have their rule. */
const OLD_RULED: readonly (readonly [scope: string, old: string])[] = [
  ["store:/{pathID}", "disk:/{pathID}"],
  ["store.write:/{pathID}", "disk:/{pathID}"],
  ["/drive/{pathID}", "drives:/{pathID}"],
  ["patient/{typeID}.r", "launch/{typeID}.r"],
  ["patient/{typeID}.s", "launch/{typeID}.s"],
  ["repository:{imageID}:pull", "image:{imageID}:pull"],
  ["repository:{imageID}:push", "image:{imageID}:push"],
];
const VALUE_RULES: readonly unknown[] = ["path-prefix", "smart", "registry"];
const isOfValues = (scope: string) => VALUE_RULES.includes(RULED.get(scope));
/** Returns the rule of a scope, or of an older name, by which values are compared. */
export const valueRuleOf = (name: string): ScopeOptions["match"] => {
  const scope = OLD_RULED.find(([, old]) => old === canonical(name))?.[0] ?? canonical(name);
  return isOfValues(scope) ? RULED.get(scope) : undefined;
};
const OLD_NAMES = ["members:read", "profile", "legacy.read"];
/** Some older names mean two scopes, and some have another form. */
const OLD_TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["/accounts/{accountID}/", ["/wallets/{accountID}/"]],
  ["/accounts/{accountID}/transfers.write", ["/wallets/{accountID}/", "transfers:{accountID}"]],
  ["/orgs/{orgID}/accounts/{accountID}", ["/accounts-of/{accountID}/{orgID}"]],
  ["docs.{fileID}.read", ["/old-files/{fileID}", "olddocs.{fileID}.read"]],
  ["/files/{fileID}", ["/old-files/{fileID}"]],
  ["{realmID}:realm:all", ["/old-realms/{realmID}"]],
  ["/realms/{realmID}/admin", ["/old-realms/{realmID}"]],
]);
/** Parameters with values of several segments. No other placeholder gets their names. */
export const PATH_PARAMS = ["pathID", "imageID"];
export const PARAMS = [
  "accountID",
  "platformAccountID",
  "orgID",
  "projectID",
  "fileID",
  "realmID",
  "typeID",
  "userID",
  "toString",
];
/** Arguments that cases compare. Some are parameters too. */
const COMPARED = ["mode", "mode", "accountID", "projectID", "constructor"];
/** Values that cases compare. Path parameters are compared with the texts. */
const TEXTS = ["a", "plan", "b", "true", "1"];
export const SCALARS = [...TEXTS, true, 1, null, false, 0];
export const TIERS = ["free", "pro", "premium"];
export const ENTITLEMENTS = ["fleet", "beta"];
/** One boundary without values for a token without the claim, and one with all of them. */
const BOUNDARIES = {
  project: { claim: "projects" },
  region: { claim: "regions", absent: "dangerouslyAll" },
} satisfies Definition["boundaries"];
const ACCOUNT_TYPES = ["mentor", "studio", "constructor"];
export const TOOLS = [
  "get_settings",
  "list_courses",
  "list_students",
  "update_course",
  "get_a",
  "constructor",
  "whoami",
  ".x-1",
];
export const PATTERNS = ["list_*", "get_?", "*_course", "*", "*s*", "?????????????"];
export const ENDPOINTS = [
  "GET /v1/projects/:projectID",
  "GET /v1/projects/mine",
  "GET /v1/:kind/mine",
  "POST /v1/projects",
  "DELETE /accounts/{accountID}/transfers/{transferID}",
  "PATCH /accounts/:platformAccountID",
  "GET /",
  "GET /v1/{kind}/{rest*}",
  "GET /v1/projects/{projectID}:archive",
  "GET /v1/projects/{projectID}-{fileID}.zip",
  "GET /v1/projects/mine/{rest*}",
  "GET /v1/projects/:projectID/log",
  "DELETE /accounts/{accountID}/{rest*}",
];

/** Endpoints with a catch-all that fills a path. */
const VALUE_ENDPOINTS = ["GET /store/{pathID*}", "GET /v2/{imageID*}"];

const spelt = (draw: Draw, scope: string): string =>
  draw.chance(25) ? scope.replace(/\{(\w+)\}/g, "<$1>") : scope;

function drawConditions(draw: Draw, definition: Definition, percent: number): Gates {
  const { tiers, accountTypes, entitlements } = definition;
  return {
    ...(tiers && draw.chance(percent) ? { tier: draw.pick(tiers) } : {}),
    ...(accountTypes && draw.chance(percent) ? { accountTypes: draw.few(accountTypes, 2) } : {}),
    ...(entitlements && draw.chance(percent / 2) ? { entitlement: draw.pick(entitlements) } : {}),
  };
}

/** Draws the scopes. A scope implies later drawn ones only; the object has a different order. */
function drawScopes(tape: Draw, definition: Definition, isRuled: boolean): Definition["scopes"] {
  const exact = [
    "courses:read",
    "/accounts/{accountID}/",
    ...tape.some(LITERALS.slice(1), 45),
    ...tape.some(
      TEMPLATES.slice(1).filter((name) => !isRuled || !TWINS.includes(name)),
      isRuled ? 12 : 45,
    ),
    ...(isRuled && tape.chance(50) ? TWINS : []),
  ];
  // names that cover others, and those that they cover, are always there: a call needs both
  const ruled = (isRuled ? [...RULED.keys()] : []).filter(
    (name) =>
      (!isOfValues(name) || tape.chance(65)) &&
      (RULED.get(name) !== "registry" || !exact.includes(NO_REGISTRY)),
  );
  // a scope implies later ones only, so those that cover others come first
  const isAboveOthers = (name: string) => ["parent", "wildcard"].includes(RULED.get(name) ?? "");
  const order = [
    ...ruled.filter(isAboveOthers),
    ...tape.shuffle([...exact, ...ruled.filter((name) => !isAboveOthers(name))]),
  ];
  const reserved = new Set(tape.some(order, 12));
  // the conditions of twins agree; they imply nothing, so no cycle goes through both
  const twinConditions = drawConditions(tape.part(12), definition, 30);
  const isReservedTwin = TWINS.some((twin) => reserved.has(twin));
  if (isReservedTwin) for (const twin of TWINS) reserved.add(twin);
  // the baseline is drawn from the others, so there has to be one
  const restricted = new Set(tape.some(order, 15).filter((scope) => scope !== "courses:read"));
  const isRestrictedTwin = TWINS.some((twin) => restricted.has(twin));
  if (isRestrictedTwin) for (const twin of TWINS) restricted.add(twin);
  const entries = order.map((scope, index): [string, string | ScopeOptions] => {
    const draw = tape.part(30);
    if (TWINS.includes(scope)) {
      return [
        spelt(draw, scope),
        {
          ...twinConditions,
          ...(isReservedTwin ? { reserved: true } : {}),
          ...(isRestrictedTwin ? { restricted: true } : {}),
          ...(draw.chance(45) ? { replaces: [spelt(draw, OLD_TWIN)] } : {}),
        },
      ];
    }
    const own = placeholdersOf(scope);
    const implicable = order
      .slice(index + 1)
      .filter((other) => placeholdersOf(other).every((name) => own.includes(name)))
      // a scope that covers other values implies those of its own rule only
      .filter((other) => {
        const isLiteral = placeholdersOf(other).length === 0;
        return isLiteral || !isOfValues(scope) || RULED.get(other) === RULED.get(scope);
      })
      .filter((other) => reserved.has(scope) || !reserved.has(other))
      .filter((other) => restricted.has(scope) || !restricted.has(other));
    const implies = draw.chance(30) && implicable.length > 0 ? draw.few(implicable, 2) : [];
    const match =
      RULED.get(scope) ?? (scope.includes("*") ? ("wildcard" as const) : ("parent" as const));
    // a name that a later one implies would close a cycle
    const isAbove = order.slice(0, index).some((other) => modelCovers(match, scope, other));
    const older = OLD_RULED.flatMap(([name, text]) => (name === scope ? [text] : []));
    const old = own.length === 0 ? OLD_NAMES : (OLD_TEMPLATES.get(scope) ?? older);
    const options: ScopeOptions = {
      ...(draw.chance(50) ? { description: `about ${scope}` } : {}),
      ...drawConditions(draw, definition, 12),
      ...(reserved.has(scope) ? { reserved: true } : {}),
      ...(restricted.has(scope) ? { restricted: true } : {}),
      ...(isOfValues(scope) || (own.length === 0 && !isAbove && draw.chance(isRuled ? 80 : 40))
        ? { match }
        : {}),
      ...(implies.length > 0 ? { implies: implies.map((other) => spelt(draw, other)) } : {}),
      ...(old.length > 0 && draw.chance(own.length === 0 ? 25 : 45)
        ? { replaces: draw.few(old, 2).map((name) => spelt(draw, name)) }
        : {}),
      ...(draw.chance(8) && !restricted.has(scope) ? { required: true } : {}),
      ...(draw.chance(10) ? { default: "off" } : {}),
    };
    const plain = Object.keys(options).length === 0 && draw.chance(50);
    return [spelt(draw, scope), plain ? `about ${scope}` : options];
  });
  return Object.fromEntries(tape.shuffle(entries.map(withoutSharedNames)));
}

/** Leaves out the older names that a scope would share with a restricted one. */
function withoutSharedNames(
  [scope, options]: [string, string | ScopeOptions],
  _: number,
  all: readonly [string, string | ScopeOptions][],
): [string, string | ScopeOptions] {
  if (typeof options === "string" || options.restricted || !options.replaces) {
    return [scope, options];
  }
  const taken = all.flatMap(([, other]) =>
    typeof other !== "string" && other.restricted ? (other.replaces ?? []).map(canonical) : [],
  );
  const { replaces: drawn, ...rest } = options;
  const replaces = drawn.filter((name) => !taken.includes(canonical(name)));
  return [scope, replaces.length > 0 ? { ...rest, replaces } : rest];
}

const open = (rule: Rule): string[] => {
  if (typeof rule === "string") return placeholdersOf(rule);
  const parts = rule.anyOf ?? rule.allOf ?? (rule.scope === undefined ? [] : [rule.scope]);
  return parts.flatMap(open).filter((name) => !Object.hasOwn(rule.params ?? {}, name));
};
const sizeOf = (rule: Rule): number => {
  if (typeof rule === "string") return 1;
  if (rule.anyOf) return rule.anyOf.reduce((sum, part) => sum + sizeOf(part), 0);
  return (rule.allOf ?? []).reduce((times, part) => times * sizeOf(part), 1);
};
// Two equal members of a list would be a duplicate.
const signature = (rule: Rule): string => {
  if (typeof rule === "string") return canonical(rule);
  const { scope, ...rest } = rule;
  return scope !== undefined && Object.keys(rest).length === 0
    ? canonical(scope)
    : canonical(JSON.stringify(rule));
};

/** Renames some placeholders that no rule beneath has renamed, so that no key of `params` is unused. */
function renamed(draw: Draw, rule: RuleOptions): RuleOptions {
  const free = [...new Set(open(rule))];
  const chosen = draw.some(free, 35);
  if (chosen.length === 0) return rule;
  return { ...rule, params: Object.fromEntries(chosen.map((name) => [name, draw.pick(PARAMS)])) };
}

function drawRequirement(draw: Draw, definition: Definition, depth: number): Rule {
  const names = Object.keys(definition.scopes);
  const isFavored = (name: string) => RULED.has(name) || TWINS.includes(name);
  const listed = names.filter((name) => isFavored(canonical(name)));
  // names that others can cover are rarer than values that others can
  const ruled = [
    ...listed,
    ...listed.filter((name) => ["exact", "wildcard"].includes(RULED.get(name) ?? "")),
  ];
  const isRuled = listed.some((name) => RULED.has(canonical(name))) && draw.chance(60);
  const scope = spelt(draw, canonical(draw.pick(isRuled ? ruled : names)));
  const kind = draw.pick(["text", "scope", "text", "anyOf", "allOf"]);
  if (kind === "text" || (depth === 0 && kind !== "scope")) return scope;
  const gates = drawConditions(draw, definition, 25);
  if (kind === "scope") return renamed(draw, { scope, ...gates });
  const members = Array.from({ length: 1 + draw.int(2) }, () =>
    drawRequirement(draw, definition, depth - 1),
  );
  const distinct = [...new Map(members.map((rule) => [signature(rule), rule])).values()];
  return renamed(
    draw,
    kind === "anyOf" ? { anyOf: distinct, ...gates } : { allOf: distinct, ...gates },
  );
}

/** Draws a branch: a requirement or a denial. */
function drawBranch(draw: Draw, definition: Definition, bound: number): RuleOptions {
  if (draw.chance(15)) return { deny: `not in this case: ${String(draw.int(9))}` };
  const rule = drawRequirement(draw, definition, 1);
  if (typeof rule !== "string" && sizeOf(rule) <= bound) return rule;
  return { scope: typeof rule === "string" ? rule : draw.pick(Object.keys(definition.scopes)) };
}

/**
 * Draws cases, each with a value of its own of one argument, so that each can be reached. Half of them compare nothing else and
 * have an `otherwise` that requires what all of them require.
 */
function drawCases(
  draw: Draw,
  definition: Definition,
  bound: number,
  closed: boolean,
): RuleOptions {
  const argument = draw.pick(COMPARED);
  const values = draw.shuffle(argument === "mode" ? SCALARS : TEXTS);
  const isStrong = draw.chance(50);
  // no two of the values have one text, so that no mistyped value meets another case
  const distinct = values.filter(
    (value, index) => values.findIndex((one) => String(one) === String(value)) === index,
  );
  const cases = Array.from({ length: 1 + draw.int(2) }, (_, index): Case => {
    const own = [...(isStrong ? distinct : values)].slice(2 * index, 2 * index + 1 + draw.int(1));
    const branch = drawBranch(draw, definition, bound);
    const more = !isStrong && draw.chance(30) ? { force: draw.pick([true, ["true", true]]) } : {};
    const [first = "a"] = own;
    return {
      when: { [argument]: draw.chance(50) ? own : first, ...more },
      ...branch,
      ...(branch.deny === undefined ? drawDetail(draw, definition, 20) : {}),
      ...(branch.deny === undefined ? drawAuthentication(draw, closed && !isStrong, 12) : {}),
    };
  });
  const shared = { ...drawAuthentication(draw, closed, 12), ...drawDetail(draw, definition, 15) };
  if (!isStrong) {
    const last = drawBranch(draw, definition, bound);
    return { cases, otherwise: last, weakOtherwise: true, ...shared };
  }
  const required = cases.map((one) => without(one, ["when", "enrichedBy"]));
  const all = [...new Map(required.map((rule) => [signature(rule), rule])).values()];
  const isClosed = all.some(({ deny }) => deny !== undefined) || sizeOf({ allOf: all }) > bound;
  return { cases, otherwise: isClosed ? { deny: "choose a case" } : { allOf: all }, ...shared };
}

/** Draws scopes for additional detail. */
function drawDetail(
  draw: Draw,
  definition: Definition,
  percent: number,
): Pick<RuleOptions, "enrichedBy"> {
  const literals = Object.keys(definition.scopes).filter((key) => placeholdersOf(key).length === 0);
  if (!draw.chance(percent)) return {};
  return { enrichedBy: draw.chance(50) ? draw.pick(literals) : draw.few(literals, 3) };
}

/** Draws how and when the user must have authenticated. */
function drawAuthentication(
  draw: Draw,
  closed: boolean,
  percent: number,
): Pick<RuleOptions, "acr" | "maxAge"> {
  return {
    ...(draw.chance(percent) && closed
      ? { acr: draw.pick([["mfa"], "mfa", ["phr", "mfa"], "phr"]) }
      : {}),
    ...(draw.chance(percent) && closed ? { maxAge: draw.pick([300, 60]) } : {}),
  };
}

/** Draws any rule of an operation; `bound` limits its alternatives, since patterns multiply. */
function drawRule(
  draw: Draw,
  definition: Definition,
  bound: number,
  { closed = false, cases = 12, ruled = false }: PolicyOptions,
): Rule {
  const literals = Object.keys(definition.scopes).filter((key) => placeholdersOf(key).length === 0);
  const more = {
    ...(draw.chance(10) ? { hidden: true as const } : {}),
    ...(draw.chance(5) && closed ? { internal: true as const } : {}),
  };
  const { boundaries } = definition;
  const within =
    boundaries && draw.chance(ruled ? 60 : 40)
      ? {
          within: Object.fromEntries(
            draw.few(Object.keys(boundaries), 2).map((name) => [name, draw.pick(PARAMS)]),
          ),
        }
      : {};
  if (draw.chance(cases)) {
    return { ...drawCases(draw, definition, Math.min(bound, 16), closed), ...within, ...more };
  }
  const detail = (percent: number) => drawDetail(draw, definition, percent);
  const authentication = drawAuthentication(draw, closed, ruled ? 20 : 8);
  const kind = draw.pick([
    "scopes",
    "scopes",
    "scopes",
    "scopes",
    "deny",
    "public",
    "authenticated",
  ]);
  if (kind === "deny") return { deny: `not through this gate: ${String(draw.int(9))}`, ...more };
  if (kind === "authenticated") {
    const conditions = drawConditions(draw, definition, 20);
    return {
      authenticated: true,
      ...conditions,
      ...within,
      ...more,
      ...authentication,
      ...detail(20),
    };
  }
  if (kind === "public") {
    return {
      public: true,
      ...detail(60),
      ...more,
    };
  }
  const rule = drawRequirement(draw, definition, 3);
  if (sizeOf(rule) > bound) return draw.pick(literals);
  const extra = { ...within, ...more, ...authentication, ...detail(15) };
  if (Object.keys(extra).length === 0) return rule;
  return { ...(typeof rule === "string" ? { scope: rule } : rule), ...extra };
}

/** Bundles of any scopes, and the default scopes. */
function drawLists(
  draw: Draw,
  scopes: Definition["scopes"],
): Pick<Definition, "bundles" | "defaultScopes"> {
  const names = Object.keys(scopes).map(canonical);
  const grantable = Object.entries(scopes).flatMap(([name, options]) => {
    const { reserved, restricted, default: checked } = typeof options === "string" ? {} : options;
    const isLeftOut = reserved || restricted || checked === "off";
    return isLeftOut || placeholdersOf(name).length > 0 ? [] : [name];
  });
  const someNames = (): string[] => draw.few(names, 4).map((name) => spelt(draw, name));
  return {
    ...(draw.chance(60)
      ? { bundles: { reading: someNames(), all: { every: true, except: someNames() } } }
      : {}),
    ...(draw.chance(50) && grantable.length > 0 ? { defaultScopes: draw.few(grantable, 3) } : {}),
  };
}

/** Returns the same policy without tools and endpoints, which loads faster. */
export function withoutOperations(definition: Definition): Definition {
  return without(definition, ["tools", "endpoints"]);
}

export interface PolicyOptions {
  /** The probability of each pattern, in percent. */
  patterns?: number;
  /**
   * Whether operations can be internal, within a boundary, or require an authentication of the user: granting every scope does not
   * open these.
   * Default: `false`.
   */
  closed?: boolean;
  /** The share of rules with cases, in percent. */
  cases?: number;
  /**
   * Whether there are scopes with the rules `path-prefix`, `smart` and `registry`, and endpoints whose catch-all fills a path.
   * Default: `false`.
   */
  ruled?: boolean;
}

/** Draws a valid policy. It always declares the scopes `courses:read` and `/accounts/{accountID}/` and the tool `get_settings`. */
export function drawPolicy(draw: Draw, options: PolicyOptions = {}): Definition {
  const base: Definition = {
    name: "Random",
    version: "1",
    scopes: {},
    ...(draw.chance(80) ? { tiers: TIERS.slice(0, 2 + draw.int(1)) } : {}),
    ...(draw.chance(75) ? { accountTypes: ACCOUNT_TYPES } : {}),
    ...(draw.chance(60) ? { entitlements: ENTITLEMENTS } : {}),
    ...(options.closed === true && draw.chance(60) ? { boundaries: BOUNDARIES } : {}),
  };
  const scopes = drawScopes(draw.part(1020), base, options.ruled === true);
  const declared: Definition = { ...base, scopes };
  const literals = Object.keys(scopes).filter((key) => placeholdersOf(key).length === 0);
  const unrestricted = literals.filter((name) => {
    const options = scopes[name];
    return typeof options !== "object" || !options.restricted;
  });
  const rules = (names: string[], bound: number): [string, Rule][] =>
    names.map((name) => [name, drawRule(draw.part(64), declared, bound, options)]);
  const tools = [
    ...rules(["get_settings", ...draw.some(TOOLS.slice(1), 35)], 64),
    ...rules(draw.some(PATTERNS, options.patterns ?? 20), 4).slice(0, 3),
  ];
  return {
    ...declared,
    ...(draw.chance(35) ? { baseline: draw.few(unrestricted, 2) } : {}),
    ...drawLists(draw.part(40), scopes),
    tools: Object.fromEntries(draw.shuffle(tools)),
    endpoints: Object.fromEntries([
      ...rules(draw.some(ENDPOINTS, 30), 64),
      ...(options.ruled ? rules(draw.some(VALUE_ENDPOINTS, 60), 64) : []),
    ]),
  };
}
