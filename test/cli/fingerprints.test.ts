import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceName } from "../../src/cli/drift/drift-source.js";
import { type Fingerprints, fingerprintsOf } from "../../src/cli/drift/fingerprint.js";
import {
  fingerprintFileFor,
  fingerprintText,
  readFingerprints,
  writeFingerprints,
} from "../../src/cli/drift/fingerprint-file.js";
import { canonicalJson, digestOf } from "../../src/cli/source/digest.js";
import type { SourceOperation } from "../../src/cli/source/source.js";
import { titled } from "../titled.js";
import { folderOf } from "./run.js";

const tool = (name: string, descriptor: SourceOperation["descriptor"]): SourceOperation => ({
  kind: "tool",
  name,
  rule: undefined,
  descriptor,
});

describe("canonical JSON", () => {
  it("is that of the example in RFC 8785, section 3.2.2", () => {
    const value = JSON.parse(
      String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
    ) as unknown;
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts keys by UTF-16 units, as section 3.2.3 of RFC 8785", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const value = Object.fromEntries(keys.map((key) => [key, 0]));
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"];
    expect(canonicalJson(value)).toBe(
      `{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(",")}}`,
    );
  });

  it("keeps the value and the order of lists", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it("contains the key __proto__ as any other", () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, undefined, 1n, [() => 1], { a: undefined }])(
    "does not exist for %s",
    (value) => {
      expect(canonicalJson(value)).toBeUndefined();
    },
  );
});

describe("fingerprints", () => {
  it("have a digest for each member of a descriptor", () => {
    const descriptor = { title: "One", inputSchema: {} };
    const [found] = fingerprintsOf([
      tool("one", { ...descriptor, description: undefined }),
    ]).values();
    expect([...(found?.fingerprint ?? [])]).toEqual([
      ["title", digestOf('"One"')],
      ["inputSchema", digestOf("{}")],
    ]);
  });

  it("are one for operations with one name, whatever their order", () => {
    const both = [tool("one", { title: "1" }), tool("one", { title: "2" })];
    expect(fingerprintsOf(both)).toEqual(fingerprintsOf(both.toReversed()));
    expect(fingerprintsOf(both)).not.toEqual(fingerprintsOf(both.slice(1)));
    expect(fingerprintsOf(both).size).toBe(1);
  });

  it("of operations with one name differ if their members are exchanged", () => {
    const both = [tool("one", { a: 1, b: 1 }), tool("one", { a: 2, b: 2 })];
    const exchanged = [tool("one", { a: 1, b: 2 }), tool("one", { a: 2, b: 1 })];
    expect(fingerprintsOf(both)).not.toEqual(fingerprintsOf(exchanged));
    const fewer = [tool("one", { a: 1, b: 1 }), tool("one", { a: 2 })];
    expect(fingerprintsOf(fewer)).not.toEqual(
      fingerprintsOf([tool("one", { a: 1 }), tool("one", { a: 2, b: 1 })]),
    );
  });

  it("fail for a schema that is too deep", () => {
    const deep: unknown = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    expect(() => fingerprintsOf([tool("one", { inputSchema: deep })])).toThrow(
      "no fingerprint for `one`: `inputSchema` is not JSON, or has more than 256 levels",
    );
  });
});

const SOURCE = "mcp:https://shop.example.com/mcp";
const place = (cwd: string, kind: SourceOperation["kind"] = "tool") => ({
  file: "p.fingerprints.json",
  cwd,
  source: SOURCE,
  kind,
});

const KEPT: Fingerprints = fingerprintsOf([
  tool("two", { title: "2", description: "two" }),
  tool("__proto__", { title: "\u202e" }),
  tool("one", { title: "1" }),
]);

