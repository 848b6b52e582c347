import { checkOptions, required } from "../policy/option-checks.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isFlag, isHost } from "./facts.js";

/** Facts about an AuthKit environment of WorkOS. */
export interface WorkosFacts {
  /** The AuthKit domain, or its custom domain: `example.authkit.app`. */
  readonly domain: string;
  /** The resource indicator of your API in the WorkOS dashboard. */
  readonly audience: string | readonly string[];
  /** Whether the scope is read from `permissions`, the permissions of the user's role. Default: `false`, it is read from `scope`. */
  readonly permissions?: boolean;
}

const CHECKS = {
  domain: required(isHost),
  audience: required(areTexts),
  permissions: isFlag,
} satisfies Record<keyof WorkosFacts, unknown>;

/**
 * Returns the options of `jwtVerifier` for access tokens that AuthKit issues as an OAuth authorization server (WorkOS Connect, MCP).
 * Session tokens of `api.workos.com` have another issuer and no audience, and are refused.
 *
 * {@link https://workos.com/docs/authkit/mcp Model Context Protocol},
 * {@link https://workos.com/docs/reference/authkit/session-tokens Session tokens} (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { workos } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   workos({ domain: "example.authkit.app", audience: "https://api.example.com/mcp" }),
 * );
 * ```
 */
export function workos(facts: WorkosFacts): JwtVerifierOptions {
  const { domain, audience, permissions = false } = checkOptions("`workos`", facts, CHECKS);
  const issuer = `https://${domain}`;
  return {
    issuer,
    audience,
    jwks: `${issuer}/oauth2/jwks`,
    algorithms: ["RS256"],
    profile: "lenient",
    ...(permissions && { scopeClaim: "permissions" }),
  };
}
