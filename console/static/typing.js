// Tells that an answer is being written, so that the resident's chat can show it. The page is whole without it.
"use strict";

(() => {
  const EVERY_MS = 5000;
  const form = document.querySelector("form[data-typing]");
  if (!form) return;

  let last = -EVERY_MS;
  let asking = false;
  const tell = async () => {
    const now = performance.now();
    if (asking || now - last < EVERY_MS) return;
    asking = true;
    last = now;
    try {
      const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
      await fetch(form.dataset.typing, { method: "POST", redirect: "manual", body });
    } catch {
      // No network: the page stays as it is. So it does once the log-in has run out: no redirect is followed.
    } finally {
      asking = false;
    }
  };
  form.elements.text.addEventListener("input", () => { if (form.elements.text.value.trim()) tell(); });
})();
