import { readOwn } from "../decision/access-token.js";
import { type Params, taskIdIn } from "./message.js";
import { boundStore, type McpSessionStore, newSessionMemory } from "./sessions.js";

/** Who created which task. A handler of neither SDK learns whose a task is, and only MCP 2025-11-25 binds tasks to sessions. */
export interface Tasks {
  /** Returns whether every task that a request names was created for a caller. */
  readonly areOf: (named: readonly unknown[], owner: string) => Promise<boolean>;
  /** Notes the task that a result hands out, and leaves out of a list of tasks those of other owners. */
  readonly see: (method: string, result: unknown, owner: string) => Promise<unknown>;
}

/** Milliseconds that a store of tasks is waited for. */
const STORE_TIMEOUT = 5_000;

const memories = new WeakMap<object, McpSessionStore>();

/** The store of the tasks that the servers of one authorizer create, in the memory of the process. */
export function taskMemoryOf(authorizer: object): McpSessionStore {
  const memory = memories.get(authorizer) ?? newSessionMemory();
  memories.set(authorizer, memory);
  return memory;
}

/** Binds tasks to the callers that they were created for. */
export function newTasks(given: McpSessionStore): Tasks {
  const store = boundStore(given, STORE_TIMEOUT);
  const isOf = async (task: unknown, owner: string): Promise<boolean> =>
    typeof task === "string" && (await store.get(task)) === owner;
  const note = async (task: unknown, owner: string): Promise<void> => {
    // an id that another caller has stays theirs
    if (typeof task === "string" && (await store.get(task)) === undefined) {
      await store.set(task, owner);
    }
  };
  return {
    areOf: async (named, owner) => {
      for (const task of named) if (!(await isOf(task, owner))) return false;
      return true;
    },
    see: async (method, result, owner) => {
      if (method === "tools/call") await note(createdBy(result), owner);
      const listed: unknown = method === "tasks/list" ? readOwn(result, "tasks") : undefined;
      if (!Array.isArray(listed)) return result;
      const own = await Promise.all(listed.map((task) => isOf(taskIdIn(task), owner)));
      return { ...(result as object), tasks: listed.filter((_, index) => own[index]) };
    },
  };
}

/** The id of the task that a call returned: `task` (MCP 2025-11-25), or the result itself (SEP-2663). */
function createdBy(result: unknown): unknown {
  const isTask = readOwn(result, "resultType") === "task";
  return taskIdIn(isTask ? result : readOwn(result, "task"));
}

const RELATED_TASK = "io.modelcontextprotocol/related-task";

/** The tasks that a request names: the one that it is about, and the one that it relates to. */
export function tasksNamed(method: string, params: Params, meta: unknown): readonly unknown[] {
  const related = readOwn(meta, RELATED_TASK);
  return [
    ...(method.startsWith("tasks/") && method !== "tasks/list" ? [taskIdIn(params)] : []),
    ...(related === undefined ? [] : [taskIdIn(related)]),
  ];
}
