import type { Finding } from "scope-policy";
import type { PlaygroundState } from "./state.js";

/** What the worker found out about the policy. */
export interface PolicyPart {
  readonly kind: "policy";
  /** The findings of the library, at most `MAX_FINDINGS`. Empty for a valid policy. */
  readonly findings: readonly Finding[];
  /** The number of findings that are not listed. */
  readonly more: number;
  /** The names of the tools and the endpoints, at most `MAX_NAMES` each. */
  readonly tools: readonly string[];
  readonly endpoints: readonly string[];
  /** The JSON Schema of this policy, with its names; `undefined` for an invalid policy. */
  readonly schema: object | undefined;
}

/** The decision on the call, explained. */
export interface DecisionPart {
  readonly kind: "decision";
  readonly allowed: boolean;
  readonly headline: string;
  readonly why: readonly string[];
  /** What would change the denial, in order. */
  readonly changes: readonly string[];
  /** The parameters that the operation requires. */
  readonly params: readonly string[];
  /** The decision as JSON. */
  readonly json: string;
}

/** The page on which the user consents to the scope of the token. */
export interface ConsentPart {
  readonly kind: "consent";
  readonly html: string;
}

/** The least scope that opens the operations of the plan. */
export interface PlanPart {
  readonly kind: "plan";
  /** `undefined` if the plan has no operations. */
  readonly scopes: string | undefined;
  readonly alternatives: readonly string[];
  readonly unreachable: readonly string[];
  readonly exact: boolean;
}

/** Operations by scopes. */
export interface MatrixPart {
  readonly kind: "matrix";
  readonly tables: readonly MatrixTable[];
  readonly legend: readonly (readonly [cell: string, meaning: string])[];
}

/** One table of the matrix. */
export interface MatrixTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly needs: string;
    /** One text for each column. */
    readonly cells: readonly string[];
  }[];
}

/** A result that could not be computed. */
export interface FailedPart {
  readonly kind: "failed";
  readonly part: ResultKind;
  readonly message: string;
}

/** The kinds of the results of one policy, in the order in which the worker computes them. */
export const RESULT_KINDS = ["decision", "plan", "consent", "matrix"] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

export type ResultPart = DecisionPart | PlanPart | ConsentPart | MatrixPart | FailedPart;
export type Part = PolicyPart | ResultPart;

/** A message to the worker: evaluate this state. */
export interface EvaluateRequest {
  readonly state: PlaygroundState;
}

/** The first message of the worker. */
export interface ReadyMessage {
  readonly kind: "ready";
  /** A state for each example. */
  readonly presets: Readonly<Record<string, PlaygroundState>>;
  /** The JSON Schema of all policies. */
  readonly schema: object;
}

/** A message of the worker about the state that it evaluates: one part, or the end. */
export interface PartMessage {
  readonly kind: "part";
  /** `undefined` at the end. */
  readonly part: Part | undefined;
}

export type WorkerMessage = ReadyMessage | PartMessage;
