import "../playground/playground.css";

export { mount } from "../playground/main.js";
