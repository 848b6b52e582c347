import type { AttackCase } from "../attacks/harness/corpus.js";

/** Cases of the corpus that run with their state in a store. */
export interface CorpusRow {
  readonly title: string;
  readonly ids: readonly string[];
  /** Whether the cases share a database. Revocations of one would count for the next. */
  readonly isShared: boolean;
  /** Returns whether the log must have a call that was allowed, or one that was refused. Default: no call is logged. */
  readonly logged?: (attack: AttackCase) => boolean;
}

const asExpected = ({ expect }: AttackCase): boolean => expect === "allow";
const asDecided = ({ given }: AttackCase): boolean => given["decision"] === "allow";

/** The cases, by what the store does for them. */
export const CORPUS_ROWS: readonly CorpusRow[] = [
  {
    title: "a revocation by the store is obeyed by another process, and by nothing else",
    ids: [
      "SEQUENCE-008",
      "SEQUENCE-010",
      "SEQUENCE-011",
      "SEQUENCE-015",
      "SEQUENCE-016",
      "SEQUENCE-017",
      "SEQUENCE-020",
      "SEQUENCE-021",
    ],
    isShared: false,
    logged: asExpected,
  },
  {
    title: "a sequence without a revocation is decided as without a store, and the log has it",
    ids: [
      "MCP-090",
      "MCP-092",
      "SEQUENCE-002",
      "SEQUENCE-004",
      "SEQUENCE-005",
      "SEQUENCE-019",
      "JWT-116",
      "JWT-117",
    ],
    isShared: true,
    logged: asExpected,
  },
  {
    title:
      "a session of another user is refused before a decision, and the log has the calls of its owner",
    ids: ["MCP-089"],
    isShared: true,
    logged: () => true,
  },
  {
    title: "an event is exported without what it must not contain",
    ids: [
      "AUDIT-003",
      "AUDIT-006",
      "AUDIT-007",
      "AUDIT-010",
      "AUDIT-012",
      "AUDIT-013",
      "AUDIT-014",
      "AUDIT-019",
      "AUDIT-022",
      "AUDIT-023",
      "AUDIT-024",
      "AUDIT-026",
      "AUDIT-028",
      "AUDIT-030",
      "AUDIT-032",
      "AUDIT-034",
      "AUDIT-038",
      "AUDIT-040",
      "AUDIT-042",
      "AUDIT-044",
      "AUDIT-046",
      "AUDIT-047",
      "AUDIT-048",
      "AUDIT-049",
    ],
    isShared: true,
    logged: asDecided,
  },
  {
    title:
      "a consent after an earlier one is offered, recorded and taken back by what the store has",
    ids: [
      "MEANING-003",
      "MEANING-004",
      "MEANING-005",
      "MEANING-006",
      "MEANING-007",
      "MEANING-008",
      "MEANING-009",
      "MEANING-010",
      "MEANING-012",
    ],
    isShared: true,
  },
];

/** The cases that cannot be expressed with a store, and why. */
export const NOT_EXPRESSED: Readonly<Record<string, string>> = {
  "MEANING-011":
    "the earlier grant has a template, which no consent grants: `resolveConsent` has no outcome with one, so a store has no such grant",
  "CONSENT-074":
    "the consent is remembered for a redirect URI and a resource: a store has one grant for each user and client, and a client has one redirect URI for each consent",
};

/** Returns whether a case is about revocation, audit, a sequence of calls, or a consent that an earlier one decides. */
export function isOfStore({ class: name, given, why }: AttackCase): boolean {
  return (
    name === "sequence" ||
    name === "audit" ||
    given["op"] === "sequence" ||
    given["op"] === "audit" ||
    given["granted"] !== undefined ||
    /revo|remember/i.test(why)
  );
}
