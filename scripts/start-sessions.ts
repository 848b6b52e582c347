import type { AccessToken } from "scope-policy";

/** A call that `npm start` decides, with its parameters. */
export type ExampleCall = readonly [call: string, params?: Readonly<Record<string, string>>];

/** A token and the calls that are decided with it. */
export interface Session {
  readonly token: AccessToken | undefined;
  /** A remark on the token. */
  readonly note?: string;
  readonly asks: readonly ExampleCall[];
}

export const loopwise: readonly Session[] = [
  { token: undefined, asks: [["list_courses"]] },
  {
    token: { scope: "openid email courses:read" },
    asks: [
      ["list_courses"],
      ["update_course"],
      ["get_settings"],
      ["list_members"],
      ["delete_course"],
    ],
  },
  {
    token: { scope: "appearance:read school:write" },
    asks: [["get_settings"], ["update_settings"], ["get_site_info"]],
  },
  {
    token: { scope: "admin:read admin:write" },
    note: "both scopes are reserved: they have no effect in the token of a third party",
    asks: [["update_settings"], ["list_orders"]],
  },
  {
    token: { scope: "courses:read  posts:read" },
    note: "two spaces, so the scope is malformed",
    asks: [["list_courses"]],
  },
];

const assistant =
  "read:profile read:bookings read:classes read:clients write:bookings write:classes write:messages mcp:tools";

export const movementors: readonly Session[] = [
  { token: undefined, asks: [["search_directory"], ["list_bookings"], ["delete_account"]] },
  { token: { scope: "read:public" }, asks: [["search_directory"]] },
  { token: { scope: "read:bookings", tier: "free" }, asks: [["list_bookings"], ["list_classes"]] },
  {
    token: { scope: assistant, tier: "free", account_type: "mentor" },
    asks: [["list_bookings"], ["create_booking"], ["update_class"], ["get_mentor_profile"]],
  },
  {
    token: { scope: assistant, tier: "premium", account_type: "studio" },
    asks: [["update_class"], ["get_mentor_profile"], ["create_expense"], ["change_email"]],
  },
];

const a = { accountID: "account-7" };
const b = { accountID: "account-8" };

export const moov: readonly Session[] = [
  {
    token: { scope: "/ /accounts.write" },
    asks: [["GET /ping"], ["POST /accounts"], ["PUT /accounts/{accountID}", a]],
  },
  {
    token: { scope: "/accounts/account-7/ /accounts/platform-1/transfers.write" },
    asks: [
      ["GET /accounts/{accountID}/wallets/{walletID}", a],
      ["GET /accounts/{accountID}/wallets/{walletID}", b],
      ["PUT /accounts/{accountID}", a],
      ["list_cards", a],
      ["add_card", a],
      ["create_transfer", { platformAccountID: "platform-1" }],
      ["create_transfer", { platformAccountID: "account-7" }],
      ["create_transfer", a],
    ],
  },
  {
    token: { scope: "/accounts/{accountID}/" },
    note: "never bound to an account",
    asks: [["get_profile", a]],
  },
];

export const localisation: readonly Session[] = [
  { token: undefined, asks: [["GET /api/oauth-client/me"]] },
  { token: { scope: "" }, asks: [["GET /api/oauth-client/me"], ["list_keys"]] },
  {
    token: { scope: "org:read projects:read keys:read keys:write translations:write" },
    asks: [
      ["GET /api/oauth-client/organizations"],
      ["GET /api/oauth-client/organizations/:orgId/projects"],
      ["GET /api/oauth-client/organizations/:orgSlug/projects/:projectSlug/models"],
      ["POST /api/oauth-client/v1/projects"],
      ["update_key"],
      ["write_translation"],
      ["publish_translations"],
      ["update_glossary_term"],
    ],
  },
];
