// The runtimes in which `npm run test:runtimes` runs the tests, and the tests that are known to fail in one of them.

/**
 * @typedef {object} Runtime
 * @property {string} id name of the runtime in `--only`
 * @property {string} name name in the table
 * @property {"vitest" | "workerd" | "chromium"} kind the program that runs the tests
 * @property {string} [version] version of its npm package; otherwise that of the installed program
 * @property {string} [program] name of the npm package and of its program
 * @property {readonly string[]} [args] arguments before the path of the JavaScript file
 */

/** @type {(version: string) => Runtime} */
const node = (version) => ({
  id: `node@${version.split(".")[0]}`,
  name: `Node ${version.split(".")[0]}`,
  kind: "vitest",
  version,
  program: "node",
  args: [],
});

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  node("20.19.0"), // the minimum of `engines` in package.json
  node("22.23.3"),
  node("24.21.0"),
  node("26.10.0"),
  { id: "bun", name: "Bun", kind: "vitest", version: "1.4.5", program: "bun", args: ["--bun"] },
  {
    id: "deno",
    name: "Deno",
    kind: "vitest",
    version: "2.9.6",
    program: "deno",
    args: ["run", "--allow-all", "--no-lock"],
  },
  { id: "workerd", name: "workerd", kind: "workerd" },
  { id: "chromium", name: "Chromium", kind: "chromium" },
];

/**
 * @typedef {object} KnownFailure
 * @property {readonly string[]} runtimes ids of the runtimes
 * @property {string} test path of the file, followed by ` > ` and the name for one test; without a name, every test of the file fails
 * @property {string} reason why it fails there, for the table in docs/runtimes.md
 */

/** @type {readonly KnownFailure[]} */
export const KNOWN_FAILURES = [
  {
    runtimes: ["bun"],
    test: "test/decision/token-scopes-cache.test.ts",
    reason: "the test measures memory with a switch of V8, which Bun does not have",
  },
  {
    runtimes: ["deno"],
    test: "test/verify/introspection-http.test.ts > introspectionVerifier over HTTP > throws VerifierOutage and does not leak the token for network: a connection that is closed",
    reason:
      "`fetch` of Deno sends a `POST` a second time if the server closes a reused connection without a response",
  },
  {
    runtimes: ["deno"],
    test: "test/verify/key-set.test.ts > the remote key set of jwtVerifier over HTTP > causes an outage for network: a connection that is closed",
    reason:
      "`fetch` of Deno sends a request a second time if the server closes a reused connection without a response",
  },
  {
    runtimes: ["deno"],
    test: "test/client-input.test.ts",
    reason: "the tests open a SQLite file, and in Deno `@libsql/client` opens none",
  },
  {
    runtimes: ["workerd", "chromium"],
    test: "test/resource-server/callbacks.test.ts",
    reason: "the tests listen for the event `unhandledRejection` of `process`",
  },
  {
    runtimes: ["workerd", "chromium"],
    test: "test/resource-server/authorizer-laws.test.ts",
    reason: "the tests listen for the event `unhandledRejection` of `process`",
  },
  ...[
    "logs each reason once, without the token",
    "logs what each reason means, if the verifier gives no detail",
  ].map((title) => ({
    runtimes: ["workerd", "chromium"],
    test: `test/resource-server/rejections.test.ts > without onRejected > ${title}`,
    reason: "without a `process` that shows the environment, the library logs no refused tokens",
  })),
  {
    runtimes: ["workerd", "chromium"],
    test: "test/adapters/route-gate.test.ts > the coverage check > warns that no route serves the metadata of the resource",
    reason:
      "without a `process` that shows the environment, the library logs no warnings for development",
  },
  ...[
    "sends one request for 1,000 concurrent calls with the same active token",
    "sends one request for 1,000 concurrent calls with the same inactive token",
    "sends one request for each of several tokens",
  ].map((title) => ({
    runtimes: ["workerd"],
    test: `test/verify/introspection.test.ts > the cache of introspectionVerifier > ${title}`,
    reason:
      "in Workers a request cannot wait for the I/O of another one, so concurrent calls share no request",
  })),
];
