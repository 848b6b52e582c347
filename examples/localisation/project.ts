// A small translation project in memory: the data of the MCP tools. Each server creates its own.

export interface Entry {
  readonly id: string;
  readonly text: string;
  readonly isPublished: boolean;
}

type Entries = Map<string, Entry>;

export interface Project {
  readonly keys: Set<string>;
  readonly translations: Entries;
  readonly glossary: Entries;
  readonly content: Entries;
}

/** Returns a project with one key, its draft translation, one glossary term and one content entry. */
export function openProject(): Project {
  const draft = (id: string, text: string): Entries =>
    new Map([[id, { id, text, isPublished: false }]]);
  return {
    keys: new Set(["home.title"]),
    translations: draft("home.title", "Willkommen"),
    glossary: draft("workspace", "Arbeitsbereich"),
    content: draft("about", "About us"),
  };
}

/** Adds or replaces an entry; its new text is a draft. */
export function write(entries: Entries, id: string, text: string): Entry {
  const entry = { id, text, isPublished: false };
  entries.set(id, entry);
  return entry;
}

/** Publishes one entry, or all of them, and returns those that were drafts. */
export function publish(entries: Entries, id?: string): readonly Entry[] {
  const drafts = [...entries.values()].filter(
    (entry) => !entry.isPublished && (id === undefined || entry.id === id),
  );
  for (const entry of drafts) entries.set(entry.id, { ...entry, isPublished: true });
  return drafts;
}
