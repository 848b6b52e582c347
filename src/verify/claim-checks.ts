import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  readAccessToken,
  readPath,
  readScope,
  SCOPE_CLAIMS,
  type ScopePlace,
  type ScopeSource,
  scopePlaceOf,
} from "../resource-server/claims.js";
import { type RejectedToken, rejected } from "../resource-server/verifier-result.js";
import { MAX_SECONDS } from "./clock.js";
import { frozenMembers } from "./frozen-members.js";
import type { Issuers } from "./issuers.js";
import type { JsonObject } from "./json-object.js";
import { listed, quoted, shownMember, shownValue } from "./shown-value.js";
import type { TokenCheck } from "./token-check.js";
import { type KindRule, kindCheck } from "./token-kind.js";

/** The claim that names this API or the client: see the option `audienceClaim`. */
export type AudienceClaim = "aud" | "client_id" | "azp";

/** Identifiers of this resource server or of its clients, and the claim that must name one of them. */
export interface AudienceRule {
  readonly values: ReadonlySet<string>;
  readonly claim: AudienceClaim;
}

/** Rules for the claims of a signed token and for the members of an introspection response. */
export interface ClaimRules {
  readonly issuers: Issuers;
  /** `undefined` accepts every audience. */
  readonly audience: AudienceRule | undefined;
  /** Claims that must be present, each with the option that accepts tokens without it. */
  readonly required: ReadonlyMap<string, string | undefined>;
  readonly kinds: readonly KindRule[];
  /** Tolerance for the issuer's clock, in seconds. */
  readonly tolerance: number;
  /** Maximum age of a token in seconds; `undefined` for no limit. */
  readonly maxAge: number | undefined;
  readonly scope: ScopeSource;
  /** The option that accepts a list as `scope`, if there is one. */
  readonly listAdvice: string | undefined;
  /** The issuer's members that the access token gets: all, those named, or none. */
  readonly members: true | readonly string[] | undefined;
}

const STRING_CLAIMS = ["sub", "client_id", "jti"];
const TIME_CLAIMS = ["exp", "iat", "nbf"];

/** Maximum of the option `clockTolerance`, in seconds. */
export const MAX_TOLERANCE = 300;

/** Returns the checks of claims, in the order in which the verifiers make them. */
export function claimChecks(rules: ClaimRules): readonly TokenCheck[] {
  const { tolerance, required, audience, maxAge } = rules;
  const seenOf =
    (...names: readonly string[]) =>
    (claims: JsonObject) =>
      names.map((name) => shownMember(claims, name)).join(", ");
  return [
    {
      name: "issuer",
      seen: seenOf("iss", ...[rules.issuers.claim ?? []].flat()),
      fault: (claims) => issuerFault(claims, rules.issuers),
    },
    ...rules.kinds.map(kindCheck),
    {
      name: "required claims",
      seen: () => listed(required.keys(), "and"),
      fault: (claims) => missingFault(claims, required),
    },
    {
      name: "audience",
      seen: seenOf(...new Set([audience?.claim ?? "aud", "aud"])),
      fault: (claims) => (audience === undefined ? undefined : audienceFault(claims, audience)),
    },
    {
      name: "values",
      seen: () => `${listed([...STRING_CLAIMS, ...TIME_CLAIMS], "and")}, as far as present`,
      fault: valueFault,
    },
    {
      name: "expiry",
      seen: seenOf("exp"),
      fault: (claims, now) => expiryFault(claims, now, tolerance),
    },
    {
      name: "age",
      seen: seenOf("iat"),
      fault: (claims, now) =>
        maxAge === undefined ? undefined : ageFault(claims, now, maxAge, tolerance),
    },
    {
      name: "start",
      seen: seenOf("iat", "nbf"),
      fault: (claims, now) => startFault(claims, now, tolerance),
    },
    {
      name: "scope",
      seen: (claims) => seenScope(claims, rules.scope),
      fault: (claims) => scopeFault(claims, rules),
    },
  ];
}

/** Returns the access token of claims that passed every check. */
export function tokenOf(claims: JsonObject, { scope, members }: ClaimRules): AccessToken {
  const own = members === undefined ? undefined : frozenMembers(claims, members);
  return readAccessToken(claims, scope, own) as AccessToken; // the checks reject every value that it does not read
}

function issuerFault(claims: JsonObject, { tenants, claim }: Issuers): RejectedToken | undefined {
  if (!Object.hasOwn(claims, "iss")) return undefined; // a missing claim is a fault of its own
  const iss = readOwn(claims, "iss") as string;
  if (!tenants.has(iss)) {
    const near = [...tenants.keys()].find((one) => withoutSlash(one) === withoutSlash(iss));
    const difference = near === undefined ? "" : ", which differs by the slash at the end";
    const detail = `${shownMember(claims, "iss")}, expected ${listed(tenants.keys(), "or")}${difference}; set \`issuer\` to it if you trust that issuer`;
    return rejected("issuer", detail);
  }
  if (claim === undefined || !Object.hasOwn(claims, claim)) return undefined;
  const tenant = tenants.get(iss) as string;
  if (readOwn(claims, claim) === tenant) return undefined;
  const detail = `${shownMember(claims, "iss")} and ${shownMember(claims, claim)}, expected the tenant of the issuer, ${quoted(tenant)}; no option accepts it`;
  return rejected("issuer", detail);
}

