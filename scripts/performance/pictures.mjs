// The pictures of docs/performance.md, drawn by ECharts without a browser.
import { init } from "echarts";
import { doors, FRAMEWORKS, workloads } from "./results.mjs";

/** @import { EChartsOption } from "echarts" */

// ECharts writes a colour as it is given. Each stands for a property of the style below, which follows the theme of the reader.
const COLOURS = {
  ink: ["#000001", "#1f2733", "#e6e9ef"],
  faint: ["#000002", "#596273", "#a4adbb"],
  grid: ["#000003", "#dfe3ea", "#343b47"],
  paper: ["#000004", "#ffffff", "#1b1b1f"],
  ours: ["#000005", "#0b62c4", "#6cb2ff"],
  theirs: ["#000006", "#b4530a", "#f0a35e"],
  other: ["#000007", "#9aa3b2", "#6b7586"],
  least: ["#000008", "#cdd3dd", "#454d5b"],
};

/** @type {(name: keyof typeof COLOURS) => string} */
const colour = (name) => /** @type {string} */ (COLOURS[name][0]);
const FONT = "system-ui, sans-serif";

/** @type {(theme: 1 | 2) => string} */
const properties = (theme) =>
  Object.entries(COLOURS)
    .map(([name, values]) => `--${name}:${values[theme]}`)
    .join(";");

/**
 * Draws a chart as SVG, with a title and a description for readers who do not see it, and with colours that follow the theme.
 *
 * @param {{ id: string, title: string, description: string, width: number, height: number, option: EChartsOption }} picture
 */
function draw({ id, title, description, width, height, option }) {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: colour("paper"),
    textStyle: { fontFamily: FONT, color: colour("ink") },
    ...option,
  });
  let svg = chart.renderToSVGString();
  chart.dispose();
  for (const [name, [given = ""]] of Object.entries(COLOURS))
    svg = svg.replaceAll(given, `var(--${name})`);
  // ECharts counts the charts of a process in the names of its clip paths
  svg = svg.replace(/zr\d+-/g, `${id}-`);
  const style = `svg{${properties(1)}}@media (prefers-color-scheme:dark){svg{${properties(2)}}}`;
  const head = `<title id="${id}-title">${title}</title>\n<desc id="${id}-desc">${description}</desc>\n<style>${style}</style>`;
  const labels = `role="img" aria-labelledby="${id}-title ${id}-desc"`;
  return `${svg.replace(/^<svg ([^>]*)>/, `<svg $1 ${labels}>\n${head}`)}\n`;
}

const AXIS = {
  axisLine: { lineStyle: { color: colour("faint") } },
  axisTick: { show: false },
  axisLabel: { color: colour("ink"), fontSize: 13, fontFamily: FONT },
  splitLine: { lineStyle: { color: colour("grid") } },
};

const KINDS = /** @type {const} */ ([
  ["known", "a token that is held"],
  ["anew", "new text each time"],
]);
const WIDTH = 860;
/** Room for the names of the workloads. */
const LEFT = 235;

