import type { AccessToken } from "scope-policy";

/** The expected members of a decision: always the code, others only where they matter. */
export interface Expected {
  readonly code: string;
  readonly scopes?: readonly string[];
  readonly missing?: readonly string[];
  readonly accepted?: readonly (readonly string[])[];
  readonly enriched?: boolean;
  readonly param?: string;
  readonly tier?: string;
  readonly had?: string | undefined;
  readonly reason?: string;
}

/** The token of a case: a string means a token with only that scope; `undefined` means no credentials. */
export type CaseToken = string | AccessToken | undefined;

/** A call of a tool or an endpoint by its name. */
export type Case = readonly [
  token: CaseToken,
  call: string,
  expected: Expected,
  params?: Readonly<Record<string, unknown>>,
];

/** An HTTP request, as a host without a router passes it. */
export type RequestCase = readonly [
  token: CaseToken,
  method: string,
  path: string,
  expected: Expected,
  params?: Readonly<Record<string, unknown>>,
];

/** Returns the token of a case. */
export function tokenOf(held: CaseToken): AccessToken | undefined {
  return typeof held === "string" ? { scope: held } : held;
}

/** Returns the title of a case. */
export function titleOf(
  held: CaseToken,
  call: string,
  expected: Expected,
  params?: unknown,
): string {
  const token = held === undefined ? "no credentials" : JSON.stringify(tokenOf(held));
  return `${call}${params === undefined ? "" : ` ${JSON.stringify(params)}`} with ${token}: ${expected.code}`;
}
