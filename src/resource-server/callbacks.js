import { runtime } from "../policy/runtime.js";
/** Calls `next` with a value: at once if it is not a promise, since a promise costs more than a decision. */
export function mapAwaitable(value, next) {
    return value instanceof Promise ? value.then(next) : next(value);
}
/** Creates a {@link CallbackRunner} with a timeout that reports every outage. */
export function createCallbackRunner(milliseconds, report) {
    const failed = (source, error) => {
        const outage = { source, error };
        report(outage);
        return { kind: "outage", outage };
    };
    return (source, question, read) => {
        try {
            const asked = withTimeout(question, milliseconds, (answer) => ({ kind: "value", value: read(answer) }));
            return asked instanceof Promise ? asked.catch((error) => failed(source, error)) : asked;
        }
        catch (error) {
            return failed(source, error);
        }
    };
}
/**
 * Calls a callback, and `next` with its result. Throws and rejects as the callback does, and rejects after the timeout. A result
 * that is not a promise costs no timer and no promise.
 */
export function withTimeout(question, milliseconds, next) {
    const answer = question();
    return isPromise(answer) ? settleWithin(answer, milliseconds).then(next) : next(answer);
}
/** Returns whether a result is a promise. */
function isPromise(answer) {
    return (typeof answer === "object" &&
        answer !== null &&
        typeof answer.then === "function");
}
/** Returns the result of a promise, or rejects after the timeout. The timer ends with the promise. */
async function settleWithin(promise, milliseconds) {
    let timer;
    // a promise of our own, since the callback's can resolve to one that never settles, and its `then` can be any function
    const answered = new Promise((resolve) => resolve(promise));
    const late = new Promise((_, reject) => {
        const giveUp = () => reject(new Error(`no result within ${milliseconds} ms`));
        timer = runtime.setTimeout(giveUp, milliseconds);
    });
    try {
        return await Promise.race([answered, late]);
    }
    finally {
        runtime.clearTimeout(timer);
    }
}
/** Creates the function that counts and reports outages. An error of `onOutage` has no effect. */
export function createOutageReporter(onOutage) {
    const counts = {
        verify: 0,
        authenticate: 0,
        subject: 0,
        isRevoked: 0,
        audit: 0,
    };
    return {
        counts,
        report: (outage) => {
            counts[outage.source] += 1;
            try {
                if (onOutage === undefined)
                    logOutage(`outage of \`${outage.source}\``, outage.error);
                else
                    Promise.resolve(onOutage(outage)).catch(() => undefined);
            }
            catch {
                // an outage that cannot be reported is still counted
            }
        },
    };
}
/** Logs what failed and the class of the error, but not its message, which can contain client input. */
export function logOutage(what, error) {
    try {
        runtime.console.error(`scope-policy: ${what} (${errorClassOf(error)})`);
    }
    catch {
        // the error cannot be reported anywhere else
    }
}
/** The form of a class name. The `name` of an error can be any text, even a token. */
const CLASS_NAME = /^[A-Z][A-Za-z]{0,40}$/;
function errorClassOf(error) {
    try {
        if (!(error instanceof Error))
            return typeof error;
        const name = error.name;
        return typeof name === "string" && CLASS_NAME.test(name) ? name : "error";
    }
    catch {
        return "error";
    }
}
