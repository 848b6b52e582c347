import { runtime } from "../policy/runtime.js";
const HOUR = 3_600_000;
const UNKNOWN = "unknown";
/**
 * Creates the counter of a gate with `dangerouslyReportOnly`. It logs one line now, and one each hour. The timer does not keep the
 * process alive; a runtime that allows no timer here logs the first line alone.
 */
export function createReportOnly(isKnown) {
    const counts = new Map();
    let calls = 0;
    let refusals = 0;
    log("only reports: it refuses no call but those of denied operations");
    startHourly(() => log(`only reports: it would have refused ${refusals} of ${calls} calls since it started`));
    return {
        mayContinue(operation, { decision: { allowed, code } }) {
            const name = isKnown(operation) ? operation : UNKNOWN;
            const codes = counts.get(name) ?? new Map();
            counts.set(name, codes.set(code, (codes.get(code) ?? 0) + 1));
            calls += 1;
            if (!allowed)
                refusals += 1;
            return code !== "denied";
        },
        report: () => Object.fromEntries([...counts].map(([name, codes]) => [name, Object.fromEntries(codes)])),
    };
}
function log(what) {
    runtime.console.error(`scope-policy: a gate ${what} (\`dangerouslyReportOnly\`)`);
}
function startHourly(run) {
    try {
        const timer = runtime.setInterval(run, HOUR);
        timer.unref?.();
    }
    catch {
        // workers allow timers in a request only
    }
}
