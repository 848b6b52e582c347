import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenApiDocument } from "../../../src/cli/openapi/document.js";
import { readOpenApi } from "../../../src/cli/openapi/import-openapi.js";
import { loadOpenApi } from "../../../src/cli/openapi/load-document.js";
import type { SourceContents } from "../../../src/cli/source/source.js";
import { UsageError } from "../../../src/cli/terminal/io.js";
import { loadPolicy, type Policy } from "../../../src/index.js";
import { titled } from "../../titled.js";
import { folderOf, ROOT, run } from "../run.js";
import { CAFE } from "./documents/cafe.cases.js";
import { CORE_NETWORK } from "./documents/core-network.cases.js";
import { DIGITALOCEAN } from "./documents/digitalocean.cases.js";
import { type DocumentCase, type ExpectedDecision, flagsOf } from "./documents/document-case.js";
import { EBAY } from "./documents/ebay.cases.js";
import { OTHER_CHOICES } from "./documents/other-choices.cases.js";
import { SLACK } from "./documents/slack.cases.js";
import { XERO } from "./documents/xero.cases.js";

const FOLDER = join(ROOT, "test/cli/openapi/documents");
const CASES: readonly DocumentCase[] = [SLACK, XERO, DIGITALOCEAN, EBAY, CAFE, CORE_NETWORK];

/** Decides on a request with the scopes of a row. */
function decide(policy: Policy, { scopes, operation, params }: ExpectedDecision) {
  const [method = "", path = ""] = operation.split(" ");
  const token = scopes === undefined ? undefined : { scope: scopes.join(" ") };
  return policy.decideRequest(token, { method, path, ...(params && { params }) });
}

function titleOf({ scopes, operation, expected, because }: ExpectedDecision): string {
  const token = scopes === undefined ? "no token" : `\`${scopes.join(" ")}\``;
  const outcome = expected === "allowed" ? "allows" : `denies with ${expected}`;
  return `${outcome}: ${operation} with ${token}${because === undefined ? "" : `, because ${because}`}`;
}

/** Expects of a policy the decision of a row. */
function expectDecision(policy: Policy, row: ExpectedDecision): void {
  const decision = decide(policy, row);
  expect(decision.code).toBe(row.expected);
  if (row.enriched !== undefined) expect(decision).toMatchObject({ enriched: row.enriched });
}

describe.each(titled(CASES))("%s", (_title, one) => {
  let document: OpenApiDocument;
  let contents: SourceContents;
  let policy: Policy;

  beforeAll(async () => {
    const loaded = await loadOpenApi(one.file, FOLDER);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
    document = loaded.document;
    contents = readOpenApi(document, one.choice);
    policy = loadPolicy(JSON.stringify(contents.definition));
  });

  it("is read with each operation counted once", () => {
    expect(contents.report.counts).toEqual(one.counts);
  });

  it("has endpoints with the base path of the servers", () => {
    const { endpoints } = contents.definition as { endpoints: Record<string, unknown> };
    expect(Object.keys(endpoints)).toEqual(expect.arrayContaining([...one.endpoints]));
  });

  it("has a note for each operation that is not plainly read, and the expected codes", () => {
    const { notes } = contents.report;
    const codes = new Set(notes.map(({ code }) => code));
    expect([...codes]).toEqual(expect.arrayContaining([...one.codes]));
    for (const outcome of ["merged", "guessed", "left"] as const) {
      const subjects = new Set(
        notes.flatMap((note) => (note.outcome === outcome ? note.subject : [])),
      );
      expect(subjects.size, outcome).toBe(one.counts[outcome]);
    }
  });

  it("is read without a meaning of lists only where each meaning gives the same policy", () => {
    const { noScopeWords = [] } = one.choice;
    const definitions = (["and", "or"] as const).map((listMeans) =>
      JSON.stringify(readOpenApi(document, { ...one.choice, listMeans }).definition),
    );
    const read = () => JSON.stringify(readOpenApi(document, { noScopeWords }).definition);
    const isSame = new Set(definitions).size === 1;
    expect(isSame).toBe(!one.needsListMeans);
    if (isSame) expect([read()]).toEqual([...new Set(definitions)]);
    else {
      expect(read).toThrow(UsageError);
      expect(read).toThrow(/--list-means/);
    }
  });

  it("has as many expected denials as expected permissions", () => {
    expect(one.decisions).toHaveLength(20);
    const allowed = one.decisions.filter(({ expected }) => expected === "allowed");
    expect(Math.abs(allowed.length - 10)).toBeLessThanOrEqual(2);
  });

  it.each(titled(one.decisions, titleOf))("%s", (_sentence, row) => {
    expectDecision(policy, row);
  });
});

