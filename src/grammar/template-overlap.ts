import { MAX_VALUE_LENGTH } from "./bound-value.js";
import { joinSegments } from "./scope-syntax.js";
import { matchLiterals, matchTemplate, type Template } from "./template.js";

/** A segment of a template: its literals, and the hole of the template with which it starts. */
interface Segment {
  readonly template: Template;
  readonly literals: readonly string[];
  readonly hole: number;
}

/**
 * Returns a text that two templates could both match, or `undefined`. Both have the same form and number of segments, and no
 * placeholder twice.
 *
 * The segments are compared one by one, and the maximum length of a value is ignored. So a result means that the templates overlap, or
 * would without that limit; and `undefined` that no scope-token matches both.
 */
export function commonText(one: Template, other: Template): string | undefined {
  const texts: string[] = [];
  let left = 0;
  let right = 0;
  for (const [at, literals] of one.segments.entries()) {
    const others = other.segments[at] as readonly string[];
    const text = commonSegment(
      { template: one, literals, hole: left },
      { template: other, literals: others, hole: right },
    );
    if (text === undefined) return undefined;
    texts.push(text);
    left += literals.length - 1;
    right += others.length - 1;
  }
  return joinSegments(one.form, texts);
}

/** Returns whether a scope-token is an instance of both templates, the maximum length of values included. */
export function isCommon(text: string, one: Template, other: Template): boolean {
  return matchTemplate(one, text) !== undefined && matchTemplate(other, text) !== undefined;
}

function commonSegment(one: Segment, other: Segment): string | undefined {
  if (one.literals.length === 1) return isInstance(other, one.literals[0] as string);
  if (other.literals.length === 1) return isInstance(one, other.literals[0] as string);
  return searchCommon(stepsOf(one), stepsOf(other));
}

/** Returns a text if it is an instance of a segment, apart from the length of its values. */
function isInstance({ template, literals, hole }: Segment, text: string): string | undefined {
  const values = matchLiterals(literals, text);
  const isLegal = values?.every((value, index) => {
    const { chars, pattern } = valuesAt(template, hole + index);
    if (value.length <= MAX_VALUE_LENGTH) return pattern.test(value);
    return [...value].every((char) => chars.includes(char));
  });
  return isLegal === true ? text : undefined;
}

function valuesAt({ accepted, holes }: Template, hole: number) {
  const [values] = accepted[holes[hole] as number] as Template["accepted"][number];
  return values as NonNullable<typeof values>;
}

/** One character of a segment, of several that are possible. A repeated step stands for any number of them, also none. */
interface Step {
  readonly chars: string;
  readonly isRepeated: boolean;
}

function stepsOf({ template, literals, hole }: Segment): readonly Step[] {
  const textOf = (literal: string) => [...literal].map((chars) => ({ chars, isRepeated: false }));
  const [first = "", ...others] = literals;
  return others.reduce<Step[]>((steps, literal, index) => {
    const { chars } = valuesAt(template, hole + index);
    steps.push({ chars, isRepeated: false }, { chars, isRepeated: true }, ...textOf(literal));
    return steps;
  }, textOf(first));
}

/** Returns a shortest text that two lists of steps have in common. Visits each pair of places once. */
function searchCommon(one: readonly Step[], other: readonly Step[]): string | undefined {
  const width = other.length + 1;
  const seen = new Set<number>();
  let texts = new Map<number, string>([[0, ""]]);
  while (texts.size > 0) {
    const longer = new Map<number, string>();
    const queue = [...texts];
    for (const [place, text] of queue) {
      if (seen.has(place)) continue;
      seen.add(place);
      const [left, right] = [Math.floor(place / width), place % width];
      if (left === one.length && right === other.length) return text;
      const [a, b] = [one[left], other[right]];
      if (a?.isRepeated === true) queue.push([place + width, text]);
      if (b?.isRepeated === true) queue.push([place + 1, text]);
      const char = a && b && [...a.chars].find((each) => b.chars.includes(each));
      if (char === undefined) continue;
      longer.set(place + (a?.isRepeated ? 0 : width) + (b?.isRepeated ? 0 : 1), text + char);
    }
    texts = longer;
  }
  return undefined;
}
