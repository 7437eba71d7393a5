// <video-scrubber>: run through a film by moving over its picture, or with the arrow keys while it is focused.
class VideoScrubber extends HTMLElement {
  connectedCallback() {
    this.screen = this.closest(".screen") ?? this;
    this.strip = this.querySelector(".strip");
    this.needle = this.querySelector(".needle");
    this.label = this.querySelector(".time");
    this.frames = Number(this.dataset.frames);
    this.seconds = Number(this.dataset.seconds);
    this.whole = this.label?.textContent ?? "";
    this.frame = -1;
    if (!this.strip || !this.frames) return;
    this.screen.addEventListener("pointermove", (event) => {
      const box = this.screen.getBoundingClientRect();
      this.show(Math.floor(((event.clientX - box.left) / box.width) * this.frames));
    });
    this.screen.addEventListener("pointerleave", () => this.rest());
    this.screen.addEventListener("blur", () => this.rest());
    this.screen.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.show(this.frame + step);
    });
  }
  show(frame) {
    if (!this.strip.style.backgroundImage) this.strip.style.backgroundImage = `url("${this.dataset.strip}")`;
    this.frame = Math.max(0, Math.min(this.frames - 1, frame));
    const part = this.frames > 1 ? this.frame / (this.frames - 1) : 0;
    this.strip.style.backgroundSize = `${this.frames * 100}% auto`;
    this.strip.style.backgroundPosition = `${part * 100}% 50%`;
    this.needle.style.transform = `scaleX(${(this.frame + 1) / this.frames})`;
    if (this.label && this.seconds) this.label.textContent = clock((this.seconds * (this.frame + 0.5)) / this.frames);
    this.screen.classList.add("scrubbing");
  }
  rest() {
    this.frame = -1;
    this.screen.classList.remove("scrubbing");
    this.needle.style.transform = "";
    if (this.label) this.label.textContent = this.whole;
  }
}
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
customElements.define("video-scrubber", VideoScrubber);
