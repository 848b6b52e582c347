import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Order, ReplicaReport, ReplicaSettings, Reply } from "./messages.js";

/** A process that decides. */
export interface ReplicaProcess {
  readonly order: (order: Order) => void;
  /** Sends an order and waits for its reply. */
  readonly ask: <Kind extends Reply["kind"]>(
    order: Order,
    reply: Kind,
  ) => Promise<Extract<Reply, { kind: Kind }>>;
  readonly report: () => Promise<ReplicaReport>;
  readonly signal: (signal: "SIGSTOP" | "SIGCONT") => void;
  /** Ends it without warning, and waits for its end. */
  readonly kill: () => Promise<void>;
}

/** Starts a process from its bundled program, and waits until it decides. */
export async function startReplica(
  program: string,
  settings: ReplicaSettings,
): Promise<ReplicaProcess> {
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [] });
  const ask: ReplicaProcess["ask"] = (order, reply) => {
    const answered = replyOf(child, reply);
    child.send(order);
    return answered;
  };
  await replyOf(child, "ready");
  return {
    order: (order) => void child.send(order),
    ask,
    report: async () => (await ask({ kind: "report" }, "report")).report,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function replyOf<Kind extends Reply["kind"]>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Reply, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: Reply): void => {
      if (reply.kind !== kind) return;
      child.off("message", onMessage);
      child.off("exit", onExit);
      resolve(reply as Extract<Reply, { kind: Kind }>);
    };
    const onExit = (): void => reject(new Error(`a process ended before its reply \`${kind}\``));
    child.on("message", onMessage);
    child.once("exit", onExit);
  });
}
