import {
  type OptionCheck,
  type OptionChecks,
  oneOf,
  optional,
  required,
} from "../policy/option-checks.js";
import type { Profile } from "./header-checks.js";
import { type IssuerOption, isIssuerOption } from "./issuers.js";
import { type KeysOption, keysFault } from "./key-sources.js";
import { ALGORITHMS, type SigningAlgorithm } from "./signing-algorithm.js";
import { isTextOrList, VERIFIER_CHECKS, type VerifierOptions } from "./verifier-options.js";

/** Options of `jwtVerifier`. `issuer`, `audience`, `jwks` and `algorithms` have no defaults. */
export interface JwtVerifierOptions extends VerifierOptions {
  /**
   * Issuer of the tokens, a list of issuers, or a template with one issuer for each tenant of a server. `iss` must equal one of them
   * exactly.
   */
  readonly issuer: IssuerOption;
  /** Identifiers of this resource server. A token's `aud`, or its `audienceClaim`, must name one of them exactly. */
  readonly audience: string | readonly string[];
  /**
   * URL of the issuer's key set (`https`, or a loopback host), or the key set itself. With a list of issuers, an object from each issuer
   * to its keys. With a template, an object from each tenant to its keys, or one key set if the provider documents that its
   * tenants share it.
   */
  readonly jwks: KeysOption;
  /** Accepted signature algorithms. The token's header can choose only one of these. */
  readonly algorithms: readonly SigningAlgorithm[];
  /** Profile of the tokens: `"rfc9068"`, or `"lenient"` for issuers that do not follow RFC 9068. Default: `"rfc9068"`. */
  readonly profile?: Profile;
}

/** Checks the keys against the issuers. An invalid issuer has a finding of its own, and then only their form counts. */
const isKeysOption = (value: unknown, { issuer }: Readonly<Record<string, unknown>>) => {
  if (value === undefined) return "is missing";
  const isValid = isIssuerOption(issuer) === undefined;
  return keysFault(value, isValid ? (issuer as IssuerOption) : undefined);
};

const isAlgorithms: OptionCheck = (value) => {
  const isValid =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => ALGORITHMS.includes(name as string));
  return isValid
    ? undefined
    : `expected a non-empty list of algorithms with a public key: ${ALGORITHMS.join(", ")}`;
};

/** Checks of the options of `jwtVerifier`. */
export const JWT_CHECKS = {
  ...VERIFIER_CHECKS,
  issuer: required(isIssuerOption),
  audience: required(isTextOrList),
  jwks: isKeysOption,
  algorithms: required(isAlgorithms),
  profile: optional(oneOf("rfc9068", "lenient")),
} satisfies OptionChecks & Record<keyof JwtVerifierOptions, unknown>;
