// Draws docs/pictures/scaling.svg: the databases and connections of one, ten and a thousand machines. With `--check` it writes nothing
// and fails where the file differs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instance } from "@viz-js/viz";
import { root } from "./entries.mjs";

const PICTURE = join(root, "docs/pictures/scaling.svg");

const graph = `digraph {
  graph [rankdir=LR, bgcolor=white, nodesep=0.45, ranksep=1.1, margin=0.2, fontname="Helvetica", fontsize=13];
  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#41597d", fontname="Helvetica", fontsize=12, margin="0.2,0.08"];
  edge [color="#41597d", arrowsize=0.7, fontname="Helvetica", fontsize=11];
  subgraph cluster_thousand { label="a thousand machines"; color="#9aa9bf"; style=rounded; margin=16;
    c1 [label="process\\nlist in memory"]; c2 [label="… 1,000 processes"]; pooler [label="pooler"];
    primary2 [label="PostgreSQL\\nprimary", shape=cylinder]; standby [label="standby\\nnever read", shape=cylinder, style="filled,dashed", fillcolor="#f3f3f3"];
    c1 -> pooler [label="queries"]; c2 -> pooler; pooler -> primary2; primary2 -> standby [label="for failover", style=dashed];
  }
  subgraph cluster_ten { label="ten machines"; color="#9aa9bf"; style=rounded; margin=16;
    b1 [label="process\\nlist in memory"]; b2 [label="… 10 processes"]; primary1 [label="PostgreSQL\\nprimary", shape=cylinder];
    b2 -> primary1 [label="queries"]; b1 -> primary1;
    primary1 -> b1 [label="NOTIFY, a hint", style=dashed, constraint=false];
  }
  subgraph cluster_one { label="one machine"; color="#9aa9bf"; style=rounded; margin=16;
    a [label="process\\nlist in memory"]; file [label="SQLite\\nfile", shape=cylinder];
    a -> file [label="one connection"];
  }
}`;

const svg = (await instance()).renderString(graph, { format: "svg" });
if (!process.argv.includes("--check")) writeFileSync(PICTURE, svg);
else if (readFileSync(PICTURE, "utf8") !== svg) {
  console.error(`${PICTURE.slice(root.length + 1)} differs from its source: npm run scaling`);
  process.exitCode = 1;
}
