import type { ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Coverage, Template } from "../grammar/template.js";
import type { TemplateIndex } from "../grammar/template-index.js";
import {
  byKey,
  headOf,
  type Named,
  placeholders,
  segmentOf,
  visitAll,
  withValues,
} from "./matching-values.js";

// The rules `smart` and `registry`: a text names one scope for each of its letters or actions.

/** Returns the text after the placeholder. */
const tailOf = ({ literals }: Template) => literals[1] as string;

/** Returns the texts after the placeholder of the names with the same text before it. */
function tailsBeside(template: Template, names: readonly Template[]): readonly string[] {
  return names.filter((name) => headOf(name) === headOf(template)).map(tailOf);
}

/** Creates an index of names by the text before their placeholder and the part of the text after it that one text can have several of. */
function buildPartsIndex<Item extends Named>(
  items: readonly Item[],
  read: (text: string) => PartsOfText | undefined,
): TemplateIndex<Item> {
  const names = byKey(items, (template) => headOf(template) + tailOf(template));
  return {
    find(text, visit) {
      const parts = read(text);
      const found = parts?.tails.map((tail) => names.get(parts.head + tail) ?? []) ?? [];
      // a text with a part that is not declared has more than the policy knows
      if (found.some(({ length }) => length === 0)) return;
      for (const list of found) visitAll(list, parts?.value as string, visit);
    },
  };
}

/** A scope token that names a scope for each of its tails. */
interface PartsOfText {
  readonly head: string;
  readonly value: string;
  readonly tails: readonly string[];
}

const LETTERS = [..."cruds"];

/** The texts after the dot, with their letters: those of version 2 in the order of `cruds`, and the words of version 1. */
const SUFFIXES: ReadonlyMap<string, readonly string[]> = new Map([
  ...Array.from({ length: 31 }, (_, index): [string, readonly string[]] => {
    const letters = LETTERS.filter((_letter, at) => ((index + 1) >> at) & 1);
    return [letters.join(""), letters];
  }),
  ["read", ["r", "s"]],
  ["write", ["c", "u", "d"]],
  ["*", LETTERS],
]);

const SMART_NAME = /^[A-Za-z0-9_-]+\/\{\w+\}\.[cruds]$/;

export function smartFault({ text }: ScopeTokenSyntax): string | undefined {
  return SMART_NAME.test(text)
    ? undefined
    : "declare one scope for each letter of `cruds`, as in `patient/{Type}.r`; a rule that needs several letters has `allOf`";
}

/** A type covers itself, and `*` covers every type. */
const SMART_COVERAGE: Coverage = {
  every: "*",
  severalSegments: false,
  covering: (type) => (type === "*" ? [type] : [type, "*"]),
};

export function smartTemplate(template: Template): Template {
  return { ...template, coverage: SMART_COVERAGE };
}

function readSmart(text: string): PartsOfText | undefined {
  const slash = text.indexOf("/") + 1;
  const dot = text.lastIndexOf(".");
  const letters = SUFFIXES.get(text.slice(dot + 1));
  // without a slash, the head is not that of a name, and a slash after the last dot is in no suffix
  if (letters === undefined) return undefined;
  const tails = letters.map((letter) => `.${letter}`);
  return { head: text.slice(0, slash), value: text.slice(slash, dot), tails };
}

export function buildSmartIndex<Item extends Named>(items: readonly Item[]): TemplateIndex<Item> {
  return buildPartsIndex(items, readSmart);
}

/** Returns a type with each text after the dot that names the letter, and of which every letter is declared. */
export function spellSmart(
  template: Template,
  names: readonly Template[],
  value: string,
): readonly string[] {
  const head = headOf(template);
  const tails = new Set(tailsBeside(template, names));
  return [...SUFFIXES].flatMap(([suffix, letters]) => {
    const named = letters.map((letter) => `.${letter}`);
    const isKnown = named.includes(tailOf(template)) && named.every((tail) => tails.has(tail));
    return isKnown ? [`${head}${value}.${suffix}`] : [];
  });
}

