/** A memory of what texts mean that stays small however many texts clients send. */
export interface TextMemory<Value> {
  get(text: string): Value | undefined;
  /** @param weight - what the value takes beside its text, in characters */
  set(text: string, value: Value, weight: number): void;
}

/**
 * Two generations: what is asked for again moves into the young one; when that is full, the old one is forgotten whole.
 * A hit costs one look and no bookkeeping. It holds at most twice `budget` characters, texts and weights together.
 */
export function newTextMemory<Value>(budget: number): TextMemory<Value> {
  let young = new Map<string, Entry<Value>>();
  let old = new Map<string, Entry<Value>>();
  let size = 0;
  const put = (text: string, entry: Entry<Value>): void => {
    const cost = text.length + entry.weight;
    // what is larger than the whole budget is not worth remembering
    if (cost > budget) return;
    size += cost;
    if (size > budget) {
      old = young;
      young = new Map();
      size = cost;
    }
    young.set(text, entry);
  };
  return {
    get(text) {
      const known = young.get(text);
      if (known !== undefined) return known.value;
      const older = old.get(text);
      if (older !== undefined) put(text, older);
      return older?.value;
    },
    set: (text, value, weight) => put(text, { value, weight }),
  };
}

interface Entry<Value> {
  readonly value: Value;
  readonly weight: number;
}
