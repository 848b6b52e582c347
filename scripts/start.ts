// npm start [-- FOLDER]
//
// Prints four providers, each as one policy: its size, its decisions for a few tokens, and its matrix of tools and scopes as
// a page. No server, no configuration.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyDefinition } from "scope-policy";
import { policy as localisation } from "../examples/localisation/policy.js";
import { policy as loopwise } from "../examples/loopwise/policy.js";
import { policy as moov } from "../examples/moov/policy.js";
import { policy as movementors } from "../examples/movementors/policy.js";
import { columns, heading, inWords, tokenInWords } from "../examples/print.js";
import { renderMatrixHtml } from "../src/cli/matrix/matrix-html.js";
import * as sessions from "./start-sessions.js";

const folder = process.argv[2] ?? "reports";

const providers = [
  { file: "loopwise", policy: loopwise, sessions: sessions.loopwise },
  { file: "movementors", policy: movementors, sessions: sessions.movementors },
  { file: "moov", policy: moov, sessions: sessions.moov },
  { file: "localisation", policy: localisation, sessions: sessions.localisation },
];

/** Returns the sizes of the sections of a policy, without the empty ones. */
function counts(definition: PolicyDefinition): string {
  const scopes = Object.values(definition.scopes).filter((scope) => typeof scope !== "string");
  const rules = [
    ...Object.values(definition.tools ?? {}),
    ...Object.values(definition.endpoints ?? {}),
  ].filter((rule) => typeof rule !== "string");
  const amounts: readonly (readonly [of: string, amount: number])[] = [
    ["scopes", Object.keys(definition.scopes).length],
    ["reserved scopes", scopes.filter((scope) => scope.reserved === true).length],
    ["scopes that are off by default", scopes.filter((scope) => scope.default === "off").length],
    ["scopes that require a tier", scopes.filter((scope) => scope.tier !== undefined).length],
    ["tools", Object.keys(definition.tools ?? {}).length],
    ["endpoints", Object.keys(definition.endpoints ?? {}).length],
    ["denied operations", rules.filter((rule) => rule.deny !== undefined).length],
    ["public operations", rules.filter((rule) => rule.public === true).length],
    ["operations with alternative scopes", rules.filter((rule) => rule.anyOf !== undefined).length],
    ["bundles", Object.keys(definition.bundles ?? {}).length],
    ["tiers", definition.tiers?.length ?? 0],
    ["account types", definition.accountTypes?.length ?? 0],
  ];
  return amounts
    .filter(([, amount]) => amount > 0)
    .map(([of, amount]) => `${of}: ${amount}`)
    .join(", ");
}

const written = [];
mkdirSync(folder, { recursive: true });
for (const { file, policy, sessions } of providers) {
  heading(policy.name);
  console.log(counts(policy.definition));
  for (const { token, note, asks } of sessions) {
    console.log(`\n${tokenInWords(token)}${note === undefined ? "" : ` (${note})`}`);
    columns(
      asks.map(([call, params]) => [
        call,
        Object.entries(params ?? {})
          .map(([name, value]) => `${name} ${value}`)
          .join(", "),
        inWords(policy.decideUntrusted(token, call, params)),
      ]),
    );
  }
  const path = join(folder, `${file}.html`);
  writeFileSync(path, renderMatrixHtml(policy));
  written.push(path);
}

heading(`Matrices of tools and scopes, in ${folder}`);
for (const path of written) console.log(`  ${path}`);
