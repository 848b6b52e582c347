/** Collects the chunks of a body up to a number of bytes. */
export interface ByteCollector {
  /** Adds a chunk. Returns whether the body is still within the limit; if not, the caller stops reading. */
  add(chunk: Uint8Array): boolean;
  /** Returns all chunks as one. */
  join(): Uint8Array;
}

/** Creates a collector for one body. */
export function createByteCollector(maxBytes: number): ByteCollector {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      if (size > maxBytes) return false;
      chunks.push(chunk);
      return true;
    },
    join() {
      if (chunks.length === 1) return chunks[0] as Uint8Array;
      const whole = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      return whole;
    },
  };
}

/** A web stream of bytes, by shape: the core uses no DOM types, and the runtimes' types do not agree on it. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<unknown>;
  };
}

/**
 * Reads a stream up to a number of bytes. Returns `undefined` for a longer one, which is cancelled without waiting for it.
 * Rejects if the stream fails. A missing stream is an empty body.
 */
export async function readBounded(
  stream: ByteStream | null,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const collector = createByteCollector(maxBytes);
  const reader = stream?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    if (collector.add(next.value as Uint8Array)) continue;
    reader?.cancel().catch(() => undefined);
    return undefined;
  }
  return collector.join();
}
