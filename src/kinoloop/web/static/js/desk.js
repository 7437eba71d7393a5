// <film-desk>: player, timeline and moments as one. Click or key to go somewhere; a playhead shows where one is.
class FilmDesk extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.timeline = this.querySelector(".timeline");
    this.length = Number(this.dataset.seconds);
    this.stop = null;
    if (!this.video) return;
    this.video.addEventListener("timeupdate", () => this.moved());
    this.video.addEventListener("error", () => this.querySelector("[data-unplayable]")?.removeAttribute("hidden"));
    this.addEventListener("click", (event) => this.clicked(event));
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    const at = new URLSearchParams(location.search).get("at");
    if (at !== null && Number.isFinite(Number(at))) this.go(Number(at));
  }
  disconnectedCallback() { document.removeEventListener("keydown", this.onkey); }
  go(seconds, until = null) {
    this.stop = until;
    this.video.currentTime = Math.max(0, Math.min(this.length || Infinity, seconds));
    this.place(this.video.currentTime);
  }
  moved() {
    this.place(this.video.currentTime);
    if (this.stop !== null && this.video.currentTime >= this.stop) { this.video.pause(); this.stop = null; }
  }
  place(seconds) {
    if (this.timeline && this.length) this.timeline.style.setProperty("--at", seconds / this.length);
  }
  clicked(event) {
    const target = event.target.closest("[data-seek]");
    if (target) {
      event.preventDefault();
      const until = target.dataset.until;
      this.go(Number(target.dataset.seek), until ? Number(until) : null);
      if (until) this.video.play().catch(() => {});
      if (target.dataset.moment) this.choose(document.getElementById(`moment-${target.dataset.moment}`));
      return;
    }
    const lane = event.target.closest(".timeline svg");
    if (!lane) return;
    const box = lane.getBoundingClientRect();
    this.go(((event.clientX - box.left) / box.width) * this.length);
  }
  choose(card) {
    this.querySelector(".moment.current")?.classList.remove("current");
    card?.classList.add("current");
    card?.scrollIntoView({ block: "nearest" });
  }
  step(by) {
    const cards = [...this.querySelectorAll(".moment")];
    if (!cards.length) return;
    const now = cards.findIndex((card) => card.classList.contains("current"));
    const card = cards[Math.max(0, Math.min(cards.length - 1, now + by))];
    this.choose(card);
    this.go(Number(card.dataset.start));
  }
  press(name) { this.querySelector(`.moment.current [data-key="${name}"]`)?.click(); }
  key(event) {
    if (event.target.closest("input, select, textarea, video, summary, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      " ": () => (event.target.closest("button, a") ? null : (this.video.paused ? this.video.play().catch(() => {}) : this.video.pause(), true)),
      j: () => (this.step(1), true), k: () => (this.step(-1), true),
      p: () => (this.press("play"), true), a: () => (this.press("accept"), true), x: () => (this.press("reject"), true),
      "[": () => (this.press("start-earlier"), true), "]": () => (this.press("start-later"), true),
      "{": () => (this.press("end-earlier"), true), "}": () => (this.press("end-later"), true),
      ArrowLeft: () => (this.go(this.video.currentTime - (event.shiftKey ? 5 : 1)), true),
      ArrowRight: () => (this.go(this.video.currentTime + (event.shiftKey ? 5 : 1)), true),
    };
    if (acts[event.key]?.()) event.preventDefault();
  }
}
customElements.define("film-desk", FilmDesk);
document.addEventListener("htmx:load", (event) => {
  const card = event.detail.elt;
  if (!card?.classList?.contains("moment")) return;
  card.closest("film-desk")?.choose(card);
  const bar = document.querySelector(`.lane.moments [data-moment="${card.dataset.id}"] rect`);
  const length = Number(card.closest("film-desk")?.dataset.seconds);
  if (!bar || !length) return;
  const start = Number(card.dataset.start), end = Number(card.dataset.end);
  bar.setAttribute("x", `${(100 * start) / length}%`);
  bar.setAttribute("width", `${(100 * (end - start)) / length}%`);
  bar.setAttribute("class", card.dataset.status);
});
