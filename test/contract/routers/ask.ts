import { connect } from "node:net";
import { send } from "../wire.js";

/** The header with the number of a request, by which a handler records what it saw. */
export const NUMBER = "x-number";

/** Few enough for the listeners that frameworks add to a connection for each open request. */
const BATCH = 8;

/**
 * Sends request targets, as they are, to a server: most of them many at a time over one connection. Those that a server may refuse
 * to parse, which ends the connection, each have one of their own.
 */
export async function askAll(port: number, targets: readonly string[]): Promise<void> {
  const numbered = targets.map((target, number) => ({ target, number }));
  const isPlain = ({ target }: { readonly target: string }) => /^\/[!-~]*$/.test(target);
  const plain = numbered.filter(isPlain);
  for (let at = 0; at < plain.length; at += BATCH) {
    const batch = plain.slice(at, at + BATCH);
    const lines = batch.map(({ target, number }, index) => {
      const connection = index === batch.length - 1 ? "close" : "keep-alive";
      return `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${NUMBER}: ${number}\r\nConnection: ${connection}\r\n\r\n`;
    });
    const text = await exchange(port, lines.join(""));
    const answers = text.split(/HTTP\/1\.1 \d{3} /).length - 1;
    if (answers < batch.length) throw new Error(`${answers} responses to ${batch.length} requests`);
  }
  for (const { target, number } of numbered) {
    if (isPlain({ target })) continue;
    const path = Buffer.from(target).toString("latin1");
    await send(port, { method: "GET", path, headers: [`${NUMBER}: ${number}`] });
  }
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setTimeout(10_000, () => socket.destroy(new Error("no response")));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}
