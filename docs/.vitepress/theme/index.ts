import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { nextTick } from "vue";
import { browserProgram } from "./browser-program.js";
import { showTypes } from "./type-tip.js";
import "./style.css";

/** Marks the main content of the home page: the theme marks it on other pages. */
async function markMain(): Promise<void> {
  await nextTick();
  document.querySelector(".VPHome")?.setAttribute("role", "main");
}

export default {
  extends: DefaultTheme,
  enhanceApp({ app, router }) {
    app.component(
      "Playground",
      browserProgram(() => import("./playground.js")),
    );
    if (import.meta.env.SSR) return;
    showTypes();
    router.onAfterRouteChange = markMain;
  },
} satisfies Theme;
