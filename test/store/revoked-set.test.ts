import type { AccessToken } from "scope-policy";
import { describe, expect, it } from "vitest";
import { MAX_CLOCK_SKEW } from "../../src/store/limits.js";
import { endOfRow, type RevocationRow } from "../../src/store/revocation-rows.js";
import { createRevokedSet, type RevokedSet } from "../../src/store/revoked-set.js";
import { titled } from "../titled.js";

const NOW = 1_700_000_000;
const ISSUER = "https://issuer.example";

const rowOf = (row: Partial<RevocationRow> & Pick<RevocationRow, "kind">): RevocationRow => ({
  seq: 1,
  issuer: null,
  grant_id: null,
  jti: null,
  sub: null,
  client_id: null,
  cut_off: null,
  expires_at: null,
  revoked_at: NOW,
  ...row,
});

const add = (set: RevokedSet, ...rows: readonly Parameters<typeof rowOf>[0][]) => {
  for (const row of rows) set.add(rowOf(row), Infinity);
};

const TOKEN: AccessToken = {
  scope: "",
  iss: ISSUER,
  sub: "user-1",
  client_id: "app-1",
  jti: "token-1",
  iat: NOW,
  claims: { grant_id: "grant-1" },
};

/** Returns the token without some members. */
const without = (...names: readonly (keyof AccessToken)[]): AccessToken => {
  const members = Object.entries(TOKEN).filter(([name]) => !names.some((each) => each === name));
  return { scope: "", ...Object.fromEntries(members) };
};

const TOKEN_ROW = { kind: "token", jti: "token-1" } as const;
const GRANT_ROW = { kind: "grant", sub: "user-1", client_id: "app-1", cut_off: NOW } as const;
const CLIENT_ROW = { kind: "client", client_id: "app-1", cut_off: NOW } as const;
const SUBJECT_ROW = { kind: "subject", sub: "user-1", cut_off: NOW } as const;
const ALL_ROW = { kind: "all", cut_off: NOW } as const;

interface Case {
  readonly title: string;
  readonly row: Parameters<typeof rowOf>[0];
  readonly token: unknown;
  readonly is: boolean;
}