/** Nanoseconds of a decision beside `Set` and `Map`: two dots for each workload, on a logarithmic axis. */
function drawDecisions() {
  const names = workloads.map(({ name }) => name.replace("scopes bound to one", "bound to one"));
  const top = [66, 316];
  const height = 190;
  /** @type {(kind: "known" | "anew", who: "ours" | "theirs") => number[]} */
  const times = (kind, who) => workloads.map((workload) => workload[kind][who]);
  const all = workloads.flatMap(({ known, anew }) =>
    [known, anew].flatMap(({ ours, theirs }) => [ours, theirs]),
  );
  /** @type {EChartsOption} */
  const option = {
    legend: {
      top: 8,
      left: LEFT,
      itemGap: 24,
      itemWidth: 14,
      itemHeight: 14,
      textStyle: { color: colour("ink"), fontSize: 13, fontFamily: FONT },
      data: ["scope-policy", "Set and Map"],
    },
    title: KINDS.map(([, text], at) => ({
      text,
      left: LEFT,
      top: /** @type {number} */ (top[at]) - 28,
      textStyle: { color: colour("ink"), fontSize: 14, fontWeight: "bold", fontFamily: FONT },
    })),
    grid: top.map((one) => ({ left: LEFT, right: 60, top: one, height })),
    xAxis: KINDS.map((_, gridIndex) => ({
      ...AXIS,
      type: "log",
      gridIndex,
      min: 10 ** Math.floor(Math.log10(Math.min(...all))),
      max: 10 ** Math.ceil(Math.log10(Math.max(...all))),
      ...(gridIndex === 1 && {
        name: "nanoseconds of a decision, logarithmic; less is better",
        nameLocation: "middle",
        nameGap: 32,
        nameTextStyle: { color: colour("faint"), fontSize: 13, fontFamily: FONT },
      }),
    })),
    yAxis: KINDS.map((_, gridIndex) => ({
      ...AXIS,
      type: "category",
      gridIndex,
      data: names,
      inverse: true,
    })),
    series: KINDS.flatMap(([kind], at) =>
      /** @type {const} */ (["theirs", "ours"]).map((who) => ({
        type: /** @type {const} */ ("scatter"),
        name: who === "ours" ? "scope-policy" : "Set and Map",
        xAxisIndex: at,
        yAxisIndex: at,
        symbol: who === "ours" ? "circle" : "diamond",
        symbolSize: who === "ours" ? 12 : 13,
        itemStyle: { color: colour(who), opacity: 1 },
        label: {
          show: true,
          // the smaller number on the left of its dot, the larger one on the right
          formatter: (/** @type {{ value?: unknown }} */ { value }) =>
            Math.round(Number(/** @type {number[]} */ (value)[0])).toLocaleString("en"),
          color: colour(who),
          fontSize: 12,
          fontFamily: FONT,
        },
        data: times(kind, who).map((time, index) => {
          const { ours, theirs } = /** @type {(typeof workloads)[number]} */ (workloads[index])[
            kind
          ];
          const isLeft = who === "ours" ? ours < theirs : theirs <= ours;
          return { value: [time, index], label: { position: isLeft ? "left" : "right" } };
        }),
      })),
    ),
  };
  const lines = workloads.map(
    ({ name, known, anew }) =>
      `${name}: held ${Math.round(known.ours)} and ${Math.round(known.theirs)}, new ${Math.round(anew.ours)} and ${Math.round(anew.theirs)}`,
  );
  return draw({
    id: "decisions",
    title: "Nanoseconds of a decision, of scope-policy and of a Set and a Map by hand",
    description: `Two dots for each workload. scope-policy first, Set and Map second. ${lines.join(". ")}.`,
    width: WIDTH,
    height: 560,
    option,
  });
}

/** Requests per second relative to the same route without a gate: one bar for each gate. */
function drawDoors() {
  const bars = Object.entries(doors).flatMap(([suite, { rows }]) =>
    rows.slice(1).map(({ name, relative }, index) => ({
      framework: index === 0 ? (FRAMEWORKS[suite] ?? suite).replace(/ \d.*|,.*/, "") : "",
      name: name === "header and Map" ? "only the header, in a Map" : name,
      relative,
      fill: /** @type {keyof typeof COLOURS} */ (
        { "scope-policy": "ours", "header and Map": "least" }[name] ?? "other"
      ),
    })),
  );
  /** @type {EChartsOption} */
  const option = {
    grid: { left: 300, right: 60, top: 16, bottom: 52 },
    xAxis: {
      ...AXIS,
      type: "value",
      min: 0,
      max: 1,
      interval: 0.2,
      axisLabel: {
        ...AXIS.axisLabel,
        formatter: (/** @type {number} */ value) => value.toFixed(1),
      },
      name: "requests per second, relative to the route without a gate; more is better",
      nameLocation: "middle",
      nameGap: 30,
      nameTextStyle: { color: colour("faint"), fontSize: 13, fontFamily: FONT },
    },
    yAxis: [
      { ...AXIS, type: "category", inverse: true, data: bars.map(({ name }) => name) },
      {
        ...AXIS,
        type: "category",
        inverse: true,
        position: "left",
        offset: 285,
        axisLine: { show: false },
        axisLabel: { ...AXIS.axisLabel, interval: 0, align: "left", fontWeight: "bold" },
        data: bars.map(({ framework }) => framework),
      },
    ],
    series: [
      {
        type: "bar",
        barWidth: 15,
        label: {
          show: true,
          position: "right",
          color: colour("ink"),
          fontSize: 12,
          fontFamily: FONT,
          formatter: ({ value }) => Number(value).toFixed(2),
        },
        data: bars.map(({ relative, fill }) => ({
          value: relative,
          itemStyle: { color: colour(fill) },
        })),
      },
      { type: "bar", yAxisIndex: 1, data: [] },
    ],
  };
  const lines = Object.entries(doors).map(
    ([suite, { rows }]) =>
      `${FRAMEWORKS[suite]}: ${rows
        .slice(1)
        .map(({ name, relative }) => `${name} ${relative.toFixed(2)}`)
        .join(", ")}`,
  );
  return draw({
    id: "gates",
    title: "Requests per second behind a gate, relative to the same route without one",
    description: `${lines.join(". ")}.`,
    width: WIDTH,
    height: 68 + 24 * bars.length,
    option,
  });
}

/** The pictures by the name of their file. */
export const PICTURES = { "decisions.svg": drawDecisions, "gates.svg": drawDoors };
