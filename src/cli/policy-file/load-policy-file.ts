import { readFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { loadPolicy, type Policy } from "../../decision/define-policy.js";
import type { Finding } from "../../errors.js";
import { isObject } from "../../grammar/is-object.js";
import { MORE_FINDINGS } from "../../policy/report.js";
import { UsageError } from "../terminal/io.js";
import { type Language, locateFindings } from "./locate-findings.js";
import { loadWithoutExit } from "./module-exit.js";
import { loadWithoutOutput } from "./module-output.js";
import { loadLibrary } from "./package-info.js";
import type { Range } from "./syntax-tree.js";

/** What the search for a position reads of a finding. */
type AnyFinding = Pick<Finding, "code" | "path" | "message">;

/** A finding with its position in the file. */
export type Located<Found extends AnyFinding> = Found & { readonly range: Range };

/** A file with a policy: its name, its text and its language. */
interface PolicyFile {
  readonly file: string;
  readonly source: string;
  readonly language: Language;
}

/** The policy of a file. */
export interface LoadedPolicy extends PolicyFile {
  readonly ok: true;
  readonly policy: Policy;
}

/** The findings of a file that is not a valid policy. */
export interface InvalidPolicy extends PolicyFile {
  readonly ok: false;
  readonly findings: readonly Located<Finding>[];
}

/** The result of loading a file: its policy, or the findings. */
export type LoadResult = LoadedPolicy | InvalidPolicy;

const TYPESCRIPT = /\.[cm]?ts$/i;

const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  [".json", "json"],
  [".js", "code"],
  [".mjs", "code"],
  [".cjs", "code"],
  [".ts", "code"],
  [".mts", "code"],
  [".cts", "code"],
]);

/**
 * Reads a policy from a file: JSON text, or a module, which is run to read its exports.
 *
 * @throws {@link UsageError} for a file that cannot be read, and for a module that fails or exports no policy.
 */
export async function loadPolicyFile(file: string, cwd: string): Promise<LoadResult> {
  const language = languageOf(file);
  const path = resolve(cwd, file);
  const source = decodePolicy(file, await readBytes(file, path));
  const written = async () => (language === "json" ? source : definitionIn(file, path));
  return loadSource({ file, source, language }, written);
}

/** Returns a policy from its JSON text, or the findings with their positions in it. */
export function loadJson(file: string, source: string): Promise<LoadResult> {
  return loadSource({ file, source, language: "json" }, () => Promise.resolve(source));
}

/**
 * Returns the language of a policy file.
 *
 * @throws {@link UsageError} for a name that no policy file has
 */
export function languageOf(file: string): Language {
  const language = LANGUAGES.get(extname(file).toLowerCase());
  if (language !== undefined) return language;
  throw new UsageError(
    `\`${file}\` is not a policy file: expected one of ${[...LANGUAGES.keys()].join(", ")}`,
  );
}

async function loadSource(read: PolicyFile, written: () => Promise<unknown>): Promise<LoadResult> {
  try {
    return { ok: true, ...read, policy: loadPolicy(await written()) };
  } catch (error) {
    const findings = findingsOf(error);
    if (findings === undefined) throw error;
    return { ok: false, ...read, findings: locate(read, findings) };
  }
}

/** Returns findings with their positions in a file, in the order of the file. */
export function locate<Found extends AnyFinding>(
  { source, language }: Pick<PolicyFile, "source" | "language">,
  findings: readonly Found[],
): readonly Located<Found>[] {
  const places = locateFindings(source, language, findings);
  const start = { line: 1, column: 1 };
  return inFileOrder(
    findings.map((finding, index) => ({
      ...finding,
      range: places[index] ?? { start, end: start },
    })),
  );
}

/** Returns findings in the order of the file. The last one stays the last if it counts those that are not listed. */
function inFileOrder<Found extends AnyFinding>(
  findings: readonly Located<Found>[],
): readonly Located<Found>[] {
  const listed = findings.filter(({ code }) => code !== MORE_FINDINGS);
  const rest = findings.filter(({ code }) => code === MORE_FINDINGS);
  const sorted = listed.toSorted(
    ({ range: { start: a } }, { range: { start: b } }) => a.line - b.line || a.column - b.column,
  );
  return [...sorted, ...rest];
}

