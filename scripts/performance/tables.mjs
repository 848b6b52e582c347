import {
  CONTENDERS,
  decisions,
  denials,
  doors,
  FRAMEWORKS,
  memory,
  operations,
  setup,
  workloads,
} from "./results.mjs";

/** @type {(value: number) => string} */
const whole = (value) => Math.round(value).toLocaleString("en");
/** @type {(row: { ours: number, theirs: number }) => string} */
const ratioOf = ({ ours, theirs }) => (ours / theirs).toFixed(2);

/** @type {(heads: readonly string[], rows: readonly (readonly string[])[]) => string} */
function table(heads, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n");
}

/** @type {(results: { date: string, node: string }) => string} */
const origin = ({ date, node }) => `on Node ${node.slice(1)} (${date})`;

/** The parts of docs/performance.md that are written from the results, by the name of their markers. */
export const PARTS = {
  decisions: () => {
    const heads = [
      "workload",
      "held: scope-policy",
      "`Set` and `Map`",
      "ratio",
      "new: scope-policy",
      "`Set` and `Map`",
      "ratio",
    ];
    const rows = workloads.map(({ name, known, anew }) => [
      name,
      ...[known, anew].flatMap((row) => [whole(row.ours), whole(row.theirs), ratioOf(row)]),
    ]);
    const { rounds } = decisions;
    const text = `Nanoseconds per decision, each the median of the fastest of ${rounds} rounds, ${origin(decisions)}:`;
    return `${text}\n\n${table(heads, rows)}`;
  },
  denials: () => {
    const rows = denials.map((row) => [row.of, whole(row.ours), whole(row.theirs), ratioOf(row)]);
    return table(["denial", "nanoseconds", "allowed", "ratio"], rows);
  },
  operations: () => {
    const heads = ["bound at startup", "nanoseconds", "`Set` and list", "ratio", "`&`", "ratio"];
    const rows = operations.map(({ of, ours, theirs, least }) => [
      of,
      ours.toFixed(1),
      theirs.toFixed(1),
      ratioOf({ ours, theirs }),
      least.toFixed(1),
      ratioOf({ ours, theirs: least }),
    ]);
    return table(heads, rows);
  },
  memory: () => {
    const counts = [...new Set(memory.rows.map(({ count }) => count))];
    const kinds = [...new Set(memory.rows.map(({ of }) => of))];
    const heads = ["tokens with", ...counts.map((count) => `${whole(count)} tokens`)];
    const rows = kinds.map((kind) => [
      kind,
      ...memory.rows.filter(({ of }) => of === kind).map(({ bytes }) => whole(bytes)),
    ]);
    return `Bytes for each further token, ${origin(memory)}:\n\n${table(heads, rows)}`;
  },
  startup: () => {
    const { rounds, rows, ...run } = setup;
    const text = `Ratios of the CPU times and elapsed milliseconds, medians of ${rounds} rounds, ${origin(run)}:`;
    const cells = rows.map(({ name, ratio, milliseconds }) => [
      name,
      ratio.toFixed(2),
      milliseconds.toFixed(milliseconds < 10 ? 1 : 0),
    ]);
    return `${text}\n\n${table(["import or load", "relative to zod", "milliseconds"], cells)}`;
  },
  gates: () => {
    const tables = Object.entries(doors).map(([suite, { rounds, turns, rows, ...run }]) => {
      const processes = rounds === 1 ? "one process" : `${rounds} processes`;
      const [bare, ...gates] = rows;
      if (bare === undefined) throw new Error(`${suite}: no results`);
      const text = `Medians of ${rounds * turns} turns, in ${processes} of each contender, ${origin(run)}. Without a gate: ${whole(bare.requestsPerSecond)} requests per second, ${bare.microseconds.toFixed(bare.microseconds < 50 ? 1 : 0)} µs of CPU time for each.`;
      const own = table(
        [FRAMEWORKS[suite] ?? suite, "requests, relative to no gate", "µs of CPU time added"],
        gates.map(({ name, relative, added }) => [
          CONTENDERS[name] ?? name,
          relative.toFixed(2),
          added.toFixed(1),
        ]),
      );
      return `${text}\n\n${own}`;
    });
    return tables.join("\n\n");
  },
};
