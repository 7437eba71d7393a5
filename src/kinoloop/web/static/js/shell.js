// Small things every page has: notices that can be closed, dialogs that open, a key for searching.
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-close], [data-open]");
  if (!target) return;
  if (target.dataset.open) document.getElementById(target.dataset.open)?.showModal();
  else (target.closest("dialog")?.close(), target.closest(".notice")?.remove());
});
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || writing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const box = document.querySelector("input[type=search]");
  if (box) box.focus(); else window.location.assign("/search");
});
export const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";
export function notice(kind, what, more = "") {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  box.innerHTML = '<strong></strong><button class="quiet close" data-close aria-label="Close">\u00d7</button><p></p>';
  box.querySelector("strong").textContent = what;
  box.querySelector("p").textContent = more;
  document.getElementById("notices").append(box);
}
