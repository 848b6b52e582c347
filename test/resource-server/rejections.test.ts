import { createAuthorizer, loadPolicy, type Rejection } from "scope-policy";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import {
  hideReasons,
  type RejectionReason,
  rejected,
} from "../../src/resource-server/verifier-result.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {} },
  tools: { list_courses: "courses:read", search: { public: true } },
});

const REASONS = Object.keys({
  malformed: true,
  algorithm: true,
  key: true,
  signature: true,
  type: true,
  issuer: true,
  audience: true,
  expired: true,
  not_yet_valid: true,
  claim_missing: true,
  scope_claim: true,
  confirmation: true,
  token_use: true,
  inactive: true,
  revoked: true,
  verify_result: true,
} satisfies Record<RejectionReason, true>) as readonly RejectionReason[];

/** Returns a verifier of the library's own kind that rejects every token. */
const rejecting = (reason: RejectionReason) =>
  hideReasons(() => ({
    ...rejected(reason, `seen ${reason}`),
    issuer: `https://${reason}.example`,
    kid: reason,
  }));

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

/** Asks once with each kind of credentials, and returns what the operator and the caller get. */
async function ask(options: Partial<AuthorizerOptions>, authorization: string | readonly string[]) {
  const rejections: Rejection[] = [];
  const authorizer = createAuthorizer({
    policy,
    onRejected: (rejection) => void rejections.push(rejection),
    onOutage: () => undefined,
    resource: "https://api.example.com/",
    ...options,
  });
  const admission = await authorizer.admit({
    authorization,
    operation: "list_courses",
    params: {},
  });
  const alone = await authorizer.authenticate(authorization);
  return { rejections, admission, alone };
}

