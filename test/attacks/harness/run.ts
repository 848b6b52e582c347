// Runs the cases of a corpus and judges their results.
import { PolicyError } from "scope-policy";
import { decidedOf } from "../decided-otherwise.js";
import { faultsOfAsserts } from "./asserts.js";
import type { CaseAuthorizer } from "./authorizer.js";
import { readChallenge } from "./challenge-text.js";
import { type Context, createContext, sourceOfCase } from "./context.js";
import { type AttackCase, type Corpus, type Outcome, Skip } from "./corpus.js";
import { planRuns } from "./plan.js";
import type { Result } from "./result.js";
import type { Servers } from "./servers.js";

export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "decided"; readonly reason: string }
  | { readonly kind: "failed"; readonly got: string; readonly faults: readonly string[] }
  | { readonly kind: "skipped"; readonly reason: string };

export interface JudgedCase {
  readonly attack: AttackCase;
  readonly verdict: Verdict;
}

/** Maximum time of a run, in milliseconds. */
const MAX_RUN_TIME = 20_000;

/** Makes one run. A `PolicyError` at startup is an outcome; other errors and missing responses are not. */
async function settle(run: () => Promise<Result>): Promise<Result | Skip> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), MAX_RUN_TIME);
  });
  try {
    return await Promise.race([run(), late]);
  } catch (error) {
    if (error instanceof Skip) return error;
    if (error instanceof PolicyError) {
      // a server that does not start gives no access
      return { outcomes: ["reject-policy", "deny"], detail: error.message };
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcomes: [], detail: `threw ${text}` };
  } finally {
    clearTimeout(timer);
  }
}

function faultsOf(attack: AttackCase, result: Result): readonly string[] {
  const wanted: readonly Outcome[] = [attack.expect, ...attack.alsoOk];
  const isMet = result.outcomes.some((outcome) => wanted.includes(outcome));
  const isPreferred = result.outcomes.includes(attack.expect);
  const read = result.challenge === undefined ? undefined : readChallenge(result.challenge);
  return [
    ...(isMet ? [] : [`expected ${wanted.join(" or ")}`]),
    ...faultsOfAsserts(attack.asserts, result, isPreferred || !isMet),
    ...(typeof read === "string" ? [`the challenge is malformed: ${read}`] : []),
    ...(result.faults ?? []),
  ];
}

/** Judges one case. */
export async function judge(context: Context, servers: Servers): Promise<Verdict> {
  const { attack } = context;
  if (attack.unknown.length > 0) {
    return {
      kind: "skipped",
      reason: `unknown member \`${attack.unknown.join("`, `")}\` of a case`,
    };
  }
  const decided = decidedOf(attack, context.corpus);
  let skipped: string | undefined;
  let isOtherwise = false;
  for (const { name, run } of planRuns(context, servers)) {
    const result = await settle(run);
    if (result instanceof Skip) {
      skipped ??= result.message;
      continue;
    }
    const faults = faultsOf(attack, result);
    const failed = (list: readonly string[]): Verdict => {
      return { kind: "failed", got: `${name}: ${result.detail}`, faults: list };
    };
    if (decided !== undefined) {
      const isSo =
        result.outcomes.includes(decided.behaves) &&
        (decided.holds?.(result, attack, context.corpus) ?? true);
      if (isSo && faults.length > 0) {
        isOtherwise = true;
        continue;
      }
      if (decided.ids.includes(attack.id)) {
        return failed([
          `listed as decided otherwise: expected ${decided.behaves}, not as the corpus has it`,
        ]);
      }
    }
    if (faults.length === 0) continue;
    const unsaid = undetectedErrorOf(context, result);
    if (unsaid === undefined) return failed(faults);
    skipped ??= unsaid;
  }
  if (skipped !== undefined) return { kind: "skipped", reason: skipped };
  return decided !== undefined && isOtherwise
    ? { kind: "decided", reason: decided.reason }
    : { kind: "passed" };
}

/** Returns why an invalid policy was accepted if the library could not detect the error. */
function undetectedErrorOf(context: Context, result: Result): string | undefined {
  if (context.attack.expect !== "reject-policy" || !result.outcomes.includes("allow"))
    return undefined;
  const [reason] = sourceOfCase(context).mapped.unsaid;
  return reason === undefined ? undefined : `the library cannot express it: ${reason}`;
}

/** Judges every case, in order. */
export async function judgeAll(corpus: Corpus, servers: Servers): Promise<readonly JudgedCase[]> {
  const doors = new Map<string, CaseAuthorizer>();
  const judged: JudgedCase[] = [];
  for (const attack of corpus.cases) {
    const verdict = await judge(createContext(attack, corpus, doors), servers);
    judged.push({ attack, verdict });
  }
  return judged;
}
