import { expect, it } from "vitest";
import { readOpenApi } from "../../src/cli/openapi/import-openapi.js";
import { titled } from "../titled.js";
import { EXAMPLES, exported } from "./exported.js";

it.each(titled(EXAMPLES, ({ definition }) => definition.name))(
  "%s is imported from its export as the same policy, with every operation read as written",
  async (_, { definition }) => {
    const { document } = await exported(definition);
    const root = { ...document };
    const contents = readOpenApi({ version: "3.1", source: "openapi.json", root }, {});
    expect(contents.definition).toEqual(definition);
    const count = Object.keys(definition.endpoints ?? {}).length;
    expect(contents.report.counts).toEqual({ read: count, merged: 0, guessed: 0, left: 0 });
  },
);
