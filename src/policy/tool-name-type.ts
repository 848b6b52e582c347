/** A tool name or pattern as a type: `list_*` becomes `` `list_${string}` ``. */
export type ToolName<Name extends string> = Name extends PatternLike ? GlobMatch<Name> : Name;

/** A text with a wildcard. */
export type PatternLike = `${string}*${string}` | `${string}?${string}`;

type GlobMatch<Pattern extends string> = Pattern extends `${infer Head}*${infer Tail}`
  ? `${GlobMatch<Head>}${string}${GlobMatch<Tail>}`
  : Pattern extends `${infer Head}?${infer Tail}`
    ? `${Head}${string}${GlobMatch<Tail>}`
    : Pattern;
