import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { inSeconds, type KeyName, MUTATIONS, mint, OPTIONS, publicJwk } from "./fixtures.js";

interface AttackToken {
  readonly kind: "jwt" | "raw";
  readonly value?: unknown;
  readonly key?: KeyName;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly mutate?: readonly (keyof typeof MUTATIONS)[];
}

interface Attack {
  readonly id: string;
  readonly class: string;
  readonly why: string;
  readonly expect: string;
  readonly given: {
    readonly policy: string;
    readonly token?: AttackToken;
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly request: { readonly tool: string };
  };
}

const corpus = JSON.parse(
  readFileSync(new URL("../attacks/corpus.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Attack[] };
const attacks = corpus.cases.filter(({ class: kind }) => kind === "jwt");

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:write": {}, openid: {} },
  tools: { list_courses: "courses:read", delete_course: "courses:write" },
});

const attackerJwk = await publicJwk("attacker-rs256");

/** Returns a value of the corpus, which writes values outside JSON as an object with one key that starts with a dollar. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(members, "$absent")) return undefined;
  if (Object.hasOwn(members, "$now")) return inSeconds(members["$now"] as number);
  if (Object.hasOwn(members, "$attackerJwk")) return attackerJwk;
  if (Object.hasOwn(members, "$repeat")) {
    const [text, times] = members["$repeat"] as [string, number];
    return text.repeat(times);
  }
  return members;
}

function plainMembers(members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, plain(value)]));
}

async function textOf(attack: Attack): Promise<string> {
  const token = attack.given.token ?? { kind: "jwt" as const };
  if (token.kind === "raw") return plain(token.value) as string;
  const minted = await mint({
    claims: plainMembers(token.claims ?? attack.given.claims),
    header: plainMembers(token.header),
    ...(token.key !== undefined && { key: token.key }),
  });
  return (token.mutate ?? []).reduce((text, name) => MUTATIONS[name](text), minted);
}

/** A verifier with a tolerance of one minute, as the corpus expects. */
const verify = jwtVerifier({ ...OPTIONS, clockTolerance: 60 });
const verifyScp = jwtVerifier({ ...OPTIONS, clockTolerance: 60, scopeClaim: "scp" });

describe("jwtVerifier", () => {
  it("has more than 60 cases of the corpus, some of them allowed", () => {
    expect(attacks.length).toBeGreaterThan(60);
    expect(attacks.filter((attack) => attack.expect === "allow").length).toBeGreaterThan(4);
  });

  it.each(attacks.map((attack) => [attack.id, attack.why, attack] as const))(
    "decides %s as the corpus expects: %s",
    async (_id, _why, attack) => {
      const check = attack.given.policy === "@scp" ? verifyScp : verify;
      const token = await check(await textOf(attack));
      const decision = policy.decideUntrusted(token ?? null, attack.given.request.tool);
      expect(decision.allowed).toBe(attack.expect === "allow");
    },
  );
});
