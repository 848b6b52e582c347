import { PolicyError } from "../errors.js";
import { oneLine } from "../policy/report.js";

/** An entry of a map of resources that fits a URI: its tool, and the values that the URI holds. */
export interface ResourceMatch {
  /** A URI that the entry fits: the key itself, or a template with values that no server has registered. */
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

/** What parts a URI: a variable stands between two of these, and its value holds none, so that a match takes linear time. */
const MISPLACED = /[^/=:&?#]\{|\}[^/=:&?#]/;
const VALUE = "([^/=:&?#]+)";

/** A value of the sample of a template. */
const SAMPLE_VALUE = "zq7xk2vw9m";

/** A URI that a key of a map fits, and no other registered URI does. */
export function sampleOf(key: string): string {
  return key.replaceAll(VARIABLE, SAMPLE_VALUE);
}

/**
 * Lays out a map of resources: keys are URIs, or templates with `{name}` for a part of one segment. All entries that fit a URI
 * count, since the server may take any of them.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for a key that no request could mean
 */
export function newResourceFinder(resources: Readonly<Record<string, string>>): {
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
  const isWellFormed = !/[{}]/.test(literal) && isCanonical(literal) && !MISPLACED.test(key);
  if (!isWellFormed || new Set(names).size !== names.length) {
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      oneLine(
        `resources: \`${key}\` is no URI in its canonical form, nor a template \`a://b/{name}\``,
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

const LONGEST_URI = 8_192;

/** Whether a URI is written as servers look it up: another spelling of it (`/a/../b`) would be decided as one and read as another. */
function isCanonical(uri: string): boolean {
  if (uri.length > LONGEST_URI) return false;
  try {
    return new URL(uri).href === uri;
  } catch {
    return false;
  }
}
