// The law of templates that differ in placeholder names alone.

import { describe, expect, it } from "vitest";
import { drawGoodCase } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import type { Definition, ScopeOptions } from "./model.js";
import { decide, tokenOf } from "./observe.js";

describe("templates that differ in placeholder names alone", { timeout: 60_000 }, () => {
  const CONDITIONS: readonly (keyof ScopeOptions)[] = [
    "tier",
    "accountTypes",
    "entitlement",
    "reserved",
    "restricted",
    "required",
    "default",
    "match",
  ];
  const inBraces = (name: string) => name.replaceAll("<", "{").replaceAll(">", "}");

  /** Adds a template with other placeholder names and the same conditions beside one of the policy. */
  function withTwin(draw: Draw, definition: Definition): Definition | undefined {
    const templates = Object.keys(definition.scopes).filter((name) => /[{<]/.test(name));
    if (templates.length === 0) return undefined;
    const chosen = draw.pick(templates);
    const twin = inBraces(chosen).replaceAll(/\{(\w+)\}/g, "{twin_$1}");
    const isFirst = draw.chance(50);
    const scopes = Object.entries(definition.scopes).flatMap((entry) => {
      const [name, options] = entry;
      if (name !== chosen) return [entry];
      const all = typeof options === "string" ? {} : options;
      const same = CONDITIONS.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]]));
      const added = [twin, Object.fromEntries(same) as ScopeOptions] as const;
      return isFirst ? [added, entry] : [entry, added];
    });
    return { ...definition, scopes: Object.fromEntries(scopes) };
  }

  it("are one scope: a template that no rule names changes no decision", () => {
    law(
      (draw) => {
        const one = drawGoodCase(draw, { patterns: 20, closed: true });
        return { ...one, twins: withTwin(draw, one.definition) };
      },
      ({ definition, twins, held, facts, name, params }) => {
        if (twins === undefined) return false;
        const token = tokenOf(held, facts);
        const decision = decide(twins, token, name, params);
        expect(decision).toEqual(decide(definition, token, name, params));
        return decision.allowed && (decision.scopes ?? []).some((text) => /[/=:.]/.test(text));
      },
      30,
      500,
    );
  });
});
