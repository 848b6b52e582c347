import type { Store } from "scope-policy/store";
import type { Connection } from "../../../src/store/database.js";
import { MAX_CLOCK_SKEW } from "../../../src/store/limits.js";
import { deleteEnded, readFeed } from "../../../src/store/revocation-rows.js";
import { eventOf } from "../audit-cases.js";
import { answer, client } from "../consents.js";
import { createRandom } from "../random.js";
import { CLIENTS, type Extent, FIRST_EXPIRY, timeAt } from "./fill.js";

/** Something that a store does with a few queries. */
export interface Operation {
  readonly title: string;
  readonly run: () => Promise<unknown>;
  /** Whether it writes, and so waits for the disk and has no bound. */
  readonly isWrite?: boolean;
}

/** What a page of the audit log can be chosen by. */
const SELECTIONS = [
  {},
  { client_id: "app-0" },
  { refused: true },
  { client_id: "app-0", refused: true },
] as const;

/** The users whose log is read: one with a tenth of the newer events, one with a tenth of the older ones, and all. */
const USERS = ["u0", "former", undefined];

function pagesOf(store: Store, extent: Extent): readonly Operation[] {
  const random = createRandom(1);
  const read = (sub: string | undefined, query: object) =>
    sub === undefined
      ? store.auditLog.pageOfAllUsers(query)
      : store.auditLog.page({ sub, ...query });
  const deep = () => `${timeAt(extent, random.below(1_000) / 1_000)}.5`;
  return USERS.flatMap((sub) =>
    SELECTIONS.flatMap((selection) => {
      const title = `audit log of ${sub ?? "all users"}${Object.keys(selection)
        .map((name) => `, by ${name}`)
        .join("")}`;
      return [
        { title: `${title}: first page`, run: () => read(sub, selection) },
        { title: `${title}: page inside`, run: () => read(sub, { ...selection, before: deep() }) },
      ];
    }),
  );
}

function grantsOf(store: Store, { grants }: Extent): readonly Operation[] {
  const random = createRandom(2);
  // each copy of the first grants belongs to another user
  const user = () => `${1 + random.below(99)}-u${1 + random.below(grants / 500)}`;
  let requests = 0;
  return [
    { title: "connected apps of a user", run: () => store.grants.list(user()) },
    { title: "connected apps of a user with 100", run: () => store.grants.list("1-u0") },
    {
      title: "facts of a consent",
      run: () =>
        store.grants.consentFacts({
          sub: user(),
          client_id: `app-${random.below(CLIENTS)}`,
          id: "request-1",
        }),
    },
    {
      title: "record a consent",
      isWrite: true,
      run: async () => {
        requests += 1;
        const given = {
          sub: user(),
          client: { ...client, client_id: `app-${random.below(CLIENTS)}` },
        };
        const asked = {
          requested: "openid courses:read",
          scopes: ["courses:read"],
          id: `new-${requests}`,
        };
        return store.grants.record(await answer(store.grants, { ...given, ...asked }));
      },
    },
    {
      title: "revoke a grant",
      isWrite: true,
      run: async () => {
        const [grant] = await store.grants.list(user());
        return grant && store.grants.revoke(grant.grantId, { by: "support" });
      },
    },
    {
      title: "write the last uses of 500 grants",
      isWrite: true,
      run: () => {
        for (let use = 0; use < 500; use += 1)
          store.touch({ scope: "", sub: user(), client_id: `app-${random.below(CLIENTS)}` });
        return store.flush();
      },
    },
  ];
}

function revocationsOf(store: Store, connection: Connection, extent: Extent): readonly Operation[] {
  const random = createRandom(3);
  let second = FIRST_EXPIRY + MAX_CLOCK_SKEW;
  return [
    { title: "revocation feed, nothing new", run: () => readFeed(connection, extent.revocations) },
    {
      title: "revocation feed, 500 rows",
      run: () => readFeed(connection, random.below(extent.revocations - 500)),
    },
    {
      title: "compaction of 100 revocations",
      run: () => {
        second += 100;
        return deleteEnded(connection, second, 3_600);
      },
    },
    {
      title: "revoke a token",
      isWrite: true,
      run: () => store.revocations.add({ kind: "token", jti: random.id(), by: "support" }),
    },
  ];
}

function eventsOf(store: Store, extent: Extent): readonly Operation[] {
  const random = createRandom(4);
  const event = () => eventOf({ id: random.id(), at: timeAt(extent, 1), client_id: "app-0" });
  let share = 0;
  return [
    { title: "write one audit event", isWrite: true, run: () => store.audit(event()) },
    {
      title: "write 500 audit events",
      isWrite: true,
      run: () => Promise.all(Array.from({ length: 500 }, () => store.audit(event()))),
    },
    {
      title: "delete the 100 oldest audit events",
      isWrite: true,
      run: () => {
        share += 100 / extent.events;
        return store.auditLog.prune({ maxAge: Date.now() / 1_000 - timeAt(extent, share) / 1_000 });
      },
    },
  ];
}

/** Returns what a store does for pages, for the feed of revocations and for calls. */
export function operationsOf(
  store: Store,
  connection: Connection,
  extent: Extent,
): readonly Operation[] {
  return [
    ...pagesOf(store, extent),
    ...grantsOf(store, extent),
    ...revocationsOf(store, connection, extent),
    ...eventsOf(store, extent),
  ];
}
