#!/usr/bin/env node
// The browser that mcp-remote opens: authorizes as the user, and follows the redirect to mcp-remote.
import { browse } from "./scenarios.mjs";

await fetch(await browse(process.argv[2]));
