import { type AccessToken, createAuthorizer, loadPolicy, MAX_SCOPE_TOKENS } from "scope-policy";
import { describe, expect, it } from "vitest";

// one reading of the scope of a token: a scope that decisions reject is rejected at the handshake, and not named in a challenge

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "courses:read": "See courses", "courses:write": "Change courses" },
  tools: { edit_course: "courses:write", whoami: { authenticated: true } },
});

const ROWS: readonly (readonly [what: string, scope: unknown, isGood: boolean])[] = [
  ["one scope", "courses:read", true],
  ["an unknown scope", "courses:read email", true],
  ["an empty text", "", true],
  ["an empty list", [], true],
  ["a list", ["courses:read"], true],
  ["two spaces", "courses:read  email", false],
  ["a space at the end", "courses:read ", false],
  ["a line break", "courses:read\nemail", false],
  ["a placeholder", "courses:read /accounts/{accountID}/", false],
  ["a placeholder in a list", ["courses:read", "/accounts/<accountID>/"], false],
  ["a space in a list", ["courses:read email"], false],
  ["a number in a list", ["courses:read", 7], false],
  ["too many scopes", Array.from({ length: MAX_SCOPE_TOKENS + 1 }, (_, at) => `a${at}`), false],
  ["a number", 7, false],
  ["no scope", undefined, false],
];

describe.each(ROWS)("the scope of a token: %s", (_, scope, isGood) => {
  const token = { scope, sub: "ada" } as AccessToken;
  const authorizer = createAuthorizer({ policy, verify: () => token, challenge: "union" });

  it("is read in the same way by a decision, by the handshake and by a challenge", async () => {
    expect(policy.decideUntrusted(token, "whoami").code).toBe(isGood ? "allowed" : "invalid_token");
    const { kind } = await authorizer.authenticate("Bearer x");
    expect(kind).toBe(isGood ? "authenticated" : "refused");
    const refusal = policy.decideUntrusted({ scope: "" }, "edit_course");
    if (refusal.allowed) throw new Error("the call is allowed");
    const { body } = authorizer.answer(refusal, { token });
    const granted = isGood && scope !== "" ? [scope].flat().join(" ") : "";
    expect(body.scope).toBe([granted, "courses:write"].join(" ").trim());
  });
});
