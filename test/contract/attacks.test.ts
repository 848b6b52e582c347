import { ATTACKED } from "../cases/attack-call.js";
import { WIRE_ATTACKS, type WireAttack } from "./attacks.js";
import type { ContractCase, Expected } from "./case.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { describeCases } from "./suite.js";
import { newWorld } from "./world.js";

/** Statuses of refusals, also by the framework. 0 is a connection that is closed without a response. */
const REFUSED: Expected = { refused: [0, 400, 401, 403, 404, 405, 501] };

/** Express responds to OPTIONS itself, with the methods of the path and without a handler. Every other adapter refuses it. */
const NO_HANDLER: Expected = { refused: [200, 403, 404] };

/** A case without effect over HTTP: the parser of Node skips the second space, and the method is GET. */
const NO_ATTACK = "METHOD-005";

/** Cases whose path the URL standard resolves before a handler of `Request` is called, so that the request has another path. */
const RESOLVED = new Set(["PATH-057"]);

const caseOf = ([id, scope, method, path, outcome, headers = []]: WireAttack): ContractCase => ({
  id,
  surface: "endpoint",
  title: `${outcome === "allow" ? "allows" : "refuses"} ${JSON.stringify(`${method} ${path}`)}`,
  authorization: [`Bearer ${tokenOf(scope)}`],
  // the request contains bytes, not letters
  request: { method, path: Buffer.from(path, "utf8").toString("latin1"), headers },
  expect:
    outcome === "allow"
      ? { reached: { operation: "GET /courses", sub: tokenOf(scope), params: {} } }
      : method === "OPTIONS"
        ? NO_HANDLER
        : REFUSED,
});

const attacks = WIRE_ATTACKS.filter(([id]) => id !== NO_ATTACK);
const scopes = [...new Set(WIRE_ATTACKS.map(([, scope]) => scope))];
const tokens = Object.fromEntries(
  scopes.map((scope) => [tokenOf(scope), { scope, sub: tokenOf(scope) }]),
);

function tokenOf(scope: string): string {
  return `token-${scopes.indexOf(scope)}`;
}

const SUBJECTS = [
  ...[...EXPRESS_SUBJECTS, ...FASTIFY_SUBJECTS].map((subject) => ({
    subject,
    rows: attacks,
  })),
  ...FETCH_SUBJECTS.map((subject) => ({
    subject,
    rows: attacks.filter(([id]) => !RESOLVED.has(id)),
  })),
];

for (const { subject, rows } of SUBJECTS) {
  describeCases(
    `${subject.name}, with a request of the corpus,`,
    { ...subject, lacks: {}, cannot: {} },
    rows.map(caseOf),
    () => newWorld(ATTACKED.courses, tokens),
  );
}
