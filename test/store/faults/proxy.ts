import { createServer, connect as dial, type Socket } from "node:net";

/** What a proxy does with what it gets from the server. */
export type Weather =
  /** Passes it on. */
  | { readonly kind: "clear" }
  /** Drops it. */
  | { readonly kind: "silent" }
  /** Passes it on after some milliseconds. */
  | { readonly kind: "slow"; readonly milliseconds: number };

/** A TCP proxy on loopback. */
export interface TcpProxy {
  readonly port: number;
  /** What it does with the replies of the server from now on. */
  weather: Weather;
  /** Cuts both sides of every connection. */
  cut(): void;
  /** Cuts a connection when the client sends a text: before the server gets it, or after it was passed on. */
  cutAt: { readonly text: string; readonly isPassedOn: boolean } | undefined;
  /** Number of connections that `cutAt` has cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** Starts a proxy in front of a port. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const end = (pair: readonly [Socket, Socket]) => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = dial(target, "127.0.0.1");
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on("error", () => end(pair));
      socket.on("close", () => end(pair));
    }
    client.on("data", (data) => {
      const { cutAt } = proxy;
      const isCut = cutAt !== undefined && data.includes(cutAt.text);
      if (!isCut || cutAt.isPassedOn) upstream.write(data);
      if (!isCut) return;
      cuts += 1;
      client.destroy();
      upstream.end(); // what was passed on still arrives
    });
    upstream.on("data", (data) => forward(proxy.weather, client, data));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const proxy: TcpProxy = {
    port: typeof address === "object" && address !== null ? address.port : 0,
    weather: { kind: "clear" },
    cutAt: undefined,
    cut: () => {
      for (const pair of pairs) end(pair);
    },
    get cuts() {
      return cuts;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const pair of pairs) end(pair);
      await closed;
    },
  };
  return proxy;
}

function forward(weather: Weather, client: Socket, data: Buffer): void {
  if (weather.kind === "silent") return;
  if (weather.kind === "clear") client.write(data);
  else setTimeout(() => client.write(data), weather.milliseconds);
}