/** A document of 3.2 in two files, whose scopes are those of the device flow. */
const DEVICE_FLOW = {
  "openapi.yaml": `openapi: 3.2.0
info: { title: Devices, version: "1" }
paths:
  /devices:
    $ref: "paths/devices.yaml"
components:
  securitySchemes:
    OAuth2:
      type: oauth2
      flows:
        deviceAuthorization:
          deviceAuthorizationUrl: https://auth.example.com/device
          tokenUrl: https://auth.example.com/token
          scopes: { "devices:read": Read devices }
`,
  "paths/devices.yaml": `get:
  security: [{ OAuth2: ["devices:read"] }]
  responses: { "200": { description: The devices } }
`,
};

describe("an import", () => {
  it("of several files of 3.2 reads the scopes of the device flow", async () => {
    const loaded = await loadOpenApi("openapi.yaml", folderOf(DEVICE_FLOW));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
    const { definition } = readOpenApi(loaded.document, {});
    const scopes = { "devices:read": "Read devices" };
    expect(definition).toMatchObject({ scopes, endpoints: { "GET /devices": "devices:read" } });
  });

  it.each(titled(OTHER_CHOICES))("%s", async (_title, { file, choice, counts, decisions }) => {
    const loaded = await loadOpenApi(file, FOLDER);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
    const { definition, report } = readOpenApi(loaded.document, choice);
    const policy = loadPolicy(JSON.stringify(definition));
    for (const row of decisions) expect(decide(policy, row).code, titleOf(row)).toBe(row.expected);
    expect(report.counts).toEqual(counts);
  });

  it.each(titled(CASES))(
    "of %s prints the same numbers and policy as data",
    async (_title, one) => {
      const flags = flagsOf(one.choice);
      const ran = await run(["import", "openapi", one.file, ...flags, "--json"], { cwd: FOLDER });
      expect(ran).toMatchObject({ code: 0, err: "" });
      const printed = JSON.parse(ran.out) as { policy: unknown; report: unknown };
      expect(printed).toMatchObject({ ok: true, report: { counts: one.counts } });
      const policy = loadPolicy(JSON.stringify(printed.policy));
      for (const row of one.decisions) expectDecision(policy, row);
    },
  );
});

describe("the export of an imported policy", () => {
  it.each(titled(CASES))("of %s decides the same when it is imported", async (_title, one) => {
    const folder = folderOf({});
    const loaded = await loadOpenApi(one.file, FOLDER);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
    const { definition } = readOpenApi(loaded.document, one.choice);
    writeFileSync(join(folder, "policy.json"), JSON.stringify(definition));
    const argv = ["export", "policy.json", "--to", "openapi", "--out", "openapi.json"];
    expect(await run(argv, { cwd: folder })).toMatchObject({ code: 0 });
    const exported = await loadOpenApi("openapi.json", folder);
    if (!exported.ok) throw new Error(JSON.stringify(exported.findings));
    const again = readOpenApi(exported.document, {});
    expect(again.report.counts).toMatchObject({ merged: 0, guessed: 0 });
    expect(again.report.notes.map(({ code }) => code)).not.toContain("security_differs");
    const policy = loadPolicy(JSON.stringify(again.definition));
    for (const row of one.decisions) expectDecision(policy, row);
  });
});

describe.each(titled(CASES))("init from %s in a fresh folder", (_title, one) => {
  const allowed = one.decisions.find(({ expected }) => expected === "allowed");
  const denied = one.decisions.find(({ expected }) => expected === "insufficient_scope");
  let folder: string;
  let init: Awaited<ReturnType<typeof run>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "init-document-"));
    const [top = ""] = one.file.split("/");
    cpSync(join(FOLDER, top), join(folder, top), { recursive: true });
    init = await run(["init", "--from", `openapi:${one.file}`, ...flagsOf(one.choice)], {
      cwd: folder,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes a policy and a test file", () => {
    expect(init).toMatchObject({ code: 0 });
    expect(readdirSync(folder)).toContain("policy.json");
    expect(readdirSync(folder).filter((name) => name.startsWith("policy.test."))).toHaveLength(1);
  });

  it("writes a policy without findings", async () => {
    expect(await run(["check", "policy.json"], { cwd: folder })).toMatchObject({ code: 0 });
  });

  it("writes a policy that decides all cases", () => {
    const policy = loadPolicy(readFileSync(join(folder, "policy.json"), "utf8"));
    for (const row of one.decisions) expectDecision(policy, row);
  });

  it.each([
    [0, allowed],
    [3, denied],
  ])("writes a policy of which explain ends with %i", async (code, row) => {
    if (row === undefined) throw new Error("the document has no such case");
    const { scopes, operation } = row;
    const token = scopes === undefined ? ["--no-token"] : ["--scope", scopes.join(" ")];
    const explained = await run(["explain", "policy.json", operation, ...token], { cwd: folder });
    expect(explained).toMatchObject({ code, err: "" });
  });
});
