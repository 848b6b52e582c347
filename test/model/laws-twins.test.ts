// The law of templates that differ in placeholder names alone.

import { describe, expect, it } from "vitest";
import { drawGoodCase } from "./arbitrary-request.js";
import type { Draw } from "./draw.js";
import { law } from "./law.js";
import type { Definition, Rule, ScopeOptions } from "./model.js";
import { modelBind, placeholdersOf, scopeOptions } from "./model-scopes.js";
import { decide, tokenOf } from "./observe.js";

type Entry = [name: string, options: string | ScopeOptions];

describe("templates that differ in placeholder names alone", { timeout: 300_000 }, () => {
  const CONDITIONS: readonly string[] = [
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
  const isTemplate = (name: string) => /[{<]/.test(name);

  const renamed = (name: string) => inBraces(name).replaceAll(/\{(\w+)\}/g, "{twin_$1}");
  const listed = (key: "implies" | "replaces", list: readonly string[]) =>
    list.length > 0 ? { [key]: list } : {};

  /** Returns the templates that the rule of an operation names; those of the policy if it names none. */
  function templatesOf({ scopes, tools, endpoints }: Definition, name: unknown): string[] {
    const rules = new Map<unknown, Rule>(Object.entries({ ...tools, ...endpoints }));
    const text = inBraces(JSON.stringify(rules.get(name) ?? ""));
    const templates = Object.keys(scopes).filter(isTemplate);
    const named = templates.filter((template) => text.includes(`"${inBraces(template)}"`));
    return named.length > 0 ? named : templates;
  }

  /**
   * Adds a template with other placeholder names and the same conditions, before or after one of the policy. It takes over the older
   * names, and the implied scopes without placeholders.
   */
  function withTwin(draw: Draw, definition: Definition, chosen: string): Definition {
    const isFirst = draw.chance(50);
    const scopes = Object.entries(definition.scopes).flatMap((entry): Entry[] => {
      const [name, given] = entry;
      if (name !== chosen) return [entry];
      const { replaces = [], implies = [], ...options } = typeof given === "string" ? {} : given;
      const same = Object.entries(options).filter(([key]) => CONDITIONS.includes(key));
      const twin: ScopeOptions = {
        ...(Object.fromEntries(same) as ScopeOptions),
        ...listed("replaces", replaces.map(renamed)),
        ...listed(
          "implies",
          implies.filter((one) => !isTemplate(one)),
        ),
      };
      const left: Entry = [name, { ...options, ...listed("implies", implies.filter(isTemplate)) }];
      const added: Entry = [renamed(name), twin];
      return isFirst ? [added, left] : [left, added];
    });
    return { ...definition, scopes: Object.fromEntries(scopes) };
  }

  it("are one scope: the older names and the implied scopes of one are those of the other", () => {
    law(
      (draw) => {
        const one = drawGoodCase(draw, { patterns: 20, closed: true });
        const chosen = draw.pick(templatesOf(one.definition, one.name));
        const { replaces = [] } = scopeOptions(one.definition, chosen);
        const granted = draw.pick([chosen, ...replaces, ...replaces]);
        const [instance, text] = [chosen, granted].map((name) => {
          const values = placeholdersOf(inBraces(name)).map((param) => [param, "a"] as const);
          return modelBind(inBraces(name), Object.fromEntries(values));
        }) as [string, string];
        const held = [...new Set([...one.held, text])];
        const twins = withTwin(draw, one.definition, chosen);
        // a client is approved for an older template by its text
        const isOld = (name: string) => replaces.map(inBraces).includes(inBraces(name));
        const { approvedScopes: list } = one.facts;
        const approvedScopes = Array.isArray(list)
          ? list.map((entry: unknown) =>
              typeof entry === "string" && isOld(entry) ? renamed(entry) : entry,
            )
          : list;
        const approval = list === undefined ? {} : { approvedScopes };
        return { ...one, held, instance, twins, approval };
      },
      ({ definition, twins, held, instance, facts, approval, name, params }) => {
        const decision = decide(twins, tokenOf(held, { ...facts, ...approval }), name, params);
        expect(decision).toEqual(decide(definition, tokenOf(held, facts), name, params));
        return decision.allowed && (decision.scopes ?? []).includes(instance);
      },
      25,
      600,
    );
  });
});
