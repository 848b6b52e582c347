import { type Segment, splitEndpoint } from "../../policy/endpoint-key.js";

/** A key of `endpoints` as OpenAPI writes it. */
export interface EndpointPath {
  /** The method in lower case, as the member of a path item. */
  readonly method: string;
  /** The path template: `{id}` for each placeholder, `{path*}` for a catch-all. */
  readonly template: string;
  /** The names of the path parameters as in the template: that of a catch-all ends in `*`. */
  readonly params: readonly string[];
  /** The template without names. OpenAPI does not allow two templates that differ in names alone. */
  readonly shape: string;
}

/** Returns a key of a compiled policy as a method and a path template. */
export function endpointPath(key: string): EndpointPath {
  const { method, segments } = splitEndpoint(key);
  const pathWith = (nameOf: (name: string) => string) =>
    `/${segments.map((segment) => segmentText(segment, nameOf)).join("/")}`;
  return {
    method: method.toLowerCase(),
    template: pathWith((name) => name),
    params: segments.flatMap(({ params, isCatchAll }) =>
      params.map((name) => (isCatchAll ? `${name}*` : name)),
    ),
    shape: pathWith(() => ""),
  };
}

function segmentText({ literals, params, isCatchAll }: Segment, nameOf: (name: string) => string) {
  const texts = params.map((name) => `{${nameOf(name)}${isCatchAll ? "*" : ""}}`);
  return literals.map((literal, index) => literal + (texts[index] ?? "")).join("");
}

/** Returns the key of `endpoints` that a path template is read as. */
export function keyOfPath(method: string, template: string): string {
  return `${method.toUpperCase()} ${template}`;
}
