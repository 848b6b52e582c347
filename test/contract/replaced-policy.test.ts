import { loadPolicy } from "../../src/decision/define-policy.js";
import { CONTRACT } from "./cases.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { HONO_SUBJECTS } from "./hono-subject.js";
import { KOA_SUBJECTS } from "./koa-subject.js";
import { MCP_SUBJECTS } from "./mcp-subject.js";
import { NEST_SUBJECTS } from "./nest-subject.js";
import type { Subject } from "./subject.js";
import { describeCases } from "./suite.js";
import { send } from "./wire.js";
import { CONTRACT_NOW, CONTRACT_POLICY, createWorld } from "./world.js";

// the whole contract, after the policy was replaced: each server started with a policy that opens everything, and was used

/** Returns rules that allow every call with a valid token, and where possible every call, with the parameters of the contract. */
function opened(rules: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isBound = (rule: unknown) => JSON.stringify(rule).includes("accountID");
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, isBound(rule) ? rule : { public: true }]),
  );
}

const withoutBaseline = Object.fromEntries(
  Object.entries(CONTRACT_POLICY).filter(([name]) => name !== "baseline"),
) as Omit<typeof CONTRACT_POLICY, "baseline">;

const OPEN_POLICY = {
  ...withoutBaseline,
  name: "Open",
  version: "0",
  tools: opened(CONTRACT_POLICY.tools),
  endpoints: opened(CONTRACT_POLICY.endpoints),
};

const createOpenWorld = () => ({ ...createWorld(OPEN_POLICY), patternTools: ["lesson_open"] });

/** Returns a subject whose server was used with the first policy of its authorizer before the policy was replaced. */
function replacing(subject: Subject): Subject {
  return {
    ...subject,
    start: async (world) => {
      const running = await subject.start(world);
      for (const tool of ["list_courses", "purge_all", "refund"]) {
        const wire = subject.toolRequest(tool, {});
        const headers = [...(wire.headers ?? []), "Authorization: Bearer reader"];
        const { status } = await send(running.port, { ...wire, headers });
        if (status < 200 || status > 299)
          throw new Error(`the open policy denied \`${tool}\`: ${status}`);
      }
      world.authorizer.replacePolicy(loadPolicy(CONTRACT_POLICY, { now: () => CONTRACT_NOW }));
      return running;
    },
  };
}

// one of each family: the others differ in their routers, which the contract itself covers
const SUBJECTS = [
  EXPRESS_SUBJECTS.at(-1),
  FASTIFY_SUBJECTS[0],
  FETCH_SUBJECTS[0],
  HONO_SUBJECTS[0],
  KOA_SUBJECTS[0],
  NEST_SUBJECTS[0],
  ...MCP_SUBJECTS,
].filter((subject) => subject !== undefined);

for (const subject of SUBJECTS) {
  const title = `the contract after a replaced policy over ${subject.name}`;
  describeCases(title, replacing(subject), CONTRACT, createOpenWorld);
}
