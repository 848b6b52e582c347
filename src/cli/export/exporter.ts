import type { AccessToken } from "../../decision/access-token.js";
import type { Policy } from "../../decision/define-policy.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";

/** What the command passes to an exporter. */
export interface ExportOptions {
  /**
   * The caller that the export is for (`--for`, `--no-token`); `undefined` for an export of the whole policy. Only an exporter with
   * `knowsCaller` receives one.
   */
  readonly caller?: Caller;
  /** Whether the text is to be YAML, because the name of the file ends so. Exporters of other formats ignore it. */
  readonly asYaml?: boolean;
  /** The options of this exporter alone, by their names in camel case, as commander reads them. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** A caller: its token, or none. */
export interface Caller {
  readonly token: AccessToken | undefined;
}

/** The policy to export, in both of its forms. */
export interface ExportedPolicy {
  readonly policy: Policy;
  readonly compiled: CompiledPolicy;
}

/** One file of an export. */
export interface ExportedFile {
  /** A file name without a folder, such as `schema.cedarschema`, for exports of several files. */
  readonly name: string;
  /** The text of the file; an output in text goes through `visible` line by line, so escape what JSON can escape. */
  readonly text: string;
}

/** The result of an export. */
export interface Exported {
  /**
   * The files, at least one. One file goes to standard output, or to the file of `--out`. Several files go to the folder of `--out`,
   * each with its name; on standard output, each follows a line with its name.
   */
  readonly files: readonly [ExportedFile, ...ExportedFile[]];
  /** What the format cannot express, or what the export left out: one line each, for people. */
  readonly cannotSay: readonly string[];
}

/** An option of one exporter, as commander declares it. */
export interface ExporterOption {
  /** Such as `--token-url <url>`. */
  readonly flags: string;
  readonly description: string;
}

/** An exporter: a row of the table in `export.ts`. */
export interface Exporter {
  /** The name for `--to`. */
  readonly name: string;
  /** Whether it can export what one caller may see (`--for`). */
  readonly knowsCaller: boolean;
  /** Options in addition to those of the command. The command rejects them for other exporters. */
  readonly options: readonly ExporterOption[];
  /**
   * Returns the export of a policy.
   *
   * @throws `UsageError` for an option that cannot be used
   */
  readonly run: (exported: ExportedPolicy, options: ExportOptions) => Exported | Promise<Exported>;
}
