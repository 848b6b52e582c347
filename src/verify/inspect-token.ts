import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { RejectedToken, RejectionReason } from "../resource-server/verifier-result.js";
import { tokenOf } from "./claim-checks.js";
import { describeMalformed, readCompactJws, type UnverifiedJws } from "./compact-jws.js";
import type { JsonObject } from "./json-object.js";
import { createJwtChecks, type JwtChecks } from "./jwt-checks.js";
import type { JwtVerifierOptions } from "./jwt-options.js";
import { shownMember } from "./shown-value.js";
import type { TokenCheck } from "./token-check.js";
import type { VerifierOutage } from "./verifier-outage.js";

/** The result of one check of a token, for the operator. No text in it contains the token or its signature. */
export interface CheckResult {
  readonly name: string;
  readonly result: "passed" | "failed" | "not checked";
  /** What the check saw; why it failed, and the option that accepts the token; or why it was not made. */
  readonly detail: string;
  readonly reason?: RejectionReason;
}

/** What `jwtVerifier` finds in a token, with every failed check. */
export interface Inspection {
  readonly checks: readonly CheckResult[];
  /** The access token, if every check passed. */
  readonly token?: AccessToken;
}

type Explain = (outage: VerifierOutage) => Promise<string>;

/**
 * Makes the checks of `jwtVerifier`, all of them: the first failure does not hide the others.
 *
 * @param options - checked options with one issuer
 * @param keysFault - why there are no keys; the signature is not checked then
 * @param explain - returns the message of an outage
 */
export async function inspectToken(
  rawToken: string,
  options: JwtVerifierOptions & { readonly issuer: string },
  keysFault: string | undefined,
  explain: Explain,
): Promise<Inspection> {
  const jws = readCompactJws(rawToken);
  if (jws === undefined) {
    const detail = describeMalformed(rawToken);
    return { checks: [{ name: "form", result: "failed", detail, reason: "malformed" }] };
  }
  const all = createJwtChecks(options);
  const now = all.clock();
  const made = [
    ...all.header.map((check) => resultOf(check, jws.header, now)),
    ...all.claims.map((check) => resultOf(check, jws.claims, now)),
  ];
  const isAlgorithmAccepted = made.every(({ reason }) => reason !== "algorithm");
  const missing = isAlgorithmAccepted ? keysFault : "the algorithm is not accepted";
  const signature =
    missing === undefined
      ? await signatureResult(rawToken, jws, all, options.issuer, explain)
      : ({ name: "signature", result: "not checked", detail: missing } as const);
  const form = { name: "form", result: "passed", detail: "a signed token (JWT)" } as const;
  const checks = [form, ...made, signature];
  return checks.every(({ result }) => result === "passed")
    ? { checks, token: tokenOf(jws.claims, all.rules) }
    : { checks };
}

function resultOf(
  { name, seen, fault }: TokenCheck,
  members: JsonObject,
  now: number,
): CheckResult {
  const found = fault(members, now);
  return found === undefined
    ? { name, result: "passed", detail: seen(members) }
    : failure(name, found);
}

function failure(name: string, { reason, detail = reason }: RejectedToken): CheckResult {
  return { name, result: "failed", detail, reason };
}

/** Checks the signature with the keys of the issuer of the options, also for a token that names another one. */
async function signatureResult(
  rawToken: string,
  { header, claims }: UnverifiedJws,
  { signatureFault }: JwtChecks,
  issuer: string,
  explain: Explain,
): Promise<CheckResult> {
  const name = "signature";
  try {
    const fault = await signatureFault(rawToken, { header, claims: { ...claims, iss: issuer } });
    if (fault !== undefined) return failure(name, fault);
    const hasKey = readOwn(header, "kid") !== undefined;
    const detail = hasKey ? shownMember(header, "kid") : "a key of the key set made it";
    return { name, result: "passed", detail };
  } catch (error) {
    return { name, result: "not checked", detail: await explain(error as VerifierOutage) };
  }
}
