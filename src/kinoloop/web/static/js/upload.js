// <footage-drop>: files dropped or chosen go to the server one after the other, each with its progress.
import { csrf } from "./shell.js";

class FootageDrop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.zone = this.querySelector(".drop");
    this.list = this.querySelector(".uploads");
    this.limit = Number(this.dataset.limit) * 1e6;
    this.queue = Promise.resolve();
    this.input.addEventListener("change", () => { this.take(this.input.files); this.input.value = ""; });
    this.querySelector("[data-choose]").addEventListener("click", () => this.input.click());
    const page = this.hasAttribute("whole-page") ? document.documentElement : this.zone;
    page.addEventListener("dragover", (event) => { event.preventDefault(); this.zone.classList.add("over"); });
    page.addEventListener("dragleave", (event) => { if (!event.relatedTarget) this.zone.classList.remove("over"); });
    page.addEventListener("drop", (event) => {
      event.preventDefault();
      this.zone.classList.remove("over");
      this.closest("dialog:not([open])")?.showModal();
      this.take(event.dataTransfer.files);
    });
  }
  take(files) {
    for (const file of files) {
      const line = this.line(file);
      this.queue = this.queue.then(() => this.send(file, line));
    }
  }
  line(file) {
    const line = document.createElement("li");
    line.innerHTML = "<span></span><span class=soft>Waiting</span><progress max=1 value=0></progress>";
    line.firstChild.textContent = file.name;
    line.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
    this.list.append(line);
    return line;
  }
  send(file, line) {
    const state = line.children[1], bar = line.querySelector("progress");
    if (file.size > this.limit) return this.fail(line, `The file is over the limit of ${this.limit / 1e6} MB.`);
    return new Promise((done) => {
      const form = new FormData(), request = new XMLHttpRequest();
      form.append("file", file);
      request.open("POST", "/api/uploads");
      request.responseType = "json";
      request.setRequestHeader("X-Kinoloop-Csrf", csrf());
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => {
        bar.value = event.loaded / event.total;
        state.textContent = event.loaded < event.total ? `${Math.floor(bar.value * 100)} %` : "Looking at it";
      };
      request.onload = () => { request.status === 201 ? this.done(line, request.response) : this.fail(line, words(request.response)); done(); };
      request.onerror = () => { this.fail(line, "The connection broke. Try again."); done(); };
      request.send(form);
    });
  }
  done(line, answer) {
    line.querySelector("progress").remove();
    const link = document.createElement("a");
    link.href = `/footage/${answer.asset_id}`;
    link.textContent = answer.outcome === "known" ? "Already here" : "Look at it";
    line.children[1].replaceWith(link);
    document.body.dispatchEvent(new CustomEvent("footage-changed"));
  }
  fail(line, why) {
    line.querySelector("progress")?.remove();
    line.children[1].textContent = "Not taken";
    const said = document.createElement("p");
    said.textContent = why;
    line.append(said);
  }
}
const words = (answer) => answer ? [answer.what, answer.why, answer.fix].filter(Boolean).join(" ") : "The server gave no answer.";
customElements.define("footage-drop", FootageDrop);
