import { type PlaygroundState, readState } from "./state.js";

/** Maximum number of characters of a fragment that is written or read. */
export const MAX_FRAGMENT = 100_000;
/** Maximum number of bytes that a fragment is inflated to: a fragment of a few characters can claim gigabytes. */
const MAX_INFLATED = 4_000_000;

const DEFLATED = "z.";
const PLAIN = "j.";
const FORMAT = "deflate-raw";

/** Returns a state as a fragment without `#`; `undefined` if it is too long for a link. */
export async function writeFragment(state: PlaygroundState): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const fragment =
    typeof CompressionStream === "undefined"
      ? PLAIN + toBase64Url(bytes)
      : DEFLATED + toBase64Url(await deflate(bytes));
  return fragment.length > MAX_FRAGMENT ? undefined : fragment;
}

/** Reads the state from a fragment without `#`. Never throws: `undefined` for any text that {@link writeFragment} does not write. */
export async function readFragment(fragment: string): Promise<PlaygroundState | undefined> {
  const form = [DEFLATED, PLAIN].find((prefix) => fragment.startsWith(prefix));
  if (form === undefined || fragment.length > MAX_FRAGMENT) return undefined;
  try {
    const bytes = fromBase64Url(fragment.slice(form.length));
    const inflated = form === PLAIN ? bytes : await inflate(bytes);
    if (inflated === undefined) return undefined;
    return readState(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(inflated)));
  } catch {
    return undefined; // not base64url, not deflated, not UTF-8 or not JSON
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(FORMAT));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Returns the inflated bytes; `undefined` if there are too many. */
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(FORMAT));
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > MAX_INFLATED) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
