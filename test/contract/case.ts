import type { FactSource } from "../../src/resource-server/verify.js";
import type { Seen, Surface, Visit } from "./subject.js";

/** What is sent: a call of a tool, or a request as it goes over the wire. */
export type CaseRequest =
  | {
      readonly tool: string;
      readonly params?: Readonly<Record<string, string>>;
      readonly headers?: readonly string[];
      readonly body?: string;
    }
  | {
      readonly method: string;
      readonly path: string;
      readonly headers?: readonly string[];
      readonly body?: string;
    };

/** What must come out. */
export type Expected =
  /** The handler ran once, and saw this. */
  | { readonly reached: Visit }
  /** No handler ran, and the gate said this. `challenge` is exact; `null` is no challenge. */
  | {
      readonly status: number;
      readonly code: Seen["code"];
      readonly challenge: Readonly<Record<string, string>> | null;
      readonly problem?: Readonly<Record<string, unknown>>;
      readonly retryAfter?: string;
    }
  /** No handler ran, and the answer, of the gate or of the host, is of these statuses. */
  | { readonly refused: readonly number[] }
  /** No handler ran, and the answer is this; members of `json` are compared whole, `text` is the whole body. */
  | {
      readonly answered: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly json?: unknown;
      readonly text?: string;
    };

/** One row of the contract. */
export interface ContractCase {
  readonly id: string;
  readonly surface: Surface;
  readonly title: string;
  /** Every `Authorization` field, whole values in order. */
  readonly authorization: readonly string[];
  readonly request: CaseRequest;
  /** Who is out of order meanwhile. */
  readonly outage?: FactSource;
  readonly expect: Expected;
  /** The token has the right to what the request could be taken for: a host that takes it so before the gate sees it does no harm. */
  readonly isEntitled?: true;
}
