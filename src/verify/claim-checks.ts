import { readOwn } from "../decision/access-token.js";

/** Whether a token says that it is for us: one text, or a list of texts, equal to the letter (RFC 7519, section 4.1.3). */
export function isForUs(audience: unknown, ours: ReadonlySet<string>): boolean {
  const list: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  return list.every(isText) && list.some((member) => ours.has(member));
}

/** A text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Whether claims hold a text under a name, or, unless they must, nothing. */
export function hasText(claims: object, name: string, isRequired: boolean): boolean {
  const value = readOwn(claims, name);
  return value === undefined ? !isRequired : isText(value);
}

/** What the clock says of claims; `tolerance` in seconds. */
export interface Times {
  readonly now: number;
  readonly tolerance: number;
}

/**
 * Whether `exp`, `iat` and `nbf` are numbers, where they stand, and the token has begun and has not ended (RFC 7519,
 * sections 4.1.4 to 4.1.6). A number too large for a double is no time, since it would never come.
 */
export function isInTime(claims: object, times: Times): boolean {
  const [exp, iat, nbf] = ["exp", "iat", "nbf"].map((name) => readOwn(claims, name));
  return (
    [exp, iat, nbf].every((time) => time === undefined || Number.isFinite(time)) &&
    times.now < endOf(exp as number | undefined, times.tolerance) &&
    [iat, nbf].every((time) => time === undefined || hasBegun(time as number, times))
  );
}

function hasBegun(time: number, { now, tolerance }: Times): boolean {
  return (time - tolerance) * 1_000 <= now;
}

/** When a token ends, in milliseconds since 1970. */
export function endOf(exp: number | undefined, tolerance: number): number {
  return exp === undefined ? Number.POSITIVE_INFINITY : (exp + tolerance) * 1_000;
}
