import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, runIn } from "../run.js";

/** The policy of the page, which it defines in code. */
const INSURER = {
  name: "Insurer",
  version: "1",
  scopes: { "insurance:claim": "File a claim", "insurance:claims.read": "Read claims" },
  tools: { file_claim: "insurance:claim" },
};

it("prints the policies of Cedar that the page about exports contains", async () => {
  const page = readFileSync(join(ROOT, "docs/exports.md"), "utf8");
  const blocks = [...page.matchAll(/^```text\n(@id.*?)^```$/gms)].map(([, code]) => code);
  expect(blocks).toHaveLength(2);
  const { out } = await runIn({ "p.json": JSON.stringify(INSURER) }, [
    "export",
    "p.json",
    "--to",
    "cedar",
  ]);
  const [, policies = ""] = out.split("==> policies.cedar <==\n");
  const written = policies
    .split(/^(?=@id)/m)
    .slice(1)
    .map((one) => one.trim());
  expect(blocks.map((code) => code?.trim()).reverse()).toEqual(written);
});
