import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createAuthorizer } from "scope-policy";
import { authorizationEvent } from "scope-policy/audit";
import type { AuditPage, LoggedEvent, Store } from "scope-policy/store";
import { describe, expect, it } from "vitest";
import { answeredOf, eventOf, idsOf } from "./audit-cases.js";
import type { Backend } from "./backend.js";
import { bundleProgram } from "./bundle.js";
import { answer, client, policy } from "./consents.js";
import { createRandom } from "./random.js";
import { type Scene, sceneOf } from "./scene.js";

const USER = { sub: "user-1" };

/** The suite of the audit log, which is the same for every database. */
export function describeAuditLog(name: string, backend: () => Backend): void {
  describe(`the audit log on ${name}`, () => {
    const scene = sceneOf(backend);
    describe("an event", () => describeEvents(scene));
    describe("an event of an authorizer", () => describeAuthorizer(scene));
    describe("a page", () => describePages(scene));
    describe("an export", () => describeExport(scene));
    describe("events that are too old", () => describePrune(scene));
    describe("a process or a database that fails", () => describeFaults(scene));
  });
}

/** Reads the pages of a user until the last one. */
async function allPages(store: Store, limit: number): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let before: string | undefined; ; ) {
    const page = await store.auditLog.page({ ...USER, before, limit });
    events.push(...page.events);
    if (page.next === undefined) return events;
    before = page.next;
  }
}

function describeEvents({ openStore, execute }: Scene): void {
  it("is one row, however often and by whichever process it is written", async () => {
    const stores = [await openStore(), await openStore()] as const;
    const event = eventOf();
    await Promise.all([0, 0, 1, 1].map((index) => stores[index as 0 | 1].audit(event)));
    const { events } = await stores[0].auditLog.page(USER);
    expect(events).toEqual([
      {
        id: event.id,
        time: event.time,
        sub: "user-1",
        client_id: "app-1",
        operation: "list_keys",
        code: "allowed",
        allowed: true,
        event,
      },
    ]);
  });

  it.each([
    ["after the first one", ["first", "second"]],
    ["before the first one", ["second", "first"]],
    ["together with the first one", ["both"]],
  ])(
    "has the status that the client got, if the second one is written %s",
    async (_title, order) => {
      const store = await openStore();
      const first = eventOf({ isAllowed: false, status: 403 });
      const second = answeredOf(first, 200);
      for (const step of order) {
        const given =
          {
            first: [first],
            second: [second],
            both: [eventOf({ sub: "user-2" }), first, first, second],
          }[step] ?? [];
        await Promise.all(given.map(store.audit));
      }
      const { events } = await store.auditLog.page(USER);
      expect(events).toMatchObject([{ id: first.id, status: 200, event: second }]);
      if (order[0] !== "second") expect(events[0]).toMatchObject({ time: first.time });
    },
  );

  it("keeps its place when its second one is written", async () => {
    const store = await openStore();
    const early = eventOf({ at: 1_000 });
    const late = eventOf({ at: 1_500 });
    await Promise.all([early, late].map(store.audit));
    await store.audit(answeredOf(early, 200));
    const { events } = await store.auditLog.page(USER);
    expect(idsOf(events)).toEqual([late.id, early.id]);
    expect(events[1]).toMatchObject({ time: early.time, status: 200 });
  });

  it("has the name of the client at its time, after a new name, the revocation, and the deletion of the client", async () => {
    const store = await openStore();
    const record = async (name: string) => {
      const renamed = { ...client, client_name: name };
      const given = { requested: "openid courses:read", scopes: ["courses:read"], client: renamed };
      return store.grants.record(await answer(store.grants, given));
    };
    await record("Reports");
    await store.audit(eventOf({ at: 1_000 }));
    const grantId = await record("Better\u202e Reports");
    await store.audit(eventOf({ at: 2_000 }));
    await store.grants.revoke(grantId, { by: "user-1" });
    await execute("delete from scope_policy_clients");
    await store.audit(eventOf({ at: 3_000 }));
    const { events } = await store.auditLog.page(USER);
    expect(events.map(({ client_name }) => client_name)).toEqual([
      undefined,
      "Better Reports",
      "Reports",
    ]);
  });

  it.each([
    ["is cut", `${"x".repeat(256)}…`],
    ["is redacted", "[redacted]"],
    ["had an invisible character", "a\ufffdb"],
  ])(
    "whose user %s belongs to no user, since another one can look the same",
    async (_title, sub) => {
      const store = await openStore();
      const event = eventOf({ sub });
      await store.audit(event);
      expect(await store.auditLog.page({ sub })).toEqual({ events: [] });
      const { events } = await store.auditLog.pageOfAllUsers();
      expect(events).toMatchObject([{ id: event.id, event: { actor: { sub } } }]);
      expect(events[0]).not.toHaveProperty("sub");
    },
  );

  it("of an authorization server is kept with its outcome and the name that the client gave", async () => {
    const store = await openStore();
    const details = { sub: "user-1", client_id: "app-1", client_name: "New" };
    const time = (seconds: number) => ({ time: new Date(seconds * 1_000) });
    const events = [
      authorizationEvent(policy, { type: "consent", outcome: "success", ...details, ...time(2) }),
      authorizationEvent(policy, {
        type: "token",
        outcome: "denied",
        error: "invalid_grant",
        status: 400,
        ...time(1),
        sub: "user-1",
      }),
    ];
    await Promise.all(events.map(store.audit));
    const page = await store.auditLog.page(USER);
    expect(page.events).toMatchObject([
      { operation: "consent", code: "success", allowed: true, client_name: "New" },
      { operation: "token", code: "invalid_grant", allowed: false, status: 400 },
    ]);
    expect(page.events[1]).not.toHaveProperty("client_id");
  });
}

