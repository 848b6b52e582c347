import type { CallbackName } from "../../src/resource-server/token-verifier.js";
import type { HandlerRun, ObservedDenial, Surface } from "./subject.js";

/** Request of a case: a call of a tool, or a raw HTTP request. */
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

/** Expected result of a case. */
export type Expected =
  /** The handler ran once and got these values. */
  | { readonly reached: HandlerRun }
  /** No handler ran, and the gate responded with this. `challenge` is exact; `null` means no challenge. */
  | {
      readonly status: number;
      readonly code: ObservedDenial["code"];
      readonly challenge: Readonly<Record<string, string>> | null;
      readonly problem?: Readonly<Record<string, unknown>>;
      readonly retryAfter?: string;
    }
  /** No handler ran, and the response of the gate or of the framework has one of these statuses. */
  | { readonly refused: readonly number[] }
  /** No handler ran, and this is the response. Members of `json` are compared whole; `text` is the whole body. */
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
  /** Values of the `Authorization` headers, in order. */
  readonly authorization: readonly string[];
  readonly request: CaseRequest;
  /** Callback with an outage during the case. */
  readonly outage?: CallbackName;
  readonly expect: Expected;
  /** The token may call the operation that the request resembles. A framework that normalizes the request before the gate does no harm. */
  readonly isEntitled?: true;
}
