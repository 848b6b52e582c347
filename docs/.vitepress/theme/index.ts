import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { showTypes } from "./type-tip.js";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp() {
    if (!import.meta.env.SSR) showTypes();
  },
} satisfies Theme;
