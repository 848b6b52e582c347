import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { connectedApp, definePolicy, loadPolicy, REVOCATION_STEPS } from "scope-policy";
import { createStore, type Store } from "scope-policy/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dialectOf, type StoreDialect } from "../../src/store/dialect.js";
import {
  MAX_CLIENT_TEXT,
  MAX_IDENTIFIER_BYTES,
  MAX_REQUEST_AGE,
  MAX_REQUEST_ID_BYTES,
} from "../../src/store/limits.js";
import { migrate } from "../../src/store/migrate.js";
import { MIGRATIONS } from "../../src/store/migrations.js";
import { openDatabase } from "../../src/store/open-database.js";
import { addRevocation } from "../../src/store/revocations.js";
import { titled } from "../titled.js";
import type { Backend } from "./backend.js";
import { type Bundle, bundleProgram } from "./bundle.js";
import { type Answer, answer, client, policy } from "./consents.js";
import { type Scene, sceneOf } from "./scene.js";

/** The suite of the store, which is the same for every database. */
export function describeStore(name: string, backend: () => Backend): void {
  describe(`the store on ${name}`, () => {
    const scene = sceneOf(backend, { now: END_OF_SECOND });
    describe("its tables", () => describeMigrations(scene));
    describe("recording a consent", () => describeRecord(scene));
    describe("revoking a grant", () => describeRevoke(scene));
    describe("the feed of revocations", () => describeFeed(scene));
    describe("what a program or a client can send", () => describeInput(scene));
  });
}

/** A clock that stands at the end of a second, so that a test does not wait for the next one. */
const END_OF_SECOND = () => 1_000.999;

const openOn = (db: Kysely<unknown>) => openDatabase(db, dialectOf(db) as StoreDialect);

/** Returns the rows of a table, in the order in which they were written. */
async function rowsOf(db: Kysely<unknown>, table: string): Promise<readonly object[]> {
  const { rows } = await sql<object>`select * from ${sql.table(`scope_policy_${table}`)}`.execute(
    db,
  );
  return rows;
}

/** Records the answer of a user. */
const record = async ({ grants }: Store, given: Answer) =>
  grants.record(await answer(grants, given));

const BOTH: Answer = {
  requested: "openid courses:read keys:read",
  scopes: ["courses:read", "keys:read"],
  projects: ["p1", "p2"],
};
const LESS: Answer = { ...BOTH, scopes: ["courses:read"] };
const READ: Answer = { requested: "openid courses:read", scopes: ["courses:read"] };

function describeMigrations({ database, openStore }: Scene): void {
  let program: Bundle;
  beforeAll(async () => {
    program = await bundleProgram("test/store/migrate-program.ts");
  });
  afterAll(() => program.remove());

  it("are created once, and a second migration changes nothing", async () => {
    const store = await openStore();
    const db = database().open();
    const first = await rowsOf(db, "migrations");
    const id = await record(store, READ);
    await store.migrate();
    await (await openStore()).migrate();
    expect(await rowsOf(db, "migrations")).toEqual(first);
    expect(first).toHaveLength(MIGRATIONS.length);
    expect(await store.grants.get(id)).toMatchObject({ grantId: id });
  });

  it("are created by two processes that start at once, once and without an error", async () => {
    const programs = [1, 2].map(() => {
      const args = [program.path, database().url];
      return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    });
    for (const { stdout } of programs) await once(stdout, "data");
    const ends = programs.map((program) => once(program, "exit"));
    for (const { stdin } of programs) stdin.write("go\n");
    expect((await Promise.all(ends)).map(([code]) => code as unknown)).toEqual([0, 0]);
    const db = database().open();
    expect(await rowsOf(db, "migrations")).toHaveLength(MIGRATIONS.length);
    expect(await rowsOf(db, "grants")).toEqual([]);
  });

  it("get only the migrations that they lack", async () => {
    await openStore();
    const db = database().open();
    const next = {
      version: MIGRATIONS.length + 1,
      name: "one more table",
      statements: ["create table scope_policy_more (a text)"],
    };
    await migrate(openOn(db), 7, [...MIGRATIONS, next]);
    expect(await rowsOf(db, "more")).toEqual([]);
    const names = (await rowsOf(db, "migrations")) as readonly { readonly name: string }[];
    expect(names.map((row) => row.name)).toContain("one more table");
  });

  it("are as before after a migration that fails in the middle", async () => {
    await openStore();
    const db = database().open();
    const wrong = {
      version: MIGRATIONS.length + 1,
      name: "wrong",
      statements: ["create table scope_policy_more (a text)", "create nothing"],
    };
    await expect(migrate(openOn(db), 7, [...MIGRATIONS, wrong])).rejects.toThrow();
    await expect(rowsOf(db, "more")).rejects.toThrow();
    expect(await rowsOf(db, "migrations")).toHaveLength(MIGRATIONS.length);
  });

  it("are named by the error of a query that needs a missing one", async () => {
    const store = await openStore();
    await sql`drop table scope_policy_grants`.execute(database().open());
    await expect(store.grants.list("user-1")).rejects.toThrow(/scope_policy_grants/);
  });

  it("stop a program that is older than they are", async () => {
    await openStore();
    await expect(migrate(openOn(database().open()), 7, [])).rejects.toThrow(
      "this version of scope-policy knows 0: update scope-policy in this program",
    );
  });
}

