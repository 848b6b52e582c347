// Members on `Object.prototype`. Without the calls of pollute.ts, whose modules need Node.

const prototype = Object.prototype as unknown as Record<string, unknown>;
const added = new Set<string>();

/** Removes the members that are left on `Object.prototype`. With them vitest cannot report a test, and may never end. */
export function removePollution(): void {
  for (const name of added) delete prototype[name];
  added.clear();
}

/** Time in milliseconds after which a run with members on `Object.prototype` ends: a call in it does not settle. */
const MAX_RUN = 30_000;

/**
 * Runs a function with members on `Object.prototype`, as a flaw elsewhere in the program could add them. Rejects, without the members,
 * if the function does not settle in time.
 */
export async function withPollution<Value>(
  names: readonly string[],
  value: unknown,
  run: () => Promise<Value>,
  milliseconds = MAX_RUN,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`a call does not settle with ${names.join(" ")}`));
    timer = setTimeout(giveUp, milliseconds);
  });
  try {
    for (const name of names) {
      added.add(name);
      prototype[name] = value;
    }
    return await Promise.race([run(), late]);
  } finally {
    removePollution();
    clearTimeout(timer);
  }
}
