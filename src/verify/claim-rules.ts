import { scopeSource } from "../resource-server/claims.js";
import type { ClaimRules } from "./claim-checks.js";
import type { VerifierOptions } from "./verifier-options.js";

const MAX_AGE = "leave out `maxTokenAge` to accept it";

/** Returns the rules that both verifiers derive from their options in the same way. */
export function sharedRules(
  options: VerifierOptions,
  isScopeList: boolean,
): Pick<ClaimRules, "tolerance" | "maxAge" | "scope" | "members"> {
  const { clockTolerance: tolerance = 0, maxTokenAge: maxAge, scopeClaim = "scope" } = options;
  return {
    tolerance,
    maxAge,
    scope: scopeSource(scopeClaim, isScopeList),
    members: options.claims,
  };
}

/** Returns the claims that options require, each with the option that accepts tokens without it. Later rows win. */
export function requiredClaims(
  { maxTokenAge, audienceClaim = "aud" }: VerifierOptions,
  hasAudience: boolean,
  rows: readonly (readonly [claim: string, advice: string | undefined])[],
  withoutAud: string,
): ClaimRules["required"] {
  const audience = audienceClaim === "aud" ? withoutAud : undefined;
  return new Map<string, string | undefined>([
    ...rows,
    ...(hasAudience ? [[audienceClaim, audience] as const] : []),
    ...(maxTokenAge === undefined ? [] : [["iat", MAX_AGE] as const]),
  ]);
}
