// Output of the examples: plain lines and padded columns, which work with a screen reader. On a terminal, the first word of a
// decision has a colour.
import pico from "picocolors";
import type { AccessToken, Decision } from "scope-policy";

const colours = pico.createColors(
  process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
);

const COLOUR_OF: ReadonlyMap<string, (text: string) => string> = new Map([
  ["allowed", colours.green],
  ["needs", colours.yellow],
  ["upgrade", colours.yellow],
  ["denied", colours.red],
  ["other", colours.red],
  ["reserved", colours.red],
  ["unknown", colours.red],
]);

/** Returns a decision in the words of a support person. */
export function inWords(decision: Decision): string {
  switch (decision.code) {
    case "allowed":
      return decision.enriched ? "allowed, with the added detail" : "allowed";
    case "insufficient_scope":
      return `needs consent to ${decision.missing.join(" and ")}`;
    case "upgrade_required":
      if (decision.entitlement !== undefined)
        return `upgrade required: the add-on ${decision.entitlement}`;
      return `upgrade required: ${decision.tier} or above, this account has ${decision.had ?? "no tier"}`;
    case "insufficient_user_authentication":
      return "sign in again: a stronger or more recent authentication is required";
    case "denied":
      return `denied: ${decision.reason}`;
    case "binding_mismatch":
      return `other account: the token is bound to another ${decision.param}`;
    case "account_type_required":
      return `other account type: only for ${decision.accountTypes.join(" or ")}`;
    case "reserved_scope":
      return "reserved: only for the provider's own clients";
    case "unauthenticated":
      return "sign in first: no credentials";
    case "invalid_token":
      return "invalid token: its scope is malformed";
    case "invalid_params":
      return `invalid call: ${decision.param} is missing or not safe`;
    case "unknown_operation":
      return "unknown: no such tool or endpoint, so denied";
  }
}

/** Returns the content of a token in the words of a support person. */
export function tokenInWords(token: AccessToken | undefined): string {
  if (token === undefined) return "no token";
  const scope = typeof token.scope === "string" ? token.scope : token.scope.join(" ");
  const facts = [
    token.tier === undefined ? "" : `${token.tier} tier`,
    token.account_type === undefined ? "" : `${[token.account_type].flat().join(" and ")} account`,
    token.first_party === true ? "first-party client" : "",
  ].filter((fact) => fact !== "");
  return `token with ${[scope === "" ? "no scope" : scope, ...facts].join(", ")}`;
}

/** Prints an underlined heading. */
export function heading(text: string): void {
  console.log(`\n${text}\n${"-".repeat(text.length)}`);
}

/** Prints rows in padded columns. Empty columns are omitted, and the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  for (const row of rows) {
    const cells = row.flatMap((cell, at) => {
      if (widths[at] === 0) return [];
      return at === row.length - 1 ? paint(cell) : cell.padEnd(widths[at] ?? 0);
    });
    console.log(`  ${cells.join("  ")}`.trimEnd());
  }
}

/** Prints one step of an example: a call and its decision. */
export function step(call: string, decision: Decision): void {
  columns([[call.padEnd(44), inWords(decision)]]);
}

function paint(outcome: string): string {
  const first = /^[a-z]*/.exec(outcome)?.[0] ?? "";
  return (COLOUR_OF.get(first)?.(first) ?? first) + outcome.slice(first.length);
}
