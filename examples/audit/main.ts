// npx tsx audit/main.ts
//
// An authorizer that logs one event for each decision through pino, as one JSON line: the user, the client, the tool, the decision
// and its reason, and the arguments that the policy shows.
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

// replaces `jwtVerifier` of scope-policy/verify, and accepts two tokens
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

// replaces the database of accounts
const plans = new Map([["user-1", "free"]]);

// synchronous: an event is written before the call continues, and a full disk is an error here and a 503 for the caller
const log = pino({ base: null }, pino.destination({ dest: 1, sync: true }));

const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => tokens.get(rawToken),
  subject: ({ sub = "" }) => ({ tier: plans.get(sub) }),
  onRejected: (rejection) => log.debug({ rejection }, "refused token"),
  audit: (event) => log.info({ audit: event }, event.decision.code),
  auditKey: "a key of the log, from your secret store",
  sensitive: ["diagnosis"],
});

// allowed; the arguments `page` and `filter` are logged, except members of the filter with the name of a secret
await authorizer.decide("demo-reader", "list_bookings", {
  page: 2,
  filter: { status: "open", diagnosis: "private" },
  cursor: "not declared, so not shown",
});

// a scope is missing; the e-mail address is logged as a keyed digest, and the token in the note is redacted
await authorizer.decide("demo-reader", "create_booking", {
  class_id: "yoga-7",
  email: "ada@example.com",
  note: "call me\nAuthorization: Bearer mF_9.B5f-4.1JqM",
  password: "hunter2",
});

// the tier is too low; a denied tool; no credentials; an invalid token; an unknown tool
await authorizer.decide("demo-writer", "update_class", { class_id: "yoga-7" });
await authorizer.decide("demo-writer", "delete_account");
await authorizer.decide(undefined, "list_bookings");
await authorizer.decide("stolen", "list_bookings");
await authorizer.admit({ authorization: "Bearer demo-reader", operation: "drop_tables\nallowed" });
