import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AuditEvent } from "scope-policy/audit";
import { expect, it } from "vitest";

it("the audit example writes one line for each decision, without a secret", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/run.mjs", "examples/audit/main.ts"],
    { cwd: fileURLToPath(new URL("../..", import.meta.url)), encoding: "utf8", timeout: 60_000 },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  const events = lines.map((line) => (JSON.parse(line) as { audit: AuditEvent }).audit);
  expect(events.map(({ decision }) => decision.code)).toEqual([
    "allowed",
    "insufficient_scope",
    "upgrade_required",
    "denied",
    "unauthenticated",
    "invalid_token",
    "unknown_operation",
  ]);
  for (const secret of ["private", "ada@", "mF_9", "hunter2", "not declared"])
    expect(stdout).not.toContain(secret);
  for (const shown of ['"value":2', '"status":"open"', "yoga-7", "call me", "hmac-sha256:"])
    expect(stdout).toContain(shown);
});
