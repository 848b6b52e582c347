import { joinLines, replaceInvisible } from "../grammar/shown-text.js";
import { isDevelopment, runtime } from "../policy/runtime.js";
import type { CallbackName, Outage } from "./token-verifier.js";

/** The value that a callback returned, or its outage. */
export type CallbackResult<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "outage"; readonly outage: Outage };

/**
 * Calls a callback. This is the only way in which an authorizer runs code of the host. A callback that throws, rejects, does not
 * settle in time or returns an unusable value is an outage, which is reported and counted. It is never an exception.
 *
 * @param argument - what the callback is called with
 * @param read - converts the result; throws for an unusable one
 */
export type CallbackRunner = <Argument, Value>(
  source: CallbackName,
  callback: (argument: Argument) => unknown,
  argument: Argument,
  read: (answer: unknown) => Value,
) => Awaitable<CallbackResult<Value>>;

/** A value, or the promise of one. */
export type Awaitable<Value> = Value | Promise<Value>;

/**
 * Calls `next` with a value: at once if it is not a promise, since a promise costs more than a decision. What `next` needs besides the
 * value is given to it, so that no function is created for each request: one that keeps two objects takes 100 bytes.
 */
export function mapAwaitable<Value, Next, First, Second, Third>(
  value: Awaitable<Value>,
  next: (value: Value, first: First, second: Second, third: Third) => Awaitable<Next>,
  first: First,
  second: Second,
  third: Third,
): Awaitable<Next>;
export function mapAwaitable<Value, Next, First, Second>(
  value: Awaitable<Value>,
  next: (value: Value, first: First, second: Second) => Awaitable<Next>,
  first: First,
  second: Second,
): Awaitable<Next>;
export function mapAwaitable<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Next>,
): Awaitable<Next>;
export function mapAwaitable<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value, first?: unknown, second?: unknown, third?: unknown) => Awaitable<Next>,
  first?: unknown,
  second?: unknown,
  third?: unknown,
): Awaitable<Next> {
  return isPending(value)
    ? mapPromise(value, next, first, second, third)
    : next(value, first, second, third);
}

/** Apart from `mapAwaitable`: a function that contains another one creates an object for what that one keeps, at every call. */
function mapPromise<Value, Next>(
  promise: Promise<Value>,
  next: (value: Value, first: unknown, second: unknown, third: unknown) => Awaitable<Next>,
  first: unknown,
  second: unknown,
  third: unknown,
): Promise<Next> {
  return promise.then((value) => next(value, first, second, third));
}

/** Creates a {@link CallbackRunner} with a timeout that reports every outage. */
export function createCallbackRunner(
  milliseconds: number,
  report: (outage: Outage) => void,
): CallbackRunner {
  const failed = (source: CallbackName, error: unknown) => {
    const outage = { source, error };
    report(outage);
    return { kind: "outage", outage } as const;
  };
  // apart from the function below, as `mapPromise`
  const settle = <Value>(
    source: CallbackName,
    promise: PromiseLike<unknown>,
    read: (answer: unknown) => Value,
  ): Promise<CallbackResult<Value>> =>
    settleWithin(promise, milliseconds)
      .then((answer) => ({ kind: "value", value: read(answer) }) as const)
      .catch((error) => failed(source, error));
  return (source, callback, argument, read) => {
    try {
      const answer = callback(argument);
      return isPromise(answer)
        ? settle(source, answer, read)
        : { kind: "value", value: read(answer) };
    } catch (error) {
      return failed(source, error);
    }
  };
}

/**
 * Calls a callback, and `next` with its result. Throws and rejects as the callback does, and rejects after the timeout. A result
 * that is not a promise costs no timer and no promise.
 */
export function withTimeout<Next>(
  question: () => unknown,
  milliseconds: number,
  next: (answer: unknown) => Awaitable<Next>,
): Awaitable<Next> {
  const answer = question();
  return isPromise(answer) ? settleWithin(answer, milliseconds).then(next) : next(answer);
}

/**
 * Returns whether a value is a promise, of any kind: a host can replace the global `Promise`, as zone.js does, and what an `async` function
 * returns is not an instance of that one.
 */
function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    typeof (answer as { readonly then?: unknown }).then === "function"
  );
}

/** Returns whether a value is still to come. */
export function isPending<Value>(value: Awaitable<Value>): value is Promise<Value> {
  return isPromise(value);
}

/** Returns the result of a promise, or rejects after the timeout. The timer ends with the promise. */
async function settleWithin(promise: PromiseLike<unknown>, milliseconds: number): Promise<unknown> {
  let timer: unknown;
  // a promise of our own, since the callback's can resolve to one that never settles, and its `then` can be any function
  const answered = new Promise((resolve) => resolve(promise));
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`no result within ${milliseconds} ms`));
    timer = runtime.setTimeout(giveUp, milliseconds);
  });
  try {
    return await Promise.race([answered, late]);
  } finally {
    runtime.clearTimeout(timer);
  }
}

/**
 * Creates the function that counts and reports outages. An error of `onOutage` has no effect. Without it, each outage is logged. Of
 * `authenticate`, which is a function of the host, the first one is logged with the message of its error, but not in production.
 */
export function createOutageReporter(onOutage: ((outage: Outage) => void) | undefined): {
  readonly counts: Readonly<Record<CallbackName, number>>;
  readonly report: (outage: Outage) => void;
} {
  const counts: Record<CallbackName, number> = {
    verify: 0,
    authenticate: 0,
    subject: 0,
    isRevoked: 0,
    audit: 0,
    onUsed: 0,
  };
  let isExplained = false;
  const detailOf = ({ source, error }: Outage): string => {
    if (source !== "authenticate" || isExplained || !isDevelopment()) return "";
    isExplained = true;
    return `: ${messageOf(error)}. Further messages are not logged: see \`onOutage\`.`;
  };
  return {
    counts,
    report: (outage) => {
      counts[outage.source] += 1;
      try {
        if (onOutage === undefined) {
          logOutage(`outage of \`${outage.source}\``, outage.error, detailOf(outage));
        } else {
          Promise.resolve(onOutage(outage)).catch(() => undefined);
        }
      } catch {
        // an outage that cannot be reported is still counted
      }
    },
  };
}

/** Logs what failed, the class of the error and a detail, but not the message of the error, which can contain client input. */
export function logOutage(what: string, error: unknown, detail = ""): void {
  try {
    runtime.console.error(`scope-policy: ${what} (${errorClassOf(error)})${detail}`);
  } catch {
    // the error cannot be reported anywhere else
  }
}

/** The form of a class name. The `name` of an error can be any text, even a token. */
const CLASS_NAME = /^[A-Z][A-Za-z]{0,40}$/;

function errorClassOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    const name: unknown = error.name;
    return typeof name === "string" && CLASS_NAME.test(name) ? name : "error";
  } catch {
    return "error";
  }
}

/** Text that can be a credential: a token, a session id, a digest. */
const OPAQUE = /[\w.~+/=%-]{20,}/g;

/** Returns the message of an error as one short line, with `…` in the place of what can be a credential. */
function messageOf(error: unknown): string {
  try {
    const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
    const [text = "no message"] = [error, message, code].filter(isText);
    const shown = joinLines(text.slice(0, 2_000)).replaceAll(OPAQUE, "…");
    return replaceInvisible(shown, "\ufffd").slice(0, 200);
  } catch {
    return "no message";
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
