import { createAuthorizer, loadPolicy } from "scope-policy";
import { describe, expect, it, vi } from "vitest";
import { changedValueDenial } from "../../src/adapters/admit-request.js";
import { createHttpGate } from "../../src/adapters/http-gate.js";

const policy = loadPolicy({
  name: "School",
  version: "1",
  scopes: { "school:read": {} },
  tools: { get_settings: "school:read" },
  endpoints: { "GET /settings": "school:read" },
});
const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) => (rawToken === "ann" ? { sub: "ann", scope: "school:read" } : undefined),
  onRejected: () => undefined,
});

const CHANGED = changedValueDenial("id");

/** Admits a request at a gate, then revises its decision. */
async function revised(dangerouslyReportOnly: boolean, token: string | undefined) {
  const log = vi.spyOn(console, "error").mockReturnValue(undefined);
  const gate = createHttpGate(authorizer, { dangerouslyReportOnly });
  log.mockRestore();
  const request = {};
  const name = "GET /settings";
  await gate.admit(request, {
    authorizer,
    authorization: token && `Bearer ${token}`,
    operation: { name, params: [] },
    sources: () => [],
  });
  const mayContinue = gate.revise(request, name, CHANGED, authorizer);
  return { mayContinue, request, gate };
}

describe("a decision that is revised before the handler", () => {
  it("stops the request at a gate that decides", async () => {
    const { mayContinue, gate } = await revised(false, "ann");
    expect(mayContinue).toBe(false);
    expect([gate.isReportOnly, gate.members.report()]).toEqual([false, {}]);
  });

  it("takes the token from the handler at a gate that only reports, and is counted", async () => {
    const { mayContinue, gate, request } = await revised(true, "ann");
    expect(mayContinue).toBe(true);
    expect(gate.isReportOnly).toBe(true);
    expect(gate.members.optionalToken(request)).toBeUndefined();
    for (const member of ["token", "decision"] as const)
      expect(() => gate.members[member](request)).toThrow(
        "the gate only reports, and would have refused",
      );
    expect(gate.members.report()).toEqual({ "GET /settings": { invalid_params: 1 } });
  });

  it("counts as the first decision if that was a refusal", async () => {
    const { mayContinue, gate } = await revised(true, undefined);
    expect(mayContinue).toBe(true);
    expect(gate.members.report()).toEqual({ "GET /settings": { unauthenticated: 1 } });
  });
});

it("a gate needs a way to authenticate callers", () => {
  expect(() => createHttpGate(createAuthorizer({ policy }), {})).toThrow(
    "the authorizer has no `verify` and the gate no `authenticate`",
  );
});
