import type { Policy } from "scope-policy";
import type * as audit from "scope-policy/audit";
import type * as verify from "scope-policy/verify";
import { product } from "./core-rows.js";
import { ISSUER, TOKENS } from "./definition.js";
import { EVENTS } from "./events.js";
import type { Table } from "./row.js";

/** Returns the rows of the entry `scope-policy/audit`. */
export function auditRows(policy: Policy): Table<typeof audit> {
  const of = (...lists: readonly (readonly unknown[])[]) => lists.map((list) => [policy, ...list]);
  const events = EVENTS.map((event) => [event]);
  return {
    authorizationEvent: {
      takes: ["policy", "facts"],
      samples: of(
        [{ type: "token", outcome: "success" }],
        [
          {
            ...{ type: "consent", outcome: "denied", error: "access_denied", reason: "Not now" },
            ...{ client_id: "app-1", client_name: "App", sub: "ada", iss: ISSUER, grantId: "g-1" },
            ...{ grant_type: "authorization_code", jti: "j-1", requestId: "r-1", status: 302 },
            ...{ scope: ["openid"], requested: "openid courses:read", removed: "courses:write" },
            first_party: true,
          },
        ],
        [{ type: "revocation", outcome: "failure", tipe: "token" }],
        [undefined],
      ),
    },
    toCloudEvent: { takes: ["facts", "program"], samples: EVENTS.map((event) => [event, "/mcp"]) },
    toEcs: { takes: ["facts"], samples: events },
    toOcsf: {
      takes: ["facts", "options"],
      samples: EVENTS.flatMap((event) => [[event], [event, { clientAddress: "192.0.2.1" }]]),
    },
    toOpenTelemetryAttributes: {
      takes: ["facts", "options"],
      samples: EVENTS.flatMap((event) => [[event], [event, { arguments: true }]]),
    },
  };
}

/** The rows of the entry `scope-policy/verify` that read claims and credentials. */
export const CLAIM_ROWS = {
  MAX_TOKEN_LENGTH: "constant",
  SCOPE_CLAIMS: "constant",
  accessTokenFromClaims: {
    takes: ["client", "options"],
    samples: product(
      [...Object.values(TOKENS), { scp: ["a"] }, { scope: "a", sub: 1 }, undefined],
      [{}, { scopeClaim: "scp" }, { isScopeList: true }],
    ),
  },
  readCredentials: {
    takes: ["client"],
    samples: [[undefined], ["Bearer abc"], [["Bearer a", "Bearer b"]], ["Basic x"], [[]]],
  },
} satisfies Partial<Table<typeof verify>>;
