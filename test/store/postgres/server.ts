import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Kysely } from "kysely";
import pg from "pg";
import type { Backend } from "../backend.js";
import { connect } from "../connect.js";

/** A PostgreSQL server for tests. */
export interface PostgresServer extends Backend {
  stop(): Promise<void>;
}

const VERSIONS = "/usr/lib/postgresql";

/** Returns the folder with the programs of the newest version that Debian's packages installed. */
export function programs(): string {
  const [newest] = readdirSync(VERSIONS).sort((left, right) => Number(right) - Number(left));
  return join(VERSIONS, newest ?? "", "bin");
}

/** Returns what starts a program as a user that PostgreSQL accepts: it refuses to run as root. */
export const asUser = (): readonly string[] =>
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
    : [];

export function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Ends the server when standard input closes, so also if the tests are killed. */
export const WATCHED = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server';

/**
 * Starts PostgreSQL on a free port of the loopback interface, with its files in a temporary folder.
 *
 * @param isDurable - whether a commit waits for the disk, as it does outside of tests
 */
export async function startPostgres(isDurable = false): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "scope-policy-postgres-"));
  if (asUser().length > 0) chownSync(folder, idOf("-u"), idOf("-g"));
  const bin = programs();
  const data = join(folder, "data");
  const [command = "", ...initial] = [
    ...asUser(),
    join(bin, "initdb"),
    ...["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
  ];
  execFileSync(command, initial, { stdio: "ignore", cwd: folder });
  const port = await freePort();
  const server = spawn(
    "sh",
    [
      ...["-c", WATCHED, "sh", ...asUser(), join(bin, "postgres"), "-D", data, "-p", String(port)],
      ...["-h", "127.0.0.1", "-k", folder, "-c", `fsync=${isDurable ? "on" : "off"}`],
    ],
    { stdio: ["pipe", "ignore", "ignore"], cwd: folder },
  );
  const base = `postgres://postgres@127.0.0.1:${port}`;
  await whenReady(`${base}/postgres`);
  return {
    create: () => createSchema(base),
    stop: async () => {
      await stopped(server);
      await rm(folder, { recursive: true });
    },
  };
}

/** Closes the standard input of the shell, which then ends the server. */
async function stopped(server: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.stdin?.destroy();
  await exited;
}

export async function whenReady(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (attempt === 200) throw error;
      await wait(50);
    }
  }
}

let schemas = 0;

/** Creates a schema of its own, which is empty as a database is, and made in a hundredth of the time. */
async function createSchema(base: string) {
  schemas += 1;
  const name = `store_${schemas}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: `${base}/postgres` });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create schema ${name}`);
  const url = `${base}/postgres?options=${encodeURIComponent(`-c search_path=${name}`)}`;
  const instances: Kysely<unknown>[] = [];
  return {
    url,
    open: () => {
      const db = connect(url);
      instances.push(db);
      return db;
    },
    close: async () => {
      for (const db of instances) await db.destroy();
      await run(`drop schema ${name} cascade`);
    },
  };
}
