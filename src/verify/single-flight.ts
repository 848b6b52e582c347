const runtime = globalThis as {
  readonly WebSocketPair?: unknown;
  readonly navigator?: { readonly userAgent?: string };
};

/** Returns whether requests can share a promise. In Cloudflare Workers a request cannot wait for the I/O of another request. */
function isShareable(): boolean {
  const isWorker =
    runtime.WebSocketPair !== undefined || runtime.navigator?.userAgent === "Cloudflare-Workers";
  return !isWorker;
}

/** Creates a function that shares one pending `ask` between all calls with the same key. The promise of `ask` must settle. */
export function createSingleFlight<Value>(): (
  key: string,
  ask: () => Promise<Value>,
) => Promise<Value> {
  const flights = new Map<string, Promise<Value>>();
  return (key, ask) => {
    const known = isShareable() ? flights.get(key) : undefined;
    if (known !== undefined) return known;
    const flight = ask().finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  };
}
