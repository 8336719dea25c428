// Light or dark, before the first paint: what was chosen, else what the system prefers.
// A classic script: modules run only after the page was shown.
"use strict";

(() => {
  const root = document.documentElement;
  const key = "kerata-theme";
  const read = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    window.dispatchEvent(new Event("kerata-theme"));
  };
  show(read());
  // <button data-toggle="theme"> turns it round; holding Shift goes back to the system's.
  document.addEventListener("click", (press) => {
    if (!press.target.closest?.('[data-toggle="theme"]')) return;
    const dark = getComputedStyle(root).getPropertyValue("--is-dark").trim() === "1";
    const theme = press.shiftKey ? null : dark ? "light" : "dark";
    try {
      if (theme === null) localStorage.removeItem(key);
      else localStorage.setItem(key, theme);
    } catch {
      // It holds for this page alone then.
    }
    show(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(read()));
})();
