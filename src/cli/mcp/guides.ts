import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { packageGuides } from "../policy-file/package-info.js";

/** A guide of the package. */
export interface Guide {
  /** The name of its file, such as `policy.md`. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly text: string;
}

/** Returns the guides of the package. */
export function readGuides(): readonly Guide[] {
  return packageGuides().map((path) => guideOf(basename(path), readFileSync(path, "utf8")));
}

function guideOf(name: string, text: string): Guide {
  const member = (key: string) => new RegExp(`^${key}: (.+)$`, "m").exec(text)?.[1];
  const description = member("description");
  return {
    name,
    title: member("title") ?? member("name") ?? name,
    ...(description !== undefined && { description }),
    text,
  };
}
