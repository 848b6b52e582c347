import type { AccessToken } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import {
  isBoolean,
  isString,
  isStringList,
  type OptionCheck,
  optional,
  required,
} from "../../policy/option-checks.js";
import { withoutPrototype } from "../../policy/own-members.js";
import { nearest } from "../../policy/suggest.js";
import { ACCOUNT_CHECKS } from "../account.js";

/**
 * A grant that a user gave before the change. The members from `tier` on are what a token of the grant has, with the same names and
 * defaults as in an access token.
 */
export interface ExistingGrant {
  /** The granted scope, as text or as a list of scope tokens. */
  readonly scope: string | readonly string[];
  /** The client that has the grant. Default: not listed. */
  readonly client?: string;
  /** The user who gave the grant. Default: not listed. */
  readonly user?: string;
  /** The version of the policy at the time of the consent. Default: not known. */
  readonly policyVersion?: string;
  readonly tier?: string;
  readonly account_type?: string | readonly string[];
  readonly entitlements?: readonly string[];
  readonly boundaries?: Readonly<Record<string, readonly string[]>>;
  readonly first_party?: boolean;
  readonly approvedScopes?: readonly string[];
}

/** Grants that differ in client and user only. */
export interface GrantGroup {
  readonly grant: Omit<ExistingGrant, "client" | "user">;
  readonly token: AccessToken;
  readonly count: number;
  readonly clients: readonly string[];
  readonly users: readonly string[];
}

const isScope: OptionCheck = (value) =>
  typeof value === "string" || isStringList(value) === undefined
    ? undefined
    : "expected a scope, or a list of scope tokens";

const isBoundaries: OptionCheck = (value) =>
  isObject(value) && Object.values(value).every((list) => isStringList(list) === undefined)
    ? undefined
    : "expected an object with lists of non-empty strings";

const MEMBERS: ReadonlyMap<string, OptionCheck> = new Map(
  Object.entries({
    scope: required(isScope),
    client: optional(isString),
    user: optional(isString),
    policyVersion: optional(isString),
    tier: ACCOUNT_CHECKS.tier,
    account_type: ACCOUNT_CHECKS.accountType,
    entitlements: ACCOUNT_CHECKS.entitlements,
    boundaries: optional(isBoundaries),
    first_party: optional(isBoolean),
    approvedScopes: optional(isStringList),
  } satisfies Record<keyof ExistingGrant, OptionCheck>),
);

/** Checks a list of grants, and names the first one with a fault. */
export const isGrantList: OptionCheck = (value) => {
  if (!Array.isArray(value)) return "expected a list of grants";
  for (const [index, grant] of value.entries()) {
    const fault = grantFault(grant);
    if (fault !== undefined) return `grant ${index + 1}: ${fault}`;
  }
  return undefined;
};

/** Returns what is wrong with a grant; `undefined` for a valid one. */
function grantFault(grant: unknown): string | undefined {
  if (!isObject(grant)) return "expected an object";
  const own = new Map(Object.entries(grant));
  for (const [name, check] of MEMBERS) {
    const fault = check(own.get(name));
    if (fault !== undefined) return `\`${name}\`: ${fault}`;
  }
  const unknown = [...own.keys()].find((name) => !MEMBERS.has(name));
  if (unknown === undefined) return undefined;
  const meant = nearest(unknown, MEMBERS.keys());
  return `\`${unknown}\`: unknown member${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`;
}

/** Returns grants by all that decides about them, in the order of the first grant of each group. */
export function groupGrants(grants: readonly ExistingGrant[]): readonly GrantGroup[] {
  const groups = new Map<string, Omit<GrantGroup, "count" | "clients" | "users"> & Draft>();
  for (const given of grants) {
    const { client, user, policyVersion, ...token } = withoutPrototype(given);
    const grant = { ...token, ...(policyVersion !== undefined && { policyVersion }) };
    const key = keyOf(grant);
    const group = groups.get(key) ?? {
      grant,
      token,
      count: 0,
      clients: new Set(),
      users: new Set(),
    };
    groups.set(key, group);
    group.count += 1;
    if (client !== undefined) group.clients.add(client);
    if (user !== undefined) group.users.add(user);
  }
  return [...groups.values()].map(({ clients, users, ...group }) => ({
    ...group,
    clients: [...clients],
    users: [...users],
  }));
}

/** The part of a group that grows with each grant. */
interface Draft {
  count: number;
  readonly clients: Set<string>;
  readonly users: Set<string>;
}

/** Returns a text that is equal for grants with the same members, whatever the order of members, scope tokens and list entries. */
function keyOf(grant: object): string {
  const entries = Object.entries(grant).map(([name, value]) => [name, sorted(name, value)]);
  return JSON.stringify(entries.sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)));
}

function sorted(name: string, value: unknown): unknown {
  if (name === "scope" && typeof value === "string") return value.split(" ").sort();
  if (Array.isArray(value)) return value.toSorted();
  if (!isObject(value)) return value;
  return Object.entries(value)
    .map(([key, member]) => [key, sorted(key, member)])
    .sort();
}
