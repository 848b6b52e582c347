import { readOwn } from "../decision/access-token.js";
import { type ResourceMatch, sampleOf } from "./resource-uris.js";
import { refused, type Targets } from "./targets.js";

/** A template of resources that a server has registered, by what both SDKs let one see of it. */
interface RegisteredTemplate {
  readonly resourceTemplate: {
    readonly uriTemplate: {
      toString(): string;
      match(uri: string): object | null;
    };
  };
}

/** The resources and prompts that an `McpServer` has registered, as they are when asked. A low-level server has none of them. */
export interface Registrations {
  /** Each registered URI, and each template as its text, with whether one of the keys of the map is an entry of its own. */
  readonly resources: (keys: readonly string[]) => ReadonlyMap<string, boolean>;
  /** Whether a registration serves what a key of the map fits. */
  readonly serves: (key: string) => boolean;
  /** The names of prompts. */
  readonly prompts: () => readonly string[];
  /** All of them as one text. */
  readonly key: () => string;
  /**
   * Whether each registration that may serve a URI has an entry of its own among those that fit it: a fixed URI its very own,
   * a template one whose every URI it serves.
   */
  readonly isNamed: (uri: string, entries: readonly Sampled[]) => boolean;
}

type Sampled = Pick<ResourceMatch, "sample">;

/** Reads the registrations of a server, where both SDKs keep them. */
export function newRegistrations(server: object): Registrations {
  const kept = (member: string): object => readOwn(server, member) ?? {};
  const uris = () => kept("_registeredResources");
  const templates = () =>
    Object.values(kept("_registeredResourceTemplates") as Record<string, RegisteredTemplate>).map(
      ({ resourceTemplate }) => resourceTemplate.uriTemplate,
    );
  const isNamed: Registrations["isNamed"] = (uri, entries) => {
    // both SDKs look for the URI itself first
    if (Object.hasOwn(uris(), uri)) return entries.some(({ sample }) => sample === uri);
    const serving = templates().filter((template) => template.match(uri) !== null);
    return serving.every((template) =>
      entries.some(({ sample }) => template.match(sample) !== null),
    );
  };
  const prompts = () => Object.keys(kept("_registeredPrompts"));
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
    isNamed,
  };
}

/** Refuses a message that names a resource whose registration has no entry of its own. */
export function heedRegistrations(targets: Targets, { isNamed }: Registrations): Targets {
  return (question, version) => {
    const target = targets(question, version);
    const areNamed =
      target.kind !== "operations" ||
      target.resources.every(({ uri, entries }) => isNamed(uri, entries));
    return areNamed ? target : refused(question.method);
  };
}
