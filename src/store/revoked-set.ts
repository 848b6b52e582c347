import { type AccessToken, readOwn } from "../decision/access-token.js";
import { MAX_REVOKED } from "./limits.js";
import type { RevocationRow } from "./revocation-rows.js";

/** The revocations that a process has read, in memory. Nothing in it reads a clock. */
export interface RevokedSet {
  /**
   * Adds a revocation. Adding one again changes nothing.
   *
   * @param end - second from which no token that it revokes is valid; `Infinity` without an end
   * @throws an error for a row that this version cannot obey
   */
  add(row: RevocationRow, end: number): void;
  /** Returns whether a token is revoked. */
  has(token: AccessToken): boolean;
  /** Removes the revocations that end at a second or before. */
  removeEnded(second: number): void;
  /** Number of rules: one or two for each revocation. */
  readonly size: number;
}

/** How a rule finds its tokens: by one claim, or by none. */
const INDEXES = ["jti", "grant_id", "sub", "client_id", "all"] as const;
type Index = (typeof INDEXES)[number];

/** One rule. `null`: every issuer, every client. */
interface Rule {
  readonly issuer: string | null;
  readonly client_id: string | null;
  /** Tokens that were issued in this second or before are revoked. `Infinity`: whatever their `iat`. */
  readonly cutOff: number;
  /** Second by which every token that the rule revokes has been issued. `Infinity`: tokens of the future are revoked too. */
  readonly issuedBy: number;
  readonly end: number;
}

/** Where a rule is kept. */
interface Target {
  readonly index: Index;
  readonly key: string | null;
  readonly client_id?: string | null;
  readonly cutOff?: number | null;
}

/** Where the rules of a row are kept, by its kind. A row without a key has no place. */
const TARGETS: Readonly<Record<RevocationRow["kind"], (row: RevocationRow) => readonly Target[]>> =
  {
    token: ({ jti }) => [{ index: "jti", key: jti }],
    // a token of the grant has its identifier, or else it has the user and the client
    grant: ({ grant_id, sub, client_id, cut_off }) => [
      { index: "grant_id", key: grant_id },
      { index: "sub", key: sub, client_id, cutOff: cut_off },
    ],
    client: ({ client_id, cut_off }) => [{ index: "client_id", key: client_id, cutOff: cut_off }],
    subject: ({ sub, cut_off }) => [{ index: "sub", key: sub, cutOff: cut_off }],
    all: ({ cut_off }) => [{ index: "all", key: "", cutOff: cut_off }],
  };

/** Indexes that grow with each token and user. */
const FOLDED: readonly Index[] = ["jti", "grant_id", "sub"];

/**
 * Creates an empty set. If it has more than `limit` rules, the older half is replaced by one: every token that was issued before the
 * last of them counts as revoked, so that its client has to refresh it.
 */
export function createRevokedSet(limit: number = MAX_REVOKED): RevokedSet {
  const indexes = createIndexes();
  let foldedAt = limit;
  return {
    add(row, end) {
      for (const { index, key, ...target } of targetsOf(row)) {
        indexes.put(index, key, ruleOf(row, { index, ...target }, end));
      }
      if (indexes.size <= foldedAt) return;
      fold(indexes);
      // rules for tokens of the future stay, and must not make every addition a fold
      foldedAt = indexes.size < 0.75 * limit ? limit : 2 * indexes.size;
    },
    has: (token) => isRevoked(indexes, token),
    removeEnded(second) {
      for (const index of INDEXES) {
        for (const [key, list] of indexes.lists(index)) {
          if (list.some(({ end }) => end <= second))
            indexes.keep(index, key, list, ({ end }) => end > second);
        }
      }
    },
    get size() {
      return indexes.size;
    },
  };
}

/** The rules by index and key. */
interface Indexes {
  readonly size: number;
  find(index: Index, key: string): readonly Rule[] | undefined;
  lists(index: Index): ReadonlyMap<string, readonly Rule[]>;
  put(index: Index, key: string, rule: Rule): void;
  /** Keeps the rules of a key that pass a test. */
  keep(index: Index, key: string, list: readonly Rule[], isKept: (rule: Rule) => boolean): void;
}

function createIndexes(): Indexes {
  const rules: Readonly<Record<Index, Map<string, readonly Rule[]>>> = {
    jti: new Map(),
    grant_id: new Map(),
    sub: new Map(),
    client_id: new Map(),
    all: new Map(),
  };
  let size = 0;
  return {
    get size() {
      return size;
    },
    find: (index, key) => rules[index].get(key),
    lists: (index) => rules[index],
    put(index, key, rule) {
      const before = rules[index].get(key) ?? [];
      const after = mergeRule(before, rule);
      rules[index].set(key, after);
      size += after.length - before.length;
    },
    keep(index, key, list, isKept) {
      const kept = list.filter(isKept);
      size += kept.length - list.length;
      if (kept.length > 0) rules[index].set(key, kept);
      else rules[index].delete(key);
    },
  };
}

