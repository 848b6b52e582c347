// A plugin of typedoc: titles each module as programs import it, `scope-policy/verify` instead of `verify`.
import { RendererEvent } from "typedoc";
import { entries } from "./entries.mjs";

/** @param {import("typedoc").Application} app */
export function load(app) {
  // links between docblocks name the files, so they are resolved before
  app.renderer.on(RendererEvent.BEGIN, ({ project }) => {
    for (const module of project.children ?? [])
      module.name = entries.find(({ name }) => name === module.name)?.specifier ?? module.name;
  });
}
