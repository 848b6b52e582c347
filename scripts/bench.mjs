// npm run bench: measures a decision against a hand-written check with Set and Map. Both decide the same requests in one run,
// in alternation, and every run checks that they allow the same number. Ratios are comparable between machines; nanoseconds
// are not.

import { readFileSync } from "node:fs";
import { loadPolicy } from "scope-policy";

/** @type {{ scopes: { name: string }[], operations: { id: string, anyOf: string[][] }[] }} */
const seed = JSON.parse(
  readFileSync(new URL("../test/seeds/loopwise.json", import.meta.url), "utf8"),
);
const scopes = seed.scopes.map((scope) => scope.name);
/** @type {[name: string, anyOf: string[]][]} */
const tools = seed.operations.map(({ id, anyOf }) => [id, anyOf.flat()]);

// mulberry32, with a fixed seed: the same numbers in every run
let state = 42;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
/** @type {<Item>(list: readonly Item[]) => Item} */
const pick = (list) => /** @type {never} */ (list[Math.floor(random() * list.length)]);

const texts = Array.from({ length: 1_000 }, () => scopes.filter(() => random() < 0.5).join(" "));
const tokens = texts.map((scope) => ({ scope, sub: "user-1", client_id: "app-1" }));
const requests = Array.from({ length: 16_384 }, () => ({
  token: Math.floor(random() * texts.length),
  tool: random() < 0.05 ? "no_such_tool" : pick(tools)[0],
}));

const policy = loadPolicy({
  name: "Bench",
  version: "1",
  scopes: Object.fromEntries(scopes.map((scope) => [scope, {}])),
  tools: Object.fromEntries(tools.map(([name, anyOf]) => [name, { anyOf }])),
});
const byHand = new Map(tools);
const sets = texts.map((text) => new Set(text.split(" ")));
/** @type {(held: Set<string>, tool: string) => boolean} */
const check = (held, tool) => byHand.get(tool)?.some((scope) => held.has(scope)) ?? false;

/** Returns strings that no earlier call has used, as the parser of a request creates them. */
const fresh = () => {
  const jsons = requests.map(({ token, tool }) => JSON.stringify([texts[token], tool]));
  return jsons.map((json) => {
    /** @type {[string, string]} */
    const pair = JSON.parse(json);
    return pair;
  });
};

/** @type {Record<string, Record<string, () => number>>} */
const cases = {
  "a known token": {
    "scope-policy": () => {
      let count = 0;
      for (const { token, tool } of requests) {
        if (policy.decideUntrusted(tokens[token], tool).allowed) count += 1;
      }
      return count;
    },
    "Set and Map": () => {
      let count = 0;
      for (const { token, tool } of requests) {
        if (check(/** @type {Set<string>} */ (sets[token]), tool)) count += 1;
      }
      return count;
    },
  },
};

/** @type {Record<string, (pairs: [string, string][]) => number>} */
const cold = {
  "scope-policy": (pairs) => {
    let count = 0;
    for (const [scope, tool] of pairs) {
      if (policy.decideUntrusted({ scope, sub: "user-1" }, tool).allowed) count += 1;
    }
    return count;
  },
  "Set and Map": (pairs) => {
    let count = 0;
    for (const [scope, tool] of pairs) if (check(new Set(scope.split(" ")), tool)) count += 1;
    return count;
  },
};

const wanted = requests.filter(({ token, tool }) =>
  check(/** @type {Set<string>} */ (sets[token]), tool),
).length;
/** @type {Map<string, number[]>} */
const times = new Map();
/** @type {(key: string, run: () => number) => void} */
const time = (key, run) => {
  const start = process.hrtime.bigint();
  const count = run();
  const spent = Number(process.hrtime.bigint() - start) / requests.length;
  if (count !== wanted) throw new Error(`${key}: ${count} calls allowed, expected ${wanted}`);
  times.set(key, [...(times.get(key) ?? []), spent]);
};

for (let round = 0; round < 40; round += 1) {
  for (const [name, run] of Object.entries(cases["a known token"] ?? {}))
    time(`a known token|${name}`, run);
  for (const [name, run] of Object.entries(cold)) {
    const pairs = fresh();
    time(`new text each time|${name}`, () => run(pairs));
  }
}

/** @type {(key: string) => number} */
const median = (key) => [...(times.get(key) ?? [])].sort((a, b) => a - b)[20] ?? Number.NaN;
console.log(
  `${tools.length} tools, ${scopes.length} scopes, ${texts.length} tokens, ${requests.length} requests, node ${process.version}`,
);
console.log("nanoseconds per decision, median of 40 alternating rounds\n");
console.log("                     scope-policy   Set and Map   ratio");
for (const label of ["a known token", "new text each time"]) {
  const ours = median(`${label}|scope-policy`);
  const theirs = median(`${label}|Set and Map`);
  console.log(
    `${label.padEnd(20)} ${ours.toFixed(0).padStart(12)}  ${theirs.toFixed(0).padStart(12)}  ${(ours / theirs).toFixed(2).padStart(6)}`,
  );
}
