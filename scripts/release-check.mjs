// npm run release:check: exits with 1, and prints what to set, while the package cannot be published. npm runs it before `npm publish`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { manifest, root } from "./entries.mjs";
import { repository } from "./repository.mjs";

const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
const CHECKS = [
  {
    isMet: repository !== undefined,
    message:
      'package.json: set `repository` to the address of the repository, such as "https://github.com/OWNER/NAME"; links, `homepage` and `bugs` are made from it',
  },
  {
    isMet: manifest.version !== "0.0.0" && changelog.includes(`\n## ${manifest.version}\n`),
    message:
      "package.json: `version` has no section in CHANGELOG.md; run `npm run version` and commit what it writes",
  },
];
for (const { isMet, message } of CHECKS) {
  if (isMet) continue;
  console.error(message);
  process.exitCode = 1;
}
