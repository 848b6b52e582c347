/**
 * What an argument of a public function is, which decides what becomes of a value that is wrong:
 * - `policy`: a policy that `definePolicy` or `loadPolicy` made; any other value throws `ERR_POLICY_UNKNOWN`.
 * - `options`: the program's. Unknown names, wrong values and `undefined` are findings, all at once, at start-up.
 * - `facts`: data of the server. Own members are read; a member may be `undefined`.
 * - `client`: anything that a client can send. Never throws, whatever it is.
 * - `definition`: a policy as data, which has findings of its own.
 * - `program`: any other value of the program: a name, an identifier, a server, a decision.
 */
export type Position = "policy" | "options" | "facts" | "client" | "definition" | "program";

type Callable = (...given: never[]) => unknown;

type PositionsOf<Arguments extends readonly unknown[]> = {
  readonly [At in keyof Arguments]-?: Position;
};

/** A public function: what each of its arguments is, and good arguments. */
export interface Row<Of = Callable> {
  readonly takes: Of extends Callable ? PositionsOf<Parameters<Of>> : readonly Position[];
  readonly samples: readonly (readonly unknown[])[];
}

/** An export that is not a function. */
export type Other = "class" | "constant";

/** The names that are there at run time. */
type NamesOf<Entry> = Exclude<Extract<keyof Entry, string>, `~${string}`>;

/** A row for each export of an entry, or for each method of an object. A new one does not compile until it has a row. */
export type Table<Entry> = {
  readonly [Name in NamesOf<Entry>]-?: Entry[Name] extends Callable ? Row<Entry[Name]> : Other;
};

/** A row whatever function it is of. */
export type AnyRow = Row<unknown>;
