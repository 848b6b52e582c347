import {
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
} from "../discovery/protected-resource-metadata.js";
import { metadataUrl } from "../discovery/resource-identifier.js";
import { deepFreeze } from "../policy/plain-data.js";
import type { AuthorizerOptions } from "./authorizer-options.js";

/** Returns the metadata of the resource that an authorizer protects; `undefined` without `resource`. */
export function metadataOf({
  policy,
  resource,
  authorizationServers,
  scopeDescriptions = false,
}: AuthorizerOptions):
  | { readonly url: string; readonly document: ProtectedResourceMetadata }
  | undefined {
  if (resource === undefined) return undefined;
  const servers = authorizationServers !== undefined && { authorizationServers };
  const document = protectedResourceMetadata(policy, { resource, scopeDescriptions, ...servers });
  return deepFreeze({ url: metadataUrl(resource), document });
}

const read = new WeakSet<object>();

/** Notes that something has read the metadata of an authorizer, probably to serve it. Returns whether this is the first time. */
export function noteMetadataRead(authorizer: object): boolean {
  const isFirst = !read.has(authorizer);
  read.add(authorizer);
  return isFirst;
}
