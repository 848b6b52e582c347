import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { OPTION_ROWS } from "./sweep/option-rows.js";
import { callAll, differingTitles, linesOf } from "./sweep/pollute.js";
import { readNames } from "./sweep/read-names.js";
import { namesIn, recordOf } from "./sweep/record.js";
import { createScene, type Scene } from "./sweep/scene.js";
import { removePollution, withPollution } from "./sweep/with-pollution.js";

// No decision, response, page or audit event depends on inherited members. The test calls every public function with each name
// that the library reads or writes on `Object.prototype`, and compares the results with those of a clean process.

/** Names that the language itself reads: of descriptors, of awaited results, and of values that become JSON. */
const OF_THE_LANGUAGE: ReadonlySet<string> = new Set([
  ...["get", "set", "value", "writable", "enumerable", "configurable"],
  ...["then", "toJSON"],
]);

/** Names that other libraries read of their own objects. A polluted name can break them, and then the call throws. */
const OTHER_LIBRARIES: readonly {
  readonly reader: string;
  readonly names: readonly string[];
  readonly titles: readonly string[];
}[] = [
  {
    reader: "zod, which reads a policy",
    names: ["error", "path", "values"],
    titles: ["loadPolicy", "definePolicy", "start"],
  },
  {
    reader: "the constructor of Response",
    names: ["required", "body", "cancel"],
    titles: ["fetchGate", "fetchGate.endpoint", "fetchGate.metadata"],
  },
  {
    reader: "Hono, which reads the options of an application",
    names: ["router"],
    titles: ["start"],
  },
];

/** Title of the call in which zod writes a JSON Schema, in a loop that includes inherited members. */
const WRITES_BY_ZOD = "policyJsonSchema";

const VALUES: readonly (readonly [label: string, value: unknown])[] = [
  ["true", true],
  ["a string", "x"],
  ["an object", { a: 1 }],
  ["a function", () => true],
];

/** Number of names at a time. Each name alone takes a quarter of an hour. */
const CHUNK = process.env["SWEEP_FULL"] === "1" ? 1 : 512;

const scene: { ready?: Scene } = {};
let clean: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(async () => {
  vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
  vi.spyOn(crypto, "randomUUID").mockReturnValue("00000000-0000-4000-8000-00000000000a");
  // polluted names break Express' reading of a query for the audit, and the gate reports that on the console
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  // fill the caches first, so that they do not hide a difference
  scene.ready = createScene();
  await callAll(scene.ready);
  clean = linesOf(await callAll());
});

// a test that exceeds its timeout has not come to its end
afterEach(removePollution);
afterAll(() => void vi.restoreAllMocks());

async function differences(
  names: readonly string[],
  value: unknown,
  ready: Scene | undefined,
): Promise<readonly string[]> {
  const seen = linesOf(await withPollution(names, value, () => callAll(ready)));
  const others = OTHER_LIBRARIES.filter((row) => row.names.some((name) => names.includes(name)));
  const expected = new Set([WRITES_BY_ZOD, ...others.flatMap(({ titles }) => titles)]);
  if (expected.has("start") && seen.has("start")) return [];
  return differingTitles(clean, seen).filter((title) => !expected.has(title));
}

/** Number of names after which the search ends. Where each name makes a difference, it would take an hour. */
const MAX_FOUND = 6;

/**
 * Adds the names that make a difference to a list, each with the titles that differ. Splits many names into halves. Ends at
 * {@link MAX_FOUND} names.
 */
async function findCulprits(
  found: string[],
  names: readonly string[],
  value: unknown,
  ready: Scene | undefined,
): Promise<void> {
  if (found.length >= MAX_FOUND) return;
  const titles = await differences(names, value, ready);
  if (titles.length === 0) return;
  if (names.length === 1) {
    found.push(`${names.join()}: ${titles.slice(0, 9).join(", ")}`);
    return;
  }
  const before = found.length;
  const half = Math.ceil(names.length / 2);
  await findCulprits(found, names.slice(0, half), value, ready);
  await findCulprits(found, names.slice(half), value, ready);
  if (found.length === before) found.push(`together: ${names.join(" ")}`);
}

async function allNames(): Promise<readonly string[]> {
  const written = namesIn(recordOf(await callAll()));
  const options = OPTION_ROWS.flatMap(({ wrong }) => Object.keys(wrong));
  const names = new Set([...readNames(), ...written, ...options]);
  return [...names].filter(
    (name) =>
      NAME.test(name) && !Object.hasOwn(Object.prototype, name) && !OF_THE_LANGUAGE.has(name),
  );
}

/** Names of members and of headers. The source looks up no other texts. */
const NAME = /^[A-Za-z_$][\w$-]*$/;

/** Returns the names in chunks, with a chunk for each name that another library reads. */
function chunksOf(names: readonly string[]): readonly (readonly string[])[] {
  const alone = new Set(OTHER_LIBRARIES.flatMap((row) => row.names));
  const many = names.filter((name) => !alone.has(name));
  const count = Math.ceil(many.length / CHUNK);
  return [
    ...[...alone].map((name) => [name]),
    ...Array.from({ length: count }, (_, at) => many.slice(at * CHUNK, (at + 1) * CHUNK)),
  ];
}

describe("members of Object.prototype", () => {
  it("are missing in a clean process, in which two runs are equal", async () => {
    expect(differingTitles(clean, linesOf(await callAll(scene.ready)))).toEqual([]);
    expect(clean.size).toBeGreaterThan(60);
    expect(clean.has("start")).toBe(false);
  });

  it.each(VALUES)(
    "change no result if their value is %s",
    { timeout: 3_600_000 },
    async (label, value) => {
      const names = await allNames();
      expect(names.length).toBeGreaterThan(500);
      // a server that starts with the polluted names, or one that already runs
      const ready = label === "a string" || label === "a function" ? undefined : scene.ready;
      const found: string[] = [];
      for (const chunk of chunksOf(names)) {
        await findCulprits(found, chunk, value, ready);
      }
      expect(found).toEqual([]);
    },
  );

  it("make a difference in the comparison if a function reads them", async () => {
    const read = async () => [["reader", { ...({} as { zebra?: boolean }) }.zebra]] as const;
    const seen = linesOf(await withPollution(["zebra"], true, read));
    expect(differingTitles(linesOf(await read()), seen)).toEqual(["reader"]);
  });

  it("are removed if a call with them throws or never settles", async () => {
    const fail = (run: () => Promise<never>) => withPollution(["zebra"], true, run, 20);
    await expect(fail(() => Promise.reject(new Error("thrown")))).rejects.toThrow("thrown");
    expect("zebra" in {}).toBe(false);
    await expect(fail(() => new Promise(() => undefined))).rejects.toThrow(
      "a call does not settle with zebra",
    );
    expect("zebra" in {}).toBe(false);
  });
});
