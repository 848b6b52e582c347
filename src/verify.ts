export type { AccessToken } from "./decision/access-token.js";
export {
  accessTokenFromClaims,
  type ClaimPath,
  SCOPE_CLAIMS,
  type ScopeClaim,
  type ScopeReading,
} from "./resource-server/claims.js";
export {
  type Credentials,
  MAX_TOKEN_LENGTH,
  readCredentials,
} from "./resource-server/credentials.js";
export type { Verify } from "./resource-server/token-verifier.js";
export type { AudienceClaim } from "./verify/claim-checks.js";
export type { Fetch } from "./verify/fetch-json.js";
export type { Profile } from "./verify/header-checks.js";
export {
  type IntrospectionVerifierOptions,
  introspectionVerifier,
} from "./verify/introspection.js";
export type { IssuerOption, IssuerTemplate } from "./verify/issuers.js";
export { jwtVerifier } from "./verify/jwt.js";
export type { JwtVerifierOptions } from "./verify/jwt-options.js";
export type { KeySet } from "./verify/key-set.js";
export type { KeySetOption, KeysOption } from "./verify/key-sources.js";
export type { SigningAlgorithm } from "./verify/signing-algorithm.js";
export type { CacheOptions } from "./verify/token-cache.js";
export type { VerifierOptions } from "./verify/verifier-options.js";
export { type OutageReason, VerifierOutage } from "./verify/verifier-outage.js";
