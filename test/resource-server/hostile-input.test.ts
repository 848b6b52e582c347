import { type AccessToken, createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";
import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";
import {
  AUTHORIZATION_HEADER_CASES,
  CHALLENGE_CASES,
  REVOCATION_SEQUENCES,
} from "../cases/hostile-credentials.js";
import { titled } from "../titled.js";
import { parseChallenge } from "./challenge-parser.js";

const policy = loadPolicy({
  ...HOSTILE_CALL_POLICIES.courses,
  tools: {
    ...HOSTILE_CALL_POLICIES.courses.tools,
    alt_reserved: { anyOf: ["admin:all", "courses:read"] },
  },
});
const authorizerWith = (options: Partial<AuthorizerOptions> = {}) =>
  createAuthorizer({
    policy,
    verify: (rawToken) => (rawToken === "aaa.bbb.ccc" ? { scope: "courses:read" } : undefined),
    trustClaims: [],
    resource: "https://api.example.com/mcp",
    ...options,
  });

describe("hostile `Authorization` headers", () => {
  it.each(titled(AUTHORIZATION_HEADER_CASES, ({ id, why }) => `${id}: ${why}`))(
    "%s",
    async (_title, row) => {
      const { fields, code } = row;
      const authorization = fields.map((field) => field.replaceAll("{token}", "aaa.bbb.ccc"));
      const admission = await authorizerWith().admit({ authorization, operation: "list_courses" });
      expect(admission.decision.code).toBe(code);
      const answer = "answer" in admission ? admission.answer : undefined;
      const STATUS: Readonly<Record<string, number>> = { invalid_request: 400, allowed: 200 };
      expect(answer?.status ?? 200).toBe(STATUS[code] ?? 401);
      if (answer === undefined) return;
      const challenge = parseChallenge(answer.headers["WWW-Authenticate"]);
      expect(challenge.get("error")).toBe(code === "unauthenticated" ? undefined : code);
      expect(challenge.has("error_description")).toBe(code !== "unauthenticated");
      expect(challenge.has("resource_metadata")).toBe(true);
    },
  );
});

describe("responses to hostile input", () => {
  const challenges = titled(CHALLENGE_CASES, ({ id, given, challenge }) => {
    const named =
      challenge === undefined ? "have no challenge" : `have a challenge with ${challenge["error"]}`;
    return `${id}: ${named} for ${"inner" in given ? "a message of the verifier" : `a call of ${given.tool}`}`;
  });
  it.each(challenges)("%s", async (_title, row) => {
    const { given, status, challenge, absent = [] } = row;
    const isInner = "inner" in given;
    const verify = isInner
      ? () => ({ message: given.inner }) as never
      : () => ({ scope: given.scope });
    const call = isInner
      ? { operation: "list_courses" }
      : { operation: given.tool, params: given.params };
    const admission = await authorizerWith({ verify }).admit({
      authorization: "Bearer abc",
      ...call,
    });
    if (!("answer" in admission)) throw new Error("allowed");
    expect(admission.answer.status).toBe(status);
    const line = admission.answer.headers["WWW-Authenticate"];
    if (challenge === undefined) expect(line).toBeUndefined();
    else {
      const attributes = parseChallenge(line);
      expect(Object.fromEntries(attributes)).toMatchObject(challenge);
      for (const name of absent) expect(attributes.has(name)).toBe(false);
    }
    if (isInner) expect(JSON.stringify(admission.answer)).not.toContain(given.inner);
  });

  it("contain nothing of an error that a verifier threw", async () => {
    const inner = 'jose: unexpected "aud", kid=\r\nevil secret';
    const verify = () => {
      throw new Error(inner);
    };
    const admission = await authorizerWith({ verify, onOutage: () => undefined }).admit({
      authorization: "Bearer secret-token",
      operation: "list_courses",
    });
    expect(admission).toMatchObject({ answer: { status: 503, headers: { "Retry-After": "5" } } });
    expect(JSON.stringify(admission)).not.toMatch(/jose|aud|evil|secret/);
  });
});

describe("sequences of calls and revocations", () => {
  it.each(REVOCATION_SEQUENCES)("%s", async (_, steps) => {
    const revoked: { jti?: string; sub?: string; client_id?: string; at?: number }[] = [];
    let shown: object = {};
    const authorizer = authorizerWith({
      verify: () => shown as AccessToken,
      isRevoked: ({ jti, sub, client_id, iat = 0 }) =>
        revoked.some((entry) =>
          entry.at === undefined
            ? entry.jti === jti
            : entry.sub === sub && entry.client_id === client_id && iat <= entry.at,
        ),
    });
    for (const [index, step] of steps.entries()) {
      if ("revoke" in step) revoked.push(step.revoke);
      else {
        shown = step.claims;
        // a different token text each time
        const { decision } = await authorizer.decide(
          `spelling-${index}`,
          step.tool ?? "list_courses",
        );
        expect(decision.code).toBe(step.code);
      }
    }
  });
});