const later = { ...TOKEN, iat: NOW + 1 };
const CASES: readonly Case[] = [
  {
    title: "a token by its identifier, whenever it was issued",
    row: TOKEN_ROW,
    token: later,
    is: true,
  },
  {
    title: "no token with another identifier",
    row: TOKEN_ROW,
    token: { ...TOKEN, jti: "token-2" },
    is: false,
  },
  { title: "no token without an identifier", row: TOKEN_ROW, token: without("jti"), is: false },
  {
    title: "a token of the grant that was issued after the cut-off",
    row: { ...GRANT_ROW, grant_id: "grant-1" },
    token: later,
    is: true,
  },
  {
    title: "a token of the user and client without a grant, of the second of the cut-off",
    row: { ...GRANT_ROW, grant_id: "grant-1" },
    token: without("claims"),
    is: true,
  },
  {
    title: "an older token of the user and client with another grant",
    row: { ...GRANT_ROW, grant_id: "grant-0" },
    token: TOKEN,
    is: true,
  },
  {
    title: "no token of a grant that was issued in a later second",
    row: { ...GRANT_ROW, grant_id: "grant-0" },
    token: later,
    is: false,
  },
  {
    title: "a token that was issued in a fraction of the second of the cut-off",
    row: GRANT_ROW,
    token: { ...TOKEN, iat: NOW + 0.9 },
    is: true,
  },
  { title: "a token without a time of issue", row: GRANT_ROW, token: without("iat"), is: true },
  {
    title: "a token whose time of issue is not a number",
    row: GRANT_ROW,
    token: { ...TOKEN, iat: Number.NaN },
    is: true,
  },
  {
    title: "a token whose time of issue is infinite",
    row: GRANT_ROW,
    token: { ...TOKEN, iat: Infinity },
    is: true,
  },
  {
    title: "a token of the user without a client",
    row: GRANT_ROW,
    token: without("client_id"),
    is: true,
  },
  {
    title: "no token of the user for another client",
    row: GRANT_ROW,
    token: { ...TOKEN, client_id: "app-2" },
    is: false,
  },
  {
    title: "no token of another user",
    row: GRANT_ROW,
    token: { ...TOKEN, sub: "user-2" },
    is: false,
  },
  { title: "no token without a user", row: GRANT_ROW, token: without("sub"), is: false },
  {
    title: "no token of a grant whose identifier alone was revoked, if it has another",
    row: { kind: "grant", grant_id: "grant-0", cut_off: NOW },
    token: TOKEN,
    is: false,
  },
  { title: "a token of the client", row: CLIENT_ROW, token: { ...TOKEN, sub: "user-2" }, is: true },
  { title: "no later token of the client", row: CLIENT_ROW, token: later, is: false },
  {
    title: "no token of another client",
    row: CLIENT_ROW,
    token: { ...TOKEN, client_id: "app-2" },
    is: false,
  },
  {
    title: "a token without a client, if a client is revoked",
    row: CLIENT_ROW,
    token: without("client_id"),
    is: true,
  },
  {
    title: "a token of the user for any client",
    row: SUBJECT_ROW,
    token: { ...TOKEN, client_id: "x" },
    is: true,
  },
  { title: "no later token of the user", row: SUBJECT_ROW, token: later, is: false },
  { title: "every token up to a time", row: ALL_ROW, token: { scope: "" }, is: true },
  {
    title: "no token after that time",
    row: ALL_ROW,
    token: { scope: "", iat: NOW + 1 },
    is: false,
  },
  { title: "a token of the issuer", row: { ...TOKEN_ROW, issuer: ISSUER }, token: TOKEN, is: true },
  {
    title: "no token of another issuer",
    row: { ...TOKEN_ROW, issuer: "https://other.example" },
    token: TOKEN,
    is: false,
  },
  {
    title: "a token without an issuer",
    row: { ...TOKEN_ROW, issuer: "https://other.example" },
    token: without("iss"),
    is: true,
  },
  {
    title: "a client for ever, if the row has no cut-off",
    row: { ...CLIENT_ROW, cut_off: null },
    token: later,
    is: true,
  },
  {
    title: "nothing by an inherited member",
    row: TOKEN_ROW,
    token: Object.create(TOKEN) as unknown,
    is: false,
  },
  {
    title: "nothing by a member that is not a text",
    row: TOKEN_ROW,
    token: { ...TOKEN, jti: ["token-1"] },
    is: false,
  },
];

describe("a revocation", () => {
  it.each(titled(CASES))("revokes %s", (_title, { row, token, is }) => {
    const set = createRevokedSet();
    expect(set.has(token as AccessToken)).toBe(false);
    add(set, row);
    expect(set.has(token as AccessToken)).toBe(is);
  });

  it.each(
    titled<{ readonly title: string; readonly row: object }>([
      { title: "a kind that this version does not know", row: { kind: "tenant", sub: "user-1" } },
      { title: "a kind that is the name of an inherited member", row: { kind: "toString" } },
      { title: "no claim to find its tokens by", row: { kind: "token" } },
    ]),
  )("with %s cannot be obeyed, which is an error", (_title, { row }) => {
    expect(() => add(createRevokedSet(), row as never)).toThrow(/unknown to this version: update/);
  });
});