describe("onRejected", () => {
  it.each(REASONS)(
    "gets %s with the detail, the issuer and the key of the verifier",
    async (reason) => {
      const { rejections } = await ask({ verify: rejecting(reason) }, "Bearer abc");
      const rejection = {
        reason,
        detail: `seen ${reason}`,
        issuer: `https://${reason}.example`,
        kid: reason,
      };
      expect(rejections).toEqual([rejection, rejection]);
    },
  );

  it("changes nothing of what the client gets: the responses of every reason are equal", async () => {
    const answers = await Promise.all(
      REASONS.map(async (reason) => {
        const { admission, alone } = await ask({ verify: rejecting(reason) }, "Bearer abc");
        return { admission, alone };
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ admission: { answer: { status: 401 } } });
    expect(JSON.stringify(answers)).not.toContain("seen");
  });

  it.each<
    [what: string, options: Partial<AuthorizerOptions>, reason: RejectionReason, detail: string]
  >([
    ["no claims", { verify: () => undefined }, "verify_result", "returned no claims"],
    ["null", { verify: () => null }, "verify_result", "returned no claims"],
    ["no `verify`", {}, "verify_result", "the authorizer has no `verify`"],
    [
      "`scopes`",
      { verify: () => ({ scopes: "courses:read" }) as never },
      "verify_result",
      "it has `scopes`: return that as `scope`",
    ],
    [
      "`scp`",
      { verify: () => ({ scp: ["courses:read"] }) as never },
      "verify_result",
      "it has `scp`",
    ],
    [
      "no scope at all",
      { verify: () => ({ sub: "a" }) as never },
      "verify_result",
      '`""` for none',
    ],
    ["a malformed scope", { verify: () => ({ scope: 'a"b' }) }, "scope_claim", "not a valid scope"],
    ["a past `exp`", { verify: () => ({ scope: "", exp: 1 }) }, "expired", "clockTolerance"],
    [
      "milliseconds",
      { verify: () => ({ scope: "", exp: Date.now() + 60_000 }) },
      "verify_result",
      "10^11",
    ],
    [
      "a future `nbf`",
      { verify: () => ({ scope: "", nbf: secondsFromNow(60) }) as never },
      "not_yet_valid",
      "clockTolerance",
    ],
    [
      "a revoked token",
      { verify: () => ({ scope: "" }), isRevoked: () => true },
      "revoked",
      "isRevoked",
    ],
  ])(
    "gets the reason for a verify function that returns %s",
    async (_what, options, reason, detail) => {
      const { rejections } = await ask(options, "Bearer abc");
      expect(rejections.map((rejection) => rejection.reason)).toEqual([reason, reason]);
      expect(rejections[0]?.detail).toContain(detail);
      expect(JSON.stringify(rejections)).not.toContain("abc");
    },
  );

  it.each([[["Bearer a", "Bearer b"]], ["Bearer"], ["Bearer a b"], [""]])(
    "gets `malformed` for the credentials %j",
    async (authorization) => {
      const { rejections, admission } = await ask({ verify: () => undefined }, authorization);
      expect(rejections.map(({ reason }) => reason)).toEqual(["malformed", "malformed"]);
      expect(admission).toMatchObject({ decision: { code: "invalid_request" } });
    },
  );

  it("is not called without credentials, for a valid token, nor for an outage", async () => {
    const boom = () => Promise.reject(new Error("boom"));
    for (const { rejections } of [
      await ask({ verify: () => ({ scope: "courses:read" }) }, "Bearer abc"),
      await ask({ verify: () => ({ scope: "" }) }, "Bearer abc"),
      await ask({ verify: boom }, "Bearer abc"),
      await ask({ verify: () => undefined }, []),
      await ask({ verify: () => undefined }, "Basic abc"),
    ]) {
      expect(rejections).toEqual([]);
    }
  });

  it.each<[what: string, onRejected: () => never]>([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["rejects", (() => Promise.reject(new Error("boom"))) as never],
  ])("changes no response if it %s", async (_what, onRejected) => {
    const { admission } = await ask({ verify: () => undefined, onRejected }, "Bearer abc");
    expect(admission).toMatchObject({ kind: "refused", decision: { code: "invalid_token" } });
  });
});

describe("without onRejected", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const refuse = async (reasons: readonly RejectionReason[]) => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    let next = 0;
    const verify = hideReasons(() => rejected(reasons[next++] as RejectionReason));
    const authorizer = createAuthorizer({ policy, verify });
    while (next < reasons.length) await authorizer.decide("abc", "list_courses");
    return log.mock.calls.map(([line]) => String(line));
  };

  it("logs each reason once, without the token", async () => {
    const lines = await refuse(["expired", "audience", "expired", "audience", "key"]);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^scope-policy: a token was refused \(\w+\): /);
    expect(lines.join()).not.toContain("abc");
  });

  it("logs what each reason means, if the verifier gives no detail", async () => {
    const lines = await refuse(REASONS);
    const [begin, end] = [
      "scope-policy: a token was refused ",
      ". Further refusals for this reason are not logged: see `onRejected`.",
    ];
    expect(lines.map((line) => line.replace(begin, "").replace(end, ""))).toEqual([
      "(malformed): the credentials are not one bearer token",
      "(algorithm): the algorithm of the signature is not accepted",
      "(key): the issuer has no key for the token",
      "(signature): the signature is not valid",
      "(type): the token has another type",
      "(issuer): the token comes from another issuer",
      "(audience): the token is for another audience",
      "(expired): `exp` is in the past; `clockTolerance` allows for the clock of the issuer",
      "(not_yet_valid): `nbf` is in the future; `clockTolerance` allows for the clock of the issuer",
      "(claim_missing): a required claim is missing",
      "(scope_claim): the scope is not a valid scope or list of scope tokens",
      "(confirmation): the token is bound to a key",
      "(token_use): the token is not an access token",
      "(inactive): the token is not active",
      "(revoked): `isRevoked` returned true",
      "(verify_result): `verify` returned no claims, so it does not accept the token",
    ]);
    for (const line of lines)
      expect([line.slice(0, begin.length), line.endsWith(end)]).toEqual([begin, true]);
  });

  it("logs nothing in production", async () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(await refuse(["expired", "audience"])).toEqual([]);
  });

  it("logs nothing in a runtime without a process, which may be in production", async () => {
    vi.stubGlobal("process", undefined);
    const lines = await refuse(["expired"]).finally(() => vi.unstubAllGlobals());
    expect(lines).toEqual([]);
  });
});
