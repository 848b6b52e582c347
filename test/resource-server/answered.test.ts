import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import type { AuthorizerOptions } from "../../src/resource-server/authorizer-options.js";

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {} },
  tools: { list_courses: "courses:read" },
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

async function admit(options: Partial<AuthorizerOptions> = {}, call: { enforced?: boolean } = {}) {
  const events: AuditEvent[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: () => ({ scope: "courses:read", sub: "user-1" }),
    audit: (event) => void events.push(event),
    onOutage: () => undefined,
    ...options,
  });
  const operation = "list_courses";
  const admission = await authorizer.admit({ authorization: "Bearer abc", operation, ...call });
  return { admission, events, authorizer };
}

describe("answered", () => {
  it("repeats the event with the id of the first, the kind `answered` and the status", async () => {
    const { admission, events } = await admit();
    expect(events).toHaveLength(1);
    admission.answered?.(404);
    await settled();
    const [first, second] = events;
    expect(second).toEqual({ ...first, kind: "answered", status: 404, time: second?.time });
    expect(first).not.toHaveProperty("status");
    expect(String(second?.time) >= String(first?.time)).toBe(true);
  });

  it("counts once", async () => {
    const { admission, events } = await admit();
    for (const status of [200, 500]) admission.answered?.(status);
    await settled();
    expect(events.map(({ status }) => status)).toEqual([undefined, 200]);
  });

  it("shows the status of a denial as sent, and that which the client got", async () => {
    const { admission, events } = await admit({ verify: () => ({ scope: "" }) });
    admission.answered?.(200);
    await settled();
    expect(events.map(({ status }) => status)).toEqual([403, 200]);
  });

  it.each([0, 99, 1_000, 200.5, Number.NaN, "200"])(
    "ignores %o, which is not a status, and waits for one",
    async (status) => {
      const { admission, events } = await admit();
      admission.answered?.(status as number);
      await settled();
      expect(events).toHaveLength(1);
      admission.answered?.(204);
      await settled();
      expect(events.map((event) => event.status)).toEqual([undefined, 204]);
    },
  );

  it("is missing without a sink, and for a call that makes no event", async () => {
    const authorizer = createAuthorizer({ policy, verify: () => ({ scope: "courses:read" }) });
    const call = { authorization: "Bearer abc", operation: "list_courses" };
    expect((await authorizer.admit(call)).answered).toBeUndefined();
    const audited = (await admit()).authorizer;
    expect((await audited.admit({ ...call, auditDenialsOnly: true })).answered).toBeUndefined();
  });

  it("is an outage, never an exception, if the sink fails", async () => {
    let calls = 0;
    const audit = () => {
      calls += 1;
      if (calls === 2) throw new Error("boom");
    };
    const { admission, authorizer } = await admit({ audit });
    admission.answered?.(200);
    await settled();
    expect(authorizer.outages.audit).toBe(1);
  });

  it("writes the second event of a call that became a 503 because the first could not be written", async () => {
    const events: AuditEvent[] = [];
    const audit = (event: AuditEvent) => {
      if (event.kind === undefined) throw new Error("boom");
      events.push(event);
    };
    const { admission } = await admit({ audit });
    expect(admission.decision.code).toBe("temporarily_unavailable");
    admission.answered?.(503);
    await settled();
    expect(events.map(({ status }) => status)).toEqual([503]);
  });
});

describe("a call that is only reported", () => {
  it("has `enforced: false` in its event, whether it is allowed or not", async () => {
    for (const verify of [() => ({ scope: "courses:read" }), () => ({ scope: "" })]) {
      const { events } = await admit({ verify }, { enforced: false });
      expect(events[0]?.enforced).toBe(false);
    }
    expect((await admit()).events[0]).not.toHaveProperty("enforced");
  });
});
