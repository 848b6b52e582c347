import type { EvaluateRequest, Part, ReadyMessage, WorkerMessage } from "./parts.js";
import type { PlaygroundState } from "./state.js";

/** Time in milliseconds after which an evaluation is stopped. */
const TIME_LIMIT = 5_000;

/** What an evaluator reports. */
export interface EvaluatorEvents {
  /** The worker runs for the first time. */
  readonly onReady: (message: ReadyMessage) => void;
  /** An evaluation starts. */
  readonly onStart: () => void;
  readonly onPart: (part: Part) => void;
  /** An evaluation is complete, or was stopped, with the reason. */
  readonly onEnd: (stopped: string | undefined) => void;
}

/** Evaluates states in a worker, one at a time. */
export interface Evaluator {
  /** Evaluates a state as soon as the worker is free. Of several states that wait, only the last one is evaluated. */
  evaluate(state: PlaygroundState): void;
  /** Returns whether a state is evaluated or waits for that. */
  isBusy(): boolean;
  close(): void;
}

interface Run {
  readonly events: EvaluatorEvents;
  worker: Worker | undefined;
  isReady: boolean;
  /** Whether any worker was ready. One that never is would fail again. */
  wasReady: boolean;
  waiting: PlaygroundState | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Starts a worker. One that takes too long is terminated, and another takes its place. */
export function createEvaluator(events: EvaluatorEvents): Evaluator {
  const run: Run = {
    events,
    worker: undefined,
    isReady: false,
    wasReady: false,
    waiting: undefined,
    timer: undefined,
  };
  startWorker(run);
  return {
    evaluate(state) {
      run.waiting = state;
      evaluateNext(run);
    },
    isBusy: () => run.timer !== undefined || run.waiting !== undefined,
    close() {
      clearTimeout(run.timer);
      run.worker?.terminate();
    },
  };
}

function startWorker(run: Run): void {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => receive(run, data));
  worker.addEventListener("error", () => stop(run, "the evaluation failed"));
  run.worker = worker;
  run.isReady = false;
}

function receive(run: Run, message: WorkerMessage): void {
  if (message.kind === "ready") {
    run.isReady = true;
    if (!run.wasReady) run.events.onReady(message);
    run.wasReady = true;
  } else if (message.part === undefined) end(run, undefined);
  else run.events.onPart(message.part);
  evaluateNext(run);
}

function evaluateNext(run: Run): void {
  const { waiting: state, worker } = run;
  if (!run.isReady || run.timer !== undefined || state === undefined) return;
  run.waiting = undefined;
  run.timer = setTimeout(() => {
    stop(
      run,
      `stopped after ${TIME_LIMIT / 1_000} seconds: this policy is too large for the playground`,
    );
  }, TIME_LIMIT);
  run.events.onStart();
  worker?.postMessage({ state } satisfies EvaluateRequest);
}

function stop(run: Run, reason: string): void {
  run.worker?.terminate();
  run.isReady = false;
  if (run.wasReady) startWorker(run);
  end(run, reason);
}

function end(run: Run, stopped: string | undefined): void {
  clearTimeout(run.timer);
  run.timer = undefined;
  run.events.onEnd(stopped);
}