function withoutSlash(text: unknown): unknown {
  return typeof text === "string" && text.endsWith("/") ? text.slice(0, -1) : text;
}

function missingFault(
  claims: JsonObject,
  required: ClaimRules["required"],
): RejectedToken | undefined {
  const missing = [...required.keys()].filter((name) => !Object.hasOwn(claims, name));
  if (missing.length === 0) return undefined;
  const always = missing.filter((name) => required.get(name) === undefined);
  const options = new Set(missing.map((name) => required.get(name)));
  const advice =
    always.length > 0
      ? `no option accepts tokens without ${listed(always, "and")}`
      : [...options].join("; ");
  const verb = missing.length === 1 ? "is" : "are";
  return rejected("claim_missing", `${listed(missing, "and")} ${verb} missing; ${advice}`);
}

/**
 * Checks that a claim names this server or one of its clients. An `aud` must name this server also if another claim is compared:
 * a token for another server must be rejected (RFC 7519, section 4.1.3).
 */
function audienceFault(claims: JsonObject, rule: AudienceRule): RejectedToken | undefined {
  const names: readonly AudienceClaim[] = rule.claim === "aud" ? ["aud"] : [rule.claim, "aud"];
  for (const name of names) {
    if (name !== rule.claim && !Object.hasOwn(claims, name)) continue;
    const detail = audienceDetail(claims, name, rule);
    if (detail !== undefined) return rejected("audience", `${shownMember(claims, name)}${detail}`);
  }
  return undefined;
}

function audienceDetail(
  claims: JsonObject,
  name: AudienceClaim,
  { values, claim }: AudienceRule,
): string | undefined {
  const value = readOwn(claims, name);
  const list: readonly unknown[] = name === "aud" && Array.isArray(value) ? value : [value];
  const form = name === "aud" ? "a non-empty string or a list of them" : "a non-empty string";
  if (!list.every(isNonEmptyString)) return `, expected ${form}, which no option changes`;
  if (list.some((member) => values.has(member))) return undefined;
  const others = (["client_id", "azp"] as const).filter(
    (other) => claim === "aud" && values.has(readOwn(claims, other) as string),
  );
  const [other] = others;
  const named = name === "aud" ? "this API" : "a client of this API";
  const advice =
    other === undefined
      ? `add its value to \`audience\` only if it identifies ${named}`
      : `${shownMember(claims, other)}, which \`audienceClaim: "${other}"\` compares for tokens without \`aud\``;
  return `, expected ${listed(values, "or")}; ${advice}`;
}

/** Checks that strings are not empty and that times are finite. A number too large for a double (`1e400`) is infinite and would never expire. */
function valueFault(claims: JsonObject): RejectedToken | undefined {
  const wrongOf = (names: readonly string[], check: (value: unknown) => boolean) =>
    names.filter((name) => Object.hasOwn(claims, name) && !check(readOwn(claims, name)));
  const isTooLate = (exp: unknown) => Number.isFinite(exp) && (exp as number) >= MAX_SECONDS;
  const faults = [
    ...wrongOf(STRING_CLAIMS, isNonEmptyString).map(
      (name) => `${shownMember(claims, name)}, expected a non-empty string`,
    ),
    ...wrongOf(TIME_CLAIMS, Number.isFinite).map(
      (name) => `${shownMember(claims, name)}, expected seconds since 1970`,
    ),
    ...wrongOf(["exp"], (exp) => !isTooLate(exp)).map(
      (name) => `${shownMember(claims, name)}, expected seconds since 1970, not milliseconds`,
    ),
  ];
  if (faults.length === 0) return undefined;
  return rejected("malformed", `${faults.join("; ")}; no option accepts it`);
}

/** Checks that the token has not expired (RFC 7519, section 4.1.4). */
function expiryFault(
  claims: JsonObject,
  now: number,
  tolerance: number,
): RejectedToken | undefined {
  const exp = timeOf(claims, "exp");
  if (exp === undefined || now < (exp + tolerance) * 1_000) return undefined;
  const late = now / 1_000 - exp;
  const detail = `\`exp\` was ${age(late)} ago${dateOf(exp, late)}; ${toleranceFor(late, true)}`;
  return rejected("expired", detail);
}

