import type { AccessToken } from "scope-policy";

/** What a case pins of a decision: the code always, the rest where it matters. */
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

/** A text stands for a token that holds that scope and nothing else; undefined for no credentials. */
export type Held = string | AccessToken | undefined;

/** One call of a tool or an endpoint by its name. */
export type Case = readonly [
  token: Held,
  call: string,
  expected: Expected,
  params?: Readonly<Record<string, unknown>>,
];

/** One HTTP request, as a host without a router would hand it over. */
export type RequestCase = readonly [
  token: Held,
  method: string,
  path: string,
  expected: Expected,
  params?: Readonly<Record<string, unknown>>,
];

/** The token of a case. */
export function tokenOf(held: Held): AccessToken | undefined {
  return typeof held === "string" ? { scope: held } : held;
}

/** A title for a case, which says what it is about. */
export function titleOf(held: Held, call: string, expected: Expected, params?: unknown): string {
  const token = held === undefined ? "no credentials" : JSON.stringify(tokenOf(held));
  return `${call}${params === undefined ? "" : ` ${JSON.stringify(params)}`} with ${token}: ${expected.code}`;
}
