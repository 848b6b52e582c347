// node scripts/pictures.mjs [DIRECTORY]: writes pictures of the pages into DIRECTORY (default: docs/pictures): the consent page of
// each provider of the examples, the connected apps and the audit log, in light mode, in dark mode, on a phone and right to left, and
// two of a policy of 42 scopes. It requires Chromium: see `launchBrowser`.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createJiti } from "jiti";
import sharp from "sharp";
import { launchBrowser } from "./browser.mjs";
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
const { connectedApp, consentScreen } = /** @type {typeof import("../src/index.js")} */ (
  await jiti.import(resolve("src/index.ts"))
);
const { renderAuditLog, renderConnectedApps, renderConsent } =
  /** @type {typeof import("../src/html.js")} */ (await jiti.import(resolve("src/html.ts")));

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

const movementors = await policyOf("movementors");
const at = (/** @type {string} */ time) => Date.parse(`2026-11-${time}:00Z`) / 1_000;
const account = { account: { tier: "free", account_type: "mentor" } };

/** @param {string | undefined} locale */
function connectedApps(locale) {
  const grants = [
    {
      grantId: "g-1",
      client: { client_id: "claude-desktop", client_name: "Claude Desktop" },
      scope: "read:profile read:classes write:classes mcp:tools offline_access",
      authorizedAt: at("03T09:12"),
      lastUsedAt: at("27T18:30"),
      policyVersion: movementors.definition.version,
    },
    {
      grantId: "g-2",
      client: {
        client_id: "https://calendar.example/client",
        client_name: "Calendar Sync",
        client_uri: "https://calendar.example",
        verifiedDomain: "calendar.example",
      },
      scope:
        "read:profile read:bookings read:classes read:clients read:messages read:reviews mcp:tools",
      authorizedAt: at("21T14:05"),
      policyVersion: "1",
    },
  ];
  const facts = locale === undefined ? account : { ...account, locale };
  return renderConnectedApps(
    grants.map((grant) => connectedApp(movementors, grant, facts)),
    {
      action: "/settings/connected-apps",
      csrf: "x",
      auditLogUrl: "/settings/audit-log",
      ...(locale !== undefined && { locale }),
    },
  );
}

/** @param {string | undefined} locale */
function auditLog(locale) {
  /** @type {(operation: string, time: string, changes?: any) => any} */
  const call = (operation, time, { decision, ...changes } = {}) => {
    const code = decision?.code ?? "allowed";
    const name = { client_id: "claude-desktop", client_name: "Claude Desktop" };
    const event = { decision: { code, ...decision }, arguments: [], ...changes };
    const status = decision === undefined ? 200 : 403;
    return {
      ...name,
      operation,
      code,
      allowed: !decision,
      status,
      time: `2026-11-${time}:00Z`,
      event,
    };
  };
  const events = [
    call("list_bookings", "27T18:30"),
    call("update_class", "27T18:29", {
      decision: { code: "upgrade_required" },
      arguments: [
        { name: "classId", type: "string", value: "c-17" },
        { name: "note", type: "string", size: 80 },
      ],
    }),
    call("list_messages", "27T18:27", {
      decision: { code: "insufficient_scope", missing: ["read:messages"] },
    }),
    call("consent", "27T18:26", {
      type: "consent",
      scopes: { granted: ["read:profile", "read:bookings", "mcp:tools"] },
    }),
    call("delete_account", "26T07:41", { decision: { code: "denied" } }),
  ];
  return renderAuditLog(
    { events, next: "1.x" },
    { connectedAppsUrl: "/settings/connected-apps", ...(locale !== undefined && { locale }) },
  );
}

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
const browser = await launchBrowser();

/**
 * @param {AnyPolicy} policy
 * @param {Partial<ConsentFacts>} facts
 */
const consentPage = (policy, facts) =>
  renderConsent(consentScreen(policy, /** @type {ConsentFacts} */ (facts), links), {
    action: "/consent",
    csrf: "x",
  });

/**
 * @param {string} name
 * @param {string} html
 * @param {import("playwright-core").BrowserContextOptions} context
 */
async function take(name, html, context) {
  const page = await browser.newPage(context);
  await page.setContent(html);
  // the buttons stay in view, so that a picture of the whole page needs a window as high as the page
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height });
  const picture = await sharp(await page.screenshot({ fullPage: true }))
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await writeFile(join(directory, `${name}.png`), picture);
  await page.close();
}

/** @type {Map<string, (locale: string | undefined) => string>} */
const pages = new Map([
  ["connected-apps", connectedApps],
  ["audit-log", auditLog],
]);
for (const [name, facts] of Object.entries(requests)) {
  const policy = await policyOf(name);
  pages.set(name, (locale) =>
    consentPage(policy, /** @type {Partial<ConsentFacts>} */ ({ ...facts, locale })),
  );
}
for (const [name, render] of pages) {
  for (const [look, { context, locale }] of Object.entries(looks)) {
    await take(`${name}-${look}`, render(locale), context);
  }
}
const long = longPolicy({ areasInGroup: 3, titled: true, warned: true });
const longFacts = {
  client: { client_id: "c-5", client_name: "Stock Helper", ...web },
  requested: Object.keys(long.definition.scopes).join(" "),
  user: { label: "ana@example.com" },
};
await take("long-wide", consentPage(long, longFacts), { viewport: { width: 1_280, height: 800 } });
await take("long-mobile", consentPage(long, longFacts), { viewport: { width: 320, height: 640 } });
await browser.close();
