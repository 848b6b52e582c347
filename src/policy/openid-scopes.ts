/** Scopes about the identity of the user (OpenID Connect Core, section 5.4). */
export const IDENTITY_SCOPES: ReadonlySet<string> = new Set([
  "openid",
  "profile",
  "email",
  "address",
  "phone",
]);

/** The scope that requests a refresh token (OpenID Connect Core, section 11). */
export const OFFLINE_ACCESS = "offline_access";
