import { describe, expect, it } from "vitest";
import { HOSTILE_AUDIT_CALLS, type HostileAuditCall } from "../cases/hostile-audit.js";
import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";
import { titled } from "../titled.js";
import { eventOf, lineOf } from "./audit-events.js";

/** Returns the line of a hostile call. Every argument is declared as shown, so that only the redaction of values removes secrets. */
async function lineOfAttack({
  tool = "x",
  client = "app-1",
  args,
  sensitive = [],
}: HostileAuditCall) {
  const shown = args === undefined ? {} : { audit: { show: Object.keys(args) } };
  const tools = { ...HOSTILE_CALL_POLICIES.courses.tools, x: { deny: "no", ...shown } };
  const token = { scope: "", client_id: client };
  return lineOf(
    await eventOf(
      { ...HOSTILE_CALL_POLICIES.courses, tools },
      { operation: tool, token, args, sensitive },
    ),
  );
}

// AUDIT-049, a sink that throws or is slow and arguments that throw, is in `sink.test.ts`
describe("the audit event of a hostile call", () => {
  it.each(titled(HOSTILE_AUDIT_CALLS, ({ id, why }) => `${id}: ${why}`))(
    "%s",
    async (_title, attack) => {
      const line = await lineOfAttack(attack);
      for (const text of attack.mustNotContain) expect(line).not.toContain(text);
      for (const text of attack.mustContain ?? []) expect(line).toContain(text);
      expect(line).toContain('"allowed":false');
    },
  );
});