describe("the set of revocations", () => {
  it("keeps the widest of two revocations of one user and client, in any order", () => {
    for (const cutOffs of [
      [NOW - 5, NOW],
      [NOW, NOW - 5],
    ]) {
      const set = createRevokedSet();
      for (const cut_off of cutOffs) add(set, { ...GRANT_ROW, cut_off });
      expect(set.size).toBe(1);
      expect(set.has(TOKEN)).toBe(true);
    }
  });

  it("keeps a rule for each client of a user", () => {
    const set = createRevokedSet();
    add(set, GRANT_ROW, { ...GRANT_ROW, client_id: "app-2" });
    expect(set.size).toBe(2);
    expect(set.has({ ...TOKEN, client_id: "app-2" })).toBe(true);
  });

  it("keeps the rules of the other clients of a user when one is revoked again", () => {
    const set = createRevokedSet();
    add(set, { ...GRANT_ROW, client_id: "app-2" }, GRANT_ROW, { ...GRANT_ROW, cut_off: NOW + 1 });
    expect(set.size).toBe(2);
    expect(set.has({ ...TOKEN, client_id: "app-2" })).toBe(true);
    expect(set.has(later)).toBe(true);
  });

  it("removes what has ended, and nothing else", () => {
    const set = createRevokedSet();
    set.add(rowOf(TOKEN_ROW), NOW);
    set.add(rowOf({ ...TOKEN_ROW, jti: "token-2" }), NOW + 1);
    set.add(rowOf({ ...GRANT_ROW, client_id: "app-2" }), NOW);
    set.add(rowOf(GRANT_ROW), NOW + 1);
    set.removeEnded(NOW);
    expect(set.size).toBe(2);
    expect(set.has(without("sub"))).toBe(false);
    expect(set.has({ ...without("sub"), jti: "token-2" })).toBe(true);
    expect(set.has(without("jti"))).toBe(true);
    set.removeEnded(NOW + 1);
    expect(set.size).toBe(0);
  });

  it("MAX_REVOKED: beyond the limit, the older half becomes one cut-off, and no revoked token is allowed", () => {
    const set = createRevokedSet(100);
    const tokens = Array.from({ length: 1_000 }, (_, index) => ({
      ...TOKEN,
      sub: `user-${index}`,
      jti: `token-${index}`,
      iat: NOW + index,
    }));
    for (const [index, { jti, sub }] of tokens.entries()) {
      const revoked_at = NOW + index;
      const row =
        index % 2 === 0 ? { ...TOKEN_ROW, jti } : { ...SUBJECT_ROW, sub, cut_off: revoked_at };
      add(set, { ...row, revoked_at });
      expect(set.size).toBeLessThanOrEqual(101);
    }
    expect(tokens.filter((token) => !set.has(token))).toEqual([]);
    expect(set.has({ ...TOKEN, iat: NOW + 1_000 })).toBe(false);
    expect(set.has({ ...TOKEN, iat: NOW + 900 })).toBe(true);
  });

  it("keeps the newer half of the rules beyond the limit", () => {
    const set = createRevokedSet(10);
    for (let at = 0; at < 11; at += 1)
      add(set, { ...TOKEN_ROW, jti: `token-${at}`, revoked_at: NOW + at });
    const isRevoked = (jti: string, at: number) => set.has({ ...TOKEN, jti, iat: NOW + at });
    // six of eleven became one cut-off for all tokens
    expect(isRevoked("other", 5)).toBe(true);
    expect(isRevoked("other", 6)).toBe(false);
    for (let at = 0; at < 11; at += 1) expect(isRevoked(`token-${at}`, at)).toBe(true);
    expect(set.size).toBe(6);
  });

  it("does not replace rules about tokens of the future", () => {
    const set = createRevokedSet(10);
    const forEver = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    for (const sub of forEver) add(set, { ...SUBJECT_ROW, sub, cut_off: NOW + 9_999 });
    add(set, { ...TOKEN_ROW, jti: "other" });
    expect(forEver.filter((sub) => !set.has({ ...TOKEN, sub, iat: NOW + 9_999 }))).toEqual([]);
    expect(set.has({ ...TOKEN, sub: "other", iat: NOW + 1 })).toBe(false);
  });
});

describe("the end of a revocation", () => {
  const rows: readonly {
    title: string;
    row: Parameters<typeof rowOf>[0];
    lifetime: number;
    end: number;
  }[] = [
    {
      title: "is the expiry of the token",
      row: { ...TOKEN_ROW, expires_at: NOW + 9 },
      lifetime: 60,
      end: NOW + 9,
    },
    { title: "is unknown without an expiry", row: TOKEN_ROW, lifetime: 60, end: Infinity },
    {
      title: "is the longest lifetime after the cut-off",
      row: { ...ALL_ROW, cut_off: NOW + 5 },
      lifetime: 60,
      end: NOW + 65,
    },
    {
      title: "is not before that of a token of the revocation's second",
      row: { ...ALL_ROW, cut_off: 5 },
      lifetime: 60,
      end: NOW + 60,
    },
    {
      title: "is unknown without a longest lifetime",
      row: ALL_ROW,
      lifetime: Infinity,
      end: Infinity,
    },
  ];
  it.each(titled(rows))(
    "%s, and the clocks may differ by MAX_CLOCK_SKEW",
    (_title, { row, lifetime, end }) => {
      expect(endOfRow(rowOf(row), lifetime)).toBe(end + MAX_CLOCK_SKEW);
    },
  );
});
