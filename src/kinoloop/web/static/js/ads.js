// What a person folded open stays open when a part of the page is drawn anew.
const open = new Map();
document.addEventListener("toggle", (event) => {
  if (event.target.id) open.set(event.target.id, event.target.open);
}, true);
document.addEventListener("htmx:afterSwap", () => {
  for (const [id, was] of open) {
    const fold = document.getElementById(id);
    if (fold && fold.open !== was) fold.open = was;
  }
});