async function readBytes(file: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Returns the bytes of a policy file as text.
 *
 * @throws {@link UsageError} for invalid UTF-8
 */
export function decodePolicy(file: string, bytes: Uint8Array): string {
  try {
    // the byte order mark is kept: it is reported as a finding
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`cannot read \`${file}\`: it is not valid UTF-8`, { cause: error });
  }
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "the file does not exist"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "no permission to read it"],
]);

function reasonOf(error: unknown): string {
  return REASONS.get((error as { readonly code?: unknown }).code) ?? messageOf(error);
}

/** Returns the message of an error on one line. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Returns the findings of a policy error, which another copy of this package may have thrown; `undefined` for other errors. */
function findingsOf(error: unknown): readonly Finding[] | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { name, findings } = error as { readonly name?: unknown; readonly findings?: unknown };
  if (name !== "PolicyError" || !Array.isArray(findings) || findings.length === 0) return undefined;
  return findings as readonly Finding[];
}

async function definitionIn(file: string, path: string): Promise<unknown> {
  // a file of its own in the build: it takes as long to load as all the rest
  const { createJiti } = await import("jiti/static");
  let exported: unknown;
  try {
    const jiti = createJiti(import.meta.url, {
      // the library of this command line instead of a copy, which would have to be compiled
      virtualModules: { __proto__: null, "scope-policy": await loadLibrary() },
      fsCache: false,
      interopDefault: false,
      // `paths` of the nearest tsconfig.json, for which only TypeScript asks
      ...(TYPESCRIPT.test(path) ? { tsconfigPaths: dirname(path) } : {}),
    });
    exported = await loadWithoutOutput(() => loadWithoutExit(file, () => jiti.import(path)));
  } catch (error) {
    if (error instanceof UsageError || findingsOf(error) !== undefined) throw error;
    throw new UsageError(`cannot run \`${file}\`: ${messageOf(error)}`, { cause: error });
  }
  return plainDefinition(findPolicyExport(file, exported));
}

/** Returns the policy that a module exports: as `default`, else as `policy`, else the only export that looks like a policy. */
function findPolicyExport(file: string, exported: unknown): unknown {
  const entries = exportsOf(exported);
  const byName = new Map(entries.filter(([, value]) => isObject(value)));
  const alike = entries.filter(([, value]) => looksLikePolicy(value));
  const first = ["default", "policy"].find((name) => looksLikePolicy(byName.get(name)));
  if (first !== undefined) return byName.get(first);
  if (alike.length > 1) {
    const names = alike.map(([name]) => `\`${name}\``).join(", ");
    throw new UsageError(
      `\`${file}\` exports several policies, ${names}: export the right one as \`default\` or as \`policy\``,
    );
  }
  const only = alike[0]?.[1] ?? byName.get("default") ?? byName.get("policy");
  if (only !== undefined) return only;
  throw new UsageError(`\`${file}\` exports no policy: export one as \`default\` or as \`policy\``);
}

/** Returns the exports of a module by name. CommonJS has one, `default`, whose members may be further exports. */
function exportsOf(exported: unknown): readonly (readonly [string, unknown])[] {
  if (!isObject(exported)) return [];
  const { default: main } = exported;
  const within = isObject(main) && !looksLikePolicy(main) ? main : {};
  return Object.entries({ ...within, ...exported });
}

/** Returns the definition of a policy as plain data; the policy may come from another copy of this package. */
function plainDefinition(value: unknown): unknown {
  return isObject(value) && looksLikeDefinition(value["definition"]) ? value["definition"] : value;
}

function looksLikePolicy(value: unknown): boolean {
  return (
    looksLikeDefinition(value) || (isObject(value) && looksLikeDefinition(value["definition"]))
  );
}

function looksLikeDefinition(value: unknown): boolean {
  return isObject(value) && isObject(value["scopes"]) && ("name" in value || "version" in value);
}
