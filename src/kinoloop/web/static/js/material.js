// <material-drop>: pictures and films for one ad go to the server one by one, and are ticked once they are there.
import { csrf } from "./shell.js";

class MaterialDrop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector(".uploads");
    this.querySelector("[data-choose]").addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", async () => {
      const files = [...this.input.files];
      this.input.value = "";
      for (const file of files) await this.send(file);
    });
  }
  async send(file) {
    const line = document.createElement("li"), said = document.createElement("span");
    said.textContent = `${file.name}: on its way`;
    line.append(said);
    this.list.append(line);
    const client = this.closest("form").elements.client_id?.value || this.dataset.client;
    const form = new FormData();
    form.append("client_id", client);
    form.append("file", file);
    try {
      const answer = await fetch("/api/v2/upload-asset", { method: "POST", body: form, headers: { "X-Kinoloop-Csrf": csrf(), Accept: "application/json" } });
      const told = await answer.json();
      if (!answer.ok) throw new Error([told.what, told.why, told.fix].filter(Boolean).join(" "));
      line.remove();
      this.tick(told);
    } catch (error) {
      const why = document.createElement("p");
      said.textContent = `${file.name}: not taken`;
      why.textContent = error.message;
      line.append(why);
    }
  }
  tick(asset) {
    const label = document.createElement("label"), box = document.createElement("input");
    label.className = "tick";
    Object.assign(box, { type: "checkbox", name: "assets", value: asset.asset_id, checked: true });
    label.append(box, asset.name);
    this.querySelector(".added").append(label);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
customElements.define("material-drop", MaterialDrop);