function describeAuthorizer({ openStore, execute }: Scene): void {
  const call = { authorization: "Bearer token", operation: "list_keys", params: { id: "p1" } };
  const authorizerOf = (store: Store, options: object = {}) =>
    createAuthorizer({
      policy,
      verify: () => ({
        scope: "keys:read",
        sub: "user-1",
        client_id: "app-1",
        boundaries: { project: ["p1"] },
      }),
      audit: store.audit,
      onUsed: store.touch,
      onOutage: () => undefined,
      ...options,
    });

  it("is committed before the call goes on, and gets the status of the response", async () => {
    const store = await openStore();
    const authorizer = authorizerOf(store);
    const admission = await authorizer.admit(call);
    expect(admission.kind).toBe("allowed");
    const { events } = await (await openStore()).auditLog.page(USER);
    expect(events).toMatchObject([{ operation: "list_keys", code: "allowed", client_id: "app-1" }]);
    expect(events[0]).not.toHaveProperty("status");
    admission.answered?.(404);
    await expect
      .poll(async () => (await store.auditLog.page(USER)).events)
      .toMatchObject([{ status: 404 }]);
  });

  it("that cannot be written in time makes a call a 503 with `deny`, and is written as soon as the database is back", async () => {
    const store = await openStore();
    const authorizer = authorizerOf(store, { timeout: 30 });
    await execute("alter table scope_policy_audit_events rename to away");
    const admission = await authorizer.admit(call);
    expect(admission).toMatchObject({ kind: "refused", answer: { status: 503 } });
    expect(authorizer.outages.audit).toBe(1);
    admission.answered?.(503);
    await execute("alter table away rename to scope_policy_audit_events");
    await store.flush();
    const { events } = await store.auditLog.page(USER);
    expect(events).toMatchObject([{ code: "allowed", status: 503 }]);
    expect(store.auditLog.dropped).toBe(0);
  });

  it("does not stop a call with `continue`, and an event that is dropped is counted and reported", async () => {
    const store = await openStore();
    await store.close();
    const outages: unknown[] = [];
    const onOutage = (outage: unknown) => outages.push(outage);
    const authorizer = authorizerOf(store, { onAuditError: "continue", onOutage });
    expect((await authorizer.admit(call)).kind).toBe("allowed");
    await expect.poll(() => outages).toMatchObject([{ source: "audit" }]);
    expect([authorizer.outages.audit, store.auditLog.dropped]).toEqual([1, 1]);
  });
}

