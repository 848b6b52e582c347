import { CONTENDERS, decisions, doors, FRAMEWORKS, workloads } from "./results.mjs";

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
    const rows = decisions.rows
      .filter(({ kind }) => kind === "denial")
      .map((row) => [row.of, whole(row.ours), whole(row.theirs), ratioOf(row)]);
    return table(["denial", "nanoseconds", "allowed", "ratio"], rows);
  },
  operations: () => {
    const rows = decisions.rows
      .filter(({ kind }) => kind === "operation")
      .map((row) => [row.of, row.ours.toFixed(1), row.theirs.toFixed(1), ratioOf(row)]);
    return table(["bound at startup", "nanoseconds", "bits by hand", "ratio"], rows);
  },
  gates: () => {
    const tables = Object.entries(doors).map(([suite, { rounds, turns, rows, ...run }]) => {
      const processes = rounds === 1 ? "one process" : `${rounds} processes`;
      const text = `Medians of ${rounds * turns} turns, in ${processes} of each contender, ${origin(run)}:`;
      const own = table(
        [
          FRAMEWORKS[suite] ?? suite,
          "requests per second",
          "relative to no gate",
          "µs of CPU per request",
          "more than no gate",
        ],
        rows.map(({ name, requestsPerSecond, relative, microseconds, added }) => [
          CONTENDERS[name] ?? name,
          whole(requestsPerSecond),
          relative.toFixed(2),
          microseconds.toFixed(microseconds < 50 ? 1 : 0),
          added.toFixed(1),
        ]),
      );
      return `${text}\n\n${own}`;
    });
    return tables.join("\n\n");
  },
};
