import type { ReportStatus } from "../resource-server/authorizer-types.js";
import type { PlainResponse } from "./metadata-route.js";

/** The part of a response of Node that a gate uses. */
export interface GateResponse {
  /** Whether a response has been sent. */
  readonly headersSent: boolean;
  /** Whether the connection is closed. */
  readonly destroyed: boolean;
  /** HTTP status. */
  statusCode: number;
  /** Registers a listener for the end of the response. */
  on(event: "finish", listener: () => void): unknown;
  /** Sets a header. */
  setHeader(name: string, value: string): unknown;
  /** Writes the body and ends the response. */
  end(text?: string): unknown;
}

/** The part of a reply of Fastify that a gate uses. */
export interface GateReply {
  readonly raw: GateResponse;
  /** Whether a response has been sent, or other code took over the connection. */
  readonly sent: boolean;
  code(status: number): GateReply;
  headers(headers: object): GateReply;
  send(text?: string): unknown;
}

/** Returns the text of a body; `undefined` for a response without one, and for HEAD. */
export function bodyText(method: string, { body }: PlainResponse): string | undefined {
  return method === "HEAD" || body === undefined ? undefined : JSON.stringify(body);
}

/** Returns whether a response has been sent, or the connection is closed. */
export function isOver({ headersSent, destroyed }: GateResponse): boolean {
  return headersSent || destroyed;
}

/** Reports the status of a response when it has been sent, to a gate that audits. */
export function reportStatus(answered: ReportStatus | undefined, res: GateResponse): void {
  if (answered !== undefined) listen(answered, res);
}

/** Apart from `reportStatus`, as in `mapAwaitable`. */
function listen(answered: ReportStatus, res: GateResponse): void {
  res.on("finish", () => answered(res.statusCode));
}

/** Writes a response, unless one has been sent or the connection is closed. */
export function writeResponse(method: string, res: GateResponse, answer: PlainResponse): void {
  if (isOver(res)) return;
  res.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) res.setHeader(name, value);
  res.end(bodyText(method, answer));
}

/** Writes a response through Fastify, which adds the headers that the program has set before. */
export function writeReply(method: string, reply: GateReply, answer: PlainResponse): void {
  reply.code(answer.status).headers(answer.headers).send(bodyText(method, answer));
}
