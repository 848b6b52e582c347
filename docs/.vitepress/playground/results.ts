import { element, list, paragraph, shorten } from "./dom.js";
import { drawMatrix } from "./matrix-table.js";
import type {
  ConsentPart,
  DecisionPart,
  FailedPart,
  PlanPart,
  ResultKind,
  ResultPart,
} from "./parts.js";

const TITLES: Readonly<Record<ResultKind, string>> = {
  decision: "Decision",
  plan: "Least-privilege plan",
  consent: "Consent page",
  matrix: "Matrix",
};

/** The results of the playground, each in a section of its own. */
export interface Results {
  readonly element: HTMLElement;
  draw(part: ResultPart): void;
  /** Replaces every result, for example because the policy has findings. */
  clear(message: string): void;
  /** Tells assistive technology whether results will change soon. */
  setBusy(isBusy: boolean): void;
  /** Marks the results as out of date, until each is drawn again. */
  wait(): void;
  /** Replaces the results that were not drawn since `wait`. */
  stop(message: string): void;
}

/** Creates the sections of the results, empty. */
export function createResults(): Results {
  const bodies = new Map(
    Object.keys(TITLES).map((kind) => [kind as ResultKind, element("div", { class: "pg-result" })]),
  );
  const waiting = new Set<ResultKind>();
  const replace = (kind: ResultKind, ...children: readonly Node[]): void => {
    waiting.delete(kind);
    bodies.get(kind)?.replaceChildren(...children);
  };
  const kinds = [...bodies.keys()];
  const sections = [...bodies].map(([kind, body]) => sectionOf(kind, body));
  const root = element("div", { class: "pg-results", "aria-busy": "true" }, ...sections);
  return {
    element: root,
    setBusy: (isBusy) => root.setAttribute("aria-busy", String(isBusy)),
    draw(part) {
      if (part.kind === "failed") replace(part.part, ...drawFailure(part));
      else replace(part.kind, ...drawPart(part));
    },
    clear: (message) => {
      for (const kind of kinds) replace(kind, paragraph(message));
    },
    wait: () => {
      for (const kind of kinds) waiting.add(kind);
    },
    stop: (message) => {
      for (const kind of [...waiting]) replace(kind, paragraph(message));
    },
  };
}

function sectionOf(kind: ResultKind, body: HTMLElement): HTMLElement {
  const id = `pg-${kind}`;
  const title = element("h2", { id }, TITLES[kind]);
  return element("section", { class: `pg-section pg-${kind}`, "aria-labelledby": id }, title, body);
}

function drawPart(part: Exclude<ResultPart, FailedPart>): readonly Node[] {
  switch (part.kind) {
    case "decision":
      return drawDecision(part);
    case "plan":
      return drawPlan(part);
    case "consent":
      return drawConsent(part);
    case "matrix":
      return drawMatrix(part);
  }
}

function drawFailure({ message }: FailedPart): readonly Node[] {
  return [element("p", { class: "pg-failed" }, message)];
}

function drawDecision({
  allowed,
  headline,
  why,
  changes,
  params,
  json,
}: DecisionPart): readonly Node[] {
  return [
    element("p", { class: allowed ? "pg-allowed" : "pg-denied" }, headline),
    ...why.map((line) => paragraph(line)),
    ...(params.length === 0
      ? []
      : [paragraph(`Parameters of the operation: ${params.join(", ")}`)]),
    ...(changes.length === 0
      ? []
      : [element("h3", {}, "What would change the decision"), list("ol", changes)]),
    element(
      "details",
      {},
      element("summary", {}, "Decision as JSON"),
      element("pre", { tabindex: "0", "aria-label": "Decision as JSON" }, json),
    ),
  ];
}

function drawPlan({ scopes, alternatives, unreachable, exact }: PlanPart): readonly Node[] {
  if (scopes === undefined) return [paragraph("Choose at least one operation of the plan.")];
  return [
    scopes === ""
      ? paragraph("Nothing is missing: the token opens what consent can open.")
      : paragraph("Ask for ", element("code", {}, scopes), "."),
    ...(alternatives.length === 0
      ? []
      : [element("h3", {}, "Other scopes of the same size"), list("ul", alternatives)]),
    ...(unreachable.length === 0
      ? []
      : [
          element("h3", {}, "Operations that no consent opens"),
          list("ul", unreachable.map(shorten)),
        ]),
    ...(exact ? [] : [paragraph("The search stopped at its limit: a smaller scope can exist.")]),
  ];
}

/** Draws the page in a frame with an origin of its own, which runs no script and posts no form. */
function drawConsent({ html }: ConsentPart): readonly Node[] {
  return [element("iframe", { title: "Consent page", sandbox: "", srcdoc: html })];
}
