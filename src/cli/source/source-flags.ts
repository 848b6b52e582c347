import { type Command, Option } from "commander";
import { textOption } from "../command.js";
import { collect } from "../explain/asked-token.js";
import type { ImportOptions } from "../openapi/import-openapi.js";

type Options = Readonly<Record<string, unknown>>;

/** How a document is read; each member has the name that the importer gives it. */
export interface DocumentFlags extends Omit<ImportOptions, "name"> {
  /** The folder inside which files of a document are read. Default: the folder of the document. */
  readonly root?: string;
}

/** The environment variable that `--token` falls back to. */
const TOKEN_VARIABLE = "SCOPE_POLICY_TOKEN";

/** Adds the options that decide how a document is read. */
export function addDocumentFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--list-means <meaning>",
        "a list of several scopes in a document: all of them, or any",
      ).choices(["and", "or"]),
    )
    .addOption(noScopeWord())
    .option("--base-path <path>", "the base path of a document, in place of its `servers`")
    .option("--add-implies", "let a scope such as `X` imply `X.read` beside it in a list")
    .option("--root <dir>", "the folder that a document can read files in (default: its own)");
}

function noScopeWord(): Option {
  const option = new Option(
    "--no-scope-word <word>",
    "a word that means `no scope` in a document; repeatable",
  ).argParser(collect);
  // commander takes an option that begins with `no` for the opposite of another one
  option.negate = false;
  return option;
}

/** Returns how a document is read. */
export function readDocumentFlags(options: Options): DocumentFlags {
  const { listMeans, noScopeWord: words, addImplies } = options;
  const [basePath, root] = [textOption(options, "basePath"), textOption(options, "root")];
  return {
    ...(listMeans === "and" || listMeans === "or" ? { listMeans } : {}),
    ...(Array.isArray(words) ? { noScopeWords: words.map(String) } : {}),
    ...(basePath !== undefined && { basePath }),
    ...(addImplies === true && { addImplies }),
    ...(root !== undefined && { root }),
  };
}

/** Adds the option with the access token for a live server. */
export function addTokenFlag(command: Command): Command {
  return command.option(
    "--token <token>",
    `the access token for an MCP server (default: the variable ${TOKEN_VARIABLE})`,
  );
}

/** Returns the access token for a live server; `undefined` without one. */
export function readTokenFlag(options: Options): string | undefined {
  const { token } = options;
  if (typeof token === "string") return token;
  const kept = process.env[TOKEN_VARIABLE];
  return kept === "" ? undefined : kept;
}
