import { setTimeout as wait } from "node:timers/promises";
import { sql } from "kysely";
import { openDatabase } from "../../../src/store/open-database.js";
import { monotonic } from "./messages.js";
import type { ReplicaProcess } from "./replica-process.js";
import { type DatabaseName, unique, type World } from "./world.js";

/** A fault that is injected while processes decide and one revokes. */
export interface Fault {
  readonly title: string;
  readonly databases: readonly DatabaseName[];
  /** Whether it takes so long that only the long run has it. */
  readonly isLong?: boolean;
  /** Whether some decision must be an outage, else the fault had no effect. */
  readonly isOutage: boolean;
  /** Whether no event can be written for so long that calls must be refused. */
  readonly stopsWriting?: boolean;
  /** Injects the fault, and ends it. Returns when its window opened, if that was later than the call. */
  readonly run: (world: World) => Promise<number | undefined>;
  /** The processes whose decisions count. Default: all. */
  readonly affected?: (world: World) => readonly ReplicaProcess[];
}

const BOTH: readonly DatabaseName[] = ["libSQL", "PostgreSQL"];
const POSTGRES: readonly DatabaseName[] = ["PostgreSQL"];

/** Waits for a multiple of the longest age of the list. */
const hold = ({ maxLag }: World, times: number) => wait(maxLag * times);

const first = ({ replicas: [replica] }: World): ReplicaProcess => {
  if (replica === undefined) throw new Error("there is no process");
  return replica;
};

const waysOf = ({ postgres }: World) => {
  if (postgres === undefined) throw new Error("there is no server");
  return postgres;
};

