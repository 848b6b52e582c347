/**
 * Kind of an argument of a public function, which decides how the function treats a wrong value:
 * - `policy`: the result of `definePolicy` or `loadPolicy`. Any other value throws `ERR_POLICY_UNKNOWN`.
 * - `options`: options of the program. Unknown names, wrong values and `undefined` are findings, all at once, at startup.
 * - `facts`: data of the server. The function reads own members; a member may be `undefined`.
 * - `client`: any value that a client can send. The function never throws for it.
 * - `definition`: a policy as data, which has findings of its own.
 * - `program`: any other value of the program: a name, an identifier, a server, a decision.
 */
export type Position = "policy" | "options" | "facts" | "client" | "definition" | "program";

type Callable = (...given: never[]) => unknown;

type PositionsOf<Arguments extends readonly unknown[]> = {
  readonly [At in keyof Arguments]-?: Position;
};

/** A public function: the kind of each argument, and valid arguments. */
export interface Row<Of = Callable> {
  readonly takes: Of extends Callable ? PositionsOf<Parameters<Of>> : readonly Position[];
  readonly samples: readonly (readonly unknown[])[];
}

/** An export that is not a function. */
export type Other = "class" | "constant";

/** Names of the exports that exist at run time. */
type NamesOf<Entry> = Exclude<Extract<keyof Entry, string>, `~${string}`>;

/** A row for each export of an entry, or for each method of an object. A new one does not compile until it has a row. */
export type Table<Entry> = {
  readonly [Name in NamesOf<Entry>]-?: Entry[Name] extends Callable ? Row<Entry[Name]> : Other;
};

/** A row of any function. */
export type AnyRow = Row<unknown>;
