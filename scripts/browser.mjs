// The browser of the tests, of the pictures and of the table of runtimes.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** Where Debian's packages put Chromium. The shell, which can only run without a window, opens a page in a third of the time. */
const PATHS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Starts Chromium at the path in `CHROMIUM`, or at that of one of Debian's packages. */
export function launchBrowser() {
  const found = process.env["CHROMIUM"] ?? PATHS.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`no Chromium: set CHROMIUM, or install it as ${PATHS.join(" or ")}`);
  return chromium.launch({ executablePath: found, args: ["--no-sandbox"] });
}
