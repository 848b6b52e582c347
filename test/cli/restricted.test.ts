import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { renderDocs } from "../../src/cli/docs/docs-markdown.js";
import { renderMatrixHtml } from "../../src/cli/matrix/matrix-html.js";
import { runIn } from "./run.js";

const definition = {
  name: "Shops",
  version: "1",
  scopes: {
    read: "See shops",
    sync: { description: "Synchronize shops", restricted: true },
    root: { description: "Everything", reserved: true },
  },
  baseline: ["read"],
  bundles: { all: { every: true } },
  tools: { list: "read", mirror: "sync", wipe: "root" },
};
const files = { "policy.json": JSON.stringify(definition) };
const explain = (...argv: string[]) => runIn(files, ["explain", "policy.json", ...argv]);

describe("explain", () => {
  it("names the approval that an unapproved client lacks", async () => {
    const { code, out } = await explain("mirror", "--scope", "read");
    expect(code).toBe(3);
    expect(out).toContain("NO: only clients that Shops approved may call mirror.");
    expect(out).toContain("It requires a restricted scope");
    expect(out).toContain("1. approval of the client by Shops for a restricted scope");
    expect(out).toContain("2. the user's consent to the scope sync");
  });

  it("takes approved scopes, and allows a token with the scope without them", async () => {
    const approved = await explain("mirror", "--scope", "read", "--approved-scopes", "sync root");
    expect(approved.out).toContain("the user's consent to the scope sync");
    expect(approved.out).toContain("approved for: sync root");
    expect(approved.out).not.toContain("approval of the client");
    expect((await explain("mirror", "--scope", "read sync")).code).toBe(0);
    const wrong = await explain("mirror", "--no-token", "--approved-scopes", "sync");
    expect(wrong.err).toContain("--no-token cannot be combined with");
  });

  it("still names the owner's clients for a reserved scope", async () => {
    const { out } = await explain("wipe", "--scope", "read");
    expect(out).toContain("NO: only first-party clients of Shops may call wipe.");
  });
});

describe("matrix", () => {
  it("marks the scope and the operation", async () => {
    const { out } = await runIn(files, ["matrix", "policy.json", "--json"]);
    const matrix = JSON.parse(out) as {
      scopes: { name: string; restricted: boolean }[];
      tools: { name: string; gates: string[] }[];
    };
    expect(matrix.scopes.map(({ name, restricted }) => [name, restricted])).toEqual([
      ["read", false],
      ["sync", true],
      ["root", false],
    ]);
    const row = matrix.tools.find(({ name }) => name === "mirror");
    expect(row?.gates).toEqual(["clients that Shops approved (restricted)"]);
    const page = renderMatrixHtml(loadPolicy(definition));
    expect(page).toContain('<span class="tag">restricted</span>');
  });
});

describe("docs", () => {
  it("has restricted scopes in a section of their own, and not among those to request", () => {
    const text = renderDocs(loadPolicy(definition));
    expect(text).toContain(
      "## Restricted scopes\n\nShops grants these only to applications that it approved for them, and discovery does not list them.",
    );
    expect(text).toContain("| `sync` | Synchronize shops |");
    expect(text).toContain("scope=read\n");
    expect(text.split("## Restricted scopes")[0]).not.toContain("sync");
    const bare = { ...definition, scopes: { read: "", root: { reserved: true } }, tools: {} };
    expect(renderDocs(loadPolicy(bare))).not.toContain("Restricted");
  });
});
