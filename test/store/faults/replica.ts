// A process that decides about tokens as fast as it can, with a store of its own.
import { setImmediate, setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { createAuthorizer, definePolicy } from "scope-policy";
import { createStore } from "scope-policy/store";
import { connect, migrate } from "./connect.js";
import {
  CONTROL,
  type Decisions,
  monotonic,
  type Order,
  type ReplicaSettings,
  type Reply,
  SLICE,
} from "./messages.js";
import { revokeSlowly, revokeToken } from "./revoke-token.js";

const { url, listenUrl, maxLag, clockOffset, rest } = JSON.parse(
  process.argv[2] ?? "",
) as ReplicaSettings;

let offset = clockOffset;
const db = connect(url);
const store = await createStore({
  db,
  maxLag,
  now: () => Date.now() / 1_000 + offset,
  ...(listenUrl !== undefined && {
    listen: () => new pg.Client({ connectionString: listenUrl, keepAlive: true }),
  }),
});
const authorizer = createAuthorizer({
  policy: definePolicy({
    name: "School",
    version: "1",
    scopes: { "courses:read": "See courses" },
    tools: { list_courses: "courses:read" },
  }),
  verify: (jti) => ({ scope: "courses:read", sub: "user-1", client_id: "app-1", jti }),
  isRevoked: store.isRevoked,
  onOutage: () => undefined,
  onRejected: () => undefined,
});

/** The member of the counts for each code of a decision. */
const COUNTED: Readonly<Record<string, keyof Decisions>> = {
  allowed: "allowed",
  invalid_token: "refused",
  temporarily_unavailable: "outages",
};

const lastAllowed = new Map<string, number>();
const firstRefused = new Map<string, number>();
const slices = new Map<number, Record<keyof Decisions, number>>();

function decide(jti: string): void {
  const before = monotonic();
  const admission = authorizer.admit({ authorization: `Bearer ${jti}`, operation: "list_courses" });
  if (admission instanceof Promise) throw new Error("a decision waited");
  const counted = COUNTED[admission.decision.code];
  if (counted === undefined) throw new Error(`unexpected: ${admission.decision.code}`);
  const slice = Math.floor(before / SLICE);
  const counts = slices.get(slice) ?? { allowed: 0, refused: 0, outages: 0 };
  counts[counted] += 1;
  slices.set(slice, counts);
  if (counted === "allowed") lastAllowed.set(jti, before);
  if (counted === "refused" && !firstRefused.has(jti)) firstRefused.set(jti, monotonic());
}

/** Number of tokens that each round decides about: the newest, since older ones are revoked long ago, and one of the older. */
const NEWEST = 20;

let watched: string[] = [];
let older = 0;

function decideRound(): void {
  decide(CONTROL);
  for (const jti of watched.slice(-NEWEST)) decide(jti);
  const old = watched[older % Math.max(watched.length, 1)];
  if (old !== undefined) decide(old);
  older += 1;
}

const send = (reply: Reply) => void process.send?.(reply);

let endTransaction: (order: "commit" | "rollback") => void = () => undefined;

/** What the process does for each order. */
const OBEY: { readonly [Kind in Order["kind"]]: (order: Extract<Order, { kind: Kind }>) => void } =
  {
    watch: ({ jtis }) => {
      watched = [...watched, ...jtis];
    },
    decide: ({ jtis }) => {
      for (const jti of jtis) decide(jti);
    },
    clock: (order) => {
      offset = order.offset;
    },
    report: () =>
      send({
        kind: "report",
        report: {
          lastAllowed: Object.fromEntries(lastAllowed),
          firstRefused: Object.fromEntries(firstRefused),
          slices: Object.fromEntries(slices),
        },
      }),
    transaction: ({ jti }) => void revokeWhenTold(jti),
    rollback: () => endTransaction("rollback"),
    commit: () => endTransaction("commit"),
    revoke: ({ jtis, pause }) => void revokeAll(jtis, pause),
  };

/** Starts a transaction with a revocation, again and again until it has begun, and ends it when it is told how. */
async function revokeWhenTold(jti: string): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    endTransaction = (order) => (order === "commit" ? resolve() : reject(new Error("rolled back")));
  });
  let hasBegun = false;
  while (!hasBegun) {
    const inside = () => {
      hasBegun = true;
      send({ kind: "in_transaction" });
      return ended;
    };
    const isCommitted = await revokeSlowly(db, jti, inside).then(
      () => true,
      () => false,
    );
    if (isCommitted) send({ kind: "committed", at: monotonic() });
    else if (hasBegun) send({ kind: "committed" });
    else await wait(100);
  }
}

async function revokeAll(jtis: readonly string[], pause: number): Promise<void> {
  const times: Record<string, number> = {};
  for (const jti of jtis) {
    times[jti] = await revokeToken(db, jti);
    await wait(pause);
  }
  send({ kind: "revoked", times });
}

process.on("message", (order: Order) => OBEY[order.kind](order as never));
process.on("disconnect", () => process.exit(0));
await migrate(store);
send({ kind: "ready" });

/** Milliseconds of deciding after which timers and answers of the database have their turn. */
const TURN = 3;

for (;;) {
  for (const end = monotonic() + TURN; monotonic() < end; ) decideRound();
  await (rest === 0 ? setImmediate() : wait(rest));
}
