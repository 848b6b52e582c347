import { type Kysely, sql } from "kysely";
import { type AccessToken, createAuthorizer, definePolicy, PolicyError } from "scope-policy";
import { mcpGate } from "scope-policy/mcp";
import { createStore, type Revocation, type Store, type StoreOptions } from "scope-policy/store";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MAX_CLOCK_SKEW } from "../../src/store/limits.js";
import { FEED_BATCH } from "../../src/store/revocation-rows.js";
import { createTestAuthorizer, READER } from "../mcp/fixture.js";
import { titled } from "../titled.js";
import type { Backend } from "./backend.js";
import { answer } from "./consents.js";
import { type Scene, sceneOf } from "./scene.js";

const NOW = 1_700_000_000;
const by = "user-1";
const token: AccessToken = {
  scope: "courses:read",
  iss: "https://issuer.example",
  sub: "user-1",
  client_id: "app-1",
  jti: "token-1",
  iat: NOW,
};

const COURSES = definePolicy({
  name: "School",
  version: "1",
  scopes: { "courses:read": "See courses" },
  tools: { list_courses: "courses:read" },
});

const HELLO = new TextEncoder().encode(": hello\n\n");

const QUIET = { onOutage: () => undefined, onRejected: () => undefined };

/** Waits until a condition holds, at most for the time of a test. */
const until = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 30_000, interval: 5 });

/** Returns the answer of `isRevoked`, or `"outage"`. */
function ask({ isRevoked }: Store, asked: AccessToken = token): boolean | "outage" {
  try {
    return isRevoked(asked);
  } catch {
    return "outage";
  }
}

/** The suite of revocation, which is the same for every database. */
export function describeRevocations(name: string, backend: () => Backend): void {
  describe(`revocations on ${name}`, () => {
    const scene = sceneOf(backend, { now: () => NOW });
    describe("obeying them", () => describeObeying(scene));
    describe("the age of the list", () => describeAge(scene));
    describe("the feed", () => describeFeed(scene));
    describe("deleting them", () => describeCompaction(scene));
    describe("what a program can pass", () => describeInput(scene));
  });
}

const KINDS: readonly { readonly title: string; readonly revocation: Revocation }[] = [
  { title: "a token", revocation: { kind: "token", jti: "token-1", exp: NOW + 60, by } },
  { title: "a grant by its identifier", revocation: { kind: "grant", grantId: "grant-1", by } },
  {
    title: "the grant of a user and client",
    revocation: { kind: "grant", sub: "user-1", client_id: "app-1", by },
  },
  { title: "a client", revocation: { kind: "client", client_id: "app-1", by } },
  { title: "a user", revocation: { kind: "subject", sub: "user-1", by } },
  { title: "everything before a time", revocation: { kind: "all", cutOff: NOW + 0.5, by } },
];

