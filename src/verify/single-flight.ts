const runtime = globalThis as {
  readonly WebSocketPair?: unknown;
  readonly navigator?: { readonly userAgent?: string };
};

/** Cloudflare's workers let no request wait for what another one has asked for. */
function isShareable(): boolean {
  const isWorker =
    runtime.WebSocketPair !== undefined || runtime.navigator?.userAgent === "Cloudflare-Workers";
  return !isWorker;
}

/** Asks once for all who want the same while the answer is under way. What is asked must settle. */
export function newSingleFlight<Value>(): (
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
