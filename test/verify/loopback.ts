import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as received. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server on the loopback interface whose response a test sets. */
export interface Loopback {
  readonly url: string;
  readonly asked: ReceivedRequest[];
  reply: (response: ServerResponse, asked: ReceivedRequest) => void;
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startLoopback(): Promise<Loopback> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url: path, headers } = request;
      const asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
      loopback.asked.push(asked);
      loopback.reply(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const loopback: Loopback = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`,
    asked: [],
    reply: json({}),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return loopback;
}

/** Returns a function that responds with JSON or with a text. */
export function json(value: unknown, status = 200, type = "application/json") {
  return (response: ServerResponse): void => {
    response.writeHead(status, { "content-type": type });
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  };
}

/** Returns unusable responses, by the reason of the outage and a title. `timeout` needs a verifier with a short timeout. */
export function unusableResponses(
  good: unknown,
): Readonly<Record<string, (response: ServerResponse) => void>> {
  const text = JSON.stringify(good);
  const headed = (write: (response: ServerResponse) => void) => (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/json" });
    write(response);
  };
  return {
    "status: 500 with a good body": json(good, 500),
    "status: 401 with a good body": json(good, 401),
    "status: 201 with a good body": json(good, 201),
    "status: a redirect to itself": (response) => {
      response.writeHead(302, { location: "/answer", "content-type": "application/json" });
      response.end(text);
    },
    "status: a redirect that keeps the method": (response) => {
      response.writeHead(307, { location: "/elsewhere" });
      response.end();
    },
    "malformed: an HTML page": json("<!doctype html><title>Sign in</title>"),
    "malformed: an empty body": json(""),
    "malformed: the value true": json("true"),
    "malformed: a list": json(`[${text}]`),
    "malformed: truncated JSON": json(text.slice(0, -1)),
    "malformed: text after the object": json(`${text} {}`),
    "malformed: a byte order mark": json(`\uFEFF${text}`),
    "malformed: a duplicate key": json(text.replace("{", '{"twice":1,"twice":2,')),
    "malformed: a duplicate key in another spelling": json(
      text.replace("{", '{"a":1,"\\u0061":2,'),
    ),
    "malformed: bytes that are not UTF-8": headed((response) =>
      response.end(Buffer.from([0x7b, 0xff, 0x7d])),
    ),
    "size: a body without end": headed((response) => {
      const write = (): void => {
        while (response.write(" ".repeat(65_536)));
      };
      response.on("drain", write);
      response.on("error", () => undefined);
      write();
    }),
    "network: a connection that is closed": (response) => response.destroy(),
    "network: a truncated body": headed((response) => {
      response.write("{");
      setImmediate(() => response.destroy());
    }),
    "timeout: no response": () => undefined,
    "timeout: a body that never ends": headed((response) => void response.write("{")),
  };
}
