import { type Finding, PolicyError } from "scope-policy";
import { describe, expect, it } from "vitest";
import { entries } from "../scripts/entries.mjs";
import { entryTables } from "./sweep/entry-rows.js";
import { authorizerRows, operationRows, policyRows } from "./sweep/object-rows.js";
import { OPTION_ROWS, type OptionRow } from "./sweep/option-rows.js";
import type { AnyRow } from "./sweep/row.js";
import { createScene } from "./sweep/scene.js";
import { titled } from "./titled.js";

// every public function has a row, and every options object gets the same checks

const { policy, authorizer } = createScene();
const TABLES = entryTables(policy, authorizer);

const kindOf = (value: unknown): string => {
  if (typeof value !== "function") return "constant";
  return /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "function";
};

describe("the table of public functions", () => {
  it("has a table for every entry of the package", () => {
    expect(Object.keys(TABLES).sort()).toEqual(entries.map(({ name }) => name).sort());
  });

  it.each(Object.entries(TABLES))(
    "has a row for every export of the entry %s",
    (_, { holder, rows }) => {
      const found = Object.entries(holder).map(([name, value]) => [name, kindOf(value)]);
      const known = Object.entries(rows).map(([name, row]) => [
        name,
        typeof row === "string" ? row : "function",
      ]);
      expect(known.sort()).toEqual(found.sort());
    },
  );

  it.each([
    ["a policy", policy, policyRows],
    ["an operation", policy.operation("get_profile"), operationRows],
    ["an authorizer", authorizer, authorizerRows(authorizer)],
  ])("has a row for every method of %s", (_, holder, rows) => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(holder).sort());
  });

  it("has a row of options for each function with options", () => {
    const all: (readonly [string, Readonly<Record<string, AnyRow | string>>])[] = [
      ...Object.values(TABLES).map(({ rows }) => ["", rows] as const),
      ["policy.", policyRows],
      ["operation.", operationRows],
      ["authorizer.", authorizerRows(authorizer)],
    ];
    const taking = all.flatMap(([owner, rows]) =>
      Object.entries(rows).flatMap(([name, row]) =>
        typeof row !== "string" && row.takes.includes("options") ? [`${owner}${name}`] : [],
      ),
    );
    const others = ["gate", "gate.endpoint", "gate.assertCovers", "the `config` of a route"];
    expect(OPTION_ROWS.map(({ title }) => title).sort()).toEqual([...taking, ...others].sort());
  });

  const takingPolicy = Object.values(TABLES).flatMap(({ holder, rows }) =>
    Object.entries(rows).flatMap(([name, row]) =>
      typeof row !== "string" && row.takes[0] === "policy"
        ? [{ name, call: (holder as Record<string, (...given: unknown[]) => unknown>)[name], row }]
        : [],
    ),
  );

  it.each(titled(takingPolicy, ({ name }) => name))(
    "has %s, which rejects every value that is not a loaded policy",
    (_name, { call, row }) => {
      const [sample = []] = row.samples;
      for (const other of [undefined, null, {}, "x", { ...policy }, policy.definition]) {
        expect(() => call?.(other, ...sample.slice(1))).toThrow(
          expect.objectContaining({ code: "ERR_POLICY_UNKNOWN" }) as Error,
        );
      }
    },
  );
});

/** Returns the findings of a function about its options. Throws if the function accepts them. */
async function findingsOf(row: OptionRow, options: object): Promise<readonly Finding[]> {
  let result: unknown;
  try {
    result = row.run(options);
    if (row.rejects === true) await result;
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const own = Object.values(row.codes ?? {}).includes(error.code);
    if (own) return [{ code: error.code, path: "", message: error.message }];
    expect(error.code).toBe(row.nameIn === undefined ? "ERR_OPTIONS_INVALID" : "ERR_COVERAGE");
    return error.findings;
  }
  throw new Error("the options were accepted");
}

