import { type AccessToken, readOwn } from "../decision/access-token.js";
import { readAccessToken, readScope, type ScopeSource } from "../resource-server/claims.js";
import { type RejectedToken, rejected } from "../resource-server/verifier-result.js";
import { MAX_SECONDS } from "./clock.js";
import type { JsonObject } from "./json-object.js";
import { listed, quoted, shownMember } from "./shown-value.js";
import type { TokenCheck } from "./token-check.js";
import { type KindRule, kindCheck } from "./token-kind.js";

/** Rules for the claims of a signed token and for the members of an introspection response. */
export interface ClaimRules {
  readonly issuer: string;
  /** Identifiers of this resource server; `undefined` accepts every audience. */
  readonly audiences: ReadonlySet<string> | undefined;
  /** Claims that must be present, each with the option that accepts tokens without it. */
  readonly required: ReadonlyMap<string, string | undefined>;
  readonly kinds: readonly KindRule[];
  /** Tolerance for the issuer's clock, in seconds. */
  readonly tolerance: number;
  readonly scope: ScopeSource;
  /** The option that accepts a scope in another form, if there is one. */
  readonly scopeAdvice: string;
}

const STRING_CLAIMS = ["sub", "client_id", "jti"];
const TIME_CLAIMS = ["exp", "iat", "nbf"];

/** Maximum of the option `clockTolerance`, in seconds. */
export const MAX_TOLERANCE = 300;

/** Returns the checks of claims, in the order in which the verifiers make them. */
export function claimChecks(rules: ClaimRules): readonly TokenCheck[] {
  const { tolerance, required, audiences, scope } = rules;
  return [
    {
      name: "issuer",
      seen: (claims) => shownMember(claims, "iss"),
      fault: (claims) => issuerFault(claims, rules),
    },
    ...rules.kinds.map(kindCheck),
    {
      name: "required claims",
      seen: () => `${listed(required.keys(), "and")} must be present`,
      fault: (claims) => missingFault(claims, rules),
    },
    {
      name: "audience",
      seen: (claims) => shownMember(claims, "aud"),
      fault: (claims) => (audiences === undefined ? undefined : audienceFault(claims, audiences)),
    },
    {
      name: "values",
      seen: () => `${listed([...STRING_CLAIMS, ...TIME_CLAIMS], "and")} are valid if present`,
      fault: valueFault,
    },
    {
      name: "expiry",
      seen: (claims) => shownMember(claims, "exp"),
      fault: (claims, now) => expiryFault(claims, now, tolerance),
    },
    {
      name: "start",
      seen: (claims) => `${shownMember(claims, "iat")}, ${shownMember(claims, "nbf")}`,
      fault: (claims, now) => startFault(claims, now, tolerance),
    },
    {
      name: "scope",
      seen: (claims) => shownMember(claims, scope.claim),
      fault: (claims) => scopeFault(claims, rules),
    },
  ];
}

/** Returns the access token of claims that passed every check. */
export function tokenOf(claims: JsonObject, { scope }: ClaimRules): AccessToken {
  return readAccessToken(claims, scope) as AccessToken; // the checks reject every value that it does not read
}

function issuerFault(claims: JsonObject, { issuer }: ClaimRules): RejectedToken | undefined {
  const iss = readOwn(claims, "iss");
  if (!Object.hasOwn(claims, "iss") || iss === issuer) return undefined;
  const isSlash = typeof iss === "string" && withoutSlash(iss) === withoutSlash(issuer);
  const difference = isSlash ? ", which differs by the slash at the end" : "";
  const detail = `${shownMember(claims, "iss")}, expected ${quoted(issuer)}${difference}; set \`issuer\` to it if you trust that issuer`;
  return rejected("issuer", detail);
}

function withoutSlash(text: string): string {
  return text.endsWith("/") ? text.slice(0, -1) : text;
}

function missingFault(claims: JsonObject, { required }: ClaimRules): RejectedToken | undefined {
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

/** Checks that `aud` is a non-empty string or a list of them, and that one is an identifier of this server (RFC 7519, section 4.1.3). */
function audienceFault(
  claims: JsonObject,
  audiences: ReadonlySet<string>,
): RejectedToken | undefined {
  const audience = readOwn(claims, "aud");
  const list: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!list.every(isNonEmptyString)) {
    const expected = "expected a non-empty string or a list of them, which no option changes";
    return rejected("audience", `${shownMember(claims, "aud")}, ${expected}`);
  }
  if (list.some((member) => audiences.has(member))) return undefined;
  const advice = "add its value to `audience` only if it identifies this API";
  const detail = `${shownMember(claims, "aud")}, expected ${listed(audiences, "or")}; ${advice}`;
  return rejected("audience", detail);
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
  if (now < expiryOf(exp, tolerance)) return undefined;
  const late = now / 1_000 - (exp as number);
  return rejected("expired", `\`exp\` was ${seconds(late)} ago; ${toleranceFor(late, true)}`);
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
  const rounded = Math.ceil(time);
  return rounded === 1 ? "1 second" : `${rounded} seconds`;
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
  { scope, scopeAdvice }: ClaimRules,
): RejectedToken | undefined {
  if (readScope(claims, scope) !== undefined) return undefined;
  const form = scope.isList ? "a string or a list of strings" : "one string";
  return rejected(
    "scope_claim",
    `${shownMember(claims, scope.claim)}, expected ${form}; ${scopeAdvice}`,
  );
}

/** Returns whether a value is a non-empty string. */
export function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Returns the time from which on a token is expired, in milliseconds since 1970. `exp` and `tolerance` are in seconds. */
export function expiryOf(exp: number | undefined, tolerance: number): number {
  return exp === undefined ? Number.POSITIVE_INFINITY : (exp + tolerance) * 1_000;
}
