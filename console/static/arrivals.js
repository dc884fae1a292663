// Says that the list of waiting requests has changed. The page is whole without it.
"use strict";

(() => {
  const EVERY_MS = 30000;
  const box = document.querySelector("[data-arrivals]");
  if (!box) return;
  const said = box.querySelector("[role=status]");
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "quiet-button";
  pause.textContent = box.dataset.pause;
  box.append(pause);

  let timer = 0;
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.arrivals, { redirect: "error", headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const now = await answer.json();
      const changed = String(now.waiting) !== box.dataset.waiting;
      const words = changed ? now.said : "";
      if (said.textContent !== words) said.textContent = words;
    } catch {
      // Logged out or no network: the page stays as it is.
    }
  };
  const start = () => { timer = window.setInterval(look, EVERY_MS); };
  pause.addEventListener("click", () => {
    if (timer) { window.clearInterval(timer); timer = 0; } else { start(); }
    pause.textContent = timer ? box.dataset.pause : box.dataset.goOn;
  });
  start();
})();
