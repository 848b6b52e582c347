import { readFileSync } from "node:fs";
import { createRandom } from "../random.mjs";

/**
 * @typedef {object} Request
 * @property {number} text - the index of the scope text
 * @property {string} tool
 * @property {string | undefined} value - the value of the parameter `id`
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {readonly string[]} scopes
 * @property {ReadonlyMap<string, readonly string[]>} tools - for each tool, the scopes of which one is enough
 * @property {readonly string[]} texts
 * @property {readonly Request[]} requests
 */

const REQUESTS = 16_384;
/** One of this many requests is for a tool that does not exist. */
const UNKNOWN_EACH = 20;

/**
 * @param {number} [count] - number of tokens
 * @returns {Workload}
 */
export function loopwise(count = 1_000) {
  /** @type {{ scopes: { name: string }[], operations: { id: string, anyOf: string[][] }[] }} */
  const seed = JSON.parse(
    readFileSync(new URL("../../test/seeds/loopwise.json", import.meta.url), "utf8"),
  );
  const { random, below, pick } = createRandom(42);
  const scopes = seed.scopes.map(({ name }) => name);
  const tools = new Map(seed.operations.map(({ id, anyOf }) => [id, anyOf.flat()]));
  const texts = Array.from({ length: count }, () =>
    scopes
      .filter(() => random() < 0.5)
      .sort(() => random() - 0.5)
      .join(" "),
  );
  const names = [...tools.keys()];
  const requests = Array.from({ length: REQUESTS }, () => ({
    text: below(texts.length),
    tool: below(UNKNOWN_EACH) === 0 ? "no_such_tool" : pick(names),
    value: undefined,
  }));
  return { name: "Loopwise, 33 tools", scopes, tools, texts, requests };
}

/**
 * @param {number} [count] - number of tokens, each for an account of its own
 * @returns {Workload}
 */
export function bound(count = 10_000) {
  const { random, below, pick } = createRandom(99);
  const kinds = ["", ..."orders positions transfers journals settings funding".split(" ")];
  const scopes = kinds.map((kind) => `/accounts/{id}/${kind && `${kind}.write`}`);
  const tools = new Map(scopes.map((scope, index) => [`tool_${index}_${kinds[index]}`, [scope]]));
  const ids = Array.from({ length: count }, (_, index) => String(100_000_000 + index * 7_919));
  const texts = ids.map((id) => {
    const own = scopes.filter((_, index) => index === 0 || random() < 0.5);
    return own.map((scope) => scope.replace("{id}", id)).join(" ");
  });
  const names = [...tools.keys()];
  const requests = Array.from({ length: REQUESTS }, () => {
    const text = below(texts.length);
    const account = below(3) === 0 ? pick(ids) : ids[text];
    const tool = below(UNKNOWN_EACH) === 0 ? "no_such_tool" : pick(names);
    return { text, tool, value: account };
  });
  return {
    name: `scopes bound to one of ${count.toLocaleString("en")} accounts`,
    scopes,
    tools,
    texts,
    requests,
  };
}

/**
 * @param {number} count
 * @returns {Workload}
 */
function scaled(count) {
  const { below, pick } = createRandom(count);
  const scopes = Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? `resource${index >> 1}:read` : `resource${index >> 1}:write`,
  );
  const tools = new Map(
    scopes.map((scope, index) => {
      const anyOf = new Set(below(7) === 0 ? [scope, pick(scopes)] : [scope]);
      return [`tool_${index}_${index % 2 === 0 ? "get" : "update"}`, [...anyOf]];
    }),
  );
  const held = Array.from({ length: 1_000 }, () => {
    const size = Math.min(8 + below(16), count);
    return [...new Set(Array.from({ length: size }, () => below(count)))];
  });
  const names = [...tools.keys()];
  const texts = held.map((list) => list.map((index) => scopes[index]).join(" "));
  const requests = Array.from({ length: REQUESTS }, () => {
    const text = below(texts.length);
    const isLikely = below(2) === 0;
    const known = isLikely ? names[pick(held[text] ?? [0])] : pick(names);
    const tool = below(UNKNOWN_EACH) === 0 ? "no_such_tool" : (known ?? "no_such_tool");
    return { text, tool, value: undefined };
  });
  return { name: `${count.toLocaleString("en")} tools`, scopes, tools, texts, requests };
}

/** @type {Readonly<Record<string, () => Workload>>} */
export const WORKLOADS = {
  loopwise,
  bound,
  "tools-100": () => scaled(100),
  "tools-1000": () => scaled(1_000),
  "tools-10000": () => scaled(10_000),
};
