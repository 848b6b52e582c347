import { element } from "./dom.js";
import { field, group, textAttributes } from "./fields.js";
import { createOperationFields } from "./operation-fields.js";
import type { PlaygroundState } from "./state.js";

/** The fields of the token, the call and the plan. */
export interface CallForm {
  readonly element: HTMLElement;
  read(): Omit<PlaygroundState, "policy">;
  write(state: PlaygroundState): void;
  /** Lists the operations of a policy. */
  listOperations(tools: readonly string[], endpoints: readonly string[]): void;
}

/** Creates the fields, which report every change. */
export function createCallForm(onChange: () => void): CallForm {
  const hasToken = element("input", { type: "checkbox", id: "pg-has-token" });
  const scope = element("input", { ...textAttributes("scope"), type: "text" });
  const claims = element("textarea", { ...textAttributes("claims"), rows: "4" });
  const params = element("textarea", { ...textAttributes("params"), rows: "3" });
  const operations = createOperationFields(onChange);
  const box = element(
    "p",
    { class: "pg-box" },
    hasToken,
    element("label", { for: hasToken.id }, "The call carries a token"),
  );
  const form = element(
    "div",
    { class: "pg-form" },
    group("Token", box, field("Scope", scope), field("Other claims (JSON)", claims)),
    group("Call", ...operations.call, field("Arguments (JSON)", params)),
    operations.plan,
  );
  form.addEventListener("input", onChange);
  return {
    element: form,
    read: () => ({
      hasToken: hasToken.checked,
      scope: scope.value,
      claims: claims.value,
      params: params.value,
      ...operations.read(),
    }),
    write(state) {
      hasToken.checked = state.hasToken;
      scope.value = state.scope;
      claims.value = state.claims;
      params.value = state.params;
      operations.write(state);
    },
    listOperations: (tools, endpoints) => operations.list(tools, endpoints),
  };
}
