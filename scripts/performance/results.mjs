// What the benchmarks measured, as they wrote it.
import { readFileSync } from "node:fs";

/**
 * Nanoseconds of a decision: `theirs` of the check with `Set` and `Map`, for a denial of an allowed call.
 *
 * @typedef {{ of: string, kind: "known" | "anew" | "denial", ours: number, theirs: number }} DecisionRow
 *
 * @typedef {object} OperationRow - nanoseconds of a decision by an operation that is bound at startup
 * @property {string} of
 * @property {"operation"} kind
 * @property {number} ours
 * @property {number} theirs - of a `Set` and a list that is bound at startup
 * @property {number} least - of `&` of two numbers
 *
 * @typedef {object} DoorRow
 * @property {string} name
 * @property {number} requestsPerSecond
 * @property {number} relative - to the route without a gate
 * @property {number} microseconds - CPU time of a request
 * @property {number} added - CPU time that the route without a gate does not take
 */

/** @type {(name: string) => unknown} */
const read = (name) =>
  JSON.parse(readFileSync(new URL(`../bench/${name}`, import.meta.url), "utf8"));

/** @typedef {{ date: string, node: string, rounds: number, rows: readonly (DecisionRow | OperationRow)[] }} DecisionResults */
/** The results by suite, each of its own run. @typedef {Readonly<Record<string, { date: string, node: string, rounds: number, turns: number, rows: readonly DoorRow[] }>>} DoorResults */
/** Bytes that each further token takes. @typedef {{ date: string, node: string, rows: readonly { of: string, count: number, bytes: number }[] }} MemoryResults */

/**
 * CPU time relative to that of zod, and elapsed milliseconds.
 *
 * @typedef {{ name: string, ratio: number, milliseconds: number }} SetupRow
 */
/** @typedef {{ date: string, node: string, rounds: number, rows: readonly SetupRow[] }} SetupResults */

export const decisions = /** @type {DecisionResults} */ (read("results.json"));
export const doors = /** @type {DoorResults} */ (read("doors.json"));

export const memory = /** @type {MemoryResults} */ (read("memory.json"));
export const setup = /** @type {SetupResults} */ (read("setup.json"));

/** @type {(kind: DecisionRow["kind"]) => DecisionRow[]} */
const rowsOf = (kind) =>
  decisions.rows.flatMap((row) => (row.kind !== "operation" && row.kind === kind ? [row] : []));
export const denials = rowsOf("denial");
export const operations = decisions.rows.filter((row) => row.kind === "operation");

/** The workloads in their order, each with its row for a token that is held and for new text. */
export const workloads = rowsOf("known").map((known) => {
  const anew = rowsOf("anew").find(({ of }) => of === known.of);
  return { name: known.of, known, anew: /** @type {DecisionRow} */ (anew) };
});

/** The frameworks by the name of their suite. @type {Readonly<Record<string, string>>} */
export const FRAMEWORKS = {
  express: "Express 5",
  fastify: "Fastify 5",
  hono: "Hono 4, on Node",
  koa: "Koa 3",
  nest: "Nest 12, on Express",
  mcp: "MCP SDK 1.x, stateless, behind Express",
};

/** What a contender is called in the documents. @type {Readonly<Record<string, string>>} */
export const CONTENDERS = {
  "header and Map": "only the header, in a `Map`",
  "scope-policy": "**scope-policy**",
  "MCP SDK requireBearerAuth": "MCP SDK `requireBearerAuth`, jose",
  "hono/jwk": "`hono/jwk`",
};
