import type { ConsentClient, ConsentFacts, ConsentRow, ConsentScreen } from "scope-policy";

/** Client of the requests. */
export const client: ConsentClient = {
  client_id: "app-1",
  client_name: "Course Helper",
  redirect_uri: "https://app.example/cb",
};

/** Returns the facts of one request: the client above, and what a case changes. */
export function factsOf(facts: Partial<ConsentFacts>): ConsentFacts {
  return { client, now: 1_000, ...facts };
}

/** Returns all rows of a screen. */
export function rowsOf(screen: ConsentScreen): readonly ConsentRow[] {
  const { identity, groups, offline } = screen;
  const rows = [...identity, ...groups.flatMap((group) => group.rows)];
  return offline === null ? rows : [...rows, offline];
}

/** Returns the row of a scope. */
export function rowOf(screen: ConsentScreen, scope: string): ConsentRow {
  const row = rowsOf(screen).find((one) => one.scope === scope);
  if (row === undefined) throw new Error(`no row for ${scope}`);
  return row;
}

/** Returns the scopes of a screen in their order. */
export function scopesOf(screen: ConsentScreen): readonly string[] {
  return rowsOf(screen).map((row) => row.scope);
}
