import { type AccessToken, readOwn } from "../decision/access-token.js";
import {
  type DoorDenial,
  INVALID_REQUEST,
  INVALID_TOKEN,
  type InvalidToken,
  TEMPORARILY_UNAVAILABLE,
} from "../decision/decision.js";
import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../grammar/scope.js";
import { holdsPlaceholder } from "../grammar/scope-syntax.js";
import { isScopeToken } from "../grammar/scope-token.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import { isMadeToken } from "./claims.js";
import type { Credentials } from "./credentials.js";
import { type Asked, type Awaitable, type FactAsker, whenThere } from "./facts.js";
import type { SubjectFacts } from "./verify.js";
import type { Vouched } from "./vouched.js";

/** Whom credentials show: nobody, somebody, or nobody who can be told. */
export type Shown =
  | { readonly kind: "nobody" }
  | { readonly kind: "token"; readonly token: AccessToken }
  | { readonly kind: "refused"; readonly refusal: DoorDenial | InvalidToken };

const NOBODY: Shown = Object.freeze({ kind: "nobody" });
const BAD_REQUEST: Shown = Object.freeze({ kind: "refused", refusal: INVALID_REQUEST });
const BAD_TOKEN: Shown = Object.freeze({ kind: "refused", refusal: INVALID_TOKEN });
const OUTAGE: Shown = Object.freeze({ kind: "refused", refusal: TEMPORARILY_UNAVAILABLE });

/**
 * Lays out the way from credentials to a token: verified claims, then the facts that the token does not carry, and
 * revocation last, so that one which arrives while the token is verified counts. There at once unless somebody has to be
 * waited for. Never throws and never rejects.
 */
export function newIdentifier(
  { verify, subject, isRevoked }: Pick<AuthorizerOptions, "verify" | "subject" | "isRevoked">,
  factOf: FactAsker,
): (credentials: Credentials | Vouched) => Awaitable<Shown> {
  const unlessRevoked = (token: AccessToken): Awaitable<Shown> => {
    const shown: Shown = { kind: "token", token };
    if (isRevoked === undefined) return shown;
    const asked = factOf("isRevoked", () => isRevoked(token), readBoolean);
    return whenThere(asked, (revoked) => {
      if (revoked.kind === "outage") return OUTAGE;
      return revoked.value ? BAD_TOKEN : shown;
    });
  };
  const informed = (claims: AccessToken): Awaitable<Shown> => {
    if (subject === undefined) return unlessRevoked(claims);
    const read = (answer: unknown) => withFacts(claims, answer);
    return whenThere(
      factOf("subject", () => subject(claims), read),
      (facts) => (facts.kind === "outage" ? OUTAGE : unlessRevoked(facts.value)),
    );
  };
  const verified = (asked: Asked<AccessToken | undefined>): Awaitable<Shown> => {
    if (asked.kind === "outage") return OUTAGE;
    return asked.value === undefined ? BAD_TOKEN : informed(asked.value);
  };
  return (credentials) => {
    if (credentials.kind === "none") return NOBODY;
    if (credentials.kind === "malformed") return BAD_REQUEST;
    const claimed = () =>
      credentials.kind === "vouched" ? credentials.claims() : verify(credentials.token);
    return whenThere(factOf("verify", claimed, readToken), verified);
  };
}

const FACTS = ["tier", "account_type", "first_party"] as const;
const MEMBERS = ["scope", "sub", "client_id", "iss", "jti", "exp", "iat", ...FACTS] as const;

/**
 * What a verifier answers, read once into an object of our own: what was decided on is what is passed on, whatever
 * becomes of the object that the verifier holds. Members that {@link AccessToken} does not name are not read.
 */
function readToken(answer: unknown): AccessToken | undefined {
  if (!isObjectOrNothing(answer)) throw new TypeError("expected claims, or nothing");
  if (answer === undefined || answer === null) return undefined;
  // a token that a verifier remembers stays the same object, which decisions remember in turn
  if (isMadeToken(answer)) return answer;
  const token: Record<string, unknown> = {};
  for (const name of MEMBERS) {
    const value = readOwn(answer, name);
    if (value !== undefined) token[name] = name === "scope" ? readScope(value) : value;
  }
  return Object.freeze(token) as unknown as AccessToken;
}

/**
 * Own members of the facts take the place of the token's, `undefined` too: who is asked knows better. A list and an
 * inherited member are no answer, since passing over them would leave the token's own word standing.
 */
function withFacts(token: AccessToken, facts: unknown): AccessToken {
  if (!isObjectOrNothing(facts) || Array.isArray(facts)) {
    throw new TypeError("expected facts, or nothing");
  }
  if (facts === undefined || facts === null) return token;
  const merged: Record<string, unknown> = { ...token };
  for (const name of FACTS) {
    if (Object.hasOwn(facts, name)) merged[name] = (facts as SubjectFacts)[name];
    else if (isInherited(facts, name)) throw new TypeError(`\`${name}\` is inherited`);
  }
  return Object.freeze(merged) as unknown as AccessToken;
}

/** Whether a class has put a member on its prototype. What is on every object is not there. */
function isInherited(facts: object, name: string): boolean {
  return name in facts && !Object.hasOwn(Object.prototype, name);
}

/** A list is copied; one that is too long or cannot be read is no scope. */
function readScope(scope: unknown): unknown {
  try {
    if (!Array.isArray(scope)) return scope;
    const list: readonly unknown[] = scope;
    const { length } = list;
    return length > MAX_SCOPE_TOKENS
      ? undefined
      : Object.freeze(Array.from({ length }, (_, index) => list[index]));
  } catch {
    return undefined; // a getter or a proxy of somebody else's
  }
}

/** Whether the scope of a token can be read at all, as a decision reads it: one that cannot is no good for anything. */
export function hasGoodScope({ scope }: AccessToken): boolean {
  if (scope === "") return true;
  const isText = typeof scope === "string";
  if (isText && scope.length > MAX_SCOPE_LENGTH) return false;
  const list: unknown = isText ? scope.split(" ") : scope;
  if (!Array.isArray(list) || list.length > MAX_SCOPE_TOKENS) return false;
  return list.every(
    (member) =>
      isScopeToken(member) && member.length <= MAX_SCOPE_LENGTH && !holdsPlaceholder(member),
  );
}

function isObjectOrNothing(value: unknown): value is object | null | undefined {
  return value === undefined || typeof value === "object";
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError("expected true or false");
  return value;
}
