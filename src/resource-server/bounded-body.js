/** Creates a collector for one body. */
export function createByteCollector(maxBytes) {
    const chunks = [];
    let size = 0;
    return {
        add(chunk) {
            size += chunk.length;
            if (size > maxBytes)
                return false;
            chunks.push(chunk);
            return true;
        },
        join() {
            if (chunks.length === 1)
                return chunks[0];
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
/**
 * Reads a stream up to a number of bytes. Returns `undefined` for a longer one, which is cancelled without waiting for it.
 * Rejects if the stream fails. A missing stream is an empty body.
 */
export async function readBounded(stream, maxBytes) {
    const collector = createByteCollector(maxBytes);
    const reader = stream?.getReader();
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
        if (collector.add(next.value))
            continue;
        reader?.cancel().catch(() => undefined);
        return undefined;
    }
    return collector.join();
}
