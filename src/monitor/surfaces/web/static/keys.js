// Keys for triage. Everything here can be done with the mouse, and without this file.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll(".row:not(.done)")];
  let here = null;
  let picked = null;

  function go(row) {
    if (!row) return;
    if (here) here.classList.remove("here");
    here = row;
    row.classList.add("here");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here);
    go(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
  }

  function click(key) {
    const scope = "pnus".includes(key) ? here || rows()[0] : document;
    const button = scope && scope.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    if ("pnus".includes(key) && rows().length > 1) {
      const all = rows();
      const at = all.indexOf(here);
      const next = all[at + 1] || all[at - 1];
      document.body.addEventListener("htmx:afterSwap", () => go(next), { once: true });
    }
    if (button.tagName === "SELECT") button.focus(); else button.click();
  }

  function merge() {
    if (!here) return;
    if (!picked || picked === here) {
      if (picked) picked.classList.remove("picked");
      picked = picked === here ? null : here;
      if (picked) picked.classList.add("picked");
      return;
    }
    window.htmx.ajax("POST", "/merge", {
      values: { story: picked.dataset.story, into: here.dataset.story },
      target: `#${picked.id}`, swap: "outerHTML",
    });
    picked = null;
  }

  function edit() {
    const form = document.getElementById("edit");
    if (form) { form.scrollIntoView(); click("e"); return; }
    if (here) window.location.href = `/story/${here.dataset.story}#edit`;
  }

  const actions = {
    j: () => move(1), k: () => move(-1), m: merge, e: edit, z: () => click("z"),
    p: () => click("p"), n: () => click("n"), u: () => click("u"), s: () => click("s"),
    o: () => { const more = here && here.querySelector("details"); if (more) more.open = !more.open; },
    "/": () => { const box = document.getElementById("search"); if (box) box.focus(); else window.location.href = "/search"; },
    "?": help,
  };

  function help() {
    const dialog = document.getElementById("help");
    if (dialog.open) dialog.close(); else dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(".row:not(.done)");
    if (row && row !== here) { if (here) here.classList.remove("here"); here = row; row.classList.add("here"); }
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) help(); });
  // An answer in words (a row somebody else decided, say) is shown, not swallowed.
  document.body.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const words = page.querySelector("[role=alert]");
    document.getElementById("said").textContent = words ? words.textContent : `not saved (${event.detail.xhr.status})`;
  });
  document.body.addEventListener("htmx:sendError", () => {
    document.getElementById("said").textContent = "not saved: the server did not answer";
  });
})();
