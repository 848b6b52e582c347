import type { Policy } from "../decision/define-policy.js";
import { runtime } from "../policy/runtime.js";
import { startTimer } from "../policy/timer.js";
import { compareVersions } from "./compare-versions.js";
import { describeChange, describeFault } from "./describe-change.js";
import { parsePolicy, reviewPolicy } from "./review-policy.js";
import type { Place, PolicySourceOptions } from "./source-options.js";
import { createFault, type PolicyFault, type SourceRead } from "./source-result.js";

/** A policy that is read again from its file or its URL. */
export interface PolicySource {
  /** The last good policy. */
  readonly policy: Policy;
  /** The fault of the last read; `undefined` if that was good. */
  readonly fault: PolicyFault | undefined;
  /**
   * Reads now. Returns whether the policy is another one after it. Calls at the same time share one read. Never rejects.
   */
  refresh(): Promise<boolean>;
  /** Stops reading, and calls nothing from then on. The policy stays. */
  close(): void;
}

/** Reads a source, and compares it with the mark of the last read. */
export type ReadSource = (mark: string | undefined) => Promise<SourceRead>;

/** The last content that a source has read whole, and what is wrong with it. */
interface Seen {
  readonly text: string;
  readonly mark: string | undefined;
  readonly fault?: PolicyFault | undefined;
}

/** What following a source needs. */
interface SourceParts {
  readonly place: Place;
  readonly read: ReadSource;
  readonly options: PolicySourceOptions;
}

const FILE_INTERVAL = 2_000;
const URL_INTERVAL = 30_000;

/** Reads a source again at an interval, with the policy and the content of its first read. */
export function followSource(
  first: Policy,
  content: Seen,
  { place, read, options }: SourceParts,
): PolicySource {
  const { interval = place.kind === "file" ? FILE_INTERVAL : URL_INTERVAL } = options;
  let policy = first;
  let seen = content;
  let fault: PolicyFault | undefined;
  let isClosed = false;
  let stopTimer: () => void; // set by `schedule` below
  let running: Promise<boolean> | undefined;

  /** Keeps the policy, and reports a fault that is not the one of the last read. */
  const keep = (next: PolicyFault | undefined): false => {
    const isKnown = next?.code === fault?.code && next?.message === fault?.message;
    fault = next;
    if (next !== undefined && !isKnown) reportFault(next, policy, options);
    return false;
  };

  const take = async (text: string, mark: string | undefined): Promise<boolean> => {
    const parsed = parsePolicy(text, options);
    const review =
      parsed.kind === "fault"
        ? parsed
        : reviewPolicy(parsed.policy, policy, options.compareVersions ?? compareVersions);
    if (review.kind !== "policy") {
      seen = { text, mark, fault: review.fault };
      return keep(review.fault);
    }
    try {
      await options.onPolicy?.(review.policy);
    } catch (error) {
      // what was read stays unseen, so that the next read tries again
      return keep(thrown("onPolicy", error));
    }
    const before = policy;
    policy = review.policy;
    seen = { text, mark };
    keep(undefined);
    if (options.diff !== false && !isClosed) await reportChange(before, policy, options);
    return true;
  };

  const step = async (): Promise<boolean> => {
    const result = await read(seen.mark);
    if (isClosed) return false;
    if (result.kind === "fault") return keep(result.fault);
    if (result.kind === "unchanged" || result.text === seen.text) return keep(seen.fault);
    return take(result.text, result.mark);
  };

  const refresh = (): Promise<boolean> => {
    if (isClosed) return Promise.resolve(false);
    running ??= step().finally(() => {
      running = undefined;
    });
    return running;
  };

  const schedule = () => {
    if (isClosed) return;
    stopTimer = startTimer(interval, () => void refresh().then(schedule));
  };
  schedule();

  return Object.freeze({
    get policy() {
      return policy;
    },
    get fault() {
      return fault;
    },
    refresh,
    close: () => {
      isClosed = true;
      stopTimer();
    },
  });
}

function thrown(name: string, error: unknown): PolicyFault {
  const what = error instanceof Error ? `: ${error.message}` : "";
  return createFault("callback", `\`${name}\` threw an exception${what}`);
}

/** Reports a fault to `onFault`, or logs it. What `onFault` throws is logged. */
function reportFault(fault: PolicyFault, policy: Policy, { onFault }: PolicySourceOptions): void {
  const log = (one: PolicyFault) => runtime.console.error(describeFault(one, policy));
  try {
    (onFault ?? log)(fault);
  } catch (error) {
    log(fault);
    log(thrown("onFault", error));
  }
}

/** Compares two policies, and reports the result to `onDiff`, or logs it. Never rejects. */
async function reportChange(
  before: Policy,
  after: Policy,
  options: PolicySourceOptions,
): Promise<void> {
  try {
    // loaded here, so that only a program whose policy changes loads the analysis
    const { diffPolicies } = await import("../analysis/diff-policies.js");
    const change = Object.freeze({ before, after, diff: diffPolicies(before, after) });
    if (options.onDiff === undefined) runtime.console.error(describeChange(change));
    else options.onDiff(change);
  } catch (error) {
    reportFault(thrown("onDiff", error), after, options);
  }
}
