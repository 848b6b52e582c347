import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { nextTick } from "vue";
import { showTypes } from "./type-tip.js";
import "./style.css";

/** Marks the main content of the home page and of pages without a side bar: the theme marks it on other pages. */
async function markMain(): Promise<void> {
  await nextTick();
  document.querySelector(".VPHome, .VPPage")?.setAttribute("role", "main");
}

export default {
  extends: DefaultTheme,
  enhanceApp({ router }) {
    if (import.meta.env.SSR) return;
    showTypes();
    router.onAfterRouteChange = markMain;
  },
} satisfies Theme;
