// npx tsx moov/main.ts
//
// A program that creates an account and transfers money to it. Its scopes contain account IDs, so it needs two tokens: one to
// create the account, and one for the ID of the new account.
import { type AccessToken, bindScope } from "scope-policy";
import { columns, heading, inWords, step, tokenInWords } from "../print.js";
import { policy } from "./policy.js";

const platformAccountID = "platform-1";

heading(`${policy.name}: the first token creates an account`);
const first: AccessToken = { scope: "/accounts.write" };
console.log(tokenInWords(first));
step("POST /accounts", policy.decide(first, "POST /accounts"));
step("GET /ping", policy.decide(first, "GET /ping"));
step("GET /ping, scope /", policy.decide({ scope: "/" }, "GET /ping"));

heading("The second token is for the account that was created");
const accountID = "account-7"; // the response of POST /accounts
const scopes = [
  bindScope("/accounts/{accountID}/", { accountID }),
  bindScope("/accounts/{accountID}/profile.write", { accountID }),
  // "The account ID for transfers related scopes should be the platform account ID."
  bindScope("/accounts/{accountID}/transfers.write", { accountID: platformAccountID }),
].map((bound) => {
  if (!bound.ok) throw new Error(`${bound.param}: ${bound.reason}`);
  return bound.scope;
});
const second: AccessToken = { scope: scopes };
console.log(tokenInWords(second));
const wallet = "GET /accounts/{accountID}/wallets/{walletID}";
step("get_profile", policy.decide(second, "get_profile", { accountID }));
step(
  "PUT /accounts/{accountID}",
  policy.decide(second, "PUT /accounts/{accountID}", { accountID }),
);
step(wallet, policy.decide(second, wallet, { accountID }));
step("create_transfer", policy.decide(second, "create_transfer", { platformAccountID }));
step("add_card", policy.decide(second, "add_card", { accountID }));

heading("It gives no access to other accounts");
const other = { accountID: "account-8" };
step("get_profile of account-8", policy.decide(second, "get_profile", other));
step("PUT /accounts/account-8", policy.decide(second, "PUT /accounts/{accountID}", other));
step(
  "create_transfer on account-7",
  policy.decide(second, "create_transfer", { platformAccountID: accountID }),
);
step(
  "get_profile of ../account-8",
  policy.decide(second, "get_profile", { accountID: "../account-8" }),
);

heading("Requests by method and path");
const requests = [
  ["GET", "/accounts/account-7/wallets/wallet-1"],
  ["GET", "/accounts/account-8/wallets/wallet-1"],
  ["GET", "/accounts/account-8/../account-7/wallets/wallet-1"],
  ["DELETE", "/accounts/account-7"],
] as const;
columns(
  requests.map(([method, path]) => [
    `${method} ${path}`,
    inWords(policy.decideRequest(second, { method, path })),
  ]),
);
