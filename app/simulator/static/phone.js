// Sends without leaving the page, and looks for new messages every second. Without it the page works as forms.
"use strict";

(() => {
  const form = document.getElementById("phone");
  const log = document.getElementById("log");
  const thread = document.getElementById("thread");
  const text = document.getElementById("text");
  const trouble = document.getElementById("trouble");
  document.documentElement.classList.add("live");
  log.scrollTop = log.scrollHeight;

  function showThread(fresh) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    let added = false;
    for (const item of fresh.querySelectorAll("#thread > li")) {
      const known = document.getElementById(item.id);
      if (known) {
        // Only the small print changes; replacing the whole bubble would have it read out again.
        const facts = item.querySelector(".facts").textContent;
        const shown = known.querySelector(".facts");
        if (shown.textContent !== facts) shown.textContent = facts;
      } else {
        item.classList.add("new");
        thread.append(item);
        added = true;
      }
    }
    if (added) document.getElementById("empty")?.remove();
    if (added && atEnd) log.scrollTop = log.scrollHeight;
  }

  function showPeople(fresh) {
    for (const now of fresh.querySelectorAll("#people-now > li")) {
      const shown = document.querySelector(`.latest[data-number="${CSS.escape(now.dataset.number)}"]`);
      if (shown && shown.textContent !== now.textContent) {
        shown.textContent = now.textContent;
        shown.lang = now.lang;
      }
    }
  }

  async function look() {
    try {
      const answer = await fetch(form.dataset.thread);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      showThread(fresh);
      showPeople(fresh);
    } catch {
      // The server is away for a moment; the next look finds it.
    }
  }

  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    const words = new URLSearchParams(new FormData(form));
    if (pressed?.name) words.set(pressed.name, pressed.value);
    event.preventDefault();
    if (!words.get("quick") && !words.get("text").trim()) {
      text.focus();
      return;
    }
    try {
      const answer = await fetch(form.action, { method: "POST", body: words });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      trouble.hidden = false;
      return;
    }
    trouble.hidden = true;
    if (!words.get("quick")) text.value = "";
    log.scrollTop = log.scrollHeight;
    await look();
    log.scrollTop = log.scrollHeight;
  });

  setInterval(() => { if (!document.hidden) look(); }, 1000);
})();