function describeObeying({ openStore }: Scene): void {
  it.each(titled(KINDS))(
    "revokes %s at once here, and elsewhere without a call",
    async (_title, { revocation }) => {
      const [here, there] = [await openStore(), await openStore({ maxLag: 1_000 })] as const;
      const asked = { ...token, claims: { grant_id: "grant-1" } };
      const other = { ...asked, jti: "2", sub: "2", client_id: "2", iat: NOW + 1, claims: {} };
      await until(() => ask(there, asked) === false);
      await here.revocations.add(revocation);
      expect(ask(here, asked)).toBe(true);
      expect(ask(here, other)).toBe(false);
      await until(() => ask(there, asked) === true);
      await until(() => ask(there, other) === false);
    },
  );

  it("revokes tokens of the store's issuer only, and of another if the revocation names it", async () => {
    const store = await openStore({ issuer: "https://issuer.example" });
    const other = { ...token, iss: "https://other.example" };
    await store.revocations.add({ kind: "subject", sub: "user-1", by });
    expect([ask(store), ask(store, other)]).toEqual([true, false]);
    await store.revocations.add({ kind: "subject", sub: "user-1", issuer: other.iss, by });
    expect([ask(store), ask(store, other)]).toEqual([true, true]);
  });

  it("obeys the revocation of a grant and a consent that takes something away at once", async () => {
    const [here, there] = [await openStore({ now: () => Date.now() / 1_000 }), await openStore()];
    const scopes = ["courses:read", "keys:read"];
    const wide = { requested: "openid courses:read keys:read", scopes, projects: ["p1"] };
    const first = await here.grants.record(await answer(here.grants, wide));
    const narrow = { ...wide, scopes: ["courses:read"] };
    const second = await here.grants.record(await answer(here.grants, narrow));
    const fresh = { ...token, iat: Date.now() / 1_000 + 60 };
    const of = (grant_id: string) => ({ ...fresh, claims: { grant_id } });
    expect([first, second].map((id) => ask(here, of(id)))).toEqual([true, false]);
    await here.grants.revoke(second, { by });
    expect(ask(here, of(second))).toBe(true);
    await there.flush();
    expect([first, second, "other"].map((id) => ask(there, of(id)))).toEqual([true, true, false]);
  });

  it("ends an open MCP stream at its next check, if another process revoked the token", async () => {
    const [here, there] = [await openStore(), await openStore()] as const;
    const authorizer = createTestAuthorizer({ isRevoked: there.isRevoked, ...QUIET });
    const gate = mcpGate(authorizer, { recheckStreams: 0.05 });
    const body = new ReadableStream({ start: (stream) => stream.enqueue(HELLO) });
    const headers = { "content-type": "text/event-stream" };
    const serve = gate.fetch(() => new Response(body, { headers }));
    const authorization = `Bearer ${READER}`;
    const request = new Request("https://notes.example.com/mcp", { headers: { authorization } });
    const response = await serve(request);
    expect(response.status).toBe(200);
    await here.revocations.add({ kind: "subject", sub: "ada", by });
    await there.flush();
    expect(await response.text()).toBe(": hello\n\n");
  });

  it("makes an authorizer answer 401, and 503 while the list is not known", async () => {
    const store = await openStore();
    const verify = () => token;
    const authorizer = createAuthorizer({
      policy: COURSES,
      verify,
      isRevoked: store.isRevoked,
      ...QUIET,
    });
    const decide = async () => (await authorizer.decide("a.b.c", "list_courses")).decision.code;
    const allowed = await decide();
    await store.revocations.add({ kind: "token", jti: "token-1", by });
    const revoked = await decide();
    await store.close();
    const other = createAuthorizer({
      policy: COURSES,
      verify: () => ({ ...token, jti: "token-2" }),
      isRevoked: store.isRevoked,
      ...QUIET,
    });
    const outage = (await other.decide("a.b.c", "list_courses")).decision.code;
    expect([allowed, revoked, outage]).toEqual([
      "allowed",
      "invalid_token",
      "temporarily_unavailable",
    ]);
    expect(other.outages.isRevoked).toBe(1);
  });
}

function describeAge({ database, openStore }: Scene): void {
  it("is infinite before the list is read, which makes each answer an outage, and starts the reading", async () => {
    await openStore();
    const store = await createStore({ db: database().open(), maxLag: 500 });
    expect(store.revocations.lag()).toBe(Infinity);
    expect(() => store.isRevoked(token)).toThrow("the list of revocations is older than 500 ms");
    await until(() => ask(store) === false);
    await store.close();
  });

  it("counts from the start of the last complete reading, and beyond `maxLag` only what is revoked is known", async () => {
    const db = database().open();
    const store = await openStore({ db, maxLag: 1_000 });
    await store.revocations.add({ kind: "token", jti: "token-0", by });
    expect(store.revocations.lag()).toBeLessThan(1_000);
    await db.destroy();
    await until(() => store.revocations.lag() > 1_000);
    expect(ask(store)).toBe("outage");
    expect(ask(store, { ...token, jti: "token-0" })).toBe(true);
    await expect(store.flush()).rejects.toThrow(/destroyed/);
    const error: unknown = await Promise.resolve()
      .then(() => store.isRevoked(token))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ cause: expect.any(Error) as unknown });
  });

  it("does not follow the wall clock", async () => {
    let seconds = NOW;
    const store = await openStore({ now: () => seconds });
    for (const moved of [NOW + 1e9, 0]) {
      seconds = moved;
      expect(ask(store)).toBe(false);
    }
  });

  it("is an outage of a closed store, and what is revoked stays so", async () => {
    const store = await openStore();
    await store.revocations.add({ kind: "token", jti: "token-0", by });
    await store.close();
    expect(() => store.isRevoked(token)).toThrow("the store is closed");
    expect(ask(store, { ...token, jti: "token-0" })).toBe(true);
  });
}

/** Inserts rows as a program without the store would. */
async function insertTokens(db: Kysely<unknown>, count: number, kind = "token"): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => ({ kind, jti: `bulk-${index}` }));
  const values = rows.map(
    (row) => sql`(${row.kind}, ${row.jti}, cast(${NOW} as bigint), 'a test')`,
  );
  await sql`insert into scope_policy_revocations (kind, jti, revoked_at, revoked_by)
    values ${sql.join(values)}`.execute(db);
}

