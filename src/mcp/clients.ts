import type { McpChallenge } from "./surface.js";

/**
 * Clients that do not step up on a 403, by the start of their `User-Agent`: ChatGPT reads a challenge in a result, Claude
 * Code shows a 403 as an expired token, Codex never asks for more. The name only chooses how a refusal is said.
 */
const TOLD_BY_RESULT = [/^openai-mcp\b/i, /^chatgpt/i, /^claude-code\b/i, /^codex/i];

/** How a client is told of a shortage of scope. */
export function challengeFor(
  challenge: McpChallenge,
  userAgent: string | undefined,
): Exclude<McpChallenge, "auto"> {
  if (challenge !== "auto") return challenge;
  const isToldByResult = TOLD_BY_RESULT.some((pattern) => pattern.test(userAgent ?? ""));
  return isToldByResult ? "tool-result" : "http";
}
