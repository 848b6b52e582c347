import { type Component, defineComponent, h, onMounted, useTemplateRef } from "vue";

/** A program without a framework. */
interface BrowserProgram {
  readonly mount: (element: HTMLElement) => void;
}

/** Creates a component that loads a program when its page is opened in a browser, and lets it fill an element. */
export function browserProgram(load: () => Promise<BrowserProgram>): Component {
  return defineComponent({
    setup() {
      const host = useTemplateRef<HTMLElement>("host");
      onMounted(async () => {
        const { mount } = await load();
        if (host.value) mount(host.value);
      });
      return () => h("div", { ref: "host" });
    },
  });
}
