import { expect, it } from "vitest";
import { ANSWERS } from "./answers.js";

declare module "vitest" {
  interface TaskMeta {
    /** Number and SHA-256 of the answers. `npm run test:runtimes` compares them between the runtimes. */
    answers?: string;
  }
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

it.for(Object.entries(ANSWERS))("%s are the same each time", async ([, answer], { task }) => {
  const answers = await answer();
  expect(answers.length).toBeGreaterThanOrEqual(50);
  const text = JSON.stringify(answers);
  expect(JSON.stringify(await answer())).toBe(text);
  task.meta.answers = `${answers.length} ${await digestOf(text)}`;
});
