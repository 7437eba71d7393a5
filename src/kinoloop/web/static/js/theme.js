// Light, dark, or as the system has it: kept in this browser, applied before anything is drawn.
(() => {
  const root = document.documentElement;
  const order = ["system", "light", "dark"];
  const words = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  let chosen = "system";
  try { chosen = localStorage.getItem("theme") || "system"; } catch { /* storage may be off */ }
  const apply = () => {
    if (chosen === "system") delete root.dataset.theme; else root.dataset.theme = chosen;
    for (const button of document.querySelectorAll("[data-theme-button]")) button.setAttribute("aria-label", words[chosen]);
    for (const text of document.querySelectorAll("[data-theme-text]")) text.textContent = words[chosen];
  };
  apply();
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-button]")) return;
    chosen = order[(order.indexOf(chosen) + 1) % order.length];
    try { localStorage.setItem("theme", chosen); } catch { /* as above */ }
    apply();
  });
})();