function describePages({ openStore }: Scene): void {
  it("has the newest events first, those of one user alone, chosen by client and by outcome", async () => {
    const store = await openStore();
    const random = createRandom(7);
    const given = Array.from({ length: 200 }, () => {
      const [sub, client_id] = [random.pick(["user-1", "user-2"]), random.pick(["app-1", "app-2"])];
      return eventOf({
        at: 1_000 + random.below(20),
        sub,
        client_id,
        isAllowed: random.below(3) > 0,
        id: random.id(),
      });
    });
    await Promise.all(given.map(store.audit));
    for (const sub of ["user-1", undefined])
      for (const client_id of ["app-2", undefined])
        for (const refused of [true, false, undefined]) {
          const filter = { client_id, refused, limit: 1_000 };
          const page =
            sub === undefined
              ? store.auditLog.pageOfAllUsers(filter)
              : store.auditLog.page({ sub, ...filter });
          const expected = given
            .filter((event) => sub === undefined || event.actor.sub === sub)
            .filter((event) => client_id === undefined || event.client.client_id === client_id)
            .filter((event) => refused === undefined || event.decision.allowed !== refused)
            .sort((left, right) => order(right) - order(left) || (left.id < right.id ? 1 : -1));
          expect(idsOf((await page).events)).toEqual(idsOf(expected));
        }
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "neither repeats nor hides an event while others are written, at the same time too (seed %d)",
    async (seed) => {
      const store = await openStore();
      const random = createRandom(seed);
      const events = (length: number) =>
        Array.from({ length }, () => eventOf({ at: 1_000 + random.below(6), id: random.id() }));
      const first = events(40);
      await Promise.all(first.map(store.audit));
      const limit = 1 + random.below(6);
      const seen: LoggedEvent[] = [];
      let page: AuditPage = { events: [] };
      do {
        page = await store.auditLog.page({ ...USER, limit, before: page.next });
        seen.push(...page.events);
        const more = [...events(random.below(4)), answeredOf(random.pick(first), 200)];
        await Promise.all(more.map(store.audit));
      } while (page.next !== undefined && seen.length < 500);
      const ids = idsOf(seen);
      expect(new Set(ids).size).toBe(ids.length);
      expect(idsOf(first).filter((id) => !ids.includes(id))).toEqual([]);
      const sorted = seen.toSorted(
        (left, right) => order(right) - order(left) || (left.id < right.id ? 1 : -1),
      );
      expect(ids).toEqual(idsOf(sorted));
    },
  );

  it("goes on after an event at the latest time that a date can have", async () => {
    const store = await openStore();
    for (const time of [new Date(8.64e15), new Date(8.64e15 - 1), new Date(0)])
      await store.audit(
        authorizationEvent(policy, { type: "consent", outcome: "success", ...USER, time }),
      );
    const { next } = await store.auditLog.page({ ...USER, limit: 1 });
    const { events } = await store.auditLog.page({ ...USER, limit: 2, before: next });
    expect(events.map(({ time }) => time)).toEqual([
      "+275760-09-12T23:59:59.999Z",
      "1970-01-01T00:00:00.000Z",
    ]);
  });

  it("has no `next` if it ends with the oldest event", async () => {
    const store = await openStore();
    await Promise.all([eventOf(), eventOf()].map(store.audit));
    expect(await store.auditLog.page({ ...USER, limit: 2 })).not.toHaveProperty("next");
    expect(await store.auditLog.page({ ...USER, limit: 1 })).toHaveProperty("next");
  });
}

const order = ({ time }: { readonly time: string }) => Date.parse(time);

function describeExport({ openStore }: Scene): void {
  // three reads of EXPORT_EVENTS, which is 200
  it("has one line for each event of the user, the same as the pages, and can be ended early", async () => {
    const store = await openStore();
    const others = [eventOf({ sub: "user-2" })];
    const mine = Array.from({ length: 450 }, (_, index) => eventOf({ at: 1_000 + (index % 7) }));
    await Promise.all([...mine, ...others].map(store.audit));
    const lines: string[] = [];
    for await (const line of store.auditLog.export(USER)) lines.push(line);
    expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await allPages(store, 100));
    expect(lines).toHaveLength(450);
    expect((await store.auditLog.page(USER)).events).toHaveLength(50);
    const all: string[] = [];
    for await (const line of store.auditLog.exportOfAllUsers()) all.push(line);
    expect(all).toHaveLength(451);
    for await (const line of store.auditLog.exportOfAllUsers({ client_id: "app-1" })) {
      expect(JSON.parse(line)).toMatchObject({ sub: "user-2" });
      break;
    }
  });
}

function describePrune({ openStore }: Scene): void {
  // two transactions of PRUNE_EVENTS, which is 1,000
  it("are deleted, however many they are, and the others stay", async () => {
    const store = await openStore({ now: () => 100_000 });
    const old = Array.from({ length: 1_100 }, () => eventOf({ at: 89_999_999 }));
    const kept = eventOf({ at: 90_000_000 });
    await Promise.all([...old, kept].map(store.audit));
    expect(await store.auditLog.prune({ maxAge: 10_000 })).toBe(1_100);
    expect(idsOf((await store.auditLog.page(USER)).events)).toEqual([kept.id]);
    expect(await store.auditLog.prune({ maxAge: 10_000 })).toBe(0);
    expect(await store.auditLog.prune({ maxAge: 100_000 / 3 })).toBe(0);
  });
}

function describeFaults({ openStore, database, execute }: Scene): void {
  it("loses no event that was acknowledged when the process is killed", async () => {
    const store = await openStore();
    const { path, remove } = await bundleProgram("test/store/audit-program.ts");
    const program = spawn(process.execPath, [path, database().url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const acknowledged: string[] = [];
    for await (const line of createInterface({ input: program.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 200) program.kill("SIGKILL");
    }
    if (program.exitCode === null && program.signalCode === null) await once(program, "exit");
    remove();
    expect(program.signalCode).toBe("SIGKILL");
    const written = idsOf(await allPages(store, 1_000));
    const lost = acknowledged.filter((id) => id.length === 36 && !written.includes(id));
    expect(acknowledged.length).toBeGreaterThanOrEqual(200);
    expect(lost).toEqual([]);
    expect(new Set(written).size).toBe(written.length);
  });

  it("makes `flush` and `close` reject, and what could not be written is dropped with an error", async () => {
    const store = await openStore();
    await execute("alter table scope_policy_audit_events rename to away");
    const written = store.audit(eventOf());
    const dropped = expect(written).rejects.toThrow("the store is closed");
    await expect(store.flush()).rejects.toThrow("scope_policy_audit_events");
    await expect(store.close()).rejects.toThrow("scope_policy_audit_events");
    await dropped;
    await expect(store.audit(eventOf())).rejects.toThrow("the store is closed");
    expect(store.auditLog.dropped).toBe(2);
  });
}
