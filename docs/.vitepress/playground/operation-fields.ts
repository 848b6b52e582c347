import { element, shorten } from "./dom.js";
import { field, group, textAttributes } from "./fields.js";
import { MAX_NAMES, type PlaygroundState } from "./state.js";

type Operations = Pick<PlaygroundState, "operation" | "plan">;

/** The fields that depend on the operations of the policy. */
export interface OperationFields {
  readonly call: readonly HTMLElement[];
  readonly plan: HTMLElement;
  read(): Operations;
  write(state: Operations): void;
  list(tools: readonly string[], endpoints: readonly string[]): void;
}

/** Creates the choice of the operation of the call, and of the operations of the plan. */
export function createOperationFields(onChange: () => void): OperationFields {
  const select = element("select", { id: "pg-declared" });
  const other = element("input", { ...textAttributes("operation"), type: "text" });
  const boxes = element("div", { class: "pg-boxes" });
  let planned: ReadonlySet<string> = new Set();
  let listed = "";
  boxes.addEventListener("change", () => {
    planned = new Set(checkedNames(boxes));
  });
  return {
    call: [
      field("Tool or endpoint", select),
      field("Another tool or a request, such as GET /v1/projects/42", other),
    ],
    plan: group("Operations of the plan", boxes),
    read: () => ({
      operation: other.value.trim() || select.value,
      plan: [...planned].slice(0, MAX_NAMES),
    }),
    write({ operation, plan }) {
      other.value = operation;
      planned = new Set(plan);
      listed = "";
    },
    list(tools, endpoints) {
      const names = [...tools, ...endpoints];
      const earlier = select.value;
      // an unchanged list keeps its elements, and with them the focus
      if (listed !== JSON.stringify(names)) {
        listed = JSON.stringify(names);
        select.replaceChildren(...optionsOf("Tools", tools), ...optionsOf("Endpoints", endpoints));
        boxes.replaceChildren(...names.map((name, index) => boxOf(name, index, planned.has(name))));
        if (names.includes(earlier)) select.value = earlier;
        else if (other.value === "") onChange();
      }
      if (names.includes(other.value) && document.activeElement !== other) {
        select.value = other.value;
        other.value = "";
      }
    },
  };
}

function checkedNames(boxes: HTMLElement): readonly string[] {
  const checked = boxes.querySelectorAll<HTMLInputElement>("input:checked");
  return [...checked].map(({ value }) => value);
}

function optionsOf(label: string, names: readonly string[]): readonly HTMLElement[] {
  if (names.length === 0) return [];
  const options = names.map((name) => element("option", { value: name }, shorten(name)));
  return [element("optgroup", { label }, ...options)];
}

function boxOf(name: string, index: number, checked: boolean): HTMLElement {
  const id = `pg-plan-${index}`;
  const input = element("input", { type: "checkbox", id, value: name, checked });
  return element("p", { class: "pg-box" }, input, element("label", { for: id }, shorten(name)));
}
