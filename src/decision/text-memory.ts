/** A memory of what texts mean that stays small however many texts clients send. */
export interface TextMemory<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** What an entry is counted as beside its text, in characters. */
const ENTRY = 256;

/**
 * Two generations: what is asked for again moves into the young one; when that is full, the old one is forgotten whole.
 * A hit costs one look and no bookkeeping. It holds at most twice `budget` characters, `ENTRY` counted for each text.
 */
export function newTextMemory<Value>(budget: number): TextMemory<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  let size = 0;
  const set = (text: string, value: Value): void => {
    size += text.length + ENTRY;
    if (size > budget) {
      old = young;
      young = new Map();
      size = text.length + ENTRY;
    }
    // a text that is larger than the whole budget is not worth remembering
    if (size <= budget) young.set(text, value);
  };
  return {
    get(text) {
      const known = young.get(text);
      if (known !== undefined) return known;
      const older = old.get(text);
      if (older !== undefined) set(text, older);
      return older;
    },
    set,
  };
}