describe("the file of fingerprints", () => {
  it("has a name beside the policy", () => {
    expect(fingerprintFileFor("a/shop.policy.ts")).toBe("a/shop.policy.fingerprints.json");
    expect(fingerprintFileFor("policy")).toBe("policy.fingerprints.json");
  });

  it("has one line for each operation, in the order of names", () => {
    expect(fingerprintText(KEPT, SOURCE)).toBe(`{
  "version": 1,
  "source": "${SOURCE}",
  "operations": {
    "__proto__": {"title":"${digestOf('"\u202e"')}"},
    "one": {"title":"${digestOf('"1"')}"},
    "two": {"description":"${digestOf('"two"')}","title":"${digestOf('"2"')}"}
  }
}
`);
    expect(JSON.parse(fingerprintText(new Map(), SOURCE))).toEqual({
      version: 1,
      source: SOURCE,
      operations: {},
    });
  });

  it("is read as it was written, and nothing else is left in the folder", async () => {
    const folder = folderOf({});
    expect(await readFingerprints(place(folder))).toBeUndefined();
    await writeFingerprints(place(folder), KEPT);
    expect(await readFingerprints(place(folder))).toEqual(KEPT);
    await writeFingerprints(place(folder), new Map());
    expect(await readFingerprints(place(folder))).toEqual(new Map());
    expect(readdirSync(folder)).toEqual(["p.fingerprints.json"]);
  });

  it("stays as it was if it cannot be written", async () => {
    const folder = folderOf({ "p.fingerprints.json/x": "kept" });
    await expect(writeFingerprints(place(folder), KEPT)).rejects.toThrow(
      /^cannot write `p\.fingerprints\.json`: /,
    );
    expect(readFileSync(join(folder, "p.fingerprints.json", "x"), "utf8")).toBe("kept");
    expect(readdirSync(folder)).toEqual(["p.fingerprints.json"]);
    await expect(readFingerprints(place(folder))).rejects.toThrow(
      "cannot read `p.fingerprints.json`: it is a folder",
    );
  });

  const DIGEST = digestOf("");
  const fileWith = (parts: object) =>
    JSON.stringify({ version: 1, source: SOURCE, operations: {}, ...parts });
  const FAULTS = [
    ["text that is not JSON", "<<<<<<< HEAD", /: Unexpected token .*; restore it, or delete it/s],
    ["a list", "[]", ": expected `version` 1;"],
    ["another version", fileWith({ version: 2 }), ": expected `version` 1;"],
    ["no source", fileWith({ source: null }), ": expected the text `source`;"],
    ["no operations", fileWith({ operations: [] }), ": expected the object `operations`;"],
    ["an unknown member", fileWith({ more: 1 }), ": unknown member `more`;"],
    ["an operation without digests", fileWith({ operations: { a: 1 } }), ": `a` is not an object;"],
    [
      "a member without a digest",
      fileWith({ operations: { a: { title: "sha256:0" } } }),
      ": `title` of `a` is not a digest;",
    ],
    [
      "a duplicate key",
      `{"version":1,"source":"${SOURCE}","operations":{"a":{},"\\u0061":{}}}`,
      ": duplicate key `a`;",
    ],
    [
      "fingerprints of another source",
      fileWith({ source: "mcp:https://other.example.com/mcp" }),
      `has the fingerprints of mcp:https://other.example.com/mcp, not of ${SOURCE}: name another file with --fingerprints`,
    ],
  ] as const;

  it.each(titled(FAULTS, ([title]) => title))("rejects %s", async (_, [, text, message]) => {
    const folder = folderOf({ "p.fingerprints.json": text });
    await expect(readFingerprints(place(folder))).rejects.toThrow(message);
    await expect(readFingerprints(place(folder))).rejects.toHaveProperty("name", "UsageError");
  });

  it("rejects two names of one endpoint", async () => {
    const operations = { "GET /a/:b": { security: DIGEST }, "GET /a/{c}": {} };
    const folder = folderOf({ "p.fingerprints.json": fileWith({ operations }) });
    await expect(readFingerprints(place(folder, "endpoint"))).rejects.toThrow(
      "`GET /a/:b` and `GET /a/{c}` are one operation",
    );
  });
});

describe("the name of a source", () => {
  const contents = {} as never;
  const SHOP = "mcp:https://shop.example.com/mcp";
  const DOCUMENT = "openapi:https://shop.example.com/api.json";
  const FILE = "openapi:../../api/openapi.yaml";
  const ROWS = [
    ["tool", "https://user:pw@shop.example.com/mcp?key=1#x", SHOP, SHOP],
    [
      "tool",
      "http://127.0.0.1:3000/mcp",
      "mcp:http://localhost/mcp",
      "mcp:http://127.0.0.1:3000/mcp",
    ],
    ["endpoint", "https://shop.example.com/api.json", DOCUMENT, DOCUMENT],
    ["endpoint", "../api/openapi.yaml", FILE, FILE],
  ] as const;
  it.each(ROWS)("of a %s source %s is %s", (kind, location, kept, shown) => {
    const name = sourceName({ kind, location, contents }, "/srv/shop/policy", "/srv/shop");
    expect(name).toEqual({ kept, shown });
  });
});
