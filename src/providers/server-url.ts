import { isSecure, urlParts } from "../grammar/url.js";
import type { OptionCheck } from "../policy/option-checks.js";

/** Checks for the URL of a server: `https` or a loopback host, no credentials, no query, no fragment, no slash at the end. */
export const isServerUrl: OptionCheck = (value) => {
  const url = urlParts(value);
  const isValid =
    url !== undefined &&
    isSecure(url) &&
    typeof value === "string" &&
    `${url.origin}${url.pathname === "/" ? "" : url.pathname}` === value &&
    !value.endsWith("/");
  return isValid
    ? undefined
    : "expected a URL such as `https://sso.example.com` (`https` or a loopback host), without a slash at its end";
};
