// npm run clients [-- NAME]: runs real clients, installed in a temporary folder, against a guarded server of test/e2e, and
// compares what each of them sees with the expectations. Prints a Markdown table. With a name, runs the clients whose name
// contains it.
import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { openBrowser } from "../../e2e/browser.js";
import { openSchool, type School } from "../../e2e/school.js";
import { clients, type Expected, PACKAGES, type Seen } from "./expectations.js";

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

type RealClient = (typeof clients)[number];

const MINUTES_6 = 360_000;

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: MINUTES_6 };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error === null ? 0 : 1 });
    });
  });
}

/** Installs the packages and the programs, and returns the folder. */
async function install(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "clients-"));
  await cp(fileURLToPath(new URL("programs", import.meta.url)), folder, { recursive: true });
  await chmod(join(folder, "browser.mjs"), 0o755);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const args = ["install", "--no-audit", "--no-fund", "--save-exact", ...PACKAGES];
  const { code, stderr } = await run("npm", args, folder);
  if (code !== 0) throw new Error(`npm did not install the clients: ${stderr}`);
  return folder;
}

/** Starts the server that the programs ask for the user's browser, and for outages. */
async function startControl(school: School, account: string) {
  const browser = openBrowser(account);
  const actions: Readonly<Record<string, (request: IncomingMessage) => Promise<string> | string>> =
    {
      "/browse": async (request) => (await browser.visit(new URL(await text(request)))).href,
      "/consents": () => String(browser.consents.length),
      "/outage": () => String(school.setOutage(true)),
      "/recovery": () => String(school.setOutage(false)),
    };
  const server = createServer((request, response) => {
    const act = actions[request.url ?? ""] ?? (() => "");
    void Promise.resolve(act(request)).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

/** Runs a client, and returns what it saw. */
async function runClient(client: RealClient, at: number, folder: string, school: School) {
  const control = await startControl(school, `person-${at}`);
  const env = { CONTROL: control.url, SERVER: school[client.server].url.href };
  const line = ["node", `${client.program}.mjs`, ...(client.argument ? [client.argument] : [])];
  const command = client.node === undefined ? line : ["npx", "-y", "-p", client.node, ...line];
  const { stdout, stderr } = await run(command[0] ?? "", command.slice(1), folder, env);
  school.setOutage(false);
  control.close();
  const seen = stdout
    .split("\n")
    .filter((one) => one.startsWith("{"))
    .map((one) => JSON.parse(one) as Seen);
  return { seen, stderr };
}

const cell = (value: string) =>
  value
    .replace(/127\.0\.0\.1:\d+/g, "HOST")
    .replace(/\s+/g, " ")
    .replaceAll("|", "\\|")
    .slice(0, 240);

/** Compares one scenario, and returns its line of the table. */
function compare({ name }: RealClient, scenario: string, expected: Expected, saw?: Seen) {
  const isMet =
    saw !== undefined && expected.seen.test(saw.seen) && expected.consents === saw.consents;
  const wanted = `\`${expected.seen.source}\`, consents: ${expected.consents}`;
  const seen = saw === undefined ? "nothing" : `${saw.seen}, consents: ${saw.consents}`;
  const line = [name, scenario, cell(wanted), cell(seen), isMet ? "ok" : "**differs**"];
  return { isMet, line: `| ${line.join(" | ")} |` };
}

const [, , wanted = ""] = process.argv;
const folder = process.env["CLIENTS_FOLDER"] ?? (await install());
const school = await openSchool();
let differences = 0;
console.log("| client | scenario | expected | seen | result |");
console.log("|---|---|---|---|---|");
for (const [at, client] of clients.entries()) {
  if (!client.name.includes(wanted)) continue;
  const { seen, stderr } = await runClient(client, at, folder, school);
  const rows = Object.entries(client.expected).map(([scenario, expected]) =>
    compare(
      client,
      scenario,
      expected,
      seen.find((one) => one.scenario === scenario),
    ),
  );
  for (const { line } of rows) console.log(line);
  differences += rows.filter(({ isMet }) => !isMet).length;
  if (seen.length < rows.length) console.error(stderr.slice(-4_000));
}
await school.close();
if (process.env["CLIENTS_FOLDER"] === undefined) await rm(folder, { recursive: true });
console.log(`\n${differences} of these scenarios differ`);
process.exitCode = differences === 0 ? 0 : 1;
