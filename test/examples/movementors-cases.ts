import type { Case, Expected } from "./case.js";

const everything =
  "read:profile read:mentor read:studio read:classes read:bookings read:clients read:financials read:reviews read:messages read:public write:profile write:mentor write:studio write:classes write:bookings write:clients write:financials write:reviews write:messages mcp:tools offline_access";
const readOnly = "read:profile read:bookings read:classes read:clients";
const assistant = `${readOnly} write:bookings write:classes write:messages`;

const deletion =
  "Account deletion requires email confirmation. It cannot be done via OAuth, even with full scopes.";
const stripe =
  "Triggering payouts or modifying Stripe-side settings. Those are at Stripe, not at us.";
const confirmation =
  "Modifying account settings that require email confirmation (changing your email, etc).";
const privacy =
  "Reading other users' private data. Even with full scopes, a client can only access YOUR data and public data of others.";

const upgrade = (had: string | undefined): Expected => ({
  code: "upgrade_required",
  tier: "pro",
  had,
});

export const movementorsCases: readonly Case[] = [
  // Every tool requires mcp:tools in addition to its own scope.
  [
    "read:bookings mcp:tools",
    "list_bookings",
    { code: "allowed", scopes: ["read:bookings", "mcp:tools"] },
  ],
  [
    "read:bookings",
    "list_bookings",
    {
      code: "insufficient_scope",
      scopes: ["read:bookings", "mcp:tools"],
      missing: ["mcp:tools"],
    },
  ],
  ["", "list_bookings", { code: "insufficient_scope", missing: ["read:bookings", "mcp:tools"] }],
  [readOnly, "get_profile", { code: "insufficient_scope", missing: ["mcp:tools"] }],
  ["mcp:tools", "get_profile", { code: "insufficient_scope", missing: ["read:profile"] }],

  // "If you grant only read:bookings, the client can only read bookings."
  [
    "read:bookings mcp:tools",
    "list_classes",
    { code: "insufficient_scope", missing: ["read:classes"] },
  ],
  [
    "read:bookings mcp:tools",
    "create_booking",
    { code: "insufficient_scope", missing: ["write:bookings"] },
  ],
  [
    "write:bookings mcp:tools",
    "list_bookings",
    { code: "insufficient_scope", missing: ["read:bookings"] },
  ],
  [
    "offline_access mcp:tools",
    "get_profile",
    { code: "insufficient_scope", missing: ["read:profile"] },
  ],
  ["read:messages mcp:tools", "list_messages", { code: "allowed" }],
  [
    "read:messages mcp:tools",
    "send_message",
    { code: "insufficient_scope", missing: ["write:messages"] },
  ],
  ["write:reviews mcp:tools", "respond_to_review", { code: "allowed" }],
  ["write:clients mcp:tools", "update_client_tags", { code: "allowed" }],

  // "Pro+ feature": the tier is separate from the grant, and Pro+ means Pro and above.
  [{ scope: `${assistant} mcp:tools`, tier: "free" }, "update_class", upgrade("free")],
  [{ scope: `${assistant} mcp:tools`, tier: "free" }, "create_class", upgrade("free")],
  [{ scope: `${assistant} mcp:tools`, tier: "free" }, "delete_class", upgrade("free")],
  [
    { scope: "write:classes mcp:tools", tier: "pro" },
    "update_class",
    { code: "allowed", scopes: ["write:classes", "mcp:tools"] },
  ],
  [{ scope: "write:classes mcp:tools", tier: "premium" }, "update_class", { code: "allowed" }],
  ["write:classes mcp:tools", "update_class", upgrade(undefined)],
  [{ scope: "write:classes mcp:tools", tier: "platinum" }, "update_class", upgrade("platinum")],
  [{ scope: "write:classes mcp:tools", tier: "Pro" }, "update_class", upgrade("Pro")],
  [{ scope: "mcp:tools", tier: "free" }, "update_class", upgrade("free")],
  [
    { scope: "mcp:tools", tier: "pro" },
    "update_class",
    { code: "insufficient_scope", missing: ["write:classes"] },
  ],
  [{ scope: "read:classes mcp:tools", tier: "free" }, "get_class", { code: "allowed" }],
  [{ scope: "read:financials mcp:tools", tier: "free" }, "get_earnings", upgrade("free")],
  [{ scope: "read:financials mcp:tools", tier: "pro" }, "get_earnings", { code: "allowed" }],
  [{ scope: "write:financials mcp:tools", tier: "free" }, "create_expense", upgrade("free")],
  [
    { scope: "write:financials mcp:tools", tier: "premium" },
    "categorise_earnings",
    { code: "allowed" },
  ],
  [
    { scope: everything.replace("write:financials ", ""), tier: "premium" },
    "delete_expense",
    { code: "insufficient_scope", missing: ["write:financials"] },
  ],

  // Account types.
  [
    { scope: "read:mentor mcp:tools", account_type: "mentor" },
    "get_mentor_profile",
    { code: "allowed" },
  ],
  [
    { scope: "read:mentor mcp:tools", account_type: "studio" },
    "get_mentor_profile",
    { code: "account_type_required" },
  ],
  ["read:mentor mcp:tools", "get_mentor_profile", { code: "account_type_required" }],
  [
    { scope: "mcp:tools", account_type: "mentor" },
    "get_mentor_profile",
    { code: "insufficient_scope", missing: ["read:mentor"] },
  ],
  [
    { scope: "read:studio mcp:tools", account_type: "studio" },
    "get_studio_profile",
    { code: "allowed" },
  ],
  [
    { scope: "read:studio mcp:tools", account_type: "mentor" },
    "get_studio_profile",
    { code: "account_type_required" },
  ],
  [
    { scope: "write:mentor mcp:tools", account_type: "studio" },
    "update_mentor_profile",
    { code: "account_type_required" },
  ],
  [
    { scope: "write:studio mcp:tools", account_type: "studio" },
    "update_studio_profile",
    { code: "allowed" },
  ],

  // The directory is public; the scope adds detail.
  [undefined, "search_directory", { code: "allowed", scopes: [], enriched: false }],
  ["", "search_directory", { code: "allowed", enriched: false }],
  ["mcp:tools", "search_directory", { code: "allowed", enriched: false }],
  ["read:public", "search_directory", { code: "allowed", enriched: true }],
  ["read:public mcp:tools", "search_directory", { code: "allowed", enriched: true }],
  ["read:public  mcp:tools", "search_directory", { code: "invalid_token" }],

  // Denied tools.
  [
    { scope: everything, tier: "premium", account_type: "mentor", first_party: true },
    "delete_account",
    { code: "denied", reason: deletion },
  ],
  ["delete:account mcp:tools", "delete_account", { code: "denied", reason: deletion }],
  [undefined, "delete_account", { code: "denied", reason: deletion }],
  [{ scope: everything, tier: "premium" }, "trigger_payout", { code: "denied", reason: stripe }],
  [
    { scope: everything, tier: "premium" },
    "update_stripe_settings",
    { code: "denied", reason: stripe },
  ],
  [{ scope: everything, tier: "pro" }, "change_email", { code: "denied", reason: confirmation }],
  [
    { scope: everything, first_party: true },
    "read_private_data_of_others",
    { code: "denied", reason: privacy },
  ],

  // No token, malformed tokens, and unknown tools.
  [undefined, "get_profile", { code: "unauthenticated" }],
  ["read:profile\tmcp:tools", "get_profile", { code: "invalid_token" }],
  [everything, "list_payouts", { code: "unknown_operation" }],
  [undefined, "constructor", { code: "unknown_operation" }],
];
