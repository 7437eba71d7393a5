// <clip-player>: a picture until one presses play, then a player; one at a time.
class ClipPlayer extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest(".play");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      for (const other of document.querySelectorAll("clip-player video")) other.pause();
      const video = document.createElement("video");
      Object.assign(video, { src: link.href, controls: true, loop: true, playsInline: true });
      video.setAttribute("aria-label", this.dataset.label);
      this.replaceChildren(video);
      video.play().catch(() => {});
      video.focus();
    });
  }
}
customElements.define("clip-player", ClipPlayer);
