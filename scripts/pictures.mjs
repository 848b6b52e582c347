// node scripts/pictures.mjs [DIRECTORY]: writes pictures of the consent page into DIRECTORY (default: docs/pictures), one for each
// provider of the examples in light mode, in dark mode, on a phone and right to left, and two of a policy of 42 scopes. It requires
// Chromium, at the path in CHROMIUM or at the path of Debian's package.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createJiti } from "jiti";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { sourceAliases } from "./entries.mjs";

const directory = resolve(process.argv[2] ?? "docs/pictures");
const jiti = createJiti(import.meta.url, { alias: sourceAliases });
/** @typedef {import("scope-policy").AnyPolicy} AnyPolicy */
/** @typedef {import("../src/consent/model.js").ConsentFacts} ConsentFacts */
/** @param {string} name */
const policyOf = async (name) =>
  /** @type {{ policy: AnyPolicy }} */ (await jiti.import(resolve(`examples/${name}/policy.ts`)))
    .policy;
const { longPolicy } = /** @type {typeof import("../test/browser/long-policy.js")} */ (
  await jiti.import(resolve("test/browser/long-policy.ts"))
);
const { consentScreen } = /** @type {typeof import("../src/index.js")} */ (
  await jiti.import(resolve("src/index.ts"))
);
const { renderConsent } = /** @type {typeof import("../src/html.js")} */ (
  await jiti.import(resolve("src/html.ts"))
);

const links = {
  manageUrl: "https://as.example/settings/connected-apps",
  reportUrl: "https://as.example/report",
  helpUrl: "https://as.example/help",
};
const web = { redirect_uri: "https://app.example/callback", client_uri: "https://app.example" };

/** @type {Record<string, Partial<ConsentFacts>>} */
const requests = {
  loopwise: {
    client: {
      client_id: "c-1",
      client_name: "Course Helper",
      ...web,
      verifiedDomain: "app.example",
    },
    requested: "openid email courses:read school:read appearance:read posts:write",
    granted: "openid email courses:read",
    user: { label: "ana@example.com", switchAccountUrl: "https://as.example/switch" },
  },
  movementors: {
    client: {
      client_id: "c-2",
      client_name: "Claude Desktop",
      redirect_uri: "http://127.0.0.1:33418/cb",
    },
    requested:
      "read:profile read:classes read:bookings write:classes write:bookings mcp:tools offline_access",
    user: { label: "ana@example.com" },
    account: { tier: "free", account_type: "mentor" },
  },
  moov: {
    client: { client_id: "c-3", client_name: "Till & Tally", ...web },
    requested: "/accounts/acc-42/ /accounts/acc-42/profile.write /accounts/acc-42/transfers.write",
    user: { label: "ana@example.com" },
    account: { resources: { accountID: { "acc-42": "Ana’s Bakery ··42" } } },
  },
  localisation: {
    client: {
      client_id: "c-4",
      client_name: "String Sync",
      ...web,
      policy_uri: "https://app.example/privacy",
    },
    requested: "projects:read projects:write translations:write translations:publish glossary:read",
    user: { label: "ana@example.com" },
    refused: [{ scope: "translations:write" }],
  },
};

const desktop = { viewport: { width: 672, height: 480 } };
const phone = { viewport: { width: 360, height: 640 } };
/** @type {Record<string, { context: import("playwright-core").BrowserContextOptions, locale?: string }>} */
const looks = {
  light: { context: desktop },
  dark: { context: { ...desktop, colorScheme: "dark" } },
  mobile: { context: phone },
  rtl: { context: desktop, locale: "ar" },
};

await mkdir(directory, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

/**
 * @param {string} name
 * @param {AnyPolicy} policy
 * @param {Partial<ConsentFacts>} facts
 * @param {import("playwright-core").BrowserContextOptions} context
 */
async function take(name, policy, facts, context) {
  const screen = consentScreen(policy, /** @type {ConsentFacts} */ (facts), links);
  const page = await browser.newPage(context);
  await page.setContent(renderConsent(screen, { action: "/consent", csrf: "x" }));
  // the buttons stay in view, so that a picture of the whole page needs a window as high as the page
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height });
  const picture = await sharp(await page.screenshot({ fullPage: true }))
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await writeFile(join(directory, `${name}.png`), picture);
  await page.close();
}

for (const [name, facts] of Object.entries(requests)) {
  const policy = await policyOf(name);
  for (const [look, { context, locale }] of Object.entries(looks)) {
    await take(`${name}-${look}`, policy, { ...facts, locale }, context);
  }
}
const long = longPolicy({ areasInGroup: 3, titled: true, warned: true });
const longFacts = {
  client: { client_id: "c-5", client_name: "Stock Helper", ...web },
  requested: Object.keys(long.definition.scopes).join(" "),
  user: { label: "ana@example.com" },
};
await take("long-wide", long, longFacts, { viewport: { width: 1_280, height: 800 } });
await take("long-mobile", long, longFacts, { viewport: { width: 320, height: 640 } });
await browser.close();