function describeFeed({ database, openStore }: Scene): void {
  it("is read to its end, in several queries if it is long", async () => {
    const store = await openStore();
    await insertTokens(database().open(), 2 * FEED_BATCH + 5);
    await store.flush();
    const last = { ...token, jti: `bulk-${2 * FEED_BATCH + 4}` };
    expect([ask(store, { ...token, jti: "bulk-0" }), ask(store, last), ask(store)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("makes the list old if it has a kind that this version does not know", async () => {
    const store = await openStore({ maxLag: 200 });
    await insertTokens(database().open(), 1, "tenant");
    await vi.waitFor(
      // a busy machine can take longer than `maxLag`, which is another error
      () => expect(store.flush()).rejects.toThrow(/"tenant" is unknown to this version/),
      { timeout: 30_000 },
    );
    await until(() => ask(store) === "outage");
  });

  it("holds up nothing that is committed, if it cannot be read after the commit", async () => {
    const store = await openStore();
    const scopes = ["courses:read"];
    const given = await answer(store.grants, { requested: "openid courses:read", scopes });
    await insertTokens(database().open(), 1, "tenant");
    await store.revocations.add({ kind: "token", jti: "a", by });
    const grantId = await store.grants.record(given);
    expect(await store.grants.revoke(grantId, { by })).toMatchObject({ grantId });
    const other = await openStore(); // which has migrated
    expect([ask(store, { ...token, jti: "a" }), ask(other)]).toEqual([false, "outage"]);
  });

  it("is read again from its start when the database was restored, so that reused numbers are not missed", async () => {
    const store = await openStore();
    const db = database().open();
    for (const jti of ["old-1", "old-2"]) await store.revocations.add({ kind: "token", jti, by });
    await sql`update scope_policy_revocations set jti = 'new-' || seq`.execute(db);
    await store.flush();
    const jtis = ["old-1", "new-1", "old-2", "new-2", "new-3"];
    const revoked = () => jtis.filter((jti) => ask(store, { ...token, jti }) === true);
    expect(revoked()).toEqual(["old-1", "new-1", "old-2", "new-2"]);
    await sql`delete from scope_policy_revocations`.execute(db);
    await store.flush();
    expect(revoked()).toHaveLength(4);
    expect(ask(store)).toBe(false);
  });

  it("is read once for all calls that come before a reading starts", async () => {
    const store = await openStore();
    await Promise.all(Array.from({ length: 50 }, () => store.flush()));
    expect(ask(store)).toBe(false);
  });
}

/** Returns the identifiers of the tokens and clients in the feed. */
async function feedOf(db: Kysely<unknown>): Promise<readonly unknown[]> {
  const { rows } = await sql<{ id: string }>`select coalesce(jti, client_id) as id
    from scope_policy_revocations order by seq`.execute(db);
  return rows.map(({ id }) => id);
}

function describeCompaction({ database, openStore }: Scene): void {
  const now = Math.floor(Date.now() / 1_000);
  const long = now - MAX_CLOCK_SKEW - 120;

  /** Adds revocations of which some have ended long ago, and opens a process that deletes what has ended. */
  const openAfter = async (options: Partial<StoreOptions>) => {
    const writer = await openStore({ now: () => long });
    const add = (revocation: Revocation) => writer.revocations.add(revocation);
    await add({ kind: "token", jti: "ended", exp: long + 1, by });
    await add({ kind: "token", jti: "valid", exp: now + 60, by });
    await add({ kind: "token", jti: "unknown", by });
    await add({ kind: "client", client_id: "cut-off", by });
    await add({ kind: "client", client_id: "later", cutOff: now, by });
    await add({ kind: "token", jti: "newest", exp: long + 1, by });
    return openStore({ maxLag: 50, now: () => now, ...options });
  };
  const feed = async () => feedOf(database().open());
  const ALL = ["ended", "valid", "unknown", "cut-off", "later", "newest"];

  it("happens when every token that they revoke has expired, and never to the newest one", async () => {
    await openAfter({});
    await vi.waitFor(async () => expect(await feed()).toEqual(ALL.slice(1)), { timeout: 30_000 });
  });

  it("happens after the longest lifetime to those that have no expiry", async () => {
    const store = await openAfter({ maxTokenLifetime: 60 });
    const left = ["valid", "unknown", "later", "newest"];
    await vi.waitFor(async () => expect(await feed()).toEqual(left), { timeout: 30_000 });
    await store.flush();
    const cutOff = { ...token, client_id: "cut-off", iat: long, jti: "other" };
    expect(ask(store, cutOff)).toBe(false);
    expect(ask(store, { ...token, jti: "unknown" })).toBe(true);
    expect(ask(store, { ...token, client_id: "later", iat: now })).toBe(true);
  });

  it("gives a token without an expiry the longest lifetime", async () => {
    const store = await openStore({ now: () => long, maxTokenLifetime: 60 });
    for (const jti of ["a", "b"]) await store.revocations.add({ kind: "token", jti, by });
    await openStore({ maxLag: 50, now: () => now });
    await vi.waitFor(async () => expect(await feed()).toEqual(["b"]), { timeout: 30_000 });
  });

  it("does not happen early, neither here nor in the database, if the clock of one process is set forward", async () => {
    const store = await openStore({ maxLag: 50, now: () => now + 1e9, maxTokenLifetime: 60 });
    await store.revocations.add({ kind: "token", jti: "a", exp: now + 60, by });
    await store.revocations.add({ kind: "client", client_id: "b", cutOff: now, by });
    const other = await openStore({ maxLag: 50, now: () => now + 1e9, maxTokenLifetime: 60 });
    const started = performance.now();
    await until(() => performance.now() - started > 200);
    expect(await feed()).toEqual(["a", "b"]);
    for (const each of [store, other]) expect(ask(each, { ...token, jti: "a" })).toBe(true);
  });

  it("does not happen early if the clock was wrong at first: what the monotonic clock has counted limits it", async () => {
    const day = 86_400;
    const early = now - day;
    const writer = await openStore({ now: () => early - 3 * MAX_CLOCK_SKEW });
    const ends = {
      before: early - 2 * MAX_CLOCK_SKEW,
      within: early - 600,
      after: early + day / 2,
      newest: early + day / 2,
    };
    for (const [jti, exp] of Object.entries(ends))
      await writer.revocations.add({ kind: "token", jti, exp, by });
    const real = performance.now.bind(performance);
    let counted = 1e8;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + counted);
    onTestFinished(() => clock.mockRestore());
    let time = early;
    await openStore({ maxLag: 50, now: () => time });
    const left = (...names: string[]) =>
      vi.waitFor(async () => expect(await feed()).toEqual(names), { timeout: 30_000 });
    await left("within", "after", "newest");
    time = now;
    counted += 3_600_000;
    await left("after", "newest");
  });

  it("goes on after a clock that throws", async () => {
    const store = await openStore({ maxLag: 50 });
    const broken = await openStore({
      maxLag: 50,
      now: vi
        .fn(() => NOW)
        .mockImplementationOnce(() => NOW)
        .mockImplementation(() => Number.NaN),
    });
    await store.revocations.add({ kind: "token", jti: "token-1", by });
    await until(() => ask(broken) === true);
  });
}

function describeInput({ openStore }: Scene): void {
  const rows: readonly { title: string; given: unknown; message: RegExp }[] = [
    { title: "nothing", given: undefined, message: /`kind`: expected one of `token`, `grant`/ },
    { title: "null", given: null, message: /`kind`: expected one of/ },
    { title: "an unknown kind", given: { kind: "tokens", by }, message: /`kind`: expected one of/ },
    { title: "an inherited name as kind", given: { kind: "toString", by }, message: /`kind`/ },
    { title: "a kind that is not a text", given: { kind: ["token"], by }, message: /`kind`/ },
    { title: "no `by`", given: { kind: "token", jti: "a" }, message: /by: is missing/ },
    { title: "no `jti`", given: { kind: "token", by }, message: /jti: is missing/ },
    { title: "an empty `jti`", given: { kind: "token", jti: "", by }, message: /non-empty/ },
    {
      title: "an expiry in milliseconds",
      given: { kind: "token", jti: "a", exp: NOW * 1_000, by },
      message: /exp: expected seconds since 1970/,
    },
    {
      title: "a cut-off in milliseconds",
      given: { kind: "all", cutOff: NOW * 1_000, by },
      message: /cutOff: expected seconds since 1970/,
    },
    {
      title: "a user without a client",
      given: { kind: "grant", sub: "user-1", by },
      message: /client_id: is missing/,
    },
    {
      title: "a client's name that is misspelled",
      given: { kind: "client", clientId: "app-1", by },
      message: /client_id: is missing/,
    },
    {
      title: "a cut-off of one token",
      given: { kind: "token", jti: "a", cutOff: NOW, by },
      message: /cutOff: unknown option/,
    },
  ];
  it.each(titled(rows))("rejects %s, and revokes nothing", async (_title, { given, message }) => {
    const store = await openStore();
    const failed: unknown = await store.revocations
      .add(given as Revocation)
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PolicyError);
    expect(failed).toMatchObject({
      code: "ERR_OPTIONS_INVALID",
      message: expect.stringMatching(message) as unknown,
    });
    expect(ask(store)).toBe(false);
  });
}
