// A localisation platform: the whole of its "Scopes" page, in its own words.
//
// The page does not name the platform, so the name is chosen. It maps its endpoints to scopes, and
// says that translation keys, translation values, publishing, the glossary and Content CMS writes are
// reached through MCP tools with the same scopes, without naming a tool: the tools are chosen, plain
// names for each of those. The version is chosen too (the page has none).
import { definePolicy } from "scope-policy";

export const chosen = {
  name: "Localisation platform",
  version: "2026-11-22",
  tools: [
    "list_keys",
    "create_key",
    "update_key",
    "delete_key",
    "list_translations",
    "write_translation",
    "publish_translations",
    "list_glossary_terms",
    "create_glossary_term",
    "update_glossary_term",
    "delete_glossary_term",
    "list_content_entries",
    "create_content_entry",
    "update_content_entry",
    "publish_content_entry",
  ],
} as const;

export const policy = definePolicy({
  name: chosen.name,
  version: chosen.version,
  scopes: {
    "org:read": { description: "Organization metadata", default: "on" },
    "projects:read": { description: "List and get projects", default: "on" },
    "projects:write": {
      description: "Create/modify project settings",
      default: "off",
      warning: "changes project structure",
    },
    "keys:read": { description: "List translation keys", default: "on" },
    "keys:write": { description: "Create, update, delete keys", default: "on" },
    "translations:read": { description: "Read translations", default: "on" },
    "translations:write": { description: "Write translations (drafts)", default: "on" },
    "translations:publish": {
      description: "Publish to the public CDN",
      default: "off",
      warning: "pushes to the public CDN",
    },
    "content:read": { description: "Read Content CMS entries", default: "on" },
    "content:write": { description: "Write Content CMS entries", default: "on" },
    "content:publish": {
      description: "Publish content entries",
      default: "off",
      warning: "publishes content entries",
    },
    "glossary:read": { description: "Read glossary terms", default: "on" },
    "glossary:write": {
      description: "Modify glossary terms",
      default: "off",
      warning: "rewrites brand terminology",
    },
  },
  tools: {
    list_keys: "keys:read",
    create_key: "keys:write",
    update_key: "keys:write",
    delete_key: "keys:write",
    list_translations: "translations:read",
    write_translation: "translations:write",
    publish_translations: "translations:publish",
    list_glossary_terms: "glossary:read",
    create_glossary_term: "glossary:write",
    update_glossary_term: "glossary:write",
    delete_glossary_term: "glossary:write",
    list_content_entries: "content:read",
    create_content_entry: "content:write",
    update_content_entry: "content:write",
    publish_content_entry: "content:publish",
  },
  endpoints: {
    "GET /api/oauth-client/me": { authenticated: true }, // "None (identity, access token)"
    "GET /api/oauth-client/organizations": "org:read",
    "GET /api/oauth-client/organizations/:orgId/projects": "projects:read",
    "GET /api/oauth-client/organizations/:orgSlug/projects/:projectSlug/models": "content:read",
    "POST /api/oauth-client/v1/projects": "projects:write",
    "GET /api/oauth-client/v1/projects/:projectId": "projects:read",
    "POST /api/oauth-client/v1/projects/:projectId/languages": "projects:write",
  },
});
