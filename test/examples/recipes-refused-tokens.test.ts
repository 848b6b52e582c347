import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { folderOf, run } from "../cli/run.js";
import { titled } from "../titled.js";
import { CLAIMS, KEY_SET, mint } from "../verify/fixtures.js";

const page = readFileSync("docs/refused-tokens.md", "utf8");
const reference = readFileSync("docs/rejection-reasons.md", "utf8");
const SOURCE = "src/resource-server/verifier-result.ts";

/** Returns the values of the type `RejectionReason`, in its order. */
function reasonsOfType(): readonly string[] {
  const text = readFileSync(SOURCE, "utf8");
  const file = ts.createSourceFile(SOURCE, text, ts.ScriptTarget.Latest);
  const reasons: string[] = [];
  for (const statement of file.statements) {
    if (!ts.isTypeAliasDeclaration(statement) || statement.name.text !== "RejectionReason")
      continue;
    if (!ts.isUnionTypeNode(statement.type)) continue;
    for (const member of statement.type.types) {
      if (ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal)) {
        reasons.push(member.literal.text);
      }
    }
  }
  return reasons;
}

/** Returns the rows of the table below a heading of a page, as cells. */
function tableBelow(text: string, heading: string): readonly (readonly string[])[] {
  const [, section = ""] = text.split(`\n${heading}\n`);
  const [table = ""] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const [, , ...rows] = table.trimEnd().split("\n");
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

const rows = tableBelow(reference, "## Look up the reason");

describe("the pages about refused tokens", () => {
  it("has a row for each reason, in the order of the type", () => {
    const reasons = reasonsOfType();
    expect(reasons.length).toBeGreaterThan(10);
    expect(rows.map(([reason]) => reason)).toEqual(reasons.map((reason) => `\`${reason}\``));
  });

  it.each(titled(rows, ([reason = ""]) => reason))(
    "explains %s in every column",
    (_title, cells) => {
      expect(cells).toHaveLength(5);
      for (const cell of cells) expect(cell).not.toBe("");
    },
  );

  it("begins with the symptom: what the client gets", () => {
    expect(page.indexOf("## Start with the symptom")).toBe(page.indexOf("\n## ") + 1);
    const symptoms = tableBelow(page, "## Start with the symptom").map(([symptom = ""]) => symptom);
    const found = ['401 with `error="invalid_token"`', "401 without", "403", "503", "400"].map(
      (start) => symptoms.findIndex((symptom) => symptom.startsWith(start)),
    );
    expect(found).toEqual([0, 1, 2, 3, 4]);
  });

  it("shows what the command prints about a token of Keycloak", async () => {
    const [, section = ""] = page.split("## Find out about a Keycloak token");
    const [, command = ""] = /^```sh\nnpx scope-policy (.*)\n```$/m.exec(section) ?? [];
    const [, block = ""] = /^```text\n([\s\S]*?)\n```$/m.exec(section) ?? [];
    const now = Math.floor(Date.now() / 1_000);
    const issuer = "https://sso.example.com/realms/main";
    const keycloak = { iss: issuer, aud: "account", azp: "web", typ: "Bearer", sid: "session-1" };
    const claims = { ...CLAIMS, ...keycloak, client_id: undefined, iat: now, exp: now + 300 };
    const token = await mint({
      header: { typ: "JWT" },
      claims: { ...claims, scope: "email profile" },
    });
    const cwd = folderOf({ "jwks.json": JSON.stringify(KEY_SET) });
    const argv = command.split(" ").map((word) => (word === '"$JWT"' ? token : word));
    const { code, out } = await run([...argv, "--jwks", "jwks.json"], { cwd });
    const shown = block.split("\n").filter((line) => line !== "  …");
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual(expect.arrayContaining(shown));
    expect(shown.filter((line) => line.includes("FAIL"))).toEqual(
      out.split("\n").filter((line) => line.includes("FAIL")),
    );
  });
});
