import { withoutPrototype } from "../policy/own-members.js";
import { type JsonObject, readJsonObject } from "./json-object.js";
import { VerifierOutage } from "./outage.js";

/** The `fetch` of the runtime, or one of your own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One question to a server over HTTP. */
export interface Question {
  readonly url: string;
  readonly init: RequestInit;
  readonly fetch: Fetch;
  /** For the whole of it, in milliseconds. */
  readonly timeout: number;
  /** The longest answer that is read, in bytes. */
  readonly maxBytes: number;
  /** The media types that are accepted; `undefined` accepts every one. */
  readonly mediaType: RegExp | undefined;
}

/**
 * The JSON object that a server answers with. Redirects are not followed: a request with credentials, or for keys, goes
 * where the program said and nowhere else.
 *
 * @throws {@link VerifierOutage} for everything but a JSON object with status 200, of a length that is read, in time
 */
export async function askJson(question: Question): Promise<JsonObject> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new VerifierOutage("timeout")), question.timeout);
  });
  try {
    return await Promise.race([readAnswer(question, controller.signal), late]);
  } catch (error) {
    throw error instanceof VerifierOutage ? error : new VerifierOutage("network");
  } finally {
    clearTimeout(timer);
    controller.abort(); // an answer that is not wanted frees its socket
  }
}

async function readAnswer(question: Question, signal: AbortSignal): Promise<JsonObject> {
  const { fetch, url, init, mediaType, maxBytes } = question;
  // "manual", since workers do not know "error"; whatever comes of it is no 200
  // `fetch` also reads members that its options inherit: a method, a body
  const response = await fetch(
    url,
    withoutPrototype<RequestInit>({ ...init, redirect: "manual", signal }),
  );
  if (response.status !== 200) throw new VerifierOutage("status");
  if (mediaType !== undefined && !mediaType.test(response.headers.get("content-type") ?? "")) {
    throw new VerifierOutage("type");
  }
  const answer = readJsonObject(await readBody(response, maxBytes));
  if (answer === undefined) throw new VerifierOutage("malformed");
  return answer;
}

/** The runtimes' types do not agree on what a body is made of. */
interface Reader {
  read(): Promise<{ readonly value?: Uint8Array | undefined }>;
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: Reader | undefined = response.body?.getReader();
  for (let chunk = await next(reader); chunk !== undefined; chunk = await next(reader)) {
    size += chunk.length;
    if (size > maxBytes) throw new VerifierOutage("size");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function next(reader: Reader | undefined): Promise<Uint8Array | undefined> {
  return (await reader?.read())?.value;
}
