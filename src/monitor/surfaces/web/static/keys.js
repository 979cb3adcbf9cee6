// Keys for triage: what a press means, and when it means nothing. Everything here can be done with the mouse, by touch,
// and without this file. A deciding key needs a row that the reader selected; Enter and Space never decide by themselves.
"use strict";
(() => {
  const SWITCH = "monitor keys";
  const box = () => document.getElementById("use-keys");
  const HERE = ".row.here:not(.done):not(.busy)"; // the selected row, as rows.js marks it
  const anyDialog = () => [...document.querySelectorAll("dialog")].some((dialog) => dialog.open);

  // A browser may refuse to remember anything: keys are on then.
  function isOn() {
    try { return window.localStorage.getItem(SWITCH) !== "off"; } catch { return true; }
  }

  // The letter printed on the key where it is Latin (so Z stays Z on a German keyboard), else the key in its place.
  function meaning(event) {
    if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
    if (event.key === "/" || event.key === "Escape" || event.key === "Enter") return event.key;
    if (event.key === "?" || event.key === "؟") return "?";
    const place = /^Key([A-Z])$/.exec(event.code);
    return place && [...event.key].length === 1 && event.key > "\u024f" ? place[1].toLowerCase() : "";
  }

  function rests(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
    if (event.getModifierState && event.getModifierState("AltGraph")) return true;
    return anyDialog();
  }

  function press(key) {
    const target = document.querySelector(`${HERE} [data-key="${key}"]`);
    if (!target) return; // no row is selected, or it has no such button
    if (target.tagName === "SUMMARY") {
      target.parentElement.open = true;
      target.parentElement.querySelector("textarea").focus();
    } else if (target.form) desk.submit(target.form, target);
    else target.click();
  }

  function undo() {
    const button = document.querySelector('[data-key="z"]');
    if (button) desk.submit(button.form, button);
  }

  function openRow() {
    const row = desk.selected();
    const link = row && row.querySelector("a.title");
    const pane = document.getElementById("pane");
    if (!link) return;
    if (!pane || getComputedStyle(pane).display === "none") { link.click(); return; }
    if (pane.contains(document.activeElement)) row.focus(); else pane.focus();
  }

  function edit() {
    const row = desk.selected();
    const form = document.getElementById("edit");
    if (form) { form.scrollIntoView(); form.querySelector("select").focus(); return; }
    if (row) window.location.href = `/story/${row.dataset.story}#edit`;
  }

  function search() {
    const field = document.getElementById("search");
    if (field) field.focus(); else window.location.href = "/search";
  }

  function help() {
    box().checked = isOn();
    document.getElementById("help").showModal();
  }

  const actions = {
    j: () => desk.move(1), k: () => desk.move(-1), o: openRow, m: () => desk.merge(), e: edit, z: undo, "/": search, "?": help,
    ...Object.fromEntries(["p", "n", "u", "s", "t", "v"].map((key) => [key, () => press(key)])),
  };

  document.addEventListener("keydown", (event) => {
    const key = meaning(event);
    const typing = event.target.closest && event.target.closest("input, select, textarea, [contenteditable]");
    if (typing) {
      if (key === "Escape" && !anyDialog()) event.target.blur();
      return;
    }
    if (rests(event) || !isOn()) return;
    if (key === "Escape") { desk.unmark(); return; }
    if (key === "Enter") {
      // Enter opens the selected row, and does what Enter does on a link or a button that has the focus.
      if (event.target.classList.contains("row")) { event.preventDefault(); openRow(); }
      return;
    }
    const action = actions[key];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || "jk".includes(key)) action(); // a key held down moves, it never decides
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) help(); });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "use-keys") return;
    try { window.localStorage.setItem(SWITCH, event.target.checked ? "on" : "off"); } catch { /* not remembered */ }
  });
})();
