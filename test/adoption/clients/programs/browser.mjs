#!/usr/bin/env node
// The browser that mcp-remote opens: authorizes as the user, and follows the redirect to mcp-remote. In a step-up, mcp-remote
// opens the browser before it listens for the redirect. A user takes longer than this program, so it tries for some seconds.
import { setTimeout as pause } from "node:timers/promises";
import { browse } from "./scenarios.mjs";

const callback = await browse(process.argv[2]);
for (let attempt = 1; ; attempt += 1) {
  try {
    await fetch(callback);
    break;
  } catch (error) {
    if (attempt === 50) throw error;
    await pause(100);
  }
}
