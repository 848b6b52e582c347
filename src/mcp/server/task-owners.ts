import { readOwn } from "../../decision/access-token.js";
import { type Params, taskIdIn } from "../shared/message.js";
import { createSessionStore, type McpSessionStore, storeWithTimeout } from "../shared/sessions.js";

/** The owners of tasks. Neither SDK passes the owner of a task to handlers, and only MCP 2025-11-25 binds tasks to sessions. */
export interface TaskOwners {
  /** Returns whether an owner created every task that a request names. */
  readonly areOf: (named: readonly unknown[], owner: string) => Promise<boolean>;
  /**
   * Records the task that a result creates, and removes the tasks of other owners from a list of tasks. Returns the result that the
   * caller gets, or `undefined` if the result concerns no task.
   */
  readonly see: (method: string, result: unknown, owner: string) => Promise<unknown> | undefined;
}

/** Timeout of the task store in milliseconds. */
const STORE_TIMEOUT = 5_000;

const defaultOwners = new WeakMap<object, TaskOwners>();

/** Returns the owners, in memory, of the tasks that the servers of one authorizer create. */
export function defaultTaskOwners(authorizer: object): TaskOwners {
  const known = defaultOwners.get(authorizer);
  if (known !== undefined) return known;
  const owners = createTaskOwners(createSessionStore());
  defaultOwners.set(authorizer, owners);
  return owners;
}

/** Creates the binding of tasks to the callers that created them. */
export function createTaskOwners(given: McpSessionStore): TaskOwners {
  const store = storeWithTimeout(given, STORE_TIMEOUT);
  const isOf = async (task: unknown, owner: string): Promise<boolean> =>
    typeof task === "string" && (await store.get(task)) === owner;
  const note = async (task: string, owner: string): Promise<void> => {
    // an id that another caller owns keeps its owner
    if ((await store.get(task)) === undefined) await store.set(task, owner);
  };
  const withOwnTasks = async (result: unknown, owner: string): Promise<unknown> => {
    const listed = readOwn(result, "tasks");
    if (!Array.isArray(listed)) return result;
    const own = await Promise.all(listed.map((task) => isOf(taskIdIn(task), owner)));
    return { ...(result as object), tasks: listed.filter((_, index) => own[index]) };
  };
  return {
    areOf: async (named, owner) => {
      for (const task of named) if (!(await isOf(task, owner))) return false;
      return true;
    },
    see: (method, result, owner) => {
      if (method === "tools/call") {
        const task = createdTask(result);
        return typeof task === "string" ? note(task, owner).then(() => result) : undefined;
      }
      return method === "tasks/list" ? withOwnTasks(result, owner) : undefined;
    },
  };
}

/** Returns the id of the task that a call created: in `task` (MCP 2025-11-25), or in the result itself (SEP-2663). */
function createdTask(result: unknown): unknown {
  const isTask = readOwn(result, "resultType") === "task";
  return taskIdIn(isTask ? result : readOwn(result, "task"));
}

const RELATED_TASK = "io.modelcontextprotocol/related-task";

/** Returns the tasks that a request names: its subject, and its related task. */
export function namedTasks(method: string, params: Params, meta: unknown): readonly unknown[] {
  const related = readOwn(meta, RELATED_TASK);
  const isOfTask = method.startsWith("tasks/") && method !== "tasks/list";
  if (!isOfTask && related === undefined) return NO_TASKS;
  return [
    ...(isOfTask ? [taskIdIn(params)] : []),
    ...(related === undefined ? [] : [taskIdIn(related)]),
  ];
}

const NO_TASKS: readonly unknown[] = [];
