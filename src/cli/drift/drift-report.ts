import { type Word, wordAs } from "../describe-rule.js";
import type { SourceOperation } from "../source/source.js";
import { basePathHint } from "./base-path-hint.js";
import type { ChangedOperation, Drift } from "./compare.js";

/** The result of comparing a policy with a source. */
export interface DriftReport {
  /** The file of the policy. */
  readonly file: string;
  /** The source, without credentials and query. */
  readonly source: string;
  readonly kind: SourceOperation["kind"];
  /** The number of operations of the source that a policy can have. */
  readonly count: number;
  /** The names of those for which a document has no rule, so that only their presence and their fingerprints are compared. */
  readonly withoutRule: readonly string[];
  /** The names that a server lists several times. A gate cannot know which of the tools a client means. */
  readonly repeated: readonly string[];
  readonly drift: Drift;
  /** Whether the differences count as drift. */
  readonly isDrift: boolean;
  readonly fingerprints: {
    readonly file: string;
    /** Whether the file was there, or was written by this run. */
    readonly state: "missing" | "kept" | "written";
  };
}

/** One difference in words. Names of the source are cut, but can have any character. */
export interface DriftRow {
  readonly state: keyof Drift;
  readonly name: string;
  readonly detail: readonly Word[];
}

/** Maximum number of characters of a name. */
const MAX_NAME = 128;

/** Returns the differences in words, grouped by their state. */
export function driftRows({ drift, kind }: DriftReport): readonly DriftRow[] {
  const place = kind === "tool" ? "listed by the server" : "in the document";
  return [
    ...drift.gone.map(({ name, isUnlisted }) =>
      row("gone", name, [{ text: isUnlisted ? UNLISTED : `not ${place}` }]),
    ),
    ...drift.unmapped.map(({ name, isInternal, isUnnameable }) => {
      const why = isUnnameable ? UNNAMEABLE[kind] : isInternal ? INTERNAL : UNMAPPED;
      return row("unmapped", name, [{ text: `${why}: gates deny it` }]);
    }),
    ...drift.changed.map((one) => row("changed", one.name, changeWords(one))),
    ...drift.renamed.map(({ from, to }) =>
      row("renamed", from, [
        { text: "is now " },
        { scope: to },
        { text: ", with the same fingerprint" },
      ]),
    ),
  ];
}

const UNLISTED =
  "not listed for this token: a gate with this policy lists it only for some clients or account types, so check with a token of one of them";
const UNMAPPED = "not in the policy";
const INTERNAL = "`internal` in the policy";
const UNNAMEABLE: Readonly<Record<DriftReport["kind"], string>> = {
  tool: "no policy can have this name",
  endpoint: "no policy can have this method or path",
};

function row(state: keyof Drift, name: string, detail: readonly Word[]): DriftRow {
  const words = detail.map((word) =>
    wordAs<Word>(
      word,
      (scope) => ({ scope: cut(scope) }),
      () => word,
    ),
  );
  return { state, name: cut(name), detail: words };
}

function changeWords({ members, isNew, rule }: ChangedOperation): readonly Word[] {
  const parts: readonly (readonly Word[])[] = [
    members.flatMap((member, index) => [
      { text: index === 0 ? "" : index === members.length - 1 ? " and " : ", " },
      { scope: member },
    ]),
    isNew ? [{ text: "no fingerprint of it is kept" }] : [],
    rule === undefined
      ? []
      : [
          { text: "the document asks for " },
          ...rule.source,
          { text: ", the policy for " },
          ...rule.policy,
        ],
  ];
  const [changed = []] = parts;
  return [changed.length > 0 ? [...changed, { text: " changed" }] : [], ...parts.slice(1)]
    .filter((words) => words.length > 0)
    .flatMap((words, index) => (index === 0 ? words : [{ text: "; " }, ...words]));
}

function cut(name: string): string {
  const text = name.trim() || "(blank)";
  return text.length <= MAX_NAME ? text : `${text.slice(0, MAX_NAME)}…`;
}

/** Returns the numbers of differences: `1 gone, 2 changed`; empty without any. */
export function countText(drift: Drift): string {
  return (Object.entries(drift) as [keyof Drift, readonly unknown[]][])
    .flatMap(([state, list]) => (list.length === 0 ? [] : [`${list.length} ${state}`]))
    .join(", ");
}

/** Returns in how many operations a policy and a source without differences agree: `12 tools agree`. */
export function agreementText({ count, withoutRule, kind }: DriftReport): string {
  const agreed = count - withoutRule.length;
  return `${agreed} ${kind}${agreed === 1 ? " agrees" : "s agree"}`;
}

/** Returns remarks on the comparison: what it leaves out, and what to do about fingerprints. */
export function remarksOn(report: DriftReport): readonly (readonly Word[])[] {
  const { withoutRule, repeated } = report;
  return [
    ...basePathRemark(report),
    ...namesRemark("the document has no rule to compare for ", withoutRule),
    ...namesRemark("the server lists several tools of one name: ", repeated),
    ...fingerprintRemark(report).map((text) => [{ text }]),
  ];
}

function basePathRemark({ kind, count, drift }: DriftReport): readonly (readonly Word[])[] {
  const hint = kind === "endpoint" ? basePathHint(drift, count) : undefined;
  if (hint === undefined) return [];
  const where = hint.isInDocument ? "has" : "does not have";
  return [
    [
      { text: `the document ${where} ` },
      { scope: cut(hint.path) },
      { text: " before each endpoint that is gone: repeat the " },
      { scope: "--base-path" },
      { text: " with which you read it" },
    ],
  ];
}

/** Maximum number of names in a remark. */
const MAX_NAMED = 3;

function namesRemark(text: string, all: readonly string[]): readonly (readonly Word[])[] {
  if (all.length === 0) return [];
  const names = all.slice(0, MAX_NAMED).map((name): Word => ({ scope: cut(name) }));
  const more = all.length - names.length;
  return [
    [
      { text },
      ...names.flatMap((word, index) => (index === 0 ? word : [{ text: ", " }, word])),
      ...(more > 0 ? [{ text: ` and ${more} more` }] : []),
    ],
  ];
}

function fingerprintRemark({ drift, fingerprints, count, kind }: DriftReport): readonly string[] {
  const { file, state } = fingerprints;
  const isDifferent = drift.changed.some(({ members, isNew }) => isNew || members.length > 0);
  const reviewed = `wrote ${file}: ${count} ${kind}${count === 1 ? "" : "s"} as reviewed`;
  const remarks: Readonly<Record<typeof state, readonly string[]>> = {
    missing: [
      `no fingerprints are kept: --update writes ${file}, and later checks report what has changed`,
    ],
    written: [reviewed],
    kept: isDifferent ? [`after a review, --update keeps the new fingerprints in ${file}`] : [],
  };
  return remarks[state];
}
