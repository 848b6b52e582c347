import type { Path } from "./report.js";

/** Returns a hint at what a value of the wrong type was probably meant to be. */
export function hintAt(input: unknown, path: Path): string {
  if (path.at(-1) === "maxAge") return ": write seconds, as in maxAge: 300";
  if (path.at(-1) === "deny") return `: write the reason, as in deny: "Use the console."`;
  const isWithin = path.at(-1) === "within" || (path.at(-2) === "within" && path.length === 4);
  if (isWithin) return `: write a parameter for each boundary, as in { project: "projectId" }`;
  const isBoundary = path[0] === "boundaries" && path.length < 3;
  return isBoundary
    ? `: write the claim of each boundary, as in { project: { claim: "projects" } }`
    : hintAtList(input, path);
}

/** Returns a hint at what a list was probably meant to be, in the place of a requirement, of all scopes or of an option. */
function hintAtList(input: unknown, path: Path): string {
  if (!Array.isArray(input)) return "";
  const [top] = path;
  if (path.at(-1) === "entitlement")
    return `: write one name; if several are required, nest one requirement for each in { allOf: [...] }`;
  if (top === "scopes" && path.length === 1)
    return `: write each scope with its description, as in { "orders:read": "Read orders" }`;
  if (top === "scopes" && path.at(-1) === "restricted")
    return ": write `restricted: true`, and name the scope in `approvedScopes` of each approved client";
  if (top !== "tools" && top !== "endpoints") return "";
  const isPart = path.at(-2) === "allOf" || path.at(-2) === "anyOf";
  return isPart || path.length === 2 || path.at(-1) === "scope"
    ? `: write { allOf: ["a", "b"] } if all of them are required, or { anyOf: ["a", "b"] } if one is enough`
    : "";
}
