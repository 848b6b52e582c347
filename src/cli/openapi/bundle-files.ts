import { UsageError } from "../terminal/io.js";
import type { SourceFile } from "./collect-files.js";
import { failed, type Outcome } from "./limits.js";
import { toTree } from "./to-tree.js";

type Redocly = typeof import("@redocly/openapi-core");

const PACKAGE = "@redocly/openapi-core";

/**
 * Loads the bundler, which is an optional peer of this package.
 *
 * @throws {@link UsageError} if it is not installed
 */
export async function loadBundler(
  load: () => Promise<Redocly> = () => import("@redocly/openapi-core"),
): Promise<Redocly> {
  try {
    return await load();
  } catch (error) {
    throw new UsageError(
      `a document of several files needs the package \`${PACKAGE}\`: npm install --save-dev ${PACKAGE}`,
      { cause: error },
    );
  }
}

/**
 * Returns one document that contains what the other files of a document contribute. The bundler gets parsed files only: its resolver
 * reads nothing, and it gets no configuration.
 *
 * @param targetOf returns the path of the file that a reference from a path names; `undefined` for one that was not read
 */
export async function bundleFiles(
  redocly: Redocly,
  root: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
  targetOf: (from: SourceFile, uri: string) => string | undefined,
): Promise<Outcome<unknown>> {
  const { BaseResolver, Source, bundle, createConfig } = redocly;
  const documents = new Map(
    [...files.values()].map(({ path, value }) => {
      // the text is only for positions, which we find ourselves
      return [path, { source: new Source(path, ""), parsed: value as never }] as const;
    }),
  );

  class ReadFiles extends BaseResolver {
    override resolveExternalRef(base: string | null, uri: string): string {
      const from = files.get(base ?? root.path);
      return (from && targetOf(from, uri)) ?? `unread:${uri}`;
    }

    override async resolveDocument(base: string | null, uri: string): Promise<never> {
      const found = documents.get(this.resolveExternalRef(base, uri));
      if (found === undefined) throw new Error("the file was not read");
      return found as never;
    }
  }

  try {
    const config = await createConfig({});
    const externalRefResolver = new ReadFiles();
    const doc = await externalRefResolver.resolveDocument(null, root.path);
    const result = await bundle({ config, externalRefResolver, doc });
    return toTree(result.bundle.parsed);
  } catch (error) {
    const { message } = error as Error;
    return error instanceof RangeError
      ? failed("too_deep", "the files refer to one another too deeply")
      : failed("bundle_failed", `the files cannot be bundled: ${message}`);
  }
}
