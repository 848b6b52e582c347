import { loadPolicy } from "../../src/decision/define-policy.js";
import { PolicyError } from "../../src/errors.js";
import { alike, listOf, objectOf, scopesOf } from "./many.js";

/** The result of loading a policy in a separate process. */
export interface LoadResult {
  readonly title: string;
  /** The distinct codes of the findings. `undefined` for an error of another kind. */
  readonly codes: readonly string[] | undefined;
  readonly findings: number;
  /** The number of characters in the message. */
  readonly message: number;
  readonly last: string | undefined;
}

type Policies = Readonly<Record<string, () => unknown>>;

const policy = (parts: object) => ({ name: "n", version: "1", scopes: {}, ...parts });
const pairs = listOf(10, (index) => ({ anyOf: [`s${2 * index}`, `s${2 * index + 1}`] }));
const long = "x".repeat(8_000_000);
const tools = (count: number, entry: unknown) => alike(count, (index) => `t${index}`, entry);

/** Policies of untrusted authors. Without a limit, each of them takes minutes or gigabytes. */
export const HOSTILE: Policies = {
  "800 tools of 1,024 alternatives": () =>
    policy({ scopes: scopesOf(20), tools: tools(800, { allOf: pairs }) }),
  "one alternative of 60,000 scopes": () =>
    policy({ tools: { t: { allOf: listOf(60_000, (index) => `s${index}`) } } }),
  "a baseline of 20,000 scopes for 20,000 tools": () =>
    policy({
      scopes: scopesOf(20_000),
      baseline: listOf(20_000, (index) => `s${index}`),
      tools: tools(20_000, "s0"),
    }),
  "3,000 scopes that overlap with a template": () =>
    policy({ scopes: { ...scopesOf(3_000, (index) => `/x/s${index}`), "/x/{p}": {} } }),
  "two times 10,000 templates that nearly overlap": () =>
    policy({
      scopes: {
        ...scopesOf(10_000, (index) => `/{a}/l*${index}`),
        ...scopesOf(10_000, (index) => `/k*${index}/{b}`),
      },
    }),
  "800 tools and 800 denying patterns": () =>
    policy({
      tools: {
        ...alike(800, (index) => `*a${index}*b`, { deny: "no" }),
        ...alike(800, (index) => `tool_${index}_${"a".repeat(110)}`, { public: true }),
      },
    }),
  "a chain of 20,000 implications": () =>
    policy({
      scopes: objectOf(
        20_000,
        (index) => `s${index}`,
        (index) => (index < 19_999 ? { implies: [`s${index + 1}`] } : {}),
      ),
    }),
  "20,000 cycles of up to 20,000 scopes": () =>
    policy({
      scopes: objectOf(
        20_000,
        (index) => `s${index}`,
        (index) => ({ implies: index < 19_999 ? [`s${index + 1}`, "s0"] : ["s0"] }),
      ),
    }),
  "20,000 unknown scopes next to 10,000 older ones": () =>
    policy({
      scopes: objectOf(
        10_000,
        (index) => `scope:number:${index}`,
        (index) => ({ replaces: [`old:number:${index}`] }),
      ),
      tools: objectOf(
        20_000,
        (index) => `t${index}`,
        (index) => `scope.number.${index}`,
      ),
    }),
  "50,000 account types, three times": () => {
    const accountTypes = listOf(50_000, (index) => `a${index}`);
    return policy({
      accountTypes,
      scopes: { s: { accountTypes } },
      tools: { t: { scope: "s", accountTypes } },
    });
  },
  "a name of 8,000,000 characters with 1,000 errors": () =>
    policy({ tools: { [long]: { anyOf: listOf(1_000, (index) => `nope${index}`) } } }),
  "100,000 numbers, 60 levels deep": () => {
    let requirement: unknown = { anyOf: listOf(100_000, () => 5) };
    for (let level = 0; level < 29; level += 1) requirement = { anyOf: [requirement] };
    return policy({ tools: { t: requirement } });
  },
  "16,000,000 brackets": () => "[".repeat(8_000_000) + "]".repeat(8_000_000),
  "16,000,000 characters of lists": () => `[${"[],".repeat(5_300_000)}1]`,
  "a path of 4,000,000 segments": () =>
    policy({ endpoints: { [`GET ${"/a".repeat(4_000_000)}`]: { public: true } } }),
};

/** Loads each policy as JSON text and returns the results. */
export function outcomesOf(policies: Policies): readonly LoadResult[] {
  return Object.entries(policies).map(([title, make]): LoadResult => {
    const source = make();
    const text = typeof source === "string" ? source : JSON.stringify(source);
    try {
      loadPolicy(text);
      return { title, codes: [], findings: 0, message: 0, last: undefined };
    } catch (error) {
      if (!(error instanceof PolicyError))
        return { title, codes: undefined, findings: 0, message: 0, last: String(error) };
      const { findings, message } = error;
      const codes = [...new Set(findings.map(({ code }) => code))];
      const last = findings.at(-1)?.message;
      return { title, codes, findings: findings.length, message: message.length, last };
    }
  });
}
