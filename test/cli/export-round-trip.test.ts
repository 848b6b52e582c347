import fc from "fast-check";
import { loadPolicy, type PolicyDefinition } from "scope-policy";
import { describe, expect, it } from "vitest";
import { openApiExporter } from "../../src/cli/export/openapi.js";
import { readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";
import { drawPolicy } from "../model/arbitrary-policy.js";
import { BAD_TOKENS, drawParams, drawToken } from "../model/arbitrary-request.js";
import { type Draw, drawn } from "../model/draw.js";
import { MODEL_NOW } from "../model/model.js";
import { dataOf } from "../model/observe.js";
import { runOftenAsync, tally } from "../often.js";
import { titled } from "../titled.js";
import { EXAMPLES, type ExportedDocument } from "./exported.js";
import { SMALL } from "./small-policy.js";

/** Exports a policy to OpenAPI, and imports the document. */
async function roundTrip(definition: unknown) {
  const policy = loadPolicy(definition, { now: () => MODEL_NOW });
  const compiled = compiledPolicyOf(policy);
  const { files } = await openApiExporter.run({ policy, compiled }, { given: {} });
  const root = JSON.parse(files[0].text) as ExportedDocument & Record<string, unknown>;
  return { policy, ...readOpenApi({ version: "3.1", source: "openapi.json", root }, {}) };
}

/** Returns a definition with one spelling of placeholders, and of each endpoint that requires one scope. */
function normalised(definition: object): unknown {
  const { endpoints = {}, ...rest }: Partial<PolicyDefinition> = definition;
  const entries = Object.entries(endpoints).map(([key, entry]) => {
    if (typeof entry === "string") return [key, entry];
    const { scope, anyOf = [scope], ...more } = entry as { scope?: string; anyOf?: string[] };
    const [only] = anyOf;
    const isOne = anyOf.length === 1 && typeof only === "string";
    return [key, isOne && Object.keys(more).length === 0 ? only : entry];
  });
  const text = JSON.stringify({ ...rest, endpoints: Object.fromEntries(entries) as unknown });
  return JSON.parse(text.replaceAll(/<(\w+)>/g, "{$1}"));
}

const countOf = ({ endpoints = {} }: PolicyDefinition) => Object.keys(endpoints).length;

describe("the import of an export", { timeout: 120_000 }, () => {
  it.each(titled([...EXAMPLES.map(({ definition }) => definition), SMALL], ({ name }) => name))(
    "is the same policy for %s, with every operation read as written",
    async (_, definition) => {
      const contents = await roundTrip(definition);
      expect(normalised(contents.definition)).toEqual(normalised(definition));
      const counts = { read: countOf(definition), merged: 0, guessed: 0, left: 0 };
      expect(contents.report.counts).toEqual(counts);
      expect(contents.findings).toBeUndefined();
    },
  );

  it("decides any call as the policy does, for any policy", async () => {
    const allowed = tally("an allowed call", 40);
    const denied = tally("a denied call", 40);
    const property = fc.asyncProperty(drawn(drawCalls), async ({ definition, tokens, params }) => {
      const { policy, definition: read, report } = await roundTrip(definition);
      const counts = { read: countOf(policy.definition), merged: 0, guessed: 0, left: 0 };
      expect(report.counts).toEqual(counts);
      expect(report.notes.filter(({ code }) => code === "security_differs")).toEqual([]);
      expect(normalised(read)).toEqual(normalised(policy.definition));
      const imported = loadPolicy(read, { now: () => MODEL_NOW });
      const { tools, endpoints } = policy.definition;
      for (const name of [...Object.keys({ ...tools, ...endpoints }), ...UNNAMED]) {
        for (const [index, token] of tokens.entries()) {
          const before = policy.decideUntrusted(token, name, params[index]);
          const after = imported.decideUntrusted(token, name, params[index]);
          expect([name, dataOf(after)]).toEqual([name, dataOf(before)]);
          (before.allowed ? allowed : denied).count += 1;
        }
      }
    });
    await runOftenAsync([allowed, denied], () =>
      fc.assert(property, { numRuns: RUNS, endOnFailure: true }),
    );
  });
});

/** Number of random policies. */
const RUNS = 60;

/** Names that no policy has, or that only a pattern matches. */
const UNNAMED = ["list_things", "no_such_tool", "GET /nowhere"];

function drawCalls(draw: Draw) {
  const options = { closed: true, cases: 25, patterns: 20, ruled: draw.chance(50) };
  const definition = drawPolicy(draw.part(1750), options);
  const tokens = [
    undefined,
    draw.pick(BAD_TOKENS),
    ...Array.from({ length: 4 }, () => drawToken(draw.part(120), definition)),
  ];
  return { definition, tokens, params: tokens.map(() => drawParams(draw.part(20), true)) };
}
