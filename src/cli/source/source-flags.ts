import { type Command, Option } from "commander";

type Options = Readonly<Record<string, unknown>>;

/** How a document is read; each member has the name that the importer gives it. */
export interface DocumentFlags {
  /** What a list of several scopes means: all of them, or any of them. */
  readonly listMeans?: "and" | "or";
  /** The words that stand for "no scope" in the document. */
  readonly noScopeWords?: readonly string[];
  /** The base path in place of the one that `servers` names. */
  readonly basePath?: string;
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
    .option(
      "--no-scope-word <word>",
      "a word that means `no scope` in a document; repeatable",
      // commander presets an option that begins with `no` to `true`
      (word: string, earlier: unknown) => [
        ...(Array.isArray(earlier) ? (earlier as unknown[]) : []),
        word,
      ],
    )
    .option("--base-path <path>", "the base path of a document, in place of its `servers`");
}

/** Returns how a document is read. */
export function readDocumentFlags(options: Options): DocumentFlags {
  const { listMeans, scopeWord, basePath } = options;
  return {
    ...(listMeans === "and" || listMeans === "or" ? { listMeans } : {}),
    ...(Array.isArray(scopeWord) ? { noScopeWords: scopeWord.map(String) } : {}),
    ...(typeof basePath === "string" ? { basePath } : {}),
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
