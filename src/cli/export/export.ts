import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Option } from "commander";
import { compiledPolicyOf } from "../../policy/compiled-policies.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import {
  type CliCommand,
  policyOrFindings,
  type RunContext,
  refuseSource,
  textOption,
  writeTextFile,
} from "../command.js";
import { checkConditions, collect, flagOf, readToken } from "../explain/asked-token.js";
import { describeTokenScopes, scopeError, tokenScopeText } from "../explain/describe-scopes.js";
import { EXIT, UsageError } from "../terminal/io.js";
import { styled } from "../terminal/output.js";
import { cedarExporter } from "./cedar.js";
import type { Caller, Exported, Exporter } from "./exporter.js";
import { keycloakExporter } from "./keycloak.js";
import { openApiExporter } from "./openapi.js";

type Options = Readonly<Record<string, unknown>>;

/** The exporters, in the order in which the help lists them. */
const EXPORTERS: readonly Exporter[] = [openApiExporter, keycloakExporter, cedarExporter];

/** The options that describe a caller. The first one has the scopes. */
const CALLER_OPTIONS = ["for", "tier", "accountType", "entitlement", "acr", "authAge"] as const;

/** The command `export FILE --to FORMAT`: writes a policy in the format of another program, and reports what the format cannot express. */
export const exportPolicy: CliCommand = {
  name: "export",
  summary: `a policy in the format of another program: ${EXPORTERS.map(({ name }) => name).join(", ")}`,
  shape: (command) => {
    const formats = EXPORTERS.map(({ name }) => name);
    command
      .argument("<file>", "a policy")
      .addOption(
        new Option("--to <format>", "the format of the export")
          .choices(formats)
          .makeOptionMandatory(),
      )
      .option("--for <scopes>", "only what a caller with these scopes may see")
      .option("--tier <tier>", "the tier of the caller")
      .option("--account-type <type>", "an account type of the caller; repeatable", collect)
      .option("--entitlement <name>", "an entitlement of the caller; repeatable", collect)
      .option("--acr <class>", "the authentication context class in the token of the caller")
      .option("--auth-age <seconds>", "the seconds since the caller authenticated")
      .option("--no-token", "only what a caller without a token may see")
      .option("--out <file>", "write to a file, or to a folder if the export has several files");
    for (const { flags, description } of EXPORTERS.flatMap(({ options }) => options))
      command.option(flags, description);
    return command.addHelpText(
      "after",
      '\nWhat the format cannot express is on standard error.\n\nExample:\n  scope-policy export policy.json --to openapi --for "courses:read" --out openapi.yaml\n',
    );
  },
  run: async ([file], options, run) => {
    const exporter = EXPORTERS.find(({ name }) => name === options["to"]) as Exporter;
    const given = optionsOf(exporter, options);
    const caller = readCaller(exporter, options);
    const policy = await policyOrFindings(String(file), run);
    if (policy === undefined) return EXIT.findings;
    const compiled = compiledPolicyOf(policy);
    const notes = caller?.token === undefined ? [] : checkCaller(caller.token, compiled);
    const out = textOption(options, "out");
    const asYaml = out !== undefined && /\.ya?ml$/i.test(out);
    const exported = await exporter.run(
      { policy, compiled },
      { given, asYaml, ...(caller && { caller }) },
    );
    const cannotSay = [...notes, ...exported.cannotSay];
    const written =
      out === undefined ? undefined : await writeFiles(exported, out, String(file), run);
    report({ exporter, exported, cannotSay, written }, run);
    return EXIT.fine;
  },
};

/** Returns the options of an exporter alone. Rejects those of another one. */
function optionsOf({ name, options }: Exporter, all: Options): Options {
  const own = new Set(options.map(({ flags }) => nameOf(flags)));
  for (const other of EXPORTERS) {
    const foreign = other.options.map(({ flags }) => nameOf(flags)).filter((one) => !own.has(one));
    const used = foreign.find((one) => all[one] !== undefined);
    if (used !== undefined)
      throw new UsageError(`${flagOf(used)} is not an option of --to ${name}`);
  }
  return Object.fromEntries([...own].map((one) => [one, all[one]]));
}

/** Returns the name under which commander has the value of an option: `tokenUrl` for `--token-url <url>`. */
function nameOf(flags: string): string {
  return new Option(flags).attributeName();
}

/** Returns the caller that the options describe; `undefined` for an export of the whole policy. */
function readCaller({ name, knowsCaller }: Exporter, options: Options): Caller | undefined {
  const isWithoutToken = options["token"] === false;
  const used = CALLER_OPTIONS.find((one) => options[one] !== undefined);
  if (used === undefined && !isWithoutToken) return undefined;
  if (!knowsCaller) {
    const flag = used === undefined ? "--no-token" : flagOf(used);
    throw new UsageError(
      `${flag} is not an option of --to ${name}, which exports the whole policy`,
    );
  }
  if (options["for"] === undefined && !isWithoutToken) {
    throw new UsageError(`${flagOf(String(used))} describes a caller: add --for with its scopes`);
  }
  return { token: readToken(options, CALLER_OPTIONS) };
}

/**
 * Checks the token of a caller, and returns a note for each scope that grants nothing.
 *
 * @throws {@link UsageError} for a malformed scope, and for a name that the policy does not declare
 */
function checkCaller(
  token: NonNullable<Caller["token"]>,
  compiled: CompiledPolicy,
): readonly string[] {
  const fault = scopeError(token);
  if (fault !== undefined) throw new UsageError(`--for: ${fault}`);
  checkConditions(token, compiled);
  return describeTokenScopes(compiled, token)
    .filter(({ kind }) => kind !== "known" && kind !== "older_name")
    .map((scope) => `\`${scope.text}\`: ${tokenScopeText(scope)}`);
}

/**
 * Writes the files of an export, and returns their paths: one file under the name of `--out`, several into a folder of this name.
 *
 * @throws {@link UsageError} if one of them is the policy
 */
async function writeFiles(
  { files }: Exported,
  out: string,
  policy: string,
  { screen }: RunContext,
): Promise<readonly string[]> {
  const [first, ...more] = files;
  if (more.length > 0) await createFolder(resolve(screen.cwd, out), out);
  const named =
    more.length === 0
      ? [[out, first] as const]
      : files.map((file) => [join(out, file.name), file] as const);
  for (const [path] of named) await refuseSource(policy, path, screen.cwd);
  for (const [path, { text }] of named)
    await writeTextFile({ kind: "document", text }, path, screen.cwd);
  return named.map(([path]) => path);
}

async function createFolder(path: string, out: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`cannot create the folder \`${out}\`: ${message}`, { cause: error });
  }
}

interface Result {
  readonly exporter: Exporter;
  readonly exported: Exported;
  readonly cannotSay: readonly string[];
  /** The paths of the written files; `undefined` if the files go to standard output. */
  readonly written: readonly string[] | undefined;
}

function report(
  { exporter, exported, cannotSay, written }: Result,
  { screen, json }: RunContext,
): void {
  const { files } = exported;
  if (json) {
    const content = written === undefined ? { files } : { written };
    screen.sayJson({ ok: true, to: exporter.name, ...content, cannotSay });
    return;
  }
  if (written !== undefined) screen.say(...written.map((path) => `wrote ${path}`));
  else {
    for (const { name, text } of files) {
      if (files.length > 1) screen.say(`==> ${name} <==`);
      screen.write({ kind: "document", text });
    }
  }
  for (const line of cannotSay) screen.complain([styled("bold", "note"), `  ${line}`]);
}
