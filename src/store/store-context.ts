import type { StoreDatabase } from "./database.js";
import type { EndedGrant, StoreOptions } from "./options.js";

/** What every part of a store uses. */
export interface StoreContext {
  readonly database: StoreDatabase;
  /** The issuer of the tokens. `null`: every issuer. */
  readonly issuer: string | null;
  /** Clock in seconds since 1970; `undefined`: that of the runtime. */
  readonly now: StoreOptions["now"];
  /** Has the host delete the authorization codes and the refresh tokens of a grant. Rejects if it cannot. */
  readonly endTokens: (grant: EndedGrant) => Promise<void>;
}

/** The steps of `REVOCATION_STEPS` that only the host can do, in their order. */
const HOST_STEPS = ["authorization_codes", "refresh_tokens"] as const;

/** Creates what the parts of a store use, from checked options. */
export function createContext(
  { issuer, now, endTokens }: StoreOptions,
  database: StoreDatabase,
): StoreContext {
  return {
    database,
    issuer: issuer ?? null,
    now,
    endTokens: async ({ grantId, sub, client_id }) => {
      for (const step of HOST_STEPS) await endTokens?.(step, { grantId, sub, client_id });
    },
  };
}
