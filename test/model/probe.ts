// What a token opens according to `decide`: for each scope, a policy has one tool that requires exactly that scope.

import { loadPolicy } from "scope-policy";
import { VALUES } from "./arbitrary-request.js";
import type { Definition } from "./model.js";
import { canonical, isLegal, modelBind, placeholdersOf, type Values } from "./model-scopes.js";
import { without } from "./without.js";

interface Probe {
  readonly tool: string;
  readonly values: Values;
  /** The scope-token that the tool requires for these values. */
  readonly text: string;
}

export interface Probes {
  readonly texts: readonly string[];
  /** The texts of the scopes whose tool `decide` allows for a token. */
  readonly opened: (scope: string | readonly string[], firstParty?: boolean) => ReadonlySet<string>;
}

/** Returns the scopes of a policy without conditions on tier, account type and entitlement, which no scope can meet. */
function bare(definition: Definition): Definition["scopes"] {
  const entries = Object.entries(definition.scopes).map(([name, options]) => {
    const open =
      typeof options === "string"
        ? options
        : without(options, ["tier", "accountTypes", "entitlement"]);
    return [name, open] as const;
  });
  return Object.fromEntries(entries);
}

function bindingsOf(scope: string): Values[] {
  const values = [...new Set(VALUES)];
  return placeholdersOf(scope)
    .reduce<Values[]>(
      (made, name) => made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
      [{}],
    )
    .filter((one) => isLegal(scope, one));
}

const made = new WeakMap<Definition, Probes>();

/** Returns the probes of a policy: every declared scope with every drawn value that its form accepts. */
export function probesOf(definition: Definition): Probes {
  const known = made.get(definition);
  if (known !== undefined) return known;
  const scopes = Object.keys(definition.scopes);
  const policy = loadPolicy({
    name: "Probe",
    version: "1",
    ...(definition.tiers && { tiers: definition.tiers }),
    scopes: bare(definition),
    tools: Object.fromEntries(scopes.map((scope, index) => [`probe_${index}`, scope])),
  });
  const probes = scopes.flatMap((scope, index): Probe[] =>
    bindingsOf(scope).map((values) => ({
      tool: `probe_${index}`,
      values,
      text: modelBind(canonical(scope), values),
    })),
  );
  const result: Probes = {
    texts: probes.map(({ text }) => text),
    opened: (scope, firstParty = false) => {
      const token = { scope, first_party: firstParty };
      const allowed = probes.filter(
        ({ tool, values }) => policy.decideUntrusted(token, tool, values).allowed,
      );
      return new Set(allowed.map(({ text }) => text));
    },
  };
  made.set(definition, result);
  return result;
}
