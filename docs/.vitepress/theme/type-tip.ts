const GAP = 6;

/** Returns where a tip of a size is fixed below a name, or above it at the end of the window. */
function placeOf(name: DOMRect, tip: DOMRect): readonly [left: number, top: number] {
  const left = Math.max(GAP, Math.min(name.left, innerWidth - tip.width - GAP));
  const below = name.bottom + GAP;
  return [left, below + tip.height > innerHeight ? name.top - tip.height - GAP : below];
}

/** Shows the type of the name in a code block that the pointer is on. Escape and scrolling hide it. */
export function showTypes(): void {
  const tip = document.createElement("div");
  tip.className = "type-tip";
  tip.popover = "manual";
  document.body.append(tip);
  const hide = () => tip.hidePopover();
  document.addEventListener("pointerover", ({ target }) => {
    if (!(target instanceof Element) || tip.contains(target)) return;
    const name = target.closest<HTMLElement>("[data-type]");
    if (name === null) return hide();
    tip.textContent = name.dataset["type"] ?? "";
    tip.showPopover();
    const [left, top] = placeOf(name.getBoundingClientRect(), tip.getBoundingClientRect());
    Object.assign(tip.style, { left: `${left}px`, top: `${top}px` });
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  document.addEventListener("scroll", hide, { passive: true, capture: true });
}
