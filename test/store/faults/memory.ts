import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRevokedSet } from "../../../src/store/revoked-set.js";

/** What the revocations in memory cost. */
export interface MemoryResult {
  /** Bytes of one rule, of which a token has one and a grant two. */
  readonly bytesPerRule: number;
  /** Nanoseconds of CPU time of the answer about a token that is not revoked. */
  readonly nanoseconds: number;
}

/** Measures a set of tokens and grants, each with the texts that a row of the database would have. */
export function measureMemory(rows = 100_000, answers = 200_000): MemoryResult {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const set = createRevokedSet();
  for (let row = 0; row < rows; row += 1) {
    const text = (name: string) => JSON.parse(`"${name}-${crypto.randomUUID()}"`) as string;
    const isToken = row % 2 === 0;
    set.add(
      {
        seq: row,
        kind: isToken ? "token" : "grant",
        issuer: null,
        jti: isToken ? text("token") : null,
        grant_id: isToken ? null : text("grant"),
        sub: isToken ? null : text("user"),
        client_id: isToken ? null : text("app"),
        cut_off: isToken ? null : row,
        expires_at: null,
        revoked_at: row,
      },
      Infinity,
    );
  }
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  const token = { scope: "", iss: "a", sub: "b", client_id: "c", jti: "d", iat: rows, claims: {} };
  const start = process.cpuUsage();
  for (let answer = 0; answer < answers; answer += 1) set.has(token);
  const { user, system } = process.cpuUsage(start);
  const nanoseconds = ((user + system) * 1_000) / answers;
  return { bytesPerRule: bytes / set.size, nanoseconds };
}
