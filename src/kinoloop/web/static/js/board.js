// <storyboard-order>: drag panels into another order, or move them with the arrow keys on their handle.
class StoryboardOrder extends HTMLElement {
  connectedCallback() {
    if (!("movable" in this.dataset)) return;
    for (const grip of this.querySelectorAll("[data-grip]")) {
      const panel = grip.closest(".panel");
      grip.hidden = false;
      grip.addEventListener("keydown", (event) => this.key(event, panel));
      grip.addEventListener("pointerdown", () => { panel.draggable = true; });
      grip.addEventListener("pointerup", () => { panel.draggable = false; });
      panel.addEventListener("dragstart", (event) => {
        this.held = panel;
        panel.classList.add("dragged");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", panel.dataset.number);
      });
      panel.addEventListener("dragend", () => this.rest(panel));
      panel.addEventListener("dragover", (event) => {
        if (!this.held || this.held === panel) return;
        event.preventDefault();
        panel.classList.add("over");
      });
      panel.addEventListener("dragleave", () => panel.classList.remove("over"));
      panel.addEventListener("drop", (event) => {
        event.preventDefault();
        if (this.held && this.held !== panel) this.put(this.held, panel);
      });
    }
  }
  get panels() { return [...this.querySelectorAll(".board > .panel")]; }
  rest(panel) {
    this.held = null;
    panel.draggable = false;
    for (const one of this.panels) one.classList.remove("dragged", "over");
  }
  key(event, panel) {
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const panels = this.panels, to = panels.indexOf(panel) + by;
    if (to < 0 || to >= panels.length) return;
    this.put(panel, panels[to]);
  }
  put(panel, place) {
    const panels = this.panels, from = panels.indexOf(panel), to = panels.indexOf(place);
    panels.splice(to, 0, ...panels.splice(from, 1));
    const order = panels.map((one) => one.dataset.number).join(",");
    const grip = `grip-${panel.dataset.scene}`, told = `Scene ${panel.dataset.number} is now number ${to + 1} of ${panels.length}.`;
    window.htmx.ajax("POST", this.dataset.url, { source: this, target: "#board", swap: "outerHTML", values: { order } }).then(() => {
      document.getElementById(grip)?.focus();
      const line = document.querySelector("[data-told]");
      if (line) line.textContent = told;
    });
  }
}
customElements.define("storyboard-order", StoryboardOrder);
