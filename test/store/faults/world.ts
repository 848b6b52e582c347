import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { createStore, type Store } from "scope-policy/store";
import { answer, client } from "../consents.js";
import { type AuditedCalls, createAuditedCalls } from "./audited-calls.js";
import { connect, migrate } from "./connect.js";
import type { ReplicaSettings } from "./messages.js";
import { type FragilePostgres, startFragilePostgres } from "./postgres.js";
import { startProxy, type TcpProxy } from "./proxy.js";
import { type ReplicaProcess, startReplica } from "./replica-process.js";
import { revokeToken } from "./revoke-token.js";

/** The names of the databases. */
export type DatabaseName = "libSQL" | "PostgreSQL";

/** A server and the ways to it. */
interface PostgresWays {
  readonly server: FragilePostgres;
  readonly toWriter: TcpProxy;
  readonly toReplicas: TcpProxy;
  readonly toListeners: TcpProxy;
}

/** What the database acknowledged, so what it must have at the end. */
interface Ledger {
  /** When the commit of each revoked token was known. */
  readonly tokens: Map<string, number>;
  /** Each recorded grant, and whether it is revoked. */
  readonly grants: Map<string, "in_force" | "revoked">;
  /** Tokens whose revocation was never committed. */
  readonly ghosts: string[];
  /** Tokens that were allowed too late. */
  readonly late: Set<string>;
  /** Number of attempts to write that failed. */
  failures: number;
}

/** A database, processes that decide, and one that revokes tokens and grants without a pause. */
export interface World {
  readonly name: DatabaseName;
  readonly maxLag: number;
  /** Present for PostgreSQL. */
  readonly postgres: PostgresWays | undefined;
  /** The connection of the process that revokes. */
  readonly writer: Kysely<unknown>;
  readonly ledger: Ledger;
  /** The calls of the process that revokes, which wait for their audit events. */
  readonly audited: AuditedCalls;
  replicas: readonly ReplicaProcess[];
  /** Starts one more process, which decides about the same tokens. */
  readonly addReplica: (clockOffset: number) => Promise<ReplicaProcess>;
  /** Ends a process. */
  readonly killReplica: (replica: ReplicaProcess) => Promise<void>;
  /** Starts the revoking and the audited calls. The result stops them, and waits for their end. */
  readonly startTraffic: () => () => Promise<void>;
  /** Returns what is missing in the database, or should not be there. */
  readonly audit: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** Milliseconds between two revocations. */
const PAUSE = 30;

/** Milliseconds after which a write that failed is tried again. */
const RETRY = 50;

/** The processes of a world. Times are in milliseconds. */
export interface WorldOptions {
  readonly maxLag: number;
  readonly replicas: number;
  /** The bundled program of the processes. */
  readonly program: string;
  /** How long each process rests after a turn of deciding. */
  readonly rest: number;
}

/** Opens a world with some processes. */
export async function openWorld(
  name: DatabaseName,
  { maxLag, replicas, rest, program }: WorldOptions,
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "scope-policy-faults-"));
  const postgres = name === "PostgreSQL" ? await openWays() : undefined;
  const urlBy = (port: number | undefined) =>
    port === undefined
      ? `file:${join(folder, "store.db")}`
      : `postgres://postgres@127.0.0.1:${port}/postgres`;
  const writer = connect(urlBy(postgres?.toWriter.port));
  const store = await createStore({ db: writer, maxLag });
  await migrate(store);
  const ledger: Ledger = {
    tokens: new Map(),
    grants: new Map(),
    ghosts: [],
    late: new Set(),
    failures: 0,
  };
  const settings = {
    url: urlBy(postgres?.toReplicas.port),
    maxLag,
    rest,
    ...(postgres && { listenUrl: urlBy(postgres.toListeners.port) }),
  };
  const world: World = {
    name,
    maxLag,
    postgres,
    writer,
    ledger,
    audited: createAuditedCalls(store),
    replicas: [],
    addReplica: (clockOffset) => addReplica(world, program, { ...settings, clockOffset }),
    killReplica: async (replica) => {
      world.replicas = world.replicas.filter((each) => each !== replica);
      await replica.kill();
    },
    startTraffic: () => startTraffic(world, store),
    audit: () => audit(world, urlBy(postgres?.server.port)),
    close: async () => {
      for (const replica of world.replicas) await replica.kill();
      await store.close();
      await writer.destroy();
      for (const proxy of [postgres?.toWriter, postgres?.toReplicas, postgres?.toListeners])
        await proxy?.close();
      await postgres?.server.close();
      rmSync(folder, { recursive: true });
    },
  };
  for (let count = 0; count < replicas; count += 1) await world.addReplica(0);
  return world;
}

