// <span-player>: plays stretches of footage, from in to out, one or all in turn. Anything with data-in is one.
class SpanPlayer extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    if (!this.video) return;
    this.reel = [...this.querySelectorAll(".reel [data-in]")];
    this.told = this.querySelector("[data-now]");
    this.until = null;
    this.rest = [];
    this.addEventListener("click", (event) => this.clicked(event));
    this.video.addEventListener("error", () => this.querySelector("[data-unplayable]")?.removeAttribute("hidden"));
    this.video.addEventListener("play", () => this.watch());
    this.video.addEventListener("seeking", () => this.left());
    this.video.addEventListener("timeupdate", () => this.look());
  }
  clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("[data-all]")) {
      this.rest = this.reel.slice(1);
      this.play(this.reel[0]);
      return;
    }
    const link = event.target.closest("[data-in]");
    if (!link) return;
    event.preventDefault();
    this.rest = [];
    this.play(link);
  }
  play(link) {
    const { file, in: from, out, label } = link.dataset;
    this.until = null;
    [this.from, this.to] = [Number(from), Number(out)];
    const begin = () => {
      this.video.currentTime = this.from;
      this.until = this.to;
      this.video.play().catch(() => {});
    };
    // An address with a fragment would stop by itself at the end of that one stretch.
    if (this.video.getAttribute("src") === file && this.video.readyState > 0) begin();
    else {
      this.video.src = file;
      this.video.addEventListener("loadedmetadata", begin, { once: true });
    }
    this.mark(link.dataset.key);
    if (this.told) this.told.textContent = label;
    this.video.scrollIntoView({ block: "nearest" });
  }
  mark(key) {
    for (const one of this.querySelectorAll("[data-in]")) {
      const now = one.dataset.key === key;
      one.classList.toggle("current", now);
      if (now) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
  }
  left() {
    // Whoever moves elsewhere by hand is not stopped there.
    const now = this.video.currentTime;
    if (this.until !== null && (now < this.from - 0.3 || now > this.until + 0.3)) this.until = null;
  }
  watch() {
    // Every frame while the page is seen; `timeupdate` goes on in the background.
    const next = () => {
      if (this.video.paused || !this.isConnected) return;
      this.look();
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }
  look() {
    if (this.until === null || this.video.seeking || this.video.currentTime < this.until) return;
    this.until = null;
    const next = this.rest.shift();
    if (next) this.play(next);
    else this.video.pause();
  }
}
customElements.define("span-player", SpanPlayer);
