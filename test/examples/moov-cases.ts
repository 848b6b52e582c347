import type { Case, RequestCase } from "./case.js";

const readA = "/accounts/acc-a/";
const profileA = "/accounts/acc-a/profile.write";
const transfersPlatform = "/accounts/platform/transfers.write";
const wallet = "GET /accounts/{accountID}/wallets/{walletID}";
const update = "PUT /accounts/{accountID}";
const a = { accountID: "acc-a" };
const b = { accountID: "acc-b" };
const onPlatform = { platformAccountID: "platform" };

export const moovCases: readonly Case[] = [
  // Scopes that are not restricted to an account.
  ["/", "GET /ping", { code: "allowed", scopes: ["/"] }],
  ["/", "ping", { code: "allowed" }],
  ["/", "look_up_institution", { code: "allowed" }],
  ["/", "list_accounts", { code: "allowed" }],
  ["/accounts.write", "GET /ping", { code: "insufficient_scope", missing: ["/"] }],
  ["/accounts.write", "POST /accounts", { code: "allowed", scopes: ["/accounts.write"] }],
  ["/accounts.write", "create_account", { code: "allowed" }],
  ["/accounts.write", "list_accounts", { code: "insufficient_scope", missing: ["/"] }],
  ["/", "POST /accounts", { code: "insufficient_scope", missing: ["/accounts.write"] }],
  ["", "GET /ping", { code: "insufficient_scope", missing: ["/"] }],

  // Neither `/` nor the scope of the account covers other scopes.
  ["/", wallet, { code: "insufficient_scope", missing: [readA] }, a],
  ["/", update, { code: "insufficient_scope", missing: [profileA] }, a],
  ["/ /accounts.write", "get_profile", { code: "insufficient_scope", missing: [readA] }, a],
  [readA, wallet, { code: "allowed", scopes: [readA] }, a],
  [readA, "get_wallet_balance", { code: "allowed" }, a],
  [readA, "list_payment_methods", { code: "allowed" }, a],
  [readA, "get_profile_image", { code: "allowed" }, a],
  [readA, "GET /ping", { code: "insufficient_scope", missing: ["/"] }],
  [readA, update, { code: "insufficient_scope", missing: [profileA] }, a],
  [profileA, update, { code: "allowed", scopes: [profileA] }, a],
  [profileA, wallet, { code: "insufficient_scope", missing: [readA] }, a],
  [profileA, "update_profile", { code: "allowed" }, a],

  // The first scope of a row allows viewing, the second allows adding.
  [readA, "list_bank_accounts", { code: "allowed" }, a],
  [
    readA,
    "add_bank_account",
    { code: "insufficient_scope", missing: ["/accounts/acc-a/bank-accounts.write"] },
    a,
  ],
  ["/accounts/acc-a/bank-accounts.write", "add_bank_account", { code: "allowed" }, a],
  [
    "/accounts/acc-a/cards.write",
    "list_cards",
    { code: "insufficient_scope", missing: [readA] },
    a,
  ],
  ["/accounts/acc-a/cards.write", "add_card", { code: "allowed" }, a],
  ["/accounts/acc-a/capabilities.write", "request_capabilities", { code: "allowed" }, a],
  [readA, "list_capabilities", { code: "allowed" }, a],
  ["/accounts/acc-a/documents.write", "upload_document", { code: "allowed" }, a],
  [
    "/accounts/acc-a/documents.write",
    "upload_file",
    { code: "insufficient_scope", missing: ["/accounts/acc-a/files.write"] },
    a,
  ],
  ["/accounts/acc-a/representatives.write", "add_representative", { code: "allowed" }, a],

  // A scope for one account gives no access to another.
  [readA, wallet, { code: "binding_mismatch", param: "accountID" }, b],
  [readA, "get_profile", { code: "binding_mismatch", param: "accountID" }, b],
  [profileA, update, { code: "binding_mismatch", param: "accountID" }, b],
  [`${profileA} /accounts/acc-b/`, update, { code: "binding_mismatch", param: "accountID" }, b],
  [`${readA} /accounts/acc-b/`, wallet, { code: "allowed", scopes: ["/accounts/acc-b/"] }, b],
  ["/accounts/acc-ab/", wallet, { code: "binding_mismatch", param: "accountID" }, a],
  ["/accounts/ACC-A/", wallet, { code: "binding_mismatch", param: "accountID" }, a],

  // Transfers are bound to the platform account.
  [
    transfersPlatform,
    "create_transfer",
    { code: "allowed", scopes: [transfersPlatform] },
    onPlatform,
  ],
  [
    "/accounts/acc-a/transfers.write",
    "create_transfer",
    { code: "binding_mismatch", param: "platformAccountID" },
    { ...a, ...onPlatform },
  ],
  [
    "/accounts/platform/",
    "create_transfer",
    { code: "insufficient_scope", missing: [transfersPlatform] },
    onPlatform,
  ],
  [transfersPlatform, "create_transfer", { code: "invalid_params", param: "platformAccountID" }, a],
  ["/accounts/platform/", "list_transfers", { code: "allowed" }, onPlatform],
  [
    readA,
    "list_transfers",
    { code: "binding_mismatch", param: "platformAccountID" },
    { ...a, ...onPlatform },
  ],

  // A token for a known account, with the scopes of the guide's example.
  [
    `${readA} ${profileA} ${transfersPlatform}`,
    "create_transfer",
    { code: "allowed" },
    { ...a, ...onPlatform },
  ],

  // Invalid account IDs, tokens with unfilled placeholders, no credentials.
  [readA, wallet, { code: "invalid_params", param: "accountID" }],
  [readA, wallet, { code: "invalid_params", param: "accountID" }, { accountID: "" }],
  [readA, wallet, { code: "invalid_params", param: "accountID" }, { accountID: ".." }],
  [readA, wallet, { code: "invalid_params", param: "accountID" }, { accountID: "acc-a/" }],
  [readA, wallet, { code: "invalid_params", param: "accountID" }, { accountID: ["acc-a"] }],
  [undefined, wallet, { code: "invalid_params", param: "accountID" }, { accountID: "{accountID}" }],
  ["/accounts/{accountID}/", wallet, { code: "invalid_token" }, a],
  ["/accounts/<accountID>/", wallet, { code: "invalid_token" }, a],
  ["/ /accounts/{accountID}/", "GET /ping", { code: "invalid_token" }],
  [undefined, wallet, { code: "unauthenticated" }, a],
  [undefined, "GET /ping", { code: "unauthenticated" }],
  [readA, "delete_account", { code: "unknown_operation" }, a],
];

