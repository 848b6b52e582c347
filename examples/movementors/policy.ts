// MoveMentors, a booking platform for mentors and studios: the whole of its article on OAuth scopes, in
// its own words.
//
// The article names no tools, so every tool here is chosen: plain names, at least one for each scope
// that opens something, and one for each thing that it rules out. Chosen too, and listed in `chosen`:
// - the version (the article has none);
// - the tiers: it says "free tier" and "Pro+", so `pro` is above `free`, and `premium` stands for
//   what the "+" means: Pro and whatever is above it;
// - read:profile is required: "Required by almost every client", "some are pre-checked as required";
// - update_mentor_profile and update_studio_profile are for accounts that have such a profile.
//
// The bundles hold what the article lists: a client that calls MCP tools asks for mcp:tools as well.
import { definePolicy } from "scope-policy";

export const chosen = {
  version: "2026-11-22",
  tiers: ["premium"],
  required: ["read:profile"],
  toolGates: ["update_mentor_profile", "update_studio_profile"],
  tools: [
    "get_profile",
    "update_profile",
    "get_mentor_profile",
    "update_mentor_profile",
    "get_studio_profile",
    "update_studio_profile",
    "list_classes",
    "get_class",
    "create_class",
    "update_class",
    "delete_class",
    "list_bookings",
    "create_booking",
    "cancel_booking",
    "mark_booking_paid",
    "list_clients",
    "get_client",
    "update_client_notes",
    "update_client_tags",
    "get_earnings",
    "list_expenses",
    "create_expense",
    "update_expense",
    "delete_expense",
    "categorise_earnings",
    "list_reviews",
    "respond_to_review",
    "list_messages",
    "send_message",
    "search_directory",
    "read_private_data_of_others",
    "trigger_payout",
    "update_stripe_settings",
    "change_email",
    "delete_account",
  ],
} as const;

const stripe =
  "Triggering payouts or modifying Stripe-side settings. Those are at Stripe, not at us.";
const privacy =
  "Reading other users' private data. Even with full scopes, a client can only access YOUR data and public data of others.";
const confirmation =
  "Modifying account settings that require email confirmation (changing your email, etc).";
const deletion =
  "Account deletion requires email confirmation. It cannot be done via OAuth, even with full scopes.";

export const policy = definePolicy({
  name: "MoveMentors",
  version: chosen.version,
  tiers: ["free", "pro", "premium"],
  accountTypes: ["mentor", "studio"],
  scopes: {
    "read:profile": {
      description: "Read your own user profile (name, email, account type, settings).",
      group: "read",
      required: true,
    },
    "read:mentor": {
      description: "Read your mentor profile (bio, photos, locations, certifications).",
      group: "read",
      accountTypes: ["mentor"],
    },
    "read:studio": {
      description: "Read your studio profile.",
      group: "read",
      accountTypes: ["studio"],
    },
    "read:classes": {
      description: "Read the classes you host (title, schedule, capacity, price, etc).",
      group: "read",
    },
    "read:bookings": {
      description: "Read your bookings (both as host and as student).",
      group: "read",
    },
    "read:clients": {
      description: "Read your client CRM (clients who booked, their history, your notes).",
      group: "read",
    },
    "read:financials": {
      description: "Read your earnings and expenses dashboard.",
      group: "read",
      tier: "pro",
    },
    "read:reviews": {
      description: "Read reviews on your profile and reviews you have left.",
      group: "read",
    },
    "read:messages": {
      description: "Read your inbox (inquiries, mentor messages).",
      group: "read",
    },
    "read:public": {
      description: "Search the public directory (mentors, studios, classes).",
      group: "read",
    },
    "write:profile": { description: "Update your user profile (name, settings).", group: "write" },
    "write:mentor": { description: "Update your mentor or studio profile.", group: "write" },
    "write:studio": { description: "Update your mentor or studio profile.", group: "write" },
    "write:classes": {
      description: "Create, update, delete your classes. Modify schedules, capacity, pricing.",
      group: "write",
      tier: "pro",
    },
    "write:bookings": {
      description:
        "Create new bookings (booking on behalf of a student), cancel bookings, mark paid.",
      group: "write",
    },
    "write:clients": { description: "Update client notes and tags.", group: "write" },
    "write:financials": {
      description: "Create, update, delete expenses. Modify earnings categorisation.",
      group: "write",
      tier: "pro",
    },
    "write:reviews": { description: "Respond to reviews on your profile.", group: "write" },
    "write:messages": {
      description: "Send messages (inquiries, replies, mentor outreach).",
      group: "write",
    },
    "mcp:tools": { description: "Allow the client to call MCP tools.", group: "special" },
    offline_access: {
      description: "Allow the client to refresh its access token without you re-authorising.",
      group: "special",
    },
  },
  baseline: ["mcp:tools"], // "without it the MCP endpoint refuses requests"
  bundles: {
    "read-only": ["read:profile", "read:bookings", "read:classes", "read:clients"],
    "personal-assistant": [
      "read:profile",
      "read:bookings",
      "read:classes",
      "read:clients",
      "write:bookings",
      "write:classes",
      "write:messages",
    ],
    "full-control": { every: true, except: ["write:financials"] },
  },
  tools: {
    get_profile: "read:profile",
    update_profile: "write:profile",
    get_mentor_profile: "read:mentor",
    update_mentor_profile: { scope: "write:mentor", accountTypes: ["mentor"] },
    get_studio_profile: "read:studio",
    update_studio_profile: { scope: "write:studio", accountTypes: ["studio"] },
    list_classes: "read:classes",
    get_class: "read:classes",
    create_class: "write:classes",
    update_class: "write:classes",
    delete_class: "write:classes",
    list_bookings: "read:bookings",
    create_booking: "write:bookings",
    cancel_booking: "write:bookings",
    mark_booking_paid: "write:bookings",
    list_clients: "read:clients",
    get_client: "read:clients",
    update_client_notes: "write:clients",
    update_client_tags: "write:clients",
    get_earnings: "read:financials",
    list_expenses: "read:financials",
    create_expense: "write:financials",
    update_expense: "write:financials",
    delete_expense: "write:financials",
    categorise_earnings: "write:financials",
    list_reviews: "read:reviews",
    respond_to_review: "write:reviews",
    list_messages: "read:messages",
    send_message: "write:messages",
    search_directory: { public: true, enrichedBy: "read:public" },
    read_private_data_of_others: { deny: privacy },
    trigger_payout: { deny: stripe },
    update_stripe_settings: { deny: stripe },
    change_email: { deny: confirmation },
    delete_account: { deny: deletion },
  },
  notCovered: [privacy, stripe, confirmation, deletion],
});
