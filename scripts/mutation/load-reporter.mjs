// A reporter for Vitest: it counts a test file that does not load as a failed test. Stryker looks at tests only, so it would report that
// no test notices a change with which a module throws as soon as it is imported.

/** @typedef {{ type: "test", name: string, mode: "run", file: Task, suite?: Task, result: Task["result"] }} FailedTest */
/** @typedef {{ tasks: unknown[], result?: { state: string, errors?: unknown[] } }} Task */

export default class LoadReporter {
  /** @param {readonly { readonly task: Task }[]} modules */
  onTestRunEnd(modules) {
    for (const { task } of modules) {
      if (task.result?.state !== "fail" || task.tasks.length > 0) continue;
      /** @type {FailedTest} */
      const failed = { type: "test", name: "loads", mode: "run", file: task, result: task.result };
      task.tasks.push(failed);
    }
  }
}
