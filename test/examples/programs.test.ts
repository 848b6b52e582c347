import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scope-policy-"));
const seconds = 1_000;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example with the command of its first line, and returns its output. */
function run(...args: readonly string[]): {
  status: number | null;
  lines: readonly string[];
  errors: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 50 * seconds, // only against a hang: the machine may be busy
  });
  return {
    status,
    errors: stderr,
    lines: stdout.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | ")),
  };
}

const programs: readonly { readonly name: string; readonly says: readonly string[] }[] = [
  {
    name: "loopwise/main",
    says: [
      "Loopwise: an integration that reports on courses",
      "list_courses | allowed",
      "list_members | needs consent to students:read",
      "get_settings | needs consent to school:read",
      "alternatives: school:read, or appearance:read",
      "get_settings | allowed",
      "update_settings | needs consent to school:write",
    ],
  },
  {
    name: "movementors/main",
    says: [
      "search_directory, no token | allowed",
      "search_directory, read:public | allowed, with the added detail",
      "list_bookings | needs consent to mcp:tools",
      "update_class, free tier | upgrade required: pro or above, this account has free",
      "update_class, premium tier | allowed",
      "get_mentor_profile, studio account | other account type: only for mentor",
      "delete_account | denied: Account deletion requires email confirmation. It cannot be done via OAuth, even with full scopes.",
    ],
  },
  {
    name: "moov/main",
    says: [
      "POST /accounts | allowed",
      "GET /ping | needs consent to /",
      "create_transfer | allowed",
      "add_card | needs consent to /accounts/account-7/cards.write",
      "get_profile of account-8 | other account: the token is bound to another accountID",
      "create_transfer on account-7 | other account: the token is bound to another platformAccountID",
      "get_profile of ../account-8 | invalid call: accountID is missing or not safe",
      "DELETE /accounts/account-7 | unknown: no such tool or endpoint, so denied",
    ],
  },
  {
    name: "moov/client-credentials",
    says: [
      "token for /accounts.write | 200 issued",
      'POST /accounts | 201 {"accountID":"account-7"}',
      "token for /accounts/account-7/ /accounts/account-7/profile.write /accounts/platform-1/transfers.write | 200 issued",
      'PUT /accounts/account-7 | 200 {"accountID":"account-7","profile":{"name":"Ana\'s Bakery"}}',
      'POST /transfers | 201 {"from":"platform-1","transferID":"transfer-1"}',
      "token for /accounts/account-1/profile.write | 400 invalid_scope",
      "token for /accounts/account-7/transfers.write | 400 invalid_scope",
      "token for /accounts/{accountID}/profile.write | 400 invalid_scope",
      'POST /transfers?platformAccountID=platform-2 | 201 {"from":"platform-1","transferID":"transfer-1"}',
    ],
  },
  {
    name: "localisation/main",
    says: [
      "write_translation | allowed",
      "publish_translations | needs consent to translations:publish",
      "publish_translations | allowed",
      "GET /api/oauth-client/me | no token | sign in first: no credentials",
      "GET /api/oauth-client/me | no scope | allowed",
      "GET /api/oauth-client/v1/projects/7/../8 | translator | unknown: no such tool or endpoint, so denied",
    ],
  },
];

describe("an example prints the expected decisions", () => {
  it.each(programs.map(({ name, says }) => [name, says] as const))("in %s", (name, says) => {
    const { status, errors, lines } = run(`examples/${name}.ts`);
    expect(errors).toBe("");
    expect(status).toBe(0);
    for (const line of says) expect(lines).toContain(line);
  });

  it("in npm start, and writes a page for each policy", () => {
    const { status, errors, lines } = run("scripts/start.ts", folder);
    expect(errors).toBe("");
    expect(status).toBe(0);
    for (const name of ["Loopwise", "MoveMentors", "Moov", "Localisation platform"]) {
      expect(lines).toContain(name);
    }
    for (const outcome of [
      "allowed",
      "needs consent to ",
      "upgrade required: ",
      "denied: ",
      "other account: ",
      "other account type: ",
      "sign in first: ",
      "invalid token: ",
      "invalid call: ",
      "unknown: ",
    ]) {
      expect(lines.some((line) => line.includes(`| ${outcome}`))).toBe(true);
    }
    expect(lines.join("\n")).not.toContain("\u001b");
    const pages = readdirSync(folder).sort();
    expect(pages).toEqual(["localisation.html", "loopwise.html", "moov.html", "movementors.html"]);
    for (const page of pages) {
      expect(readFileSync(join(folder, page), "utf8")).toMatch(/^<!doctype html>/i);
      expect(lines).toContain(join(folder, page));
    }
  });
});
