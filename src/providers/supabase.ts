import { checkOptions, optional, required } from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isHost, isSegment, without } from "./facts.js";

/** Facts about a Supabase project. Give `project` or `domain`. */
export interface SupabaseFacts {
  /** The reference of the project: `abcdefghijklmnopqrst`. */
  readonly project?: string;
  /** The custom domain of the project. */
  readonly domain?: string;
  /** The audience. Default: `"authenticated"`, which Supabase writes into the token of each signed-in user. */
  readonly audience?: string | readonly string[];
}

function checksOf({ project, domain }: Partial<SupabaseFacts>) {
  return {
    project: without(
      domain,
      "domain",
      required(isSegment("the reference of a project", "abcdefghijklmnopqrst")),
    ),
    domain: without(project, "project", optional(isHost)),
    audience: optional(areTexts),
  } satisfies Record<keyof SupabaseFacts, unknown>;
}

/**
 * Returns the options of `jwtVerifier` for access tokens of Supabase Auth with an asymmetric signing key. The tokens have no scope until
 * a custom access token hook adds one: name its claim by `scopeClaim`. The hook can also write your API into `aud`. Keys of the API
 * (`anon`, `service_role`) are refused.
 *
 * {@link https://supabase.com/docs/guides/auth/jwt-fields JWT Claims Reference},
 * {@link https://supabase.com/docs/guides/auth/oauth-server/token-security Token Security and Row Level Security}
 * (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { supabase } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier({
 *   ...supabase({ project: "abcdefghijklmnopqrst" }),
 *   scopeClaim: "permissions", // a claim of the custom access token hook
 * });
 * ```
 */
export function supabase(facts: SupabaseFacts): JwtVerifierOptions {
  const given = checkOptions("`supabase`", facts, checksOf(ownMembers(facts) ?? {}));
  const { project, domain = `${project}.supabase.co`, audience = "authenticated" } = given;
  const issuer = `https://${domain}/auth/v1`;
  return {
    issuer,
    audience,
    jwks: `${issuer}/.well-known/jwks.json`,
    algorithms: ["ES256", "RS256"],
    profile: "lenient",
  };
}
