import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asUser, freePort, idOf, programs, WATCHED, whenReady } from "../postgres/server.js";

/** A PostgreSQL server that can be killed. Its data are on the disk after each commit. */
export interface FragilePostgres {
  readonly port: number;
  /** Ends every process of the server at once, without warning. */
  kill(): void;
  /** Starts it again, and waits until it answers. */
  restart(): Promise<void>;
  /** Stops every process of the server, or lets it go on. */
  freeze(isFrozen: boolean): void;
  close(): Promise<void>;
}

/** Returns the processes of a server: the first one and its children. */
function processesOf(data: string): readonly number[] {
  const [first = ""] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  const children = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && parentOf(name) === first,
  );
  return [first, ...children].map(Number);
}

function parentOf(pid: string): string | undefined {
  try {
    return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined; // it has ended
  }
}

/** Sends a signal to processes, of which some may have ended. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended
    }
  }
}

/** Starts a server in a temporary folder. */
export async function startFragilePostgres(): Promise<FragilePostgres> {
  const folder = mkdtempSync(join(tmpdir(), "scope-policy-faults-"));
  if (asUser().length > 0) chownSync(folder, idOf("-u"), idOf("-g"));
  const data = join(folder, "data");
  const options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
  const [command = "", ...initial] = [
    ...asUser(),
    join(programs(), "initdb"),
    "-D",
    data,
    ...options,
  ];
  execFileSync(command, initial, { stdio: "ignore", cwd: folder });
  const port = await freePort();
  const start = (): ChildProcess => {
    const server = [...asUser(), join(programs(), "postgres"), "-D", data, "-p", String(port)];
    return spawn("sh", ["-c", WATCHED, "sh", ...server, "-h", "127.0.0.1", "-k", folder], {
      stdio: ["pipe", "ignore", "ignore"],
      cwd: folder,
    });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child = start();
  await whenReady(url);
  return {
    port,
    kill: () => signalAll(processesOf(data), "SIGKILL"),
    restart: async () => {
      await ended(child);
      rmSync(join(data, "postmaster.pid"), { force: true });
      child = start();
      await whenReady(url);
    },
    freeze: (isFrozen) => signalAll(processesOf(data), isFrozen ? "SIGSTOP" : "SIGCONT"),
    close: async () => {
      await ended(child);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Closes the standard input of the shell that watches a server, which ends the server, and waits for the end of both. */
async function ended(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.stdin?.end();
  await closed;
}
