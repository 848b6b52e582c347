import { readOwn } from "../../decision/access-token.js";
import { type FindRequiredOperations, unknownOperation } from "../shared/required-operations.js";
import { type ResourceMatch, sampleOf } from "../shared/resource-uris.js";

/** A resource template that a server has registered, reduced to the members of both SDKs. */
interface RegisteredTemplate {
  readonly resourceTemplate: {
    readonly uriTemplate: {
      toString(): string;
      match(uri: string): object | null;
    };
  };
}

/**
 * The resources and prompts that an `McpServer` has registered at the time of the call. A low-level server has no
 * registrations.
 */
export interface Registrations {
  /** Returns each registered URI and the text of each template, with whether one of the given keys is its own entry. */
  readonly resources: (keys: readonly string[]) => ReadonlyMap<string, boolean>;
  /** Returns whether a registration serves the URIs that match a key. */
  readonly serves: (key: string) => boolean;
  /** Returns the names of the prompts. */
  readonly prompts: () => readonly string[];
  /** All of them as one text. */
  readonly key: () => string;
  /**
   * Returns whether each registration that may serve a URI has its own entry among the given ones. The entry of a fixed URI is
   * that URI; the entry of a template is one for which the template serves every URI.
   */
  readonly isNamed: (uri: string, entries: readonly EntrySample[]) => boolean;
}

type EntrySample = Pick<ResourceMatch, "sample">;

/** Creates a view of the registrations of a server, read from the members where both SDKs keep them. */
export function createRegistrations(server: object): Registrations {
  const registered = (member: string): object => readOwn(server, member) ?? {};
  const uris = () => registered("_registeredResources");
  const templates = () =>
    Object.values(
      registered("_registeredResourceTemplates") as Record<string, RegisteredTemplate>,
    ).map(({ resourceTemplate }) => resourceTemplate.uriTemplate);
  const hasOwnEntry: Registrations["isNamed"] = (uri, entries) => {
    // both SDKs look up the exact URI first
    if (Object.hasOwn(uris(), uri)) return entries.some(({ sample }) => sample === uri);
    const serving = templates().filter((template) => template.match(uri) !== null);
    return serving.every((template) =>
      entries.some(({ sample }) => template.match(sample) !== null),
    );
  };
  const prompts = () => Object.keys(registered("_registeredPrompts"));
  return {
    resources: (keys) => {
      const samples = keys.map(sampleOf);
      return new Map([
        ...Object.keys(uris()).map((uri) => [uri, keys.includes(uri)] as const),
        ...templates().map((template) => {
          const isOwn = samples.some((sample) => template.match(sample) !== null);
          return [template.toString(), isOwn] as const;
        }),
      ]);
    },
    serves: (key) => {
      const sample = sampleOf(key);
      return (
        Object.hasOwn(uris(), sample) ||
        templates().some((template) => template.match(sample) !== null)
      );
    },
    prompts,
    key: () => JSON.stringify([Object.keys(uris()), templates().map(String), prompts()]),
    isNamed: hasOwnEntry,
  };
}

/** Returns targets that deny a message if it names a resource and the registration of the resource has no entry of its own. */
export function requireOwnEntries(
  targets: FindRequiredOperations,
  { isNamed: hasOwnEntry }: Registrations,
): FindRequiredOperations {
  return (question, version) => {
    const target = targets(question, version);
    const areNamed =
      target.kind !== "operations" ||
      target.resources.every(({ uri, entries }) => hasOwnEntry(uri, entries));
    return areNamed ? target : unknownOperation(question.method);
  };
}
