/** Everything that a visitor of the playground can change. A link carries all of it. */
export interface PlaygroundState {
  /** The policy as JSON. */
  readonly policy: string;
  /** Whether the call carries a token. */
  readonly hasToken: boolean;
  /** The scope of the token. */
  readonly scope: string;
  /** The other claims of the token as JSON. */
  readonly claims: string;
  /** A tool, an endpoint by its name, or a request: `GET /v1/projects/42`. */
  readonly operation: string;
  /** The arguments of the call as JSON. */
  readonly params: string;
  /** The operations of the least-privilege plan. */
  readonly plan: readonly string[];
}

/** Maximum number of characters of each text. A longer text is not read at all. */
export const MAX_TEXT = {
  policy: 1_000_000,
  scope: 10_000,
  claims: 100_000,
  operation: 10_000,
  params: 100_000,
} as const;

/** Maximum number of operations of a plan, and of names in a list of the page. */
export const MAX_NAMES = 1_000;

const isText =
  (most: number) =>
  (value: unknown): boolean =>
    typeof value === "string" && value.length <= most;
const isName = isText(MAX_TEXT.operation);

const CHECKS: Readonly<Record<keyof PlaygroundState, (value: unknown) => boolean>> = {
  policy: isText(MAX_TEXT.policy),
  hasToken: (value) => typeof value === "boolean",
  scope: isText(MAX_TEXT.scope),
  claims: isText(MAX_TEXT.claims),
  operation: isName,
  params: isText(MAX_TEXT.params),
  plan: (value) => Array.isArray(value) && value.length <= MAX_NAMES && value.every(isName),
};

/** Returns the state that a value of any type describes; `undefined` if a member is missing, of another type or too long. */
export function readState(value: unknown): PlaygroundState | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const members = Object.entries(CHECKS).map(([name, isValid]) => {
    const member: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return isValid(member) ? ([name, member] as const) : undefined;
  });
  if (members.includes(undefined)) return undefined;
  return Object.fromEntries(
    members.flatMap((member) => (member ? [member] : [])),
  ) as unknown as PlaygroundState;
}
