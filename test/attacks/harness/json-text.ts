// JSON as written: members in order, duplicate names included.
import { isList, isObject, type Json } from "./corpus.js";

export class Members {
  readonly list: readonly (readonly [name: string, value: WrittenJson])[];
  constructor(list: readonly (readonly [name: string, value: WrittenJson])[]) {
    this.list = list;
  }
  /** Returns the last member with a name, as `JSON.parse` does. */
  get(name: string): WrittenJson | undefined {
    return this.list.findLast(([key]) => key === name)?.[1];
  }
  has(name: string): boolean {
    return this.list.some(([key]) => key === name);
  }
}

/** A JSON value whose objects keep every member. */
export type WrittenJson = null | boolean | number | string | readonly WrittenJson[] | Members;

export function isWrittenList(value: unknown): value is readonly WrittenJson[] {
  return Array.isArray(value);
}

/** Returns a parsed value in this form. */
export function writtenOf(value: Json | undefined): WrittenJson {
  if (value === undefined) return null;
  if (isList(value)) return value.map(writtenOf);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return new Members(members.map(([name, item]) => [name, writtenOf(item)]));
}

/** Parses JSON text that `JSON.parse` accepts; returns `undefined` for other text. */
export function readWritten(text: string): WrittenJson | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? "";
  const value = (): WrittenJson => {
    const token = next();
    if (token === "{") {
      const list: (readonly [string, WrittenJson])[] = [];
      while (tokens[at] !== "}") {
        if (tokens[at] === ",") at += 1;
        const name = JSON.parse(next()) as string;
        at += 1; // the colon
        list.push([name, value()]);
      }
      at += 1;
      return new Members(list);
    }
    if (token === "[") {
      const list: WrittenJson[] = [];
      while (tokens[at] !== "]") {
        if (tokens[at] === ",") at += 1;
        list.push(value());
      }
      at += 1;
      return list;
    }
    return JSON.parse(token) as WrittenJson;
  };
  return value();
}

/** Returns JSON text with every member, duplicates included. */
export function printWritten(value: WrittenJson): string {
  if (isWrittenList(value)) return `[${value.map(printWritten).join(",")}]`;
  if (!(value instanceof Members)) return JSON.stringify(value);
  const members = value.list.map(([name, item]) => `${JSON.stringify(name)}:${printWritten(item)}`);
  return `{${members.join(",")}}`;
}

/** Returns whether an object at any depth has two members with one name. */
export function hasDuplicates(value: WrittenJson): boolean {
  if (isWrittenList(value)) return value.some(hasDuplicates);
  if (!(value instanceof Members)) return false;
  const names = new Set(value.list.map(([name]) => name));
  return names.size < value.list.length || value.list.some(([, item]) => hasDuplicates(item));
}

/** Returns plain data with own members only; of two members with one name, the last one. */
export function plainOf(value: WrittenJson): Json {
  if (isWrittenList(value)) return value.map(plainOf);
  if (!(value instanceof Members)) return value;
  return Object.fromEntries(value.list.map(([name, item]) => [name, plainOf(item)]));
}
