import { host } from "../policy/host.js";
import type { FactSource, Fault } from "./verify.js";

/** The value that a callback returned, or its outage. */
export type Asked<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "outage"; readonly fault: Fault };

/**
 * The one way to ask somebody else's code: what it throws, a promise that fails, one that does not settle in time, and an
 * answer that cannot be read are faults, told and counted, never exceptions.
 *
 * @param read - makes a value of the answer; throws for what is none
 */
export type FactAsker = <Value>(
  source: FactSource,
  question: () => unknown,
  read: (answer: unknown) => Value,
) => Awaitable<Asked<Value>>;

/** What is there, or what is to come. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Goes on at once with what is there: a promise for it would cost more than the decision it leads to. */
export function whenThere<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Next>,
): Awaitable<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Makes a {@link FactAsker} that gives up after a time, and tells of every fault. */
export function newFactAsker(milliseconds: number, report: (fault: Fault) => void): FactAsker {
  const failed = (source: FactSource, error: unknown) => {
    const fault = { source, error };
    report(fault);
    return { kind: "outage", fault } as const;
  };
  return (source, question, read) => {
    try {
      const asked = askInTime(
        question,
        milliseconds,
        (answer) => ({ kind: "value", value: read(answer) }) as const,
      );
      return asked instanceof Promise ? asked.catch((error) => failed(source, error)) : asked;
    } catch (error) {
      return failed(source, error);
    }
  };
}

/**
 * Goes on with what somebody else's code answers; fails once the time is over, and throws and rejects as that code does. An
 * answer that is there at once costs no timer and no promise.
 */
export function askInTime<Next>(
  question: () => unknown,
  milliseconds: number,
  next: (answer: unknown) => Awaitable<Next>,
): Awaitable<Next> {
  const answer = question();
  return isPromise(answer) ? within(answer, milliseconds).then(next) : next(answer);
}

/** Whether an answer is still to come. */
function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    typeof (answer as { readonly then?: unknown }).then === "function"
  );
}

/** The promise, or a failure once the time is over; the timer never outlives the answer. */
async function within(promise: PromiseLike<unknown>, milliseconds: number): Promise<unknown> {
  let timer: unknown;
  // a promise of our own, since theirs may settle with one that never does, and its `then` may be anything
  const answered = new Promise((resolve) => resolve(promise));
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`no answer within ${milliseconds} ms`));
    timer = host.setTimeout(giveUp, milliseconds);
  });
  try {
    return await Promise.race([answered, late]);
  } finally {
    host.clearTimeout(timer);
  }
}

/** Counts outages and tells of them; whoever is told cannot make it worse. */
export function newFaultReport(onFault: ((fault: Fault) => void) | undefined): {
  readonly counts: Readonly<Record<FactSource, number>>;
  readonly report: (fault: Fault) => void;
} {
  const counts: Record<FactSource, number> = { verify: 0, subject: 0, isRevoked: 0, audit: 0 };
  return {
    counts,
    report: (fault) => {
      counts[fault.source] += 1;
      try {
        if (onFault === undefined) tellConsole(`no answer from \`${fault.source}\``, fault.error);
        else Promise.resolve(onFault(fault)).catch(() => undefined);
      } catch {
        // nobody else can be told
      }
    },
  };
}

/** Writes what has happened and which kind of error it was, and none of the error's words: they may hold what a client sent. */
export function tellConsole(what: string, error: unknown): void {
  try {
    host.console.error(`scope-policy: ${what} (${kindOf(error)})`);
  } catch {
    // nobody else can be told
  }
}

/** What a class is called. A name is a member like another, and can be any text: a token, too. */
const CLASS_NAME = /^[A-Z][A-Za-z]{0,40}$/;

function kindOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    const name: unknown = error.name;
    return typeof name === "string" && CLASS_NAME.test(name) ? name : "error";
  } catch {
    return "error";
  }
}
