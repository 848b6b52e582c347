// The conformance servers, each bare or guarded. A guarded server differs from the bare one in `protect` and `mcpGate` alone.
import { startV1Sessions, startV1Stateless } from "./server-v1.js";
import { startV2, startV2Sessions } from "./server-v2.js";

export { TOKEN } from "./policy.js";

export const servers = [
  { name: "v2", start: startV2 },
  { name: "v2 with sessions", start: startV2Sessions },
  { name: "v1", start: startV1Stateless },
  { name: "v1 with sessions", start: startV1Sessions },
] as const;
