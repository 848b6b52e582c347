import { HOSTILE_CALL_POLICIES } from "../cases/hostile-call.js";
import type { ContractCase, Expected } from "./case.js";
import { CORPUS_REQUESTS, type CorpusRequest } from "./corpus-requests.js";
import { EXPRESS_SUBJECTS } from "./express-subject.js";
import { FASTIFY_SUBJECTS } from "./fastify-subject.js";
import { FETCH_SUBJECTS } from "./fetch-subject.js";
import { describeCases } from "./suite.js";
import { createWorld } from "./world.js";

/** Statuses of refusals, also by the framework. 0 is a connection that is closed without a response. */
const REFUSED: Expected = { refused: [0, 400, 401, 403, 404, 405, 501] };

/** Express responds to OPTIONS itself, with the methods of the path and without a handler. Every other adapter refuses it. */
const NO_HANDLER: Expected = { refused: [200, 403, 404] };

/** A case without effect over HTTP: the parser of Node skips the second space, and the method is GET. */
const WITHOUT_EFFECT = "METHOD-005";

/** Cases whose path the URL standard resolves before a handler of `Request` is called, so that the request has another path. */
const RESOLVED = new Set(["PATH-057"]);

const caseOf = ([id, scope, method, path, outcome, headers = []]: CorpusRequest): ContractCase => ({
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

const requests = CORPUS_REQUESTS.filter(([id]) => id !== WITHOUT_EFFECT);
const scopes = [...new Set(CORPUS_REQUESTS.map(([, scope]) => scope))];
const tokens = Object.fromEntries(
  scopes.map((scope) => [tokenOf(scope), { scope, sub: tokenOf(scope) }]),
);

function tokenOf(scope: string): string {
  return `token-${scopes.indexOf(scope)}`;
}

const SUBJECTS = [
  ...[...EXPRESS_SUBJECTS, ...FASTIFY_SUBJECTS].map((subject) => ({
    subject,
    rows: requests,
  })),
  ...FETCH_SUBJECTS.map((subject) => ({
    subject,
    rows: requests.filter(([id]) => !RESOLVED.has(id)),
  })),
];

for (const { subject, rows } of SUBJECTS) {
  describeCases(
    `${subject.name}, with a request of the corpus,`,
    { ...subject, lacks: {}, cannot: {} },
    rows.map(caseOf),
    () => createWorld(HOSTILE_CALL_POLICIES.courses, tokens),
  );
}
