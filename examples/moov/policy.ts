// Moov, a payments platform: the whole of its guide to OAuth scopes, in its own words.
//
// The guide names four endpoints and a table of scopes, and no tools, so every tool here is chosen: one
// for each thing that a row of the table opens. What the table leaves open is read so:
// - a row that pairs two scopes for "view or add" (upload, edit, request): viewing needs the scope that
//   names the account alone, adding needs the scope that ends in .write. In all those rows the first
//   scope views and the second adds;
// - the row "/accounts.write, /" names creating first: creating needs the first ("POST /accounts"),
//   viewing all connected accounts the second;
// - the row of the transfers names moving money alone: creating needs transfers.write, and looking at
//   what was created needs the other scope;
// - both are bound to the platform account ("The account ID for transfers related scopes should be the
//   platform account ID"), all others to the user's;
// - a scope that has several rows carries the descriptions of all of them, in the order of the table.
// The version is chosen too (the guide has none).
import { definePolicy } from "scope-policy";

export const chosen = {
  version: "2026-11-22",
  tools: [
    "create_account",
    "list_accounts",
    "list_bank_accounts",
    "add_bank_account",
    "list_cards",
    "add_card",
    "list_capabilities",
    "request_capabilities",
    "list_documents",
    "upload_document",
    "list_files",
    "upload_file",
    "list_payment_methods",
    "get_profile_image",
    "get_profile",
    "update_profile",
    "list_representatives",
    "add_representative",
    "create_transfer",
    "list_transfers",
    "get_wallet_balance",
    "look_up_institution",
    "ping",
  ],
} as const;

const createAccount =
  "Allows a new Moov account to be created, and view all connected user accounts";
const bankAccounts = "Access to view or add a linked bank account to a Moov account";
const cards = "Access to view or add a linked cards to a Moov account";
const capabilities =
  "Access to request or view capabilities, determining what actions the account can do";
const documents =
  "Access to view or upload documents (like I-9s, W-4s) associated with a Moov account";
const files = "Access to view or upload files associated with a Moov account";
const paymentMethods = "Access to view payment methods for the account specified";
const profileImage = "Access to view a Moov account’s profile image";
const profile = "Access to view or edit details associated with a Moov account";
const representatives =
  "Access to view or add details on business representatives for a Moov account";
const transfers = "Access to move money by creating transfers";
const wallet = "Access to view the balance on an account’s Moov wallet";
const institutions =
  "Allows a developer to use the institutions lookup service to look up a bank name by routing number";
const reachable =
  "Allows a developer to test and confirm they are able to hit one of Moov’s services";

export const policy = definePolicy({
  name: "Moov",
  version: chosen.version,
  scopes: {
    "/accounts.write": { description: createAccount },
    "/": { description: [createAccount, institutions, reachable].join("; ") },
    "/accounts/{accountID}/": {
      description: [
        bankAccounts,
        cards,
        capabilities,
        documents,
        files,
        paymentMethods,
        profileImage,
        profile,
        representatives,
        transfers,
        wallet,
      ].join("; "),
    },
    "/accounts/{accountID}/bank-accounts.write": { description: bankAccounts },
    "/accounts/{accountID}/cards.write": { description: cards },
    "/accounts/{accountID}/capabilities.write": { description: capabilities },
    "/accounts/{accountID}/documents.write": { description: documents },
    "/accounts/{accountID}/files.write": { description: files },
    "/accounts/{accountID}/profile.write": { description: profile },
    "/accounts/{accountID}/representatives.write": { description: representatives },
    "/accounts/{accountID}/transfers.write": { description: transfers },
  },
  tools: {
    create_account: "/accounts.write",
    list_accounts: "/",
    list_bank_accounts: "/accounts/{accountID}/",
    add_bank_account: "/accounts/{accountID}/bank-accounts.write",
    list_cards: "/accounts/{accountID}/",
    add_card: "/accounts/{accountID}/cards.write",
    list_capabilities: "/accounts/{accountID}/",
    request_capabilities: "/accounts/{accountID}/capabilities.write",
    list_documents: "/accounts/{accountID}/",
    upload_document: "/accounts/{accountID}/documents.write",
    list_files: "/accounts/{accountID}/",
    upload_file: "/accounts/{accountID}/files.write",
    list_payment_methods: "/accounts/{accountID}/",
    get_profile_image: "/accounts/{accountID}/",
    get_profile: "/accounts/{accountID}/",
    update_profile: "/accounts/{accountID}/profile.write",
    list_representatives: "/accounts/{accountID}/",
    add_representative: "/accounts/{accountID}/representatives.write",
    create_transfer: {
      scope: "/accounts/{accountID}/transfers.write",
      params: { accountID: "platformAccountID" },
    },
    list_transfers: { scope: "/accounts/{accountID}/", params: { accountID: "platformAccountID" } },
    get_wallet_balance: "/accounts/{accountID}/",
    look_up_institution: "/",
    ping: "/",
  },
  endpoints: {
    "GET /ping": "/",
    "POST /accounts": "/accounts.write",
    "PUT /accounts/{accountID}": "/accounts/{accountID}/profile.write",
    "GET /accounts/{accountID}/wallets/{walletID}": "/accounts/{accountID}/",
  },
});
