import { join } from "node:path";
import { defineConfig, type UserConfig } from "vitepress";
import llmstxt from "vitepress-plugin-llms";
import { root, viteAliases } from "../../scripts/entries.mjs";
import { anchorOf } from "../../scripts/links.mjs";
import { withContentSecurityPolicy } from "./content-security-policy.js";
import { hoverTypes } from "./hover-types.js";
import { base, linkRepository, repository } from "./repository.js";
import { flatSidebar, navigation, sidebar } from "./sidebar.js";

type Plugin = NonNullable<NonNullable<UserConfig["vite"]>["plugins"]>[number];

const DECISIONS = ["decisions/0*.md"];

/** A key on a disc, as text: no file is needed. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="#3451b2"/><circle cx="6" cy="8" r="2" fill="none" stroke="#fff" stroke-width="1.5"/><path d="M8 8h5v2" fill="none" stroke="#fff" stroke-width="1.5"/></svg>',
)}`;

/** Markdown twins and lists of all pages. The package declares its plugin with another version of vite. */
const twins = llmstxt({
  excludeIndexPage: false,
  sidebar: flatSidebar(),
  ignoreFilesPerOutput: { llmsTxt: DECISIONS, llmsFullTxt: DECISIONS },
});

export default defineConfig({
  title: "scope-policy",
  description:
    "OAuth scopes as one plain-data policy, for MCP tools and HTTP endpoints in TypeScript",
  lang: "en",
  base,
  outDir: join(root, ".cache/site"),
  cacheDir: join(root, ".cache/vitepress"),
  srcExclude: ["skills/**"],
  // the hash map and the data of the site are a file, so that the only inline scripts are the same on every page
  metaChunk: true,
  transformHtml: withContentSecurityPolicy,
  head: [["link", { rel: "icon", href: ICON }]],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    anchor: { slugify: anchorOf },
    config: linkRepository,
    codeTransformers: [hoverTypes()],
  },
  themeConfig: {
    nav: navigation(),
    sidebar: sidebar(),
    outline: "deep",
    search: { provider: "local" },
    ...(repository !== undefined && { socialLinks: [{ icon: "github", link: repository }] }),
  },
  vite: {
    resolve: {
      alias: viteAliases,
    },
    plugins: [twins as unknown as Plugin],
  },
});
