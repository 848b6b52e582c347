import {
  checkOptions,
  type OptionCheck,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts } from "./facts.js";

/** Facts about an API that is registered in Microsoft Entra ID. */
export interface EntraFacts {
  /** The id of the directory (tenant), a GUID; a list of them for an API with several tenants. */
  readonly tenant: string | readonly string[];
  /** The client id of your API, a GUID; for tokens of version 1.0 also its Application ID URI, such as `api://orders`. */
  readonly audience: string | readonly string[];
  /** The version of the access tokens (`requestedAccessTokenVersion` in the manifest of your API): `1` or `2`. Default: `2`. */
  readonly version?: 1 | 2;
}

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const areTenants: OptionCheck = (value) => {
  const tenants: readonly unknown[] = Array.isArray(value) ? value : [value];
  const areGuids = tenants.every((tenant) => typeof tenant === "string" && GUID.test(tenant));
  return areGuids && tenants.length > 0 && new Set(tenants).size === tenants.length
    ? undefined
    : "expected the id of a tenant (a GUID in lower case), or a list of different ones: tokens name no domain and no `common`";
};

const CHECKS = {
  tenant: required(areTenants),
  audience: required(areTexts),
  version: optional(oneOf(1, 2)),
} satisfies Record<keyof EntraFacts, unknown>;

/** The server of each version, and the part of its URLs that names the version. */
const VERSIONS = {
  1: { issuer: "https://sts.windows.net/{tid}/", keys: "discovery/keys" },
  2: { issuer: "https://login.microsoftonline.com/{tid}/v2.0", keys: "discovery/v2.0/keys" },
} as const;

/**
 * Returns the options of `jwtVerifier` for access tokens of Microsoft Entra ID. The scope of a user's token is read from `scp`, that of
 * an app-only token, which has no `scp`, from `roles`.
 *
 * Several tenants share one key set, as the page below documents it: the token's issuer must be that of its `tid`, and the member
 * `issuer` of a key restricts the key to the tenants that it names.
 *
 * {@link https://learn.microsoft.com/entra/identity-platform/access-tokens Access tokens in the Microsoft identity platform},
 * {@link https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference Access token claims reference}
 * (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { entra } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   entra({
 *     tenant: "00000000-0000-0000-0000-000000000000",
 *     audience: "11111111-1111-1111-1111-111111111111",
 *   }),
 * );
 * ```
 */
export function entra(facts: EntraFacts): JwtVerifierOptions {
  const { tenant, audience, version = 2 } = checkOptions("`entra`", facts, CHECKS);
  const { issuer: template, keys } = VERSIONS[version];
  const jwksOf = (directory: string) => `https://login.microsoftonline.com/${directory}/${keys}`;
  return {
    ...(typeof tenant === "string"
      ? { issuer: template.replace("{tid}", tenant), jwks: jwksOf(tenant) }
      : { issuer: { template, claim: "tid", tenants: tenant }, jwks: jwksOf("common") }),
    audience,
    algorithms: ["RS256"],
    profile: "lenient",
    scopeClaim: { firstOf: ["scp", "roles"] },
  };
}
