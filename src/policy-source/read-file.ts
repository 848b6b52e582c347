import { createByteCollector } from "../resource-server/bounded-body.js";
import { decodeText, readFault, type SourceRead } from "./source-result.js";

/**
 * Reads a policy file whole: the one that its path means at the moment, so that a replaced file, a switched symbolic link and a file
 * that appears again are found. Never rejects.
 */
export async function readPolicyFile(path: string, maxBytes: number): Promise<SourceRead> {
  try {
    // loaded here, so that a runtime without files can load a policy by its URL
    const { open } = await import("node:fs/promises");
    const { O_NONBLOCK, O_RDONLY } = (await import("node:fs")).constants;
    // without waiting for the writer of a named pipe
    const file = await open(path, O_RDONLY | O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile())
        return readFault("unreadable", `\`${path}\` is not a file`);
      const collector = createByteCollector(maxBytes);
      const chunks = file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
      for await (const chunk of chunks) {
        if (!collector.add(chunk)) return readFault("too_large", `more than ${maxBytes} bytes`);
      }
      return decodeText(collector.join());
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return readFault("unreadable", `cannot read \`${path}\` (${String(code)})`);
  }
}
