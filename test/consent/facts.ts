import type { ConsentClient, ConsentFacts, ConsentRow, ConsentScreen } from "scope-policy";

export const client: ConsentClient = {
  client_id: "app-1",
  client_name: "Course Helper",
  redirect_uri: "https://app.example/cb",
};

/** The facts of one request: the client above, and what a case changes. */
export function factsOf(facts: Partial<ConsentFacts>): ConsentFacts {
  return { client, now: 1_000, ...facts };
}

/** Every row of a screen, wherever it stands. */
export function rowsOf(screen: ConsentScreen): readonly ConsentRow[] {
  const { identity, groups, offline } = screen;
  const rows = [...identity, ...groups.flatMap((group) => group.rows)];
  return offline === null ? rows : [...rows, offline];
}

/** The row of a scope. */
export function rowOf(screen: ConsentScreen, scope: string): ConsentRow {
  const row = rowsOf(screen).find((one) => one.scope === scope);
  if (row === undefined) throw new Error(`no row for ${scope}`);
  return row;
}

/** The scopes of a screen in their order. */
export function scopesOf(screen: ConsentScreen): readonly string[] {
  return rowsOf(screen).map((row) => row.scope);
}