function describeRecord({ database, openStore }: Scene): void {
  it("makes a grant with the edition of the policy and the texts that were shown", async () => {
    const store = await openStore({ now: () => 1_000.5, issuer: "https://as.example" });
    const id = await record(store, { ...BOTH, projects: ["p1"] });
    const grant = await store.grants.get(id);
    expect(grant).toMatchObject({
      grantId: id,
      sub: "user-1",
      iss: "https://as.example",
      client,
      scope: ["courses:read", "keys:read", "openid"],
      boundaries: { project: ["p1"] },
      authorizedAt: 1_000,
      updatedAt: 1_000,
      policyVersion: "1",
      policy: {
        name: "School",
        version: "1",
        digest: expect.stringMatching(/^sha256:/) as unknown,
      },
    });
    expect(grant?.texts[0]).toMatchObject({
      scope: "courses:read",
      description: "See courses",
      prechecked: true,
      locale: "en",
    });
    expect(await store.grants.list("user-1")).toEqual([grant]);
    expect(await store.grants.list("user-2")).toEqual([]);
  });

  it("makes a grant that the page of connected apps shows", async () => {
    const store = await openStore();
    await record(store, READ);
    const [grant] = await store.grants.list("user-1");
    expect(connectedApp(policy, grant as NonNullable<typeof grant>)).toMatchObject({
      client: { name: "Reports" },
      isOlder: false,
      lastUsedAt: null,
      scopes: [{ scope: "courses:read", effect: "active" }, { scope: "openid" }],
    });
  });

  it("shows the last use of a grant", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    const db = database().open();
    await sql`insert into scope_policy_last_uses values (${id}, 77)`.execute(db);
    expect(await store.grants.get(id)).toMatchObject({ lastUsedAt: 77 });
  });

  it("keeps what was refused for the next consent, in place of what was refused before", async () => {
    const store = await openStore();
    const owner = { sub: "user-1", client_id: "app-1" };
    expect(await store.grants.consentFacts(owner)).toEqual({ used: false, refused: [] });
    await record(store, { requested: "openid courses:read keys:read", scopes: ["courses:read"] });
    expect(await store.grants.consentFacts(owner)).toMatchObject({
      granted: ["courses:read", "openid"],
      refused: [{ scope: "keys:read", until: expect.any(Number) as unknown }],
    });
    const { outcome, ...rest } = await answer(store.grants, READ);
    const refused = [{ scope: "keys:read" }, { scope: "courses:write", until: 9.5 }];
    await store.grants.record({ ...rest, outcome: { ...outcome, refused } });
    expect((await store.grants.consentFacts(owner)).refused).toEqual([
      { scope: "keys:read" },
      { scope: "courses:write", until: 9 },
    ]);
  });

  it("gives one grant to two tabs that answer one request at once, in two processes", async () => {
    const stores = [await openStore(), await openStore()];
    const [first, second] = stores as [Store, Store];
    const answers = await Promise.all([
      answer(first.grants, { ...BOTH, id: "request-1" }),
      answer(second.grants, { ...READ, id: "request-1" }),
    ]);
    const ids = await Promise.all([
      first.grants.record(answers[0]),
      second.grants.record(answers[1]),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect(await first.grants.list("user-1")).toHaveLength(1);
    expect(await first.grants.receipts(ids[0])).toHaveLength(1);
    const owner = { sub: "user-1", client_id: "app-1" };
    expect(await first.grants.consentFacts({ ...owner, id: "request-1" })).toMatchObject({
      used: true,
    });
    expect(await first.grants.consentFacts({ ...owner, id: "request-2" })).toMatchObject({
      used: false,
    });
  });

  it("gives one grant to many requests of one client at once", async () => {
    const stores = [await openStore(), await openStore()];
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const store = stores[at % 2] as Store;
        return { store, given: await answer(store.grants, { ...READ, id: `request-${at}` }) };
      }),
    );
    const ids = await Promise.all(answers.map(({ store, given }) => store.grants.record(given)));
    expect(new Set(ids).size).toBe(1);
    expect(await stores[0]?.grants.receipts(ids[0] as string)).toHaveLength(12);
  });

  it("does not mix up equal request ids of two users", async () => {
    const store = await openStore();
    const one = await record(store, { ...READ, id: "request-1" });
    const other = await record(store, { ...READ, id: "request-1", sub: "user-2" });
    expect(other).not.toBe(one);
    expect(await store.grants.get(other)).toMatchObject({ sub: "user-2" });
  });

  it("forgets that a request was answered after MAX_REQUEST_AGE", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now });
    const request = { sub: "user-1", client_id: "app-1", id: "request-1" };
    await record(store, { ...READ, id: "request-1" });
    now += MAX_REQUEST_AGE;
    await record(store, { ...READ, sub: "user-2" });
    expect(await store.grants.consentFacts(request)).toMatchObject({ used: true });
    now += 1;
    await record(store, { ...READ, sub: "user-2" });
    expect(await store.grants.consentFacts(request)).toMatchObject({ used: false });
  });

  it("widens a grant under the same identifier, and keeps the time of the first consent", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now });
    const first = await record(store, READ);
    now = 2_000;
    const newer = definePolicy({ ...policy.definition, version: "2" });
    const wider = { requested: "keys:read", scopes: ["keys:read"], projects: ["p1"] };
    expect(await record(store, { ...wider, policy: newer })).toBe(first);
    expect(await store.grants.get(first)).toMatchObject({
      scope: ["courses:read", "openid", "keys:read"],
      authorizedAt: 1_000,
      updatedAt: 2_000,
      policyVersion: "1",
      texts: [{ policy: { version: "1" } }, {}, { policy: { version: "2" } }],
    });
    const kinds = (await store.grants.receipts(first)).map(({ kind }) => kind);
    expect(kinds).toEqual(["granted", "widened"]);
  });

  it("renews a grant, which then has the newer edition of the policy", async () => {
    const store = await openStore();
    const first = await record(store, READ);
    const newer = definePolicy({ ...policy.definition, version: "2" });
    expect(await record(store, { ...READ, policy: newer })).toBe(first);
    expect(await store.grants.get(first)).toMatchObject({ policyVersion: "2" });
    expect((await store.grants.receipts(first)).at(-1)).toMatchObject({ kind: "renewed" });
  });

  it("tells two texts of one version apart by the digest", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    const before = await store.grants.get(id);
    const { scopes } = policy.definition;
    const edited = loadPolicy({
      ...policy.definition,
      scopes: { ...scopes, "courses:read": "See all courses" },
    });
    await record(store, { ...READ, policy: edited });
    expect((await store.grants.get(id))?.policy.digest).not.toBe(before?.policy.digest);
  });

  const narrower: readonly (Answer & { readonly title: string; readonly left: object })[] = [
    {
      title: "a scope",
      ...LESS,
      left: { scope: ["courses:read", "openid"] },
    },
    {
      title: "a value of a boundary",
      requested: "keys:read",
      scopes: ["keys:read"],
      projects: ["p2"],
      left: { boundaries: { project: ["p2"] } },
    },
  ];

  it.each(titled(narrower))(
    "that takes away %s gives the grant a new identifier and revokes the tokens of the old one",
    async (_title, { left, ...given }) => {
      const ended: unknown[] = [];
      let time = 1_000.999;
      const endTokens = (step: string, grant: object) => void ended.push({ step, ...grant });
      const store = await openStore({ now: () => time, endTokens });
      const old = await record(store, BOTH);
      time = 2_000.999;
      const id = await record(store, given);
      const owner = { sub: "user-1", client_id: "app-1" };
      expect(ended).toEqual([
        { step: "authorization_codes", grantId: old, ...owner },
        { step: "refresh_tokens", grantId: old, ...owner },
      ]);
      expect(await store.grants.list("user-1")).toMatchObject([{ grantId: id, ...left }]);
      expect(await store.grants.get(old)).toBe(undefined);
      const feed = await rowsOf(database().open(), "revocations");
      expect(feed).toMatchObject([{ kind: "grant", grant_id: old, revoked_by: "user-1" }]);
      expect(feed.map((row) => Number((row as { cut_off: unknown }).cut_off))).toEqual([2_000]);
      expect(await store.grants.receipts(id)).toMatchObject([{ kind: "narrowed" }]);
    },
  );

  it("that takes something away waits until tokens can be issued that are not among the revoked ones", async () => {
    const start = performance.now();
    const now = () => 1_000.8 + (performance.now() - start) / 1_000;
    const store = await openStore({ now });
    await record(store, BOTH);
    await record(store, LESS);
    const issuedAt = Math.floor(now());
    const [row] = await rowsOf(database().open(), "revocations");
    expect(issuedAt).toBeGreaterThan(Number((row as { cut_off: unknown }).cut_off));
  });

  it("that takes something away changes nothing if the codes and refresh tokens cannot be deleted", async () => {
    let mayEnd = false;
    const endTokens = () => (mayEnd ? undefined : Promise.reject(new Error("no connection")));
    const store = await openStore({ endTokens });
    const old = await record(store, BOTH);
    await expect(record(store, LESS)).rejects.toThrow("no connection");
    expect(await store.grants.get(old)).toMatchObject({
      scope: ["courses:read", "keys:read", "openid"],
    });
    mayEnd = true;
    expect(await record(store, LESS)).not.toBe(old);
  });

  it("leaves nothing of a record that fails at its last step", async () => {
    const store = await openStore();
    const db = database().open();
    await sql`drop table scope_policy_requests`.execute(db);
    await sql`create table scope_policy_requests (request_id text, sub text, client_id text, grant_id text, used_at bigint check (used_at < 0))`.execute(
      db,
    );
    const requested = "openid courses:read keys:read";
    await expect(
      record(store, { requested, scopes: ["courses:read"], id: "request-1" }),
    ).rejects.toThrow(/check/i);
    for (const table of ["clients", "grants", "refusals", "receipts"])
      expect(await rowsOf(db, table)).toEqual([]);
  });
}