export const moovRequests: readonly RequestCase[] = [
  ["/", "GET", "/ping", { code: "allowed" }],
  ["/", "HEAD", "/ping", { code: "allowed" }],
  ["/", "POST", "/ping", { code: "unknown_operation" }],
  ["/", "GET", "/ping/", { code: "unknown_operation" }],
  ["/", "GET", "//ping", { code: "unknown_operation" }],
  ["/", "GET", "/Ping", { code: "unknown_operation" }],
  ["/", "GET", "/ping?x=1", { code: "unknown_operation" }],
  ["/accounts.write", "POST", "/accounts", { code: "allowed" }],
  ["/accounts.write", "POST", "/account", { code: "unknown_operation" }],
  [readA, "GET", "/accounts/acc-a/wallets/w1", { code: "allowed", scopes: [readA] }],
  [readA, "GET", "/accounts/acc-b/wallets/w1", { code: "binding_mismatch", param: "accountID" }],
  [
    readA,
    "GET",
    "/accounts/acc-b/wallets/w1",
    { code: "binding_mismatch", param: "accountID" },
    { accountID: "acc-a" },
  ],
  [readA, "GET", "/accounts/acc-b/../acc-a/wallets/w1", { code: "unknown_operation" }],
  [readA, "GET", "/accounts/acc%2da/wallets/w1", { code: "unknown_operation" }],
  [readA, "GET", "/accounts/acc-a/wallets", { code: "unknown_operation" }],
  [profileA, "PUT", "/accounts/acc-a", { code: "allowed" }],
  [profileA, "put", "/accounts/acc-a", { code: "unknown_operation" }],
  [readA, "PUT", "/accounts/acc-a", { code: "insufficient_scope", missing: [profileA] }],
  [undefined, "PUT", "/accounts/acc-a", { code: "unauthenticated" }],
];