/** Yields a name with a placeholder and one with a star for each text after the dot. */
export function* spreadSmart<Item extends Named>(
  items: readonly Item[],
): Generator<readonly [Item, string]> {
  for (const [head, group] of byKey(items, headOf)) {
    const declared = byKey(group, tailOf);
    for (const [suffix, letters] of SUFFIXES) {
      const names = letters.map((letter) => declared.get(`.${letter}`)?.[0]);
      const [first] = names;
      if (first === undefined || names.includes(undefined)) continue;
      yield [first, `${head}{p0}.${suffix}`];
      yield [first, `${head}*.${suffix}`];
    }
  }
}

const REGISTRY_NAME = /^[a-z0-9]+:\{\w+\}:(?:[a-z]+|\*)$/;

export function registryFault({ text }: ScopeTokenSyntax): string | undefined {
  return REGISTRY_NAME.test(text)
    ? undefined
    : "declare one scope for each action, as in `repository:{name}:pull`";
}

/** A name covers itself alone. */
const REGISTRY_COVERAGE: Coverage = {
  every: undefined,
  severalSegments: true,
  covering: (name) => [name],
};

/** Returns a template for names: segments that are safe values, the first one with a port if others follow, at most 1,024 characters. */
export function registryTemplate(template: Template): Template {
  const segment = segmentOf(template);
  const source = `^(?=.{1,1024}$)${segment}(?::[0-9]{1,5}(?=/))?(?:/${segment})*$`;
  return withValues(template, source, REGISTRY_COVERAGE);
}

const REGISTRY_TEXT = /^([a-z0-9]+)(?:\([a-z0-9]+\))?:(.+):((?:[a-z]+,)*[a-z]+|\*)$/;

function readRegistry(text: string): PartsOfText | undefined {
  const found = REGISTRY_TEXT.exec(text) as readonly string[] | null;
  if (found === null) return undefined;
  const [, type, value, actions] = found as readonly [string, string, string, string];
  const tails = [...new Set(actions.split(","))].map((action) => `:${action}`);
  return { head: `${type}:`, value, tails };
}

export function buildRegistryIndex<Item extends Named>(
  items: readonly Item[],
): TemplateIndex<Item> {
  return buildPartsIndex(items, readRegistry);
}

/**
 * Returns a name with its action alone, twice, and beside each other action, with and without a class. A further action adds a meaning at
 * most, because a text with one action that is not declared means nothing.
 */
export function spellRegistry(
  template: Template,
  names: readonly Template[],
  value: string,
  unused: string,
): readonly string[] {
  const head = headOf(template);
  const actions = tailsBeside(template, names).map((tail) => tail.slice(1));
  const action = tailOf(template).slice(1);
  const others = [...actions.filter((other) => other !== action && other !== "*"), action];
  const lists = action === "*" ? [] : others.map((other) => `${action},${other}`);
  return [head, `${head.slice(0, -1)}(${unused.toLowerCase()}):`].flatMap((start) =>
    [action, ...lists].map((list) => `${start}${value}:${list}`),
  );
}

/** Yields names for each type, with and without class and port, for each number of segments. A placeholder is any list of actions. */
export function* spreadRegistry<Item extends Named>(
  items: readonly Item[],
  slashes: ReadonlySet<number>,
): Generator<readonly [Item, string]> {
  for (const [head, group] of byKey(items, headOf)) {
    const [first] = group as readonly [Item, ...Item[]];
    const actions = [
      ...(group.some(({ template }) => tailOf(template) !== ":*") ? ["{actions}"] : []),
      ...(group.some(({ template }) => tailOf(template) === ":*") ? ["*"] : []),
    ];
    for (const start of [head, `${head.slice(0, -1)}({class}):`]) {
      for (const count of slashes) {
        for (const name of [placeholders(count + 1), `{host}:{port}/${placeholders(count)}`]) {
          if (name.endsWith("/")) continue;
          for (const list of actions) yield [first, `${start}${name}:${list}`];
        }
      }
    }
  }
}
