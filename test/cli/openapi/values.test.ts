import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findingsByMember } from "../../../src/cli/openapi/load-findings.js";
import { readWithin } from "../../../src/cli/openapi/read-within.js";
import { documentName, nameList } from "../../../src/cli/openapi/texts.js";
import { titled } from "../../titled.js";

it.each(
  titled([
    { title: "a path", source: "docs/api.yaml", name: "api.yaml" },
    { title: "a URL with a query", source: "https://x.example/api.json?v=1", name: "api.json" },
    { title: "only a query", source: "?v=1", name: "the document" },
  ]),
)("names a document by the last part of its source: %s", (_, { source, name }) => {
  expect(documentName(source)).toBe(name);
});

it.each([
  { names: ["a"], text: "`a`" },
  { names: ["a", "b"], text: "`a` and `b`" },
  { names: ["a", "b", "c"], text: "`a`, `b` and `c`" },
  { names: ["a", "b", "c", "d", "e"], text: "`a`, `b`, `c` and 2 more" },
])("lists names as $text", ({ names, text }) => {
  expect(nameList(names)).toBe(text);
});

it("takes the first finding about each member, and the others apart", () => {
  const finding = (path: string, code: string) => ({ path, code, message: code });
  const first = finding("scopes.a.implies[0]", "first");
  const other = finding("tiers", "other");
  const { byName, others } = findingsByMember(
    [first, finding("scopes.a", "second"), other],
    "scopes",
    ["a"],
  );
  expect([...byName]).toEqual([["a", first]]);
  expect(others).toEqual([other]);
});

it("gives the message of the system for a file that it cannot open for another reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scope-policy-"));
  const socket = createServer();
  try {
    const path = join(folder, "socket");
    await once(socket.listen(path), "listening");
    expect(await readWithin(undefined, path, 10)).toMatchObject({
      ok: false,
      fault: { code: "unreadable_file", message: expect.stringContaining("ENXIO") as unknown },
    });
  } finally {
    await new Promise((closed) => socket.close(closed));
    await rm(folder, { recursive: true });
  }
});
