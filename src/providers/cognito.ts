import { checkOptions, required } from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import type { JwtVerifierOptions } from "../verify/jwt-options.js";
import { areTexts, isSegment } from "./facts.js";

/** Facts about a user pool of Amazon Cognito. Give `clientId`, `audience`, or both. */
export interface CognitoFacts {
  /** The region of the user pool: `eu-central-1`. */
  readonly region: string;
  /** The id of the user pool: `eu-central-1_a1B2c3D4e`. */
  readonly userPoolId: string;
  /** The app clients of your API. Access tokens of Cognito name their client and have no `aud` by default. */
  readonly clientId?: string | readonly string[];
  /** Your API as a resource, if its clients send `resource`: only then the token has an `aud`. */
  readonly audience?: string | readonly string[];
}

function checksOf({ region, audience, clientId }: Partial<CognitoFacts>) {
  const isRegion = isSegment("a region", "eu-central-1");
  return {
    region: required(isRegion),
    userPoolId: required((value) => {
      const fault = isSegment("the id of a user pool", "eu-central-1_a1B2c3D4e")(value);
      if (fault !== undefined || isRegion(region) !== undefined) return fault;
      return (value as string).startsWith(`${region}_`)
        ? undefined
        : `expected a user pool of the region: \`${region}_\` and its id`;
    }),
    clientId:
      clientId === undefined && audience !== undefined ? () => undefined : required(areTexts),
    audience: (value: unknown) => (value === undefined ? undefined : areTexts(value)),
  } satisfies Record<keyof CognitoFacts, unknown>;
}

/**
 * Returns the options of `jwtVerifier` for access tokens of an Amazon Cognito user pool. With `clientId`, the token must name one of
 * the clients as `client_id`. ID tokens are refused by `token_use`. Refresh tokens are encrypted and refused too.
 *
 * {@link https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html Understanding the access token},
 * {@link https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html Verifying JSON web tokens}
 * (read on 27 November 2026)
 *
 * @throws {@link index!PolicyError} `ERR_OPTIONS_INVALID` with all invalid facts at once
 *
 * @example
 * ```ts
 * import { cognito } from "scope-policy/providers";
 * import { jwtVerifier } from "scope-policy/verify";
 *
 * const verify = jwtVerifier(
 *   cognito({ region: "eu-central-1", userPoolId: "eu-central-1_a1B2c3D4e", clientId: "1example23456789" }),
 * );
 * ```
 */
export function cognito(facts: CognitoFacts): JwtVerifierOptions {
  const given = checkOptions("`cognito`", facts, checksOf(ownMembers(facts) ?? {}));
  const { region, userPoolId, clientId, audience } = given;
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  return {
    issuer,
    audience: [clientId ?? [], audience ?? []].flat(2),
    ...(clientId !== undefined && { audienceClaim: "client_id" }),
    jwks: `${issuer}/.well-known/jwks.json`,
    algorithms: ["RS256"],
    profile: "lenient",
  };
}
