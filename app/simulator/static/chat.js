// Chats without leaving the page, and looks for new messages every second. Without it the page works as forms.
"use strict";

(() => {
  const phone = document.getElementById("phone");
  const log = document.getElementById("log");
  const thread = document.getElementById("thread");
  const text = document.getElementById("text");
  const trouble = document.getElementById("trouble");
  let busy = false;
  document.documentElement.classList.add("live");
  log.scrollTop = log.scrollHeight;

  // Only what changed in a message: replacing all of it would have it read out again.
  function showChanges(known, item) {
    for (const part of [".words", ".buttons", ".facts"]) {
      const shown = known.querySelector(part);
      const now = item.querySelector(part);
      if (!shown || shown.outerHTML === now?.outerHTML) continue;
      const pressedHere = shown.contains(document.activeElement);
      if (now) shown.replaceWith(now);
      else shown.remove();
      // The button that was pressed is gone: go on from the messages.
      if (pressedHere) log.focus({ preventScroll: true });
    }
  }

  function showThread(fresh) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    let added = false;
    for (const item of fresh.querySelectorAll("#thread > li")) {
      const known = document.getElementById(item.id);
      if (known) {
        showChanges(known, item);
      } else {
        item.classList.add("new");
        thread.append(item);
        added = true;
      }
    }
    if (added) document.getElementById("empty")?.remove();
    if (added && atEnd) log.scrollTop = log.scrollHeight;
  }

  function showKeys(fresh) {
    const keys = document.getElementById("keys");
    const now = fresh.getElementById("keys");
    if (keys.outerHTML === now.outerHTML) return;
    const pressedHere = keys.contains(document.activeElement);
    keys.replaceWith(now);
    if (pressedHere) text.focus({ preventScroll: true });
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

  function show(page) {
    const fresh = new DOMParser().parseFromString(page, "text/html");
    showThread(fresh);
    showKeys(fresh);
    showPeople(fresh);
    document.getElementById("typing").textContent = fresh.getElementById("typing").textContent;
  }

  async function look() {
    if (busy) return;
    try {
      const answer = await fetch(phone.dataset.thread);
      if (answer.ok) show(await answer.text());
    } catch {
      // The server is away for a moment; the next look finds it.
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    if (busy) return;
    const deed = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) deed.set(event.submitter.name, event.submitter.value);
    if (form.id === "write" && !deed.get("text").trim()) {
      text.focus();
      return;
    }
    busy = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: deed });
      if (!answer.ok) throw new Error(String(answer.status));
      trouble.hidden = true;
      if (form.id === "write") text.value = "";
      log.scrollTop = log.scrollHeight;
      show(await answer.text());
      log.scrollTop = log.scrollHeight;
    } catch {
      trouble.hidden = false;
    } finally {
      busy = false;
    }
  });

  setInterval(() => { if (!document.hidden) look(); }, 1000);
})();
