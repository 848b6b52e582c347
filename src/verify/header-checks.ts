import { readOwn } from "../decision/access-token.js";
import { type RejectedToken, rejected } from "../resource-server/verifier-result.js";
import type { JsonObject } from "./json-object.js";
import { listed, shownMember } from "./shown-value.js";
import { ALGORITHMS } from "./signing-algorithm.js";
import type { TokenCheck } from "./token-check.js";

/** A profile of signed tokens. */
export type Profile = "rfc9068" | "lenient";

/** The accepted values of the header's `typ`, in lower case. `undefined` accepts a header without it. */
const TYPES: Readonly<Record<Profile, readonly unknown[]>> = {
  rfc9068: ["at+jwt", "application/at+jwt"],
  lenient: ["at+jwt", "application/at+jwt", "jwt", "application/jwt", undefined],
};

/** Header parameters that change what is signed. The verifier understands none of them and rejects all (RFC 7515, section 4.1.11). */
const UNSUPPORTED_PARAMETERS = ["crit", "b64"];

/** Rules for the header of a signed token. */
export interface HeaderRules {
  readonly algorithms: readonly string[];
  readonly profile: Profile;
}

/** Returns the checks of a header, in the order in which the verifier makes them. */
export function headerChecks({ algorithms, profile }: HeaderRules): readonly TokenCheck[] {
  return [
    {
      name: "algorithm",
      seen: (header) => shownMember(header, "alg"),
      fault: (header) => algorithmFault(header, algorithms),
    },
    {
      name: "header",
      seen: (header) => shownMember(header, "kid"),
      fault: parameterFault,
    },
    {
      name: "type",
      seen: (header) => `${shownMember(header, "typ")} in the header`,
      fault: (header) => typeFault(header, profile),
    },
  ];
}

function algorithmFault(
  header: JsonObject,
  algorithms: readonly string[],
): RejectedToken | undefined {
  const alg = readOwn(header, "alg") as string;
  if (algorithms.includes(alg)) return undefined;
  const advice = ALGORITHMS.includes(alg)
    ? "add it to `algorithms` if the issuer signs with it"
    : "`algorithms` accepts signatures with a public key only";
  const detail = `${shownMember(header, "alg")}, expected ${listed(algorithms, "or")}; ${advice}`;
  return rejected("algorithm", detail);
}

function parameterFault(header: JsonObject): RejectedToken | undefined {
  const unsupported = UNSUPPORTED_PARAMETERS.filter((name) => Object.hasOwn(header, name));
  if (unsupported.length > 0) {
    const detail = `the header has ${listed(unsupported, "and")}, which no option accepts: the parameters change what is signed`;
    return rejected("malformed", detail);
  }
  const kid = readOwn(header, "kid");
  if (kid === undefined || typeof kid === "string") return undefined;
  const detail = `${shownMember(header, "kid")}, expected a string (RFC 7515, section 4.1.4)`;
  return rejected("malformed", detail);
}

function typeFault(header: JsonObject, profile: Profile): RejectedToken | undefined {
  const typ = readOwn(header, "typ");
  const type = typeof typ === "string" ? typ.toLowerCase() : typ;
  if (TYPES[profile].includes(type)) return undefined;
  const advice = TYPES.lenient.includes(type)
    ? '`profile: "lenient"` accepts it'
    : "no option accepts another type of token";
  const seen = `${shownMember(header, "typ")} in the header`;
  return rejected("type", `${seen}, expected \`at+jwt\`; ${advice}`);
}
