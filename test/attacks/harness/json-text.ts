// JSON as written: members in order, duplicate names included.
import { isList, isObject, type Json } from "./corpus.js";

export class Members {
  readonly list: readonly (readonly [name: string, value: Written])[];
  constructor(list: readonly (readonly [name: string, value: Written])[]) {
    this.list = list;
  }
  /** Returns the last member with a name, as `JSON.parse` does. */
  get(name: string): Written | undefined {
    return this.list.findLast(([key]) => key === name)?.[1];
  }
  has(name: string): boolean {
    return this.list.some(([key]) => key === name);
  }
}

/** A JSON value whose objects keep every member. */
export type Written = null | boolean | number | string | readonly Written[] | Members;

export function isWrittenList(value: unknown): value is readonly Written[] {
  return Array.isArray(value);
}

/** Returns a parsed value in this form. */
export function writtenOf(value: Json | undefined): Written {
  if (value === undefined) return null;
  if (isList(value)) return value.map(writtenOf);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return new Members(members.map(([name, item]) => [name, writtenOf(item)]));
}

/** Parses JSON text that `JSON.parse` accepts; returns `undefined` for other text. */
export function readWritten(text: string): Written | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? "";
  const value = (): Written => {
    const token = next();
    if (token === "{") {
      const list: (readonly [string, Written])[] = [];
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
      const list: Written[] = [];
      while (tokens[at] !== "]") {
        if (tokens[at] === ",") at += 1;
        list.push(value());
      }
      at += 1;
      return list;
    }
    return JSON.parse(token) as Written;
  };
  return value();
}

/** Returns JSON text with every member, duplicates included. */
export function printWritten(value: Written): string {
  if (isWrittenList(value)) return `[${value.map(printWritten).join(",")}]`;
  if (!(value instanceof Members)) return JSON.stringify(value);
  const members = value.list.map(([name, item]) => `${JSON.stringify(name)}:${printWritten(item)}`);
  return `{${members.join(",")}}`;
}

/** Returns whether an object at any depth has two members with one name. */
export function hasTwins(value: Written): boolean {
  if (isWrittenList(value)) return value.some(hasTwins);
  if (!(value instanceof Members)) return false;
  const names = new Set(value.list.map(([name]) => name));
  return names.size < value.list.length || value.list.some(([, item]) => hasTwins(item));
}

/** Returns plain data with own members only; of two members with one name, the last one. */
export function plainOf(value: Written): Json {
  if (isWrittenList(value)) return value.map(plainOf);
  if (!(value instanceof Members)) return value;
  return Object.fromEntries(value.list.map(([name, item]) => [name, plainOf(item)]));
}