const namesIn = (row: OptionRow, findings: readonly Finding[]) =>
  findings.map((finding) => row.nameIn?.(finding) ?? finding.path);

/** Returns a name with a letter missing in the middle; one of two letters with its last letter doubled, since one letter suggests nothing. */
const misspellingOf = (name: string): string => {
  if (name.length === 2) return `${name}${name.slice(1)}`;
  const middle = Math.floor(name.length / 2);
  return name.slice(0, middle) + name.slice(middle + 1);
};

/** Returns options with accessors on a prototype that record each read. */
function withInherited(row: OptionRow): { readonly options: object; readonly reads: string[] } {
  const reads: string[] = [];
  const prototype = {};
  for (const name of Object.keys(row.wrong)) {
    const get = () => {
      reads.push(name);
      return undefined;
    };
    Object.defineProperty(prototype, name, { get, enumerable: true });
  }
  const options = Object.create(prototype) as object;
  for (const [name, value] of Object.entries(row.good)) {
    Object.defineProperty(options, name, { value, enumerable: true });
  }
  return { options, reads };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe.each(titled(OPTION_ROWS))("the options of %s", (_title, row) => {
  const names = Object.keys(row.wrong);
  const isOther = (name: string) => row.codes?.[name] !== undefined;

  it("are accepted if they are valid", async () => {
    await row.run(row.good);
    expect(names).not.toEqual([]);
  });

  it.each(names)("are rejected if `%s` is undefined", async (name) => {
    const findings = await findingsOf(row, { ...row.good, [name]: undefined });
    expect(namesIn(row, findings)).toContain(isOther(name) ? "" : name);
    expect(findings.length).toBe(1);
  });

  it.each(names)("are rejected if `%s` has a wrong type", async (name) => {
    for (const value of row.wrong[name] ?? []) {
      const findings = await findingsOf(row, { ...row.good, [name]: value });
      expect(namesIn(row, findings)).toContain(isOther(name) ? "" : name);
    }
    expect(row.wrong).toHaveProperty(name);
  });

  it("are rejected with a suggestion if a name is misspelled", async () => {
    for (const name of row.isOpen === true ? [] : names) {
      const slip = misspellingOf(name);
      const findings = await findingsOf(row, { ...row.good, [slip]: 1 });
      expect(findings).toEqual([
        expect.objectContaining({ code: "unknown_key", path: slip, suggestion: name }),
      ]);
    }
    const strange = { ...row.good, zebra: 1, "a\nb": 1 };
    if (row.isOpen === true) await row.run(strange);
    else expect(namesIn(row, await findingsOf(row, strange))).toEqual(["zebra", "a\\u{a}b"]);
  });

  it("are rejected with all findings at once", async () => {
    const wrong = names.flatMap((name) => {
      const [value] = row.wrong[name] ?? [];
      return value === undefined || isOther(name) ? [] : [[name, value] as const];
    });
    const given = {
      ...row.good,
      ...Object.fromEntries(wrong),
      ...(row.isOpen !== true && { zebra: 1 }),
    };
    const reported = namesIn(row, await findingsOf(row, given));
    expect(reported.sort()).toEqual(
      [...wrong.map(([name]) => name), ...(row.isOpen === true ? [] : ["zebra"])].sort(),
    );
  });

  it("are read as own members only", async () => {
    const { options, reads } = withInherited(row);
    await row.run(options);
    expect(reads).toEqual([]);
  });

  // Fastify itself converts the options to an object
  const others = [
    { what: "null", other: () => null },
    { what: "a string", other: () => "x" },
    { what: "a list", other: () => [] },
    { what: "a proxy that cannot be read", other: revoked },
  ];
  it.each(titled(row.rejects === true ? [] : others, ({ what }) => what))(
    "are rejected if they are %s",
    async (_what, of) => {
      expect(await findingsOf(row, of.other() as never)).not.toEqual([]);
    },
  );
});
