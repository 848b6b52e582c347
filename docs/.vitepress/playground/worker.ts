import { policyJsonSchema } from "scope-policy";
import { evaluate } from "./evaluate.js";
import type { EvaluateRequest, WorkerMessage } from "./parts.js";
import { createPresets } from "./presets.js";

const send = (message: WorkerMessage): void => globalThis.postMessage(message);

globalThis.addEventListener("message", ({ data }: MessageEvent<EvaluateRequest>) => {
  for (const part of evaluate(data.state)) send({ kind: "part", part });
  send({ kind: "part", part: undefined });
});

send({ kind: "ready", presets: createPresets(), schema: policyJsonSchema() });
