// What a run of one catalogue found.
import { RULES, type RuleId } from "./rules.js";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Collects the results of one catalogue. */
export interface Tally {
  readonly counts: Counts;
  /** The results as lines: failures, skips by reason, rules by use, members that were not read. */
  readonly lines: readonly string[];
  /** Records a check: `undefined` passed, a text is what went wrong. */
  record(what: string, fault: string | undefined): void;
  /** Records a check that the library cannot make, or an entry that cannot be read. */
  skip(reason: string, what: string): void;
  /** Records the use of a rule. */
  use(rule: RuleId): void;
  /** Records a member that the harness does not read. */
  leaveOut(member: string): void;
}

/** Maximum number of failures of one catalogue that are listed. */
const MAX_LISTED = 20;

export function createTally(): Tally {
  let passed = 0;
  const failures: string[] = [];
  const skips = new Map<string, string[]>();
  const rules = new Map<RuleId, number>();
  const members = new Map<string, number>();
  return {
    get counts() {
      const skipped = [...skips.values()].reduce((sum, { length }) => sum + length, 0);
      return { passed, failed: failures.length, skipped };
    },
    get lines() {
      const more = failures.length - MAX_LISTED;
      const left = [...members].map(([member, count]) => `${member} ${count}`);
      return [
        ...failures.slice(0, MAX_LISTED).map((failure) => `FAILED ${failure}`),
        ...(more > 0 ? [`FAILED and ${more} more`] : []),
        ...[...skips].map(
          ([reason, all]) => `skipped ${all.length}: ${reason} (as ${all[0] ?? ""})`,
        ),
        ...[...rules].map(([rule, count]) => `rule ${rule} ${count}: ${RULES[rule]}`),
        ...(left.length > 0 ? [`not conditions on scopes, not checked: ${left.join(", ")}`] : []),
      ].map((line) => `  ${oneLine(line)}`);
    },
    record(what, fault) {
      if (fault === undefined) passed += 1;
      else failures.push(`${what}: ${fault}`);
    },
    skip(reason, what) {
      skips.set(reason, [...(skips.get(reason) ?? []), what]);
    },
    use(rule) {
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
    },
    leaveOut(member) {
      members.set(member, (members.get(member) ?? 0) + 1);
    },
  };
}

/** Returns text of a file as one printable line. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]/g, (letter) => JSON.stringify(letter).slice(1, -1))
    .slice(0, 600);
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
