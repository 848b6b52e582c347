import { PolicyError } from "../../errors.js";
import { escapeControls } from "../../policy/report.js";

/** An entry of the `resources` option that matches a URI: its tool, and the values of its variables in the URI. */
export interface ResourceMatch {
  /** A URI that matches the entry: the key itself, or a template filled with values that no server has registered. */
  readonly sample: string;
  readonly tool: string;
  readonly values: Readonly<Record<string, string>>;
}

interface Entry {
  readonly key: string;
  readonly sample: string;
  readonly tool: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const VARIABLE = /\{([A-Za-z0-9_.-]{1,128})\}/g;

/** Finds a variable without a delimiter on both sides. A value contains no delimiter either, so that a match takes linear time. */
const UNDELIMITED_VARIABLE = /[^/=:&?#]\{|\}[^/=:&?#]/;
const VALUE = "([^/=:&?#]+)";

/** The value of every variable in the sample of a template. */
const SAMPLE_VALUE = "zq7xk2vw9m";

/** Returns a URI that matches a key, and that no other registered URI equals. */
export function sampleOf(key: string): string {
  return key.replaceAll(VARIABLE, SAMPLE_VALUE);
}

/**
 * Creates the lookup of the `resources` option. Its keys are URIs, or templates with `{name}` for a part of one segment. All
 * entries that match a URI count, since the server may use any of them.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for a key that no request can match
 */
export function createResourceLookup(resources: Readonly<Record<string, string>>): {
  readonly byUri: (uri: string) => readonly ResourceMatch[];
  readonly byKey: (key: string) => string | undefined;
} {
  const entries = Object.entries(resources).map(([key, tool]) => entryOf(key, tool));
  const byKey = new Map(entries.map(({ key, tool }) => [key, tool]));
  return {
    byUri: (uri) => (isCanonical(uri) ? entries.flatMap((entry) => matchOf(entry, uri)) : []),
    byKey: (key) => byKey.get(key),
  };
}

function entryOf(key: string, tool: string): Entry {
  const names = [...key.matchAll(VARIABLE)].map(([, name]) => name as string);
  const literal = key.replaceAll(VARIABLE, "x");
  const isWellFormed =
    !/[{}]/.test(literal) && isCanonical(literal) && !UNDELIMITED_VARIABLE.test(key);
  if (!isWellFormed || new Set(names).size !== names.length) {
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      escapeControls(
        `resources: \`${key}\` is neither a URI in canonical form nor a template such as \`a://b/{name}\``,
      ),
    );
  }
  const source = key
    .split(VARIABLE)
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(/[$()*+.?[\\\]^|]/g, "\\$&") : VALUE))
    .join("");
  return { key, sample: sampleOf(key), tool, names, pattern: new RegExp(`^${source}$`) };
}

function matchOf({ sample, tool, pattern, names }: Entry, uri: string): readonly ResourceMatch[] {
  const match = pattern.exec(uri);
  if (match === null) return [];
  return [
    {
      sample,
      tool,
      values: Object.fromEntries(names.map((name, index) => [name, match[index + 1] as string])),
    },
  ];
}

const MAX_URI_LENGTH = 8_192;

/** Returns whether a URI is canonical. With another spelling (`/a/../b`) the gate and the server could see different resources. */
function isCanonical(uri: string): boolean {
  if (uri.length > MAX_URI_LENGTH) return false;
  try {
    return new URL(uri).href === uri;
  } catch {
    return false;
  }
}