async function openWays(): Promise<PostgresWays> {
  const server = await startFragilePostgres();
  const [toWriter, toReplicas, toListeners] = [
    await startProxy(server.port),
    await startProxy(server.port),
    await startProxy(server.port),
  ];
  return { server, toWriter, toReplicas, toListeners };
}

async function addReplica(
  world: World,
  program: string,
  settings: ReplicaSettings,
): Promise<ReplicaProcess> {
  const replica = await startReplica(program, settings);
  replica.order({ kind: "watch", jtis: [...world.ledger.tokens.keys()] });
  world.replicas = [...world.replicas, replica];
  return replica;
}

let number = 0;

/** Returns an identifier that no other call returns. */
export function unique(name: string): string {
  number += 1;
  return `${name}-${number}`;
}

function startTraffic(world: World, store: Store): () => Promise<void> {
  let isOver = false;
  const run = async (): Promise<void> => {
    for (let turn = 0; !isOver; turn += 1) {
      const jti = unique("token");
      for (const { order } of world.replicas) order({ kind: "watch", jtis: [jti] });
      world.ledger.tokens.set(jti, Infinity); // a process that starts now watches it too
      world.ledger.tokens.set(jti, await untilDone(world, () => revokeToken(world.writer, jti)));
      if (turn % 4 === 0) await grantAndRevoke(world, store, turn % 8 === 0);
      await wait(PAUSE);
    }
  };
  const running = run();
  const stopCalls = world.audited.start();
  return async () => {
    isOver = true;
    await Promise.all([running, stopCalls()]);
  };
}

/** Records a grant of a new user, and revokes it. */
async function grantAndRevoke(world: World, store: Store, isRevoked: boolean): Promise<void> {
  const [sub, id] = [unique("user"), unique("request")];
  const chosen = { sub, id, client, requested: "courses:read openid", scopes: ["courses:read"] };
  // a client that repeats its request sends the same answer again
  const given = await untilDone(world, () => answer(store.grants, chosen));
  const grantId = await untilDone(world, () => store.grants.record(given));
  world.ledger.grants.set(grantId, "in_force");
  if (!isRevoked) return;
  await untilDone(world, () => store.grants.revoke(grantId, { by: sub }));
  world.ledger.grants.set(grantId, "revoked");
}

/** Repeats a write until the database acknowledges it. */
async function untilDone<Result>(world: World, write: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await write();
    } catch {
      world.ledger.failures += 1;
      await wait(RETRY);
    }
  }
}

/** Compares the database with what it acknowledged. */
async function audit(
  { ledger: { tokens, grants, ghosts }, audited }: World,
  url: string,
): Promise<readonly string[]> {
  const db = connect(url, 60_000); // nothing is faulty any more
  const store = await createStore({ db });
  const { rows } = await sql<{ jti: string | null; grant_id: string | null }>`
    select jti, grant_id from scope_policy_revocations`.execute(db);
  const revoked = new Set(rows.flatMap(({ jti, grant_id }) => jti ?? grant_id ?? []));
  const findings = [...tokens.keys()]
    .filter((jti) => !revoked.has(jti))
    .map((jti) => `lost: ${jti}`);
  for (const ghost of ghosts) if (revoked.has(ghost)) findings.push(`not rolled back: ${ghost}`);
  for (const [grantId, state] of grants) {
    const isInForce = (await store.grants.get(grantId)) !== undefined;
    const isAsWritten = state === "in_force" ? isInForce : !isInForce && revoked.has(grantId);
    if (!isAsWritten) findings.push(`lost: the grant ${grantId}, ${state}`);
  }
  findings.push(...(await lostEvents(db, audited)));
  await db.destroy();
  return findings;
}

/** Returns each event that was acknowledged and is not in the log. The id is the key of the log, so no event is there twice. */
async function lostEvents(
  db: Kysely<unknown>,
  { events }: AuditedCalls,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from scope_policy_audit_events`.execute(db);
  const written = new Set(rows.map(({ id }) => id));
  return [...events].filter((id) => !written.has(id)).map((id) => `lost: the event ${id}`);
}
