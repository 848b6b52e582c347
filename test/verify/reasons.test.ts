import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { createAuthorizer } from "../../src/resource-server/authorizer.js";
import type { Verify } from "../../src/resource-server/token-verifier.js";
import type { RejectionReason } from "../../src/resource-server/verifier-result.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { titled } from "../titled.js";
import { inSeconds, type Minting, mint, OPTIONS, outcomeOf } from "./fixtures.js";
import { ACTIVE, createScene } from "./introspection-scene.js";
import type { Members } from "./verifications.js";

/** A cause of a rejection that can be combined with others. */
interface Cause extends Minting {
  readonly reason: RejectionReason;
  /** Text to append to the token. */
  readonly suffix?: string;
}

/** Invalid values of claims, in the order of the checks. Each has a member of its own, so that any two can be combined. */
const CLAIMS_IN_ORDER: readonly (readonly [reason: RejectionReason, members: Members])[] = [
  ["issuer", { iss: "https://evil.example" }],
  ["confirmation", { cnf: {} }],
  ["token_use", { token_use: "id" }],
  ["type", { typ: "Refresh" }],
  ["token_use", { at_hash: "77Qm" }],
  ["claim_missing", { aud: undefined }],
  ["malformed", { sub: "" }],
  ["expired", { exp: inSeconds(-1) }],
  ["not_yet_valid", { nbf: inSeconds(1) }],
  ["scope_claim", { scope: 7 }],
];

/** Invalid values of `aud`, which is the missing claim of the table above. */
const AUDIENCE_IN_ORDER: typeof CLAIMS_IN_ORDER = [
  ["token_use", { events: {} }],
  ["audience", { aud: "https://other.example" }],
  ["malformed", { exp: 1e11 }],
];

const SIGNED_IN_ORDER: readonly Cause[] = [
  { reason: "malformed", suffix: "=" },
  { reason: "algorithm", header: { alg: "PS256" } },
  { reason: "malformed", header: { b64: true } },
  { reason: "type", header: { typ: "dpop+jwt" } },
  ...CLAIMS_IN_ORDER.map(([reason, claims]) => ({ reason, claims })),
  { reason: "key", header: { kid: "as-9" } },
  { reason: "signature", key: "attacker-rs256" },
];

const INTROSPECTION_IN_ORDER: typeof CLAIMS_IN_ORDER = [
  ["inactive", { active: false }],
  ...CLAIMS_IN_ORDER,
];

/** Returns every pair of rows of a table, in the order of the table. */
function pairsOf<Row>(rows: readonly Row[]): readonly (readonly [first: Row, second: Row])[] {
  return rows.flatMap((first, index) =>
    rows.slice(index + 1).map((second) => [first, second] as const),
  );
}

async function textOf(...causes: readonly Cause[]): Promise<string> {
  const united: Minting[] = [{ claims: {}, header: {}, key: "as-rs256" }, ...causes];
  const minted = await mint(
    united.reduce((all, { claims, header, key = all.key }) => ({
      claims: { ...all.claims, ...claims },
      header: { ...all.header, ...header },
      ...(key !== undefined && { key }),
    })),
  );
  return minted + causes.map(({ suffix = "" }) => suffix).join("");
}

const introspected = (...members: readonly Members[]): Verify =>
  createScene({}, Object.assign({}, ACTIVE, ...members)).verify;

describe("the reason of a rejection", () => {
  it.each(titled(SIGNED_IN_ORDER, ({ reason }) => reason))(
    "of a signed token is %s",
    async (_reason, cause) => {
      expect(await outcomeOf(jwtVerifier(OPTIONS), await textOf(cause))).toBe(cause.reason);
    },
  );

  it.each(INTROSPECTION_IN_ORDER)(
    "of an introspected token is %s with %j",
    async (reason, members) => {
      expect(await outcomeOf(introspected(members), "opaque")).toBe(reason);
    },
  );

  it("of a signed token that fails two checks is that of the first check", async () => {
    const verify = jwtVerifier(OPTIONS);
    const rows = [
      ...pairsOf(SIGNED_IN_ORDER),
      ...pairsOf(AUDIENCE_IN_ORDER.map(([reason, claims]) => ({ reason, claims }))),
    ];
    for (const [first, second] of rows) {
      const outcome = await outcomeOf(verify, await textOf(second, first));
      expect({ first, second, outcome }).toEqual({ first, second, outcome: first.reason });
    }
  });

  it("of an introspected token that fails two checks is that of the first check", async () => {
    for (const [first, second] of [
      ...pairsOf(INTROSPECTION_IN_ORDER),
      ...pairsOf(AUDIENCE_IN_ORDER),
    ]) {
      const outcome = await outcomeOf(introspected(second[1], first[1]), "opaque");
      expect({ first, second, outcome }).toEqual({ first, second, outcome: first[0] });
    }
  });

  it("is not visible to the caller: every rejected token gets the same response", async () => {
    const policy = loadPolicy({ name: "P", version: "1", scopes: { a: {} }, tools: { t: "a" } });
    const answerTo = async (verify: Verify, text: string): Promise<string> => {
      const authorizer = createAuthorizer({ policy, verify, onRejected: () => undefined });
      const admission = await authorizer.admit({ authorization: `Bearer ${text}`, operation: "t" });
      return JSON.stringify(admission);
    };
    const answers = new Set<string>();
    for (const cause of SIGNED_IN_ORDER) {
      answers.add(await answerTo(jwtVerifier(OPTIONS), await textOf(cause)));
    }
    for (const [, members] of INTROSPECTION_IN_ORDER) {
      answers.add(await answerTo(introspected(members), "opaque"));
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain("invalid_token");
  });
});
