// Calls without leaving the page, and speaks what Handrail says. Without it the page works as forms.
"use strict";

(() => {
  const phone = document.getElementById("phone");
  const log = document.getElementById("log");
  const thread = document.getElementById("thread");
  const trouble = document.getElementById("trouble");
  const aloud = document.getElementById("aloud");
  const synthesis = window.speechSynthesis;
  let speaking = true;
  let typedKeys = true;
  let busy = false;
  log.scrollTop = log.scrollHeight;

  function primary(tag) {
    const language = tag.toLowerCase().split(/[-_]/)[0];
    return language === "cmn" ? "zh" : language;
  }

  function voiceFor(tag) {
    const voices = synthesis.getVoices().filter((voice) => primary(voice.lang) === primary(tag));
    return voices.find((voice) => voice.lang.replace("_", "-") === tag) ?? voices[0];
  }

  function speak(items) {
    if (!synthesis || !speaking) return;
    for (const item of items) {
      const words = item.querySelector(".words");
      const voice = voiceFor(words.lang || "en");
      // A voice of another language would make nonsense of it.
      if (!voice) continue;
      const said = new SpeechSynthesisUtterance(words.textContent);
      said.voice = voice;
      said.lang = voice.lang;
      said.rate = "slow" in item.dataset ? 0.8 : 1;
      synthesis.speak(said);
    }
  }

  function offerVoice() {
    const none = synthesis.getVoices().length === 0;
    aloud.hidden = none;
    document.getElementById("no-voice").hidden = !none;
  }

  function showThread(fresh) {
    const arrived = [];
    for (const shown of [...thread.children]) {
      if (!fresh.getElementById(shown.id)) shown.remove();
    }
    for (const item of fresh.querySelectorAll("#thread > li")) {
      if (document.getElementById(item.id)) continue;
      thread.append(item);
      arrived.push(item);
    }
    if (arrived.length) {
      document.getElementById("empty")?.remove();
      // To the first new line: what is said last would hide how it began.
      log.scrollTop = arrived[0].offsetTop - log.offsetTop;
    }
    return arrived;
  }

  function showControls(fresh) {
    const state = fresh.getElementById("phone").dataset.state;
    if (state === phone.dataset.state) return false;
    phone.dataset.state = state;
    for (const id of ["phone-title", "controls", "ideas"]) {
      document.getElementById(id).replaceWith(fresh.getElementById(id));
    }
    return true;
  }

  async function look() {
    if (busy || document.hidden || phone.dataset.state) return;
    try {
      const answer = await fetch(phone.dataset.look);
      if (!answer.ok || busy) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (busy || !fresh.getElementById("phone").dataset.state) return;
      showThread(fresh);
      showControls(fresh);
    } catch {
      // The server is away for a moment; the next look finds it.
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const deed = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) deed.set(event.submitter.name, event.submitter.value);
    synthesis?.cancel();
    try {
      const answer = await fetch(form.action, { method: "POST", body: deed });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      trouble.hidden = true;
      const words = form.querySelector("#words");
      if (words) words.value = "";
      const arrived = showThread(fresh);
      // The button that was pressed may be gone: go on from what took its place.
      if (showControls(fresh)) document.getElementById("controls").focus();
      speak(arrived.filter((item) => "spoken" in item.dataset));
    } catch {
      trouble.hidden = false;
    } finally {
      busy = false;
    }
  });

  function offerSwitch(button, switched) {
    const whenOn = button.textContent;
    let on = true;
    button.addEventListener("click", () => {
      on = !on;
      button.textContent = on ? whenOn : button.dataset.on;
      switched(on);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (!typedKeys || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const key = document.querySelector(`[name=key][value="${CSS.escape(event.key)}"]`);
    if (!key) return;
    event.preventDefault(); // some browsers search the page for what is typed
    key.click();
  });

  setInterval(look, 2000); // whether the phone rings

  // A single character as a shortcut must be possible to switch off (WCAG 2.2, 2.1.4).
  document.getElementById("keyboard").hidden = false;
  offerSwitch(document.getElementById("typed-keys"), (on) => { typedKeys = on; });

  if (synthesis) {
    offerVoice();
    synthesis.addEventListener?.("voiceschanged", offerVoice);
    offerSwitch(aloud, (on) => {
      speaking = on;
      if (!on) synthesis.cancel();
    });
    window.addEventListener("pagehide", () => synthesis.cancel());
  }
})();