function describeRevoke({ database, openStore }: Scene): void {
  it("does the steps of REVOCATION_STEPS in their order, and returns a receipt", async () => {
    const steps: string[] = [];
    const store = await openStore({
      now: () => 1_000,
      endTokens: (step) => void steps.push(step),
    });
    const id = await record(store, BOTH);
    const receipt = await store.grants.revoke(id, { by: "user-1", sub: "user-1" });
    expect(steps).toEqual(REVOCATION_STEPS.slice(0, 2));
    expect(receipt).toEqual({
      grantId: id,
      sub: "user-1",
      client_id: "app-1",
      client_name: "Reports",
      scope: "courses:read keys:read openid",
      revokedAt: 1_000,
      by: "user-1",
    });
    const db = database().open();
    expect(await rowsOf(db, "revocations")).toMatchObject([
      { kind: "grant", grant_id: id, sub: "user-1", client_id: "app-1", revoked_by: "user-1" },
    ]);
    for (const table of ["grants", "refusals", "last_uses"])
      expect(await rowsOf(db, table)).toEqual([]);
    const receipts = await store.grants.receipts(id);
    expect(receipts.map(({ kind }) => kind)).toEqual(["granted", "revoked"]);
    expect(receipts.at(-1)).toEqual({ kind: "revoked", recordedAt: 1_000, receipt });
  });

  it("names a client without a name by its identifier in the receipt", async () => {
    const store = await openStore();
    const id = await record(store, { ...READ, client: { client_id: "app-2" } });
    expect(await store.grants.revoke(id, { by: "user-1" })).toMatchObject({ client_name: "app-2" });
  });

  it("leaves nothing that the next consent starts from", async () => {
    const store = await openStore();
    const id = await record(store, {
      requested: "openid courses:read keys:read",
      scopes: ["courses:read"],
    });
    await store.grants.revoke(id, { by: "user-1" });
    const owner = { sub: "user-1", client_id: "app-1" };
    expect(await store.grants.consentFacts(owner)).toEqual({ used: false, refused: [] });
    const next = await record(store, {
      requested: "keys:read",
      scopes: ["keys:read"],
      projects: ["p1"],
    });
    expect(next).not.toBe(id);
    expect(await store.grants.list("user-1")).toMatchObject([
      { grantId: next, scope: ["keys:read"] },
    ]);
  });

  it("before a consent in the same second makes the consent wait for the next second", async () => {
    const store = await createStore({ db: database().open() }); // on the clock of the system
    await store.migrate();
    const revoked = await store.grants.revoke(await record(store, READ), { by: "user-1" });
    await record(store, READ);
    expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(revoked?.revokedAt ?? Infinity);
    await store.close();
  });

  it("twice returns the same receipt, and revokes no later grant", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    const receipt = await store.grants.revoke(id, { by: "user-1" });
    const later = await record(store, READ);
    expect(await store.grants.revoke(id, { by: "admin" })).toEqual(receipt);
    expect(await store.grants.get(later)).toBeDefined();
    expect(await rowsOf(database().open(), "revocations")).toHaveLength(1);
  });

  it("at once in two processes makes one revocation", async () => {
    const stores = [await openStore(), await openStore()] as const;
    const id = await record(stores[0], READ);
    const [one, other] = await Promise.all(
      stores.map(({ grants }) => grants.revoke(id, { by: "user-1" })),
    );
    expect(one).toBeDefined();
    expect(other).toEqual(one);
    expect(await rowsOf(database().open(), "revocations")).toHaveLength(1);
  });

  it("of an identifier that a narrower consent replaced revokes the grant of the new one", async () => {
    const store = await openStore();
    const old = await record(store, BOTH);
    const id = await record(store, LESS);
    expect(await store.grants.revoke(old, { by: "user-1" })).toMatchObject({ grantId: id });
    expect(await store.grants.list("user-1")).toEqual([]);
  });

  it("is final for the request that made the grant: a second answer to it grants nothing", async () => {
    const store = await openStore();
    const late = await answer(store.grants, { ...READ, id: "request-1" });
    const id = await store.grants.record(late);
    await store.grants.revoke(id, { by: "user-1" });
    expect(await store.grants.record(late)).toBe(id);
    expect(await store.grants.get(id)).toBe(undefined);
    expect(await store.grants.list("user-1")).toEqual([]);
  });

  it("returns nothing for an unknown identifier and for a grant of another user", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    expect(await store.grants.revoke("unknown", { by: "user-1" })).toBe(undefined);
    expect(await store.grants.revoke(id, { by: "user-2", sub: "user-2" })).toBe(undefined);
    expect(await store.grants.get(id)).toBeDefined();
  });

  it("revokes the access tokens even if the host cannot delete the codes, and tries again when called again", async () => {
    const failures = [new Error("no connection")];
    const ended: string[] = [];
    const store = await openStore({
      endTokens: (step) => {
        const failure = failures.pop();
        if (failure !== undefined) throw failure;
        ended.push(step);
      },
    });
    const id = await record(store, READ);
    await expect(store.grants.revoke(id, { by: "user-1" })).rejects.toThrow("no connection");
    expect(await store.grants.get(id)).toBe(undefined);
    expect(await rowsOf(database().open(), "revocations")).toHaveLength(1);
    expect(await store.grants.revoke(id, { by: "user-1" })).toMatchObject({ grantId: id });
    expect(ended).toEqual(["authorization_codes", "refresh_tokens"]);
  });
}