/** Waits for a condition, and does something before each look. */
const untilTrue = async (
  isTrue: () => boolean,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<void> => {
  for (let attempt = 0; !isTrue(); attempt += 1) {
    await before();
    if (attempt === 1_500) throw new Error("the fault had no effect within 30 s");
    await wait(20);
  }
};

/** Starts a process that stays in the middle of a transaction with a revocation, and never commits it. */
async function startGhost(world: World): Promise<ReplicaProcess> {
  const victim = await world.addReplica(0);
  const jti = unique("ghost");
  world.ledger.ghosts.push(jti);
  await victim.ask({ kind: "transaction", jti }, "in_transaction");
  return victim;
}

const DAYS = 2 * 86_400;

/** The faults, in the order in which they are injected. */
export const FAULTS: readonly Fault[] = [
  {
    title: "a process that decides is frozen and woken",
    databases: BOTH,
    isOutage: false, // it can read the list before its next decision
    affected: (world) => [first(world)],
    run: async (world) => {
      first(world).signal("SIGSTOP");
      await hold(world, 2);
      const woken = monotonic();
      first(world).signal("SIGCONT");
      await hold(world, 0.5);
      return woken;
    },
  },
  {
    title: "a process that decides is killed, and another one starts",
    databases: BOTH,
    isOutage: false,
    affected: (world) => world.replicas.slice(-1),
    run: async (world) => {
      await world.killReplica(first(world));
      await world.addReplica(0);
      await hold(world, 0.5);
      return undefined;
    },
  },
  {
    title: "a process is killed in the middle of a transaction that revokes",
    databases: BOTH,
    isOutage: false,
    run: async (world) => {
      const victim = await startGhost(world);
      await hold(world, 1);
      await world.killReplica(victim);
      return undefined;
    },
  },
  {
    title: "a process takes the number of its revocation first and commits last",
    databases: BOTH,
    isOutage: false,
    run: async (world) => {
      const slow = first(world);
      for (let at: number | undefined; at === undefined; ) {
        const jti = unique("token");
        for (const { order } of world.replicas) order({ kind: "watch", jtis: [jti] });
        await slow.ask({ kind: "transaction", jti }, "in_transaction");
        await hold(world, 1); // the other process goes on revoking, or waits for its turn
        ({ at } = await slow.ask({ kind: "commit" }, "committed"));
        if (at !== undefined) world.ledger.tokens.set(jti, at);
      }
      await hold(world, 1);
      return undefined;
    },
  },
  {
    title: "a process is frozen in the middle of a transaction that revokes, and woken",
    databases: BOTH,
    isLong: true,
    isOutage: false,
    run: async (world) => {
      const victim = await startGhost(world);
      victim.signal("SIGSTOP");
      await wait(12_000); // beyond the time after which PostgreSQL ends such a transaction
      victim.signal("SIGCONT");
      victim.order({ kind: "rollback" });
      await hold(world, 1);
      await world.killReplica(victim);
      return undefined;
    },
  },
  {
    title:
      "the wall clocks are set two days ahead and back, and a process starts with a clock that is ahead",
    databases: BOTH,
    isOutage: false,
    run: async (world) => {
      for (const [index, { order }] of world.replicas.entries())
        order({ kind: "clock", offset: index % 2 === 0 ? DAYS : -DAYS });
      const ahead = await world.addReplica(DAYS);
      await hold(world, 1);
      for (const { order } of world.replicas) order({ kind: "clock", offset: 0 });
      await hold(world, 1);
      await world.killReplica(ahead);
      return undefined;
    },
  },
  {
    title: "the disk is full for the process that writes",
    databases: ["libSQL"],
    isOutage: false,
    stopsWriting: true,
    run: async (world) => {
      const { ledger, writer } = world;
      const setPages = (pages: number) =>
        openDatabase(writer, "sqlite").read(async (connection) => {
          await sql`pragma max_page_count = ${sql.raw(String(pages))}`.execute(connection);
        });
      const { failures } = ledger;
      await untilTrue(
        () => ledger.failures > failures,
        () => setPages(1),
      ); // SQLite keeps the pages that it has
      await hold(world, 1);
      await setPages(1_000_000);
      return undefined;
    },
  },
  {
    title: "the database is killed and started again",
    databases: POSTGRES,
    isOutage: true,
    stopsWriting: true,
    run: async (world) => {
      const { server } = waysOf(world);
      server.kill();
      await hold(world, 2);
      await server.restart();
      return undefined;
    },
  },
  {
    title: "the database is frozen and woken",
    databases: POSTGRES,
    isOutage: true,
    stopsWriting: true,
    run: async (world) => {
      const { server } = waysOf(world);
      server.freeze(true);
      await hold(world, 2);
      server.freeze(false);
      return undefined;
    },
  },
  {
    title: "connections are cut in the middle of a transaction, before and after its commit",
    databases: POSTGRES,
    isOutage: false,
    run: async (world) => {
      const { toWriter } = waysOf(world);
      for (const isPassedOn of [false, true]) {
        const { cuts } = toWriter;
        toWriter.cutAt = { text: "commit", isPassedOn };
        await untilTrue(() => toWriter.cuts >= cuts + 3);
      }
      toWriter.cutAt = undefined;
      await hold(world, 1);
      return undefined;
    },
  },
  {
    title: "the connections of the processes that decide are cut again and again",
    databases: POSTGRES,
    isOutage: false,
    run: async (world) => {
      const { toReplicas, toListeners } = waysOf(world);
      for (let cut = 0; cut < 10; cut += 1) {
        toReplicas.cut();
        toListeners.cut();
        await hold(world, 0.15);
      }
      return undefined;
    },
  },
  {
    title: "the notifications are lost",
    databases: POSTGRES,
    isOutage: false,
    run: async (world) => {
      const { toListeners } = waysOf(world);
      toListeners.weather = { kind: "silent" };
      await hold(world, 3);
      toListeners.weather = { kind: "clear" };
      toListeners.cut();
      return undefined;
    },
  },
  {
    title: "the replies of the database come late",
    databases: POSTGRES,
    isOutage: true,
    run: async (world) => {
      const { toReplicas } = waysOf(world);
      toReplicas.weather = { kind: "slow", milliseconds: world.maxLag * 1.5 };
      await hold(world, 3);
      toReplicas.cut(); // else a late reply would come after a later one
      toReplicas.weather = { kind: "clear" };
      return undefined;
    },
  },
  {
    title: "the replies of the database are lost",
    databases: POSTGRES,
    isOutage: true,
    run: async (world) => {
      const { toReplicas } = waysOf(world);
      toReplicas.weather = { kind: "silent" };
      await hold(world, 3);
      toReplicas.weather = { kind: "clear" };
      toReplicas.cut();
      return undefined;
    },
  },
];
