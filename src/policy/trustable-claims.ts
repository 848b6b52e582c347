/** The claims of a token about the account and the client that an authorizer can be told to trust. */
export const TRUSTABLE_CLAIMS = ["tier", "account_type", "entitlements", "first_party"] as const;

/** A claim of {@link TRUSTABLE_CLAIMS}. */
export type TrustableClaim = (typeof TRUSTABLE_CLAIMS)[number];
