import { UsageError } from "../terminal/io.js";
import type { SourceFile } from "./collect-files.js";
import { failed, type Outcome } from "./limits.js";
import { toTree } from "./to-tree.js";

type Redocly = typeof import("@redocly/openapi-core");
type Plugin = import("@redocly/openapi-core").Plugin;
type RedoclyDocument<T = unknown> = import("@redocly/openapi-core").Document<T>;

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

const SCOPES = {
  name: "Scopes",
  properties: {},
  additionalProperties: { type: "string" as const },
};

/** The bundler has no type for the values of `scopes` of the device flow of 3.2, and fails where a document contains them. */
const DEVICE_FLOW_SCOPES: Plugin = {
  id: "scopes",
  typeExtension: {
    oas3: (types) => {
      const flow = types["DeviceAuthorization"];
      if (flow === undefined) return types; // before 3.2
      const properties = { ...flow.properties, scopes: SCOPES };
      return { ...types, DeviceAuthorization: { ...flow, properties } };
    },
  },
};

/**
 * Returns one document that contains what the other files of a document contribute. The bundler gets parsed files only: its resolver
 * reads nothing, and it gets no configuration.
 *
 * @param targetOf returns the path of the file that a reference from a path names; `undefined` for one that was not read
 */
export async function bundleFiles(
  redocly: Redocly,
  root: SourceFile,
  files: ReadonlyMap<string | null, SourceFile>,
  targetOf: (from: SourceFile, uri: string) => string | undefined,
): Promise<Outcome<unknown>> {
  const { BaseResolver, Source, bundle, createConfig } = redocly;
  // the text is only for positions, which we find ourselves
  const documentOf = ({ path, value }: SourceFile): RedoclyDocument => ({
    source: new Source(path, ""),
    parsed: value,
  });
  const doc = documentOf(root);
  const documents = new Map([...files].map(([path, file]) => [path, documentOf(file)]));
  documents.set(root.path, doc);

  class ReadFiles extends BaseResolver {
    override resolveExternalRef(base: string | null, uri: string): string {
      const from = files.get(base);
      return (from && targetOf(from, uri)) ?? `unread:${uri}`;
    }

    override resolveDocument<T>(base: string | null, uri: string): Promise<RedoclyDocument<T>> {
      const found = documents.get(this.resolveExternalRef(base, uri));
      return found === undefined
        ? Promise.reject(new Error("the file was not read"))
        : Promise.resolve(found as RedoclyDocument<T>);
    }
  }

  try {
    const config = await createConfig({ plugins: [DEVICE_FLOW_SCOPES] });
    const externalRefResolver = new ReadFiles();
    const result = await bundle({ config, externalRefResolver, doc });
    return toTree(result.bundle.parsed);
  } catch (error) {
    const { message } = error as Error;
    return error instanceof RangeError
      ? failed("too_deep", "the files refer to one another too deeply, or an object is too large")
      : failed("bundle_failed", `the files cannot be bundled: ${message}`);
  }
}
