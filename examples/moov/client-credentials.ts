// npx tsx moov/client-credentials.ts
//
// A backend without users: it gets its tokens with the client credentials grant (RFC 6749, section 4.4) from the example
// authorization server, and calls the example API with them. It needs two tokens, because the scopes of the second one contain the ID of
// the account that it creates with the first one.
import { fileURLToPath } from "node:url";
import type { Backend } from "../authorization-server/provider.js";
import { start as startAuthorizationServer } from "../authorization-server/server.js";
import { columns, heading } from "../print.js";
import { openLedger } from "./ledger.js";
import { policy } from "./policy.js";
import { startBehind } from "./server.js";

/** The response of the token endpoint: `access_token` and `scope`, or `error`. */
export interface TokenAnswer {
  readonly status: number;
  readonly error?: string;
  readonly access_token?: string;
  readonly scope?: string;
}

/** Starts the API and its authorization server, with two backends of different platforms. */
export async function startPlatform() {
  const ledger = openLedger();
  const backendOf = (client_id: string): Backend => ({
    client_id,
    client_secret: crypto.randomUUID(),
    scopes: () => ledger.scopesOf(client_id),
  });
  const backends = [backendOf("till-and-tally"), backendOf("ledger-and-loom")] as const;
  const api = await startBehind(
    (resource) => startAuthorizationServer(policy, { resource, backends }),
    ledger,
  );
  return { api, backends, ledger };
}

/** Returns the program of a backend: it requests tokens and calls the API. */
export function createBackendClient(
  { url, issuer }: { readonly url: string; readonly issuer: { readonly issuer: string } },
  { client_id, client_secret }: Backend,
) {
  return {
    token: async (scope?: string): Promise<TokenAnswer> => {
      const response = await fetch(new URL("/token", issuer.issuer), {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          ...(scope !== undefined && { scope }),
        }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    },
    call: async (request: string, token = "", body?: object) => {
      const [method = "", path = ""] = request.split(" ");
      const response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as Readonly<Record<string, unknown>>;
      return { status: response.status, answer };
    },
  };
}

async function main() {
  const { api, backends, ledger } = await startPlatform();
  const [own] = backends;
  const client = createBackendClient(api, own);
  const print = async (request: string, token?: string, body?: object) => {
    const { status, answer } = await client.call(request, token, body);
    columns([[request.padEnd(44), `${status} ${JSON.stringify(answer)}`]]);
    return answer;
  };
  const printToken = async (scope: string) => {
    const { status, error, access_token } = await client.token(scope);
    columns([[`token for ${scope}`.padEnd(44), `${status} ${error ?? "issued"}`]]);
    return access_token;
  };

  heading(`${policy.name}: the first token creates an account`);
  const first = await printToken("/accounts.write");
  const { accountID } = await print("POST /accounts", first);
  const account = { accountID: String(accountID) };

  heading("The second token is for that account, and for transfers of the platform account");
  const scopes = [
    policy.bindScope("/accounts/{accountID}/", account),
    policy.bindScope("/accounts/{accountID}/profile.write", account),
    policy.bindScope("/accounts/{accountID}/transfers.write", {
      accountID: ledger.platformOf(own.client_id),
    }),
  ].map((bound) => {
    if (!bound.ok) throw new Error(`${bound.param}: ${bound.reason}`);
    return bound.scope;
  });
  const second = await printToken(scopes.join(" "));
  await print(`PUT /accounts/${account.accountID}`, second, { name: "Ana's Bakery" });
  await print(`GET /accounts/${account.accountID}/wallets/wallet-1`, second);
  await print("POST /transfers", second);

  heading("Scopes that this client cannot get");
  await printToken("/accounts/account-1/profile.write");
  await printToken(`/accounts/${account.accountID}/transfers.write`);
  await printToken("/accounts/{accountID}/profile.write");

  heading("It gives no access to other accounts and platforms");
  await print("PUT /accounts/account-1", second, {});
  await print("POST /transfers?platformAccountID=platform-2", second, {
    platformAccountID: "platform-2",
  });
  await api.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