function describeFeed({ database, openStore }: Scene): void {
  it("shows two revocations in the order of their numbers, even if the later one is ready first", async () => {
    await openStore();
    const slow = openOn(database().open());
    const fast = openOn(database().open());
    const reader = database().open();
    const row = { kind: "token", revoked_at: 1, revoked_by: "test" } as const;
    const seen: string[][] = [];
    const look = async () => {
      const rows = (await rowsOf(reader, "revocations")) as readonly { readonly jti: string }[];
      seen.push(rows.map(({ jti }) => jti));
    };
    let setWritten = () => {};
    let allowCommit = () => {};
    const isWritten = new Promise<void>((resolve) => (setWritten = resolve));
    const mayCommit = new Promise<void>((resolve) => (allowCommit = resolve));
    const first = slow.write(async (connection) => {
      await addRevocation(slow, connection, { ...row, jti: "first" });
      setWritten();
      await mayCommit;
    });
    await isWritten;
    const second = fast.write((connection) =>
      addRevocation(fast, connection, { ...row, jti: "second" }),
    );
    await Promise.race([second, wait(300)]); // without the lock it would be committed by now
    await look();
    allowCommit();
    await Promise.all([first, second]);
    await look();
    expect(seen).toEqual([[], ["first", "second"]]);
  });
}