/** Checks that the token was issued at most `maxAge` seconds ago. */
function ageFault(
  claims: JsonObject,
  now: number,
  maxAge: number,
  tolerance: number,
): RejectedToken | undefined {
  const iat = timeOf(claims, "iat");
  if (iat === undefined || now <= oldestOf(iat, maxAge, tolerance)) return undefined;
  const passed = now / 1_000 - iat;
  const detail = `\`iat\` was ${age(passed)} ago${dateOf(iat, passed)}, expected at most ${seconds(maxAge)}; a larger \`maxTokenAge\` accepts it`;
  return rejected("expired", detail);
}

/** Returns the last time at which a token is young enough, in milliseconds since 1970. */
function oldestOf(iat: number, maxAge: number, tolerance: number): number {
  return (iat + maxAge + tolerance) * 1_000;
}

/** Returns the time from which on an accepted token must be checked again, in milliseconds since 1970. */
export function endOf({ exp, iat }: AccessToken, { tolerance, maxAge }: ClaimRules): number {
  const end = exp === undefined ? Number.POSITIVE_INFINITY : (exp + tolerance) * 1_000;
  return maxAge === undefined ? end : Math.min(end, oldestOf(iat as number, maxAge, tolerance));
}

/** Checks that the token is already valid (RFC 7519, sections 4.1.5 and 4.1.6). */
function startFault(claims: JsonObject, now: number, tolerance: number): RejectedToken | undefined {
  for (const name of ["iat", "nbf"]) {
    const time = timeOf(claims, name);
    if (time === undefined || (time - tolerance) * 1_000 <= now) continue;
    const early = time - now / 1_000;
    const detail = `${quoted(name)} is ${seconds(early)} in the future; ${toleranceFor(early, false)}`;
    return rejected("not_yet_valid", detail);
  }
  return undefined;
}

/** Returns a time claim; `undefined` if it is missing or not a finite number, which is a fault of its own. */
function timeOf(claims: JsonObject, name: string): number | undefined {
  const time = readOwn(claims, name);
  return Number.isFinite(time) ? (time as number) : undefined;
}

function seconds(time: number): string {
  return counted(Math.ceil(time), "second");
}

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

/** Time in seconds up to which people read seconds well. */
const SHORT = 600;

/** The units of a longer time, in seconds, each from two of it on. */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Returns a time in seconds, or in a unit that people can read: whole minutes, hours or days. */
function age(time: number): string {
  const unit = time < SHORT ? undefined : UNITS.find(([, length]) => time >= 2 * length);
  return unit === undefined ? seconds(time) : counted(Math.floor(time / unit[1]), unit[0]);
}

/** Returns the date of a time claim in parentheses; nothing for one that is near, or that no date can express. */
function dateOf(claim: number, passed: number): string {
  if (passed < SHORT || claim <= -MAX_SECONDS) return "";
  return ` (${new Date(claim * 1_000).toISOString().replace(/\.\d+Z$/, "Z")})`;
}

/** Returns the tolerance that accepts a difference of clocks. The end of a token is no longer valid, its start is. */
function toleranceFor(difference: number, isEnd: boolean): string {
  const needed = isEnd ? Math.floor(difference) + 1 : Math.ceil(difference);
  return needed <= MAX_TOLERANCE
    ? `\`clockTolerance: ${needed}\` accepts it, for an issuer with another clock`
    : `\`clockTolerance\` accepts at most ${MAX_TOLERANCE} seconds`;
}

function scopeFault(
  claims: JsonObject,
  { scope, listAdvice }: ClaimRules,
): RejectedToken | undefined {
  if (readScope(claims, scope) !== undefined) return undefined;
  const { path, isList } = scopePlaceOf(claims, scope) as ScopePlace;
  const form = isList ? "a string or a list of strings" : "one string";
  const other = "`scopeClaim` reads the scope from another claim";
  const advice = isList || listAdvice === undefined ? other : `${listAdvice}, and ${other}`;
  return rejected("scope_claim", `${shownPath(claims, path)}, expected ${form}; ${advice}`);
}

function shownPath(claims: JsonObject, path: readonly string[]): string {
  const value = readPath(claims, path);
  return `${quoted(path.join("."))} is ${value === null ? "not nested as expected" : shownValue(value)}`;
}

/** Returns the scope of a token in words, and the claim that probably contains it if the claim of the options is missing. */
function seenScope(claims: JsonObject, source: ScopeSource): string {
  const place = scopePlaceOf(claims, source);
  if (place !== undefined) return shownPath(claims, place.path);
  const missing = listed(
    source.map(({ path }) => path.join(".")),
    "and",
  );
  const meant = SCOPE_CLAIMS.find((name) => Object.hasOwn(claims, name));
  const hint = meant === undefined ? "" : `; \`scopeClaim: "${meant}"\` reads \`${meant}\``;
  return `${missing} missing, so the token has no scope${hint}`;
}

/** Returns whether a value is a non-empty string. */
export function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
