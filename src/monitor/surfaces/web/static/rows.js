// Rows: which one is selected, what is decided about it, and what is said when that could not be saved.
// Without this file selecting is a link and deciding is a form; keys.js adds the keyboard.
"use strict";
const desk = (() => {
  const WAIT_SAID_MS = 1500; // after so long a wait the page says what it waits for
  const SAID_MS = 8000;
  const NEWS_MS = 1500; // what a colleague answers shows here within two seconds
  const GIVE_UP_MS = 40000; // longer than the server itself waits for the log
  const wide = window.matchMedia("(min-width: 80rem)");
  const panes = new Map(); // story id -> the markup of its pane
  let marked = null; // the row that is to be merged
  let tail = Promise.resolve(); // posts go one after the other, in the order they were asked for
  let pending = 0;
  let silence = 0;

  const rows = () => [...document.querySelectorAll(".row:not(.done):not(.busy)")];
  const selected = () => document.querySelector(".row.here:not(.done):not(.busy)");
  const titleOf = (row) => (row.querySelector(".title") || row).textContent.trim();

  function say(words) {
    const place = document.getElementById("said");
    place.textContent = words;
    window.clearTimeout(silence);
    silence = window.setTimeout(() => { place.textContent = ""; }, SAID_MS); // what was said stands in the rows as well
  }

  function select(row, { focus = true } = {}) {
    const before = document.querySelector(".row.here");
    if (before && before !== row) {
      before.classList.remove("here");
      before.removeAttribute("aria-current");
    }
    if (!row) return;
    row.classList.add("here");
    row.setAttribute("aria-current", "true");
    if (focus && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    remember(row);
    showPane(row);
  }

  // A reload, the way back and a new sign-in find the same row again.
  function remember(row) {
    if (!document.getElementById("rows") || !row.dataset.entry) return;
    const url = new URL(window.location.href);
    url.searchParams.set("row", row.dataset.entry);
    window.history.replaceState(null, "", url);
  }

  function neighbour(row, step) {
    const all = rows();
    const at = all.indexOf(row);
    return at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  }

  function move(step) {
    const next = neighbour(selected(), step);
    if (next) select(next);
  }

  async function showPane(row) {
    const pane = document.getElementById("pane");
    if (!pane || !wide.matches || !row.dataset.story) return;
    const story = row.dataset.story;
    pane.dataset.wanted = story;
    if (!panes.has(story)) {
      await new Promise((done) => window.setTimeout(done, 60)); // running down the list loads nothing
      if (pane.dataset.wanted !== story) return;
      pane.setAttribute("aria-busy", "true");
      const answer = await fetch(`/story/${story}?part=pane`, { headers: { "Monitor-Part": "1" } }).catch(() => null);
      if (answer && answer.ok) panes.set(story, await answer.text());
    }
    if (pane.dataset.wanted !== story) return;
    pane.removeAttribute("aria-busy");
    if (panes.has(story)) pane.innerHTML = panes.get(story);
    else pane.textContent = "The story could not be loaded. Press O to open it as a page.";
    pane.scrollTop = 0;
    clock(pane);
  }

  // A decision belongs to the row that was selected when the key went down, however long the server takes.
  function submit(form, button) {
    const row = form.closest(".row");
    const path = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    const body = new URLSearchParams(new FormData(form, button));
    const decides = row && form.classList.contains("decide");
    if (decides && row.classList.contains("busy")) return;
    if (path === "/none" && !selected()) { say("Select a row first: this answers every row that is left here."); return; }
    if (decides) {
      const next = neighbour(row, 1) || neighbour(row, -1);
      row.classList.add("busy");
      row.setAttribute("aria-busy", "true");
      select(next);
    }
    post(path, body, row);
  }

  function post(path, body, row) {
    pending += 1;
    tail = tail.then(() => send(path, body)).then((answer) => settle(answer, row)).finally(() => { pending -= 1; });
  }

  async function send(path, body) {
    const waiting = window.setTimeout(() => say("Still waiting: another program is writing to the log."), WAIT_SAID_MS);
    try {
      const answer = await fetch(path, {
        method: "POST", body, headers: { "Monitor-Part": "1" }, signal: AbortSignal.timeout(GIVE_UP_MS),
      });
      const kind = answer.headers.get("content-type") || "";
      const value = kind.includes("json") ? await answer.json() : {};
      return { status: answer.status, ...value };
    } catch (error) {
      return { status: 0 };
    } finally {
      window.clearTimeout(waiting);
    }
  }

  function settle(answer, row) {
    for (const [id, markup] of Object.entries(answer.swap || {})) swap(id, markup);
    if (answer.status === 200) {
      if (row) forget(row);
      panes.clear();
      say(answer.said || "Saved.");
      const back = answer.select && document.getElementById(`row-${answer.select}`);
      if (back) select(back);
      else if (answer.select) window.location.href = `/?row=${answer.select}`; // it stands on another page
      return;
    }
    const words = problem(answer);
    say(words);
    if (!row || !row.isConnected) return; // the answer brought the row itself, with its problem
    row.classList.remove("busy");
    row.removeAttribute("aria-busy");
    complain(row, words, answer.status === 401);
  }

  function problem(answer) {
    if (answer.status === 0) return "Not saved: the server did not answer. Your note is kept; try again.";
    if (answer.status === 401) return "Not saved: you are signed out. Your note is kept; sign in, then try again.";
    return answer.error ? `Not saved: ${answer.error}` : `Not saved: the server answered ${answer.status}. Try again.`;
  }

  function complain(row, words, signIn) {
    let line = row.querySelector(".problem");
    if (!line) {
      line = document.createElement("p");
      line.className = "problem";
      row.append(line);
    }
    line.textContent = words;
    if (!signIn) return;
    const link = document.createElement("a");
    link.href = "/login?next=/signed-in";
    link.target = "_blank";
    link.textContent = "Sign in (a new tab)";
    line.append(" ", link);
  }

  function swap(id, markup) {
    const old = document.getElementById(id);
    if (!old) return;
    const held = old.contains(document.activeElement);
    const here = old.classList.contains("here");
    old.outerHTML = markup;
    const now = document.getElementById(id);
    if (!now) return;
    clock(now);
    recall(now);
    if (here && now.matches(".row:not(.done)")) select(now, { focus: held });
    else if (held && now.matches("[tabindex]")) now.focus({ preventScroll: true });
  }

  // Notes are kept in the browser from the first letter until the server has them.
  function draftKey(box) {
    const row = box.closest("[data-entry]");
    return row ? `monitor note ${row.dataset.entry}` : null;
  }
  function keep(box) {
    const key = draftKey(box);
    if (key) window.localStorage.setItem(key, box.value);
  }
  function recall(root) {
    for (const box of root.querySelectorAll("textarea[name=note]")) {
      const kept = window.localStorage.getItem(draftKey(box));
      if (!kept || box.value) continue;
      box.value = kept;
      box.closest("details").open = true;
    }
  }
  function forget(row) {
    if (row.dataset.entry) window.localStorage.removeItem(`monitor note ${row.dataset.entry}`);
  }

  // Times stand in the reader's own zone; the markup, which is what is left without a script, says UTC.
  function clock(root) {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime()) || time.dataset.local) continue;
      const utc = [time.title, time.textContent].find((words) => words.includes("UTC")) || at.toUTCString().replace("GMT", "UTC");
      time.dataset.local = "said";
      time.title = `${at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" })}, your time (${utc})`;
    }
  }

  function merge() {
    const row = selected();
    if (!row) return;
    if (!marked || marked === row) {
      unmark(marked === row ? null : row);
      return;
    }
    const dialog = document.getElementById("merge");
    dialog.querySelector("[data-from]").textContent = titleOf(marked);
    dialog.querySelector("[data-into]").textContent = titleOf(row);
    dialog.querySelector("[name=story]").value = marked.dataset.story;
    dialog.querySelector("[name=into]").value = row.dataset.story;
    dialog.showModal();
  }
  function unmark(next) {
    if (marked) marked.classList.remove("picked");
    marked = next;
    if (!marked) { say("Nothing is marked."); return; }
    marked.classList.add("picked");
    say(`Marked: ${titleOf(marked)}. Select the row it belongs to and press M; Escape leaves.`);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-desk]")) return;
    event.preventDefault();
    const dialog = form.closest("dialog");
    if (dialog) { dialog.close(); unmark(null); }
    submit(form, event.submitter);
  });
  document.addEventListener("input", (event) => { if (event.target.matches("textarea[name=note]")) keep(event.target); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-leave]")) { const row = event.target.closest(".row"); move(1); row.remove(); event.preventDefault(); return; }
    const row = event.target.closest(".row:not(.done):not(.busy)");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const opens = event.target.closest("a.title");
    if (opens && !wide.matches) return; // on a small screen a title leads to the story's page
    if (opens) event.preventDefault();
    if (opens || !event.target.closest("a, button, summary, textarea, input, select, label")) select(row);
  });
  // The row in hand is told what a colleague answered and stays: it must not vanish under a key that is going down.
  let asking = false;
  async function news() {
    if (document.hidden || pending || asking) return;
    asking = true;
    const named = rows().filter((row) => row.dataset.entry && !row.querySelector("[name=blind], .problem")).map((row) => row.dataset.entry);
    const answer = await fetch(`/news?rows=${named.join(",")}`, { headers: { "Monitor-Part": "1" } }).catch(() => null);
    const value = answer && answer.ok ? await answer.json().catch(() => null) : null;
    asking = false;
    const place = document.getElementById("count");
    if (!value || pending) return;
    if (place) place.lastChild.textContent = value.count;
    for (const [id, markup] of Object.entries(value.swap)) {
      const row = document.getElementById(id);
      if (!row || !row.matches(".row:not(.done):not(.busy)")) continue;
      const note = row.querySelector("textarea[name=note]");
      if (row === selected() || (note && note.value)) complain(row, value.said[id], false);
      else swap(id, markup);
    }
  }
  window.setInterval(news, NEWS_MS);
  window.addEventListener("beforeunload", (event) => { if (pending) event.preventDefault(); });
  wide.addEventListener("change", () => { const row = selected(); if (row) showPane(row); });

  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  clock(document);
  recall(document);
  const first = selected();
  if (first) select(first, { focus: !document.querySelector("dialog[open]") });
  return { selected, select, move, submit, merge, unmark: () => marked && unmark(null), isMarked: () => Boolean(marked) };
})();
