// node scripts/run.mjs examples/audit/main.ts
//
// An authorizer that writes one event for each decision through pino, one JSON line each: who called which tool through which
// client, what was decided and why, and the arguments as far as the policy shows them.
import { pino } from "pino";
import { type AccessToken, createAuthorizer, definePolicy } from "scope-policy";

const policy = definePolicy({
  name: "Bookings",
  version: "2026-11-22",
  tiers: ["free", "pro"],
  scopes: {
    "read:bookings": "Read your bookings",
    "write:bookings": "Create and cancel bookings",
    "write:classes": { description: "Change your classes", tier: "pro" },
  },
  tools: {
    list_bookings: { scope: "read:bookings", audit: { show: ["page", "filter"] } },
    create_booking: {
      scope: "write:bookings",
      audit: { show: ["class_id", "note"], hash: ["email"] },
    },
    update_class: { scope: "write:classes", audit: { show: ["class_id"] } },
    delete_account: { deny: "Account deletion requires email confirmation." },
  },
});

// Stands in for `jwtVerifier` of scope-policy/verify: it knows two tokens.
const tokens = new Map<string, AccessToken>([
  [
    "demo-reader",
    {
      scope: "read:bookings",
      sub: "user-1",
      client_id: "assistant",
      jti: "token-1",
    },
  ],
  [
    "demo-writer",
    {
      scope: "read:bookings write:bookings write:classes",
      sub: "user-1",
      client_id: "desk",
      jti: "token-2",
    },
  ],
]);

// stands in for the database of accounts
const plans = new Map([["user-1", "free"]]);

// synchronous: an event is written before the call goes on, and a full disk is an error here and a 503 for the caller
const log = pino({ base: null }, pino.destination({ dest: 1, sync: true }));

const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => tokens.get(rawToken),
  subject: ({ sub = "" }) => ({ tier: plans.get(sub) }),
  audit: (event) => log.info({ audit: event }, event.decision.code),
  auditKey: "a key of the log, from your secret store",
  sensitive: ["diagnosis"],
});

// allowed; of the arguments, the page and the filter are shown, and in the filter what has the name of a secret is not
await authorizer.decide("demo-reader", "list_bookings", {
  page: 2,
  filter: { status: "open", diagnosis: "private" },
  cursor: "not declared, so not shown",
});

// consent is missing; the e-mail address is a keyed digest, and a token in the note is taken out
await authorizer.decide("demo-reader", "create_booking", {
  class_id: "yoga-7",
  email: "ada@example.com",
  note: "call me\nAuthorization: Bearer mF_9.B5f-4.1JqM",
  password: "hunter2",
});

// a plan is missing; a hard denial; no credentials; a token that is no good; no such tool
await authorizer.decide("demo-writer", "update_class", { class_id: "yoga-7" });
await authorizer.decide("demo-writer", "delete_account");
await authorizer.decide(undefined, "list_bookings");
await authorizer.decide("stolen", "list_bookings");
await authorizer.admit({ authorization: "Bearer demo-reader", operation: "drop_tables\nallowed" });
