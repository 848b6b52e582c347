import type { SentenceMapping } from "./document.js";

/** Every sentence of test/seeds/localisation.txt, in order, with its counterparts. */
export const localisationDocument: readonly SentenceMapping[] = [
  ["Scopes", "heading"],
  ["What each OAuth scope grants and which endpoints it protects.", "scopes", "endpoints"],
  ["Scope reference", "heading"],
  ["| Scope | Default | What it opens |", "heading"],
  ["|---|---|---|", "heading"],
  [
    "org:read | On | Organization metadata |",
    "scopes > org:read > description",
    "scopes > org:read > default",
  ],
  [
    "projects:read | On | List and get projects |",
    "scopes > projects:read > description",
    "scopes > projects:read > default",
  ],
  [
    "projects:write | Off | Create/modify project settings |",
    "scopes > projects:write > description",
    "scopes > projects:write > default",
  ],
  [
    "keys:read | On | List translation keys |",
    "scopes > keys:read > description",
    "scopes > keys:read > default",
  ],
  [
    "keys:write | On | Create, update, delete keys |",
    "scopes > keys:write > description",
    "scopes > keys:write > default",
  ],
  [
    "translations:read | On | Read translations |",
    "scopes > translations:read > description",
    "scopes > translations:read > default",
  ],
  [
    "translations:write | On | Write translations (drafts) |",
    "scopes > translations:write > description",
    "scopes > translations:write > default",
  ],
  [
    "translations:publish | Off | Publish to the public CDN |",
    "scopes > translations:publish > description",
    "scopes > translations:publish > default",
  ],
  [
    "content:read | On | Read Content CMS entries |",
    "scopes > content:read > description",
    "scopes > content:read > default",
  ],
  [
    "content:write | On | Write Content CMS entries |",
    "scopes > content:write > description",
    "scopes > content:write > default",
  ],
  [
    "content:publish | Off | Publish content entries |",
    "scopes > content:publish > description",
    "scopes > content:publish > default",
  ],
  [
    "glossary:read | On | Read glossary terms |",
    "scopes > glossary:read > description",
    "scopes > glossary:read > default",
  ],
  [
    "glossary:write | Off | Modify glossary terms |",
    "scopes > glossary:write > description",
    "scopes > glossary:write > default",
  ],
  ["Default vs destructive scopes", "heading"],
  ["Default-on scopes are pre-checked on the consent screen.", "scopes > org:read > default"],
  ["The user can uncheck any of them.", "outside: the consent page"],
  [
    "Default-off scopes (marked Off above) require the user to explicitly opt in.",
    "scopes > translations:publish > default",
    "scopes > content:publish > default",
    "scopes > projects:write > default",
    "scopes > glossary:write > default",
  ],
  [
    "They surface a yellow warning on the consent screen because they can modify production-facing content:",
    "scopes > translations:publish > warning",
    "scopes > content:publish > warning",
    "scopes > projects:write > warning",
    "scopes > glossary:write > warning",
  ],
  [
    "translations:publish— pushes to the public CDNcontent:publish— publishes content entriesprojects:write— changes project structureglossary:write— rewrites brand terminology",
    "scopes > translations:publish > warning",
    "scopes > content:publish > warning",
    "scopes > projects:write > warning",
    "scopes > glossary:write > warning",
  ],
  ["Endpoint → scope mapping", "heading"],
  ["| Method | Endpoint | Required scope |", "heading"],
  ["|---|---|---|", "heading"],
  [
    "GET | /api/oauth-client/me | None (identity, access token) |",
    "endpoints > GET /api/oauth-client/me > authenticated",
  ],
  [
    "GET | /api/oauth-client/organizations | org:read |",
    "endpoints > GET /api/oauth-client/organizations",
  ],
  [
    "GET | /api/oauth-client/organizations/:orgId/projects | projects:read |",
    "endpoints > GET /api/oauth-client/organizations/:orgId/projects",
  ],
  [
    "GET | /api/oauth-client/organizations/:orgSlug/projects/:projectSlug/models | content:read |",
    "endpoints > GET /api/oauth-client/organizations/:orgSlug/projects/:projectSlug/models",
  ],
  [
    "POST | /api/oauth-client/v1/projects | projects:write |",
    "endpoints > POST /api/oauth-client/v1/projects",
  ],
  [
    "GET | /api/oauth-client/v1/projects/:projectId | projects:read |",
    "endpoints > GET /api/oauth-client/v1/projects/:projectId",
  ],
  [
    "POST | /api/oauth-client/v1/projects/:projectId/languages | projects:write |",
    "endpoints > POST /api/oauth-client/v1/projects/:projectId/languages",
  ],
  [
    "Translation key, translation value, publishing, glossary, and Content CMS write operations use the same scopes through the MCP tools while dedicated partner REST endpoints roll out.",
    "tools > create_key",
    "tools > write_translation",
    "tools > publish_translations",
    "tools > update_glossary_term",
    "tools > update_content_entry",
  ],
  ["Requesting scopes", "heading"],
  [
    "Pass scopes as a space-separated string in the scope query parameter:",
    "outside: the authorization server reads the parameter",
  ],
  [
    "scope=org:read+projects:read+keys:read+keys:write+translations:writeRequest only what you need.",
    "outside: the authorization server reads the parameter",
  ],
  ["Users are more likely to approve integrations that ask for fewer permissions.", "guidance"],
];
