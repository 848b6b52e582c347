// The platform's own records of its clients: the platform account that each client acts for, and the accounts that it has created.
// Neither is read from a request.
import { bindScope } from "scope-policy";
import { policy } from "./policy.js";

/** The placeholder for callers without a platform account: no scope is bound to it. */
const NO_PLATFORM = "none";

/** The platform accounts by client. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["client-1", "platform-1"],
  ["till-and-tally", "platform-1"],
  ["ledger-and-loom", "platform-2"],
]);

/**
 * "The account ID for transfers related scopes should be the platform account ID. The account ID for all other scopes will be the
 * user's account ID."
 */
const TRANSFERS = "/accounts/{accountID}/transfers.write";

export interface Ledger {
  /** Returns the platform account that a client acts for. */
  platformOf(clientId: string | undefined): string;
  /** Creates an account for a client and returns its identifier. */
  open(clientId: string | undefined): string;
  /** Returns every scope that a client may have now, bound to its accounts. */
  scopesOf(clientId: string): readonly string[];
}

/** Opens a ledger without accounts. */
export function openLedger(): Ledger {
  const owners = new Map<string, string | undefined>();
  const platformOf = (clientId = "") => PLATFORMS.get(clientId) ?? NO_PLATFORM;
  return {
    platformOf,
    open: (clientId) => {
      const accountID = `account-${owners.size + 7}`;
      owners.set(accountID, clientId);
      return accountID;
    },
    scopesOf: (clientId) => {
      const accounts = [...owners].filter(([, owner]) => owner === clientId).map(([id]) => id);
      const forAccounts = policy.scopeNames.filter((scope) => scope !== TRANSFERS);
      return [
        ...bound(policy.scopeNames, {}), // scopes without an account
        ...bound(["/accounts/{accountID}/", TRANSFERS], { accountID: platformOf(clientId) }),
        ...accounts.flatMap((accountID) => bound(forAccounts, { accountID })),
      ];
    },
  };
}

/** Returns the scopes whose placeholders all have a value. */
function bound(scopes: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return scopes.flatMap((scope) => {
    const result = bindScope(scope, values);
    return result.ok ? [result.scope] : [];
  });
}