/** Replaces the older half of the rules that grow in number by one cut-off for all tokens. */
function fold(indexes: Indexes): void {
  let cutOff = Number.NEGATIVE_INFINITY;
  for (const index of FOLDED) {
    for (const [key, list] of olderHalf(indexes.lists(index))) {
      for (const { issuedBy } of list.filter(isFoldable)) cutOff = Math.max(cutOff, issuedBy);
      indexes.keep(index, key, list, (rule) => !isFoldable(rule));
    }
  }
  const rule = { issuer: null, client_id: null, cutOff, issuedBy: cutOff, end: Infinity };
  indexes.put("all", "", rule);
}

function isRevoked(indexes: Indexes, token: AccessToken): boolean {
  const facts = factsOf(token);
  const isHit = (index: Index, key: string | undefined) =>
    key !== undefined && isMatched(indexes.find(index, key), facts);
  return (
    isHit("jti", facts.jti) ||
    isHit("grant_id", facts.grantId) ||
    isHit("sub", facts.sub) ||
    isHit("all", "") ||
    (facts.client_id === undefined
      ? [...indexes.lists("client_id").values()].some((list) => isMatched(list, facts))
      : isHit("client_id", facts.client_id))
  );
}

/** Returns the places of a row. Throws for a row that this version cannot obey, since to ignore it would allow a revoked token. */
function targetsOf(row: RevocationRow): readonly (Target & { readonly key: string })[] {
  const targets = Object.hasOwn(TARGETS, row.kind) ? TARGETS[row.kind](row) : [];
  const usable = targets.flatMap((target) =>
    target.key === null ? [] : [{ ...target, key: target.key }],
  );
  if (usable.length > 0) return usable;
  throw new Error(
    `the revocation ${row.seq} of the kind ${JSON.stringify(row.kind)} is unknown to this version: update scope-policy in this program`,
  );
}

function ruleOf(
  { issuer, revoked_at }: RevocationRow,
  { index, client_id = null, cutOff: given }: Omit<Target, "key">,
  end: number,
): Rule {
  const cutOff = given ?? Infinity;
  // an identifier belongs to what was issued before it was revoked
  const issuedBy = index === "jti" || index === "grant_id" ? revoked_at : cutOff;
  return { issuer, client_id, cutOff, issuedBy: issuedBy > revoked_at ? Infinity : issuedBy, end };
}

function isFoldable({ issuedBy }: Rule): boolean {
  return issuedBy < Infinity;
}

/** Adds a rule to those of its key. One of the same issuer and client becomes the wider of both, so that a key does not grow. */
function mergeRule(list: readonly Rule[], rule: Rule): readonly Rule[] {
  const isSame = ({ issuer, client_id }: Rule) =>
    issuer === rule.issuer && client_id === rule.client_id;
  const same = list.find(isSame);
  if (same === undefined) return [...list, rule];
  const wider = {
    ...rule,
    cutOff: Math.max(same.cutOff, rule.cutOff),
    issuedBy: Math.max(same.issuedBy, rule.issuedBy),
    end: Math.max(same.end, rule.end),
  };
  return [...list.filter((each) => each !== same), wider];
}

/** Returns the first half of the entries of a map, which are the oldest. */
function olderHalf<Value>(map: ReadonlyMap<string, Value>): readonly [string, Value][] {
  return [...map].slice(0, Math.ceil(map.size / 2));
}

/** What a rule reads of a token. */
interface TokenFacts {
  readonly iss: string | undefined;
  readonly sub: string | undefined;
  readonly client_id: string | undefined;
  readonly jti: string | undefined;
  readonly grantId: string | undefined;
  /** Second of issue; `-Infinity` if the token does not have one. */
  readonly second: number;
}

function factsOf(token: AccessToken): TokenFacts {
  const iat = readOwn(token, "iat");
  return {
    iss: readText(token, "iss"),
    sub: readText(token, "sub"),
    client_id: readText(token, "client_id"),
    jti: readText(token, "jti"),
    grantId: readText(readOwn(token, "claims"), "grant_id"),
    second: Number.isFinite(iat) ? Math.floor(iat as number) : Number.NEGATIVE_INFINITY,
  };
}

function readText(value: unknown, name: string): string | undefined {
  const member = readOwn(value, name);
  return typeof member === "string" ? member : undefined;
}

/** Returns whether a rule revokes a token. A token without an issuer or a client counts as one that the rule names. */
function isMatched(list: readonly Rule[] | undefined, facts: TokenFacts): boolean {
  return (
    list?.some(
      ({ issuer, client_id, cutOff }) =>
        facts.second <= cutOff &&
        (issuer === null || facts.iss === undefined || facts.iss === issuer) &&
        (client_id === null || facts.client_id === undefined || facts.client_id === client_id),
    ) ?? false
  );
}
