// How the examples print: plain lines and padded columns, which a screen reader can take. Colour, of
// the first word of an outcome alone, on a terminal only.
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

/** A decision in the words of a support person. */
export function inWords(decision: Decision): string {
  switch (decision.code) {
    case "allowed":
      return decision.enriched ? "allowed, with the added detail" : "allowed";
    case "insufficient_scope":
      return `needs consent to ${decision.missing.join(" and ")}`;
    case "upgrade_required":
      return `upgrade required: ${decision.tier} or above, this account has ${decision.had ?? "no plan"}`;
    case "denied":
      return `denied: ${decision.reason}`;
    case "binding_mismatch":
      return `other account: the token is for another ${decision.param}`;
    case "account_type_required":
      return `other kind of account: only for ${decision.accountTypes.join(" or ")}`;
    case "reserved_scope":
      return "reserved: for the provider's own clients alone";
    case "unauthenticated":
      return "sign in first: no credentials";
    case "invalid_token":
      return "bad token: its scope cannot be read";
    case "invalid_params":
      return `bad call: ${decision.param} is missing or no safe value`;
    case "unknown_operation":
      return "unknown: no such tool or endpoint, so refused";
  }
}

/** What a token holds, in the words of a support person. */
export function tokenInWords(token: AccessToken | undefined): string {
  if (token === undefined) return "no token";
  const scope = typeof token.scope === "string" ? token.scope : token.scope.join(" ");
  const facts = [
    token.tier === undefined ? "" : `${token.tier} plan`,
    token.account_type === undefined ? "" : `${token.account_type} account`,
    token.first_party === true ? "first-party client" : "",
  ].filter((fact) => fact !== "");
  return `token with ${[scope === "" ? "no scope" : scope, ...facts].join(", ")}`;
}

/** A line that says what follows, underlined. */
export function heading(text: string): void {
  console.log(`\n${text}\n${"-".repeat(text.length)}`);
}

/** Rows in padded columns; an empty column is left out, and the last one takes what room it needs. */
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

/** One decision of a walk: what is asked, and what comes of it. */
export function step(call: string, decision: Decision): void {
  columns([[call.padEnd(44), inWords(decision)]]);
}

function paint(outcome: string): string {
  const first = /^[a-z]*/.exec(outcome)?.[0] ?? "";
  return (COLOUR_OF.get(first)?.(first) ?? first) + outcome.slice(first.length);
}
