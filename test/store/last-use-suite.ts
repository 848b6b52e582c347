import { sql } from "kysely";
import type { AccessToken } from "scope-policy";
import type { Store } from "scope-policy/store";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import type { Backend } from "./backend.js";
import { answer } from "./consents.js";
import { type Scene, sceneOf } from "./scene.js";

/** The suite of the last uses, which is the same for every database. */
export function describeLastUse(name: string, backend: () => Backend): void {
  describe(`the last use of a grant on ${name}`, () => {
    const scene = sceneOf(backend);
    describeWrites(scene);
    describeGrants(scene);
    describeFaults(scene);
  });
}

const READ = { requested: "openid courses:read", scopes: ["courses:read"] };
const TOKEN: AccessToken = { scope: "courses:read", sub: "user-1", client_id: "app-1" };

const record = async ({ grants }: Store, sub = "user-1") =>
  grants.record(await answer(grants, { ...READ, sub }));

const lastUse = async ({ grants }: Store, sub = "user-1") =>
  (await grants.list(sub)).map(({ lastUsedAt }) => lastUsedAt);

function describeWrites({ openStore, execute }: Scene): void {
  it("is unknown until it is written, then the time of the latest use", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now });
    await record(store);
    for (now of [1_001, 1_002.9]) store.touch(TOKEN);
    expect(await lastUse(store)).toEqual([undefined]);
    await store.flush();
    expect(await lastUse(store)).toEqual([1_002]);
  });

  it("is written after the interval by itself, once for however many uses", async () => {
    const store = await openStore({ lastUsedInterval: 40 });
    await record(store);
    for (let use = 0; use < 1_000; use += 1) store.touch(TOKEN);
    await expect.poll(() => lastUse(store)).toEqual([expect.any(Number) as unknown]);
    expect(await execute("select * from scope_policy_last_uses")).toHaveLength(1);
  });

  it("is never replaced by an earlier one of another process", async () => {
    const late = await openStore({ now: () => 2_000 });
    const early = await openStore({ now: () => 1_500 });
    await record(late);
    for (const store of [late, early]) {
      store.touch(TOKEN);
      await store.flush();
    }
    expect(await lastUse(late)).toEqual([2_000]);
  });

  // STATEMENT_USES is 500
  it("is written for more grants than one statement has, by two processes at once", async () => {
    const stores = [await openStore(), await openStore()] as const;
    const columns =
      "grant_id, sub, client_id, scope, boundaries, texts, policy_name, policy_version, policy_digest, authorized_at, updated_at";
    const rows = Array.from(
      { length: 1_100 },
      (_, n) => `('g${(n * 7) % 1_100}', 'u${n}', 'c', 'openid', '{}', '[]', 'p', '1', 'd', 1, 1)`,
    );
    await execute(`insert into scope_policy_grants (${columns}) values ${rows.join(",")}`);
    for (const [index, store] of stores.entries())
      for (let user = 0; user < 1_100; user += 1)
        store.touch({ ...TOKEN, sub: `u${index === 0 ? user : 1_099 - user}`, client_id: "c" });
    await Promise.all(stores.map((store) => store.flush()));
    expect(await execute("select * from scope_policy_last_uses")).toHaveLength(1_100);
  });
}

function describeGrants({ openStore, execute, database }: Scene): void {
  const rows: readonly { readonly title: string; readonly token: unknown }[] = [
    { title: "another user", token: { ...TOKEN, sub: "user-2" } },
    { title: "another client", token: { ...TOKEN, client_id: "app-2" } },
    { title: "no user", token: { ...TOKEN, sub: undefined } },
    { title: "no client", token: { scope: "", sub: "user-1" } },
    { title: "a user that is inherited", token: Object.create(TOKEN) },
    { title: "a user with a control character", token: { ...TOKEN, sub: "user-1\u0000" } },
    { title: "another issuer", token: { ...TOKEN, iss: "https://other.example" } },
    { title: "nothing", token: undefined },
  ];

  it.each(titled(rows))("is not changed by a token of %s", async (_title, { token }) => {
    const store = await openStore({ issuer: "https://as.example" });
    await record(store);
    store.touch(token as AccessToken);
    await store.flush();
    expect(await lastUse(store)).toEqual([undefined]);
  });

  it("is changed by a token of the issuer, and by one without an issuer", async () => {
    const store = await openStore({ issuer: "https://as.example", now: () => 1_000 });
    for (const sub of ["user-1", "user-2"]) await record(store, sub);
    store.touch({ ...TOKEN, iss: "https://as.example" });
    store.touch({ ...TOKEN, sub: "user-2" });
    await store.flush();
    expect([await lastUse(store), await lastUse(store, "user-2")]).toEqual([[1_000], [1_000]]);
  });

  it("is gone with the grant, and a use that was waiting does not come back", async () => {
    const store = await openStore();
    const grantId = await record(store);
    store.touch(TOKEN);
    await store.flush();
    store.touch(TOKEN);
    await store.grants.revoke(grantId, { by: "user-1" });
    await store.flush();
    expect(await execute("select * from scope_policy_last_uses")).toEqual([]);
  });

  it("is not written for a grant that is revoked at the same moment", async () => {
    const store = await openStore();
    const grantId = await record(store);
    const other = database().open();
    let flushed: Promise<void> | undefined;
    await other.transaction().execute(async (transaction) => {
      await sql`delete from scope_policy_grants where grant_id = ${grantId}`.execute(transaction);
      store.touch(TOKEN);
      flushed = store.flush();
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    await flushed;
    expect(await execute("select * from scope_policy_last_uses")).toEqual([]);
  });
}

function describeFaults({ openStore, execute }: Scene): void {
  it("waits in memory while the database fails, and a later use counts", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now, lastUsedInterval: 20 });
    for (const sub of ["user-1", "user-2"]) await record(store, sub);
    await execute("alter table scope_policy_last_uses rename to away");
    for (const sub of ["user-1", "user-2"]) store.touch({ ...TOKEN, sub });
    const failed = expect(store.flush()).rejects.toThrow("scope_policy_last_uses");
    now = 1_001;
    store.touch(TOKEN);
    await failed;
    await new Promise((resolve) => setTimeout(resolve, 60)); // the timer fails too
    await execute("alter table away rename to scope_policy_last_uses");
    await expect.poll(() => lastUse(store)).toEqual([1_001]);
    expect(await lastUse(store, "user-2")).toEqual([1_000]);
  });

  it("is written when the store is closed, and not changed after that", async () => {
    let now = 1_000;
    const store = await openStore({ now: () => now });
    await record(store);
    store.touch(TOKEN);
    await store.close();
    now = 1_001;
    store.touch(TOKEN);
    await store.flush();
    expect(await lastUse(store)).toEqual([1_000]);
  });

  it("is lost if the database fails when the store is closed", async () => {
    const store = await openStore({ lastUsedInterval: 10 });
    await record(store);
    await execute("alter table scope_policy_last_uses rename to away");
    store.touch(TOKEN);
    await expect(store.close()).rejects.toThrow("scope_policy_last_uses");
  });
}
