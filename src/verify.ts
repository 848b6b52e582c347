export type { AccessToken } from "./decision/access-token.js";
export {
  accessTokenFromClaims,
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
export type { Fetch } from "./verify/fetch-json.js";
export {
  type IntrospectionVerifierOptions,
  introspectionVerifier,
} from "./verify/introspection.js";
export { type JwtVerifierOptions, jwtVerifier } from "./verify/jwt.js";
export type { KeySet } from "./verify/key-set.js";
export type { SigningAlgorithm } from "./verify/signing-algorithm.js";
export type { CacheOptions } from "./verify/token-cache.js";
export type { VerifierOptions } from "./verify/verifier-options.js";
export { type OutageReason, VerifierOutage } from "./verify/verifier-outage.js";