function describeInput({ database, openStore }: Scene): void {
  it("is stored for the members of a client alone, cut to MAX_CLIENT_TEXT, without its secret", async () => {
    const store = await openStore();
    const hostile = {
      ...client,
      client_name: `\u0000\ud800${"x".repeat(MAX_CLIENT_TEXT)}`,
      logo_uri: { toJSON: () => "x" },
      tos_uri: 7n,
      approvedScopes: ["keys:read"],
      firstParty: true,
      client_secret: "secret",
    };
    const id = await record(store, { ...READ, client: hostile });
    expect((await store.grants.get(id))?.client).toEqual({
      ...client,
      client_name: `\u0000\ud800${"x".repeat(MAX_CLIENT_TEXT - 2)}`,
      approvedScopes: ["keys:read"],
      firstParty: true,
    });
    expect(JSON.stringify(await rowsOf(database().open(), "clients"))).not.toContain("secret");
  });

  it.each([
    ["MAX_IDENTIFIER_BYTES", "é".repeat(MAX_IDENTIFIER_BYTES / 2)],
    ["one byte", "x"],
  ])("has users, clients and requests with identifiers of %s", async (_title, text) => {
    const store = await openStore();
    const id = text.slice(0, Math.floor(MAX_REQUEST_ID_BYTES / 2));
    const given = { ...READ, sub: text, client: { client_id: text }, id };
    const grantId = await record(store, given);
    expect(await store.grants.list(text)).toMatchObject([{ grantId, sub: text }]);
    expect(await record(store, given)).toBe(grantId);
  });

  type Given = Parameters<Store["grants"]["record"]>[0];
  const wrong: readonly {
    readonly title: string;
    readonly change: (given: Given) => unknown;
    readonly message: RegExp;
  }[] = [
    {
      title: "an outcome that grants nothing",
      change: (given) => ({ ...given, outcome: { ok: false, error: "access_denied" } }),
      message: /`outcome`: expected a result of `resolveConsent` with `ok: true`/,
    },
    {
      title: "no outcome",
      change: (given) => ({ ...given, outcome: undefined }),
      message: /`outcome`/,
    },
    {
      title: "an outcome of another client",
      change: (given) => ({ ...given, client: { client_id: "app-2" } }),
      message: /the outcome is for another client/,
    },
    {
      title: "an outcome of another user",
      change: (given) => ({ ...given, sub: "user-2" }),
      message: /the outcome is for another user/,
    },
    {
      title: "an outcome of another version of the policy",
      change: (given) => ({
        ...given,
        policy: definePolicy({ ...policy.definition, version: "2" }),
      }),
      message: /the outcome is for another policy or version/,
    },
    {
      title: "an outcome of another policy",
      change: (given) => ({
        ...given,
        policy: definePolicy({ ...policy.definition, name: "Shop" }),
      }),
      message: /the outcome is for another policy or version/,
    },
    {
      title: "a value that is not a policy",
      change: (given) => ({ ...given, policy: {} }),
      message: /not a policy/,
    },
    {
      title: "no client",
      change: (given) => ({ ...given, client: undefined }),
      message: /`client.client_id`: expected a non-empty string/,
    },
    {
      title: "a user with a control character",
      change: (given) => ({ ...given, sub: "user\u0000" }),
      message: /`sub`: expected a string without control characters/,
    },
    {
      title: "a user of more than MAX_IDENTIFIER_BYTES",
      change: (given) => ({ ...given, sub: "é".repeat(MAX_IDENTIFIER_BYTES / 2 + 1) }),
      message: /`sub`: expected at most 1024 bytes, got 1026/,
    },
    {
      title: "a request id of more than MAX_REQUEST_ID_BYTES",
      change: ({ outcome, ...given }) => ({
        ...given,
        outcome: {
          ...outcome,
          receipt: { ...outcome.receipt, id: "x".repeat(MAX_REQUEST_ID_BYTES + 1) },
        },
      }),
      message: /`outcome.receipt.id`: expected at most 255 bytes, got 256/,
    },
  ];

  it.each(titled(wrong))("is refused as a record: %s", async (_title, { change, message }) => {
    const store = await openStore();
    const given = change(await answer(store.grants, READ)) as Given;
    await expect(store.grants.record(given)).rejects.toThrow(message);
    expect(await store.grants.list("user-1")).toEqual([]);
  });

  it("is accepted as a record of an outcome without a user", async () => {
    const store = await openStore();
    const given = await answer(store.grants, READ);
    const receipt = { ...given.outcome.receipt, sub: null };
    const id = await store.grants.record({ ...given, outcome: { ...given.outcome, receipt } });
    expect(await store.grants.get(id)).toMatchObject({ sub: "user-1" });
  });

  // what a parsed form can have in the place of a text, and what PostgreSQL does not take as one
  const unusable = [
    ["a null character", "\u0000"],
    ["a lone surrogate", "\ud800"],
    ["more than MAX_IDENTIFIER_BYTES", "x".repeat(MAX_IDENTIFIER_BYTES + 1)],
    ["nothing", undefined],
    ["an object", {}],
    ["a list", ["x"]],
    ["a boolean", true],
  ] as const;

  it.each(unusable)(
    "counts as the identifier of no grant and no request: %s",
    async (_title, value) => {
      const store = await openStore();
      const id = await record(store, READ);
      const given = value as string;
      expect(await store.grants.get(given)).toBeUndefined();
      expect(await store.grants.receipts(given)).toEqual([]);
      expect(await store.grants.revoke(given, { by: "user-1", sub: "user-1" })).toBeUndefined();
      const request = { sub: "user-1", client_id: client.client_id, id: given };
      expect(await store.grants.consentFacts(request)).toMatchObject({ used: false });
      await expect(store.grants.list(given)).rejects.toThrow(/`sub`: expected/);
      expect(await store.grants.get(id)).toBeDefined();
    },
  );

  it("revokes nothing if the user of the session is undefined", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    const options = { by: "user-1", sub: undefined } as never;
    await expect(store.grants.revoke(id, options)).rejects.toThrow(/`sub`: expected/);
    expect(await store.grants.get(id)).toBeDefined();
  });

  it("is refused as a revocation that nobody makes", async () => {
    const store = await openStore();
    const id = await record(store, READ);
    await expect(store.grants.revoke(id, {} as never)).rejects.toThrow(/`by`: expected/);
    await expect(store.grants.revoke(id, undefined as never)).rejects.toThrow(/`by`: expected/);
    expect(await store.grants.get(id)).toBeDefined();
  });

  it("is refused as a clock that does not return seconds, which are less than MAX_SECONDS", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now });
    const given = await answer(store.grants, READ);
    for (const wrongTime of [Number.NaN, -1, Date.now()]) {
      now = wrongTime;
      await expect(store.grants.record(given)).rejects.toThrow(
        "`now`: expected seconds since 1970",
      );
    }
    expect(await store.grants.list("user-1")).toEqual([]);
  });
}
