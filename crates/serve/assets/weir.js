// What pages do better with a script. All of it works without: parts marked data-live are fetched
// with the page they are on, and replaced where they have changed.
"use strict";

(() => {
  const received = new Map();
  let timer;
  let complaint;

  const live = (root) => root.querySelectorAll("[data-live][id]");

  // ----- Keeping up -----

  function remember() {
    for (const part of live(document)) received.set(part.id, part.innerHTML);
  }

  function schedule() {
    clearTimeout(timer);
    const seconds = Number(document.body.dataset.refresh);
    if (seconds > 0 && !document.hidden) timer = setTimeout(refresh, seconds * 1000);
  }

  async function refresh() {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) return complain("Your session has ended. Load the page anew to sign in.");
      if (!answer.ok) throw new Error(String(answer.status));
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      complain("");
    } catch {
      complain("Weir cannot be reached. What is shown may be old; it is tried again.");
    }
    schedule();
  }

  function take(page) {
    for (const part of live(page)) {
      const here = document.getElementById(part.id);
      if (!here || received.get(part.id) === part.innerHTML) continue;
      received.set(part.id, part.innerHTML);
      if (part.dataset.live === "append") append(here, part);
      else replace(here, part);
    }
    document.title = page.title;
    const seconds = page.body.dataset.refresh;
    if (seconds) document.body.dataset.refresh = seconds;
    else delete document.body.dataset.refresh;
  }

  // Whoever has opened, closed or reached something keeps it.
  function replace(here, part) {
    const open = new Map([...here.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const focused = here.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    here.replaceChildren(...document.importNode(part, true).childNodes);
    for (const one of here.querySelectorAll("details[id]")) if (open.has(one.id)) one.open = open.get(one.id);
    if (focused) here.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    enliven(here);
    filterAll();
  }

  // A log only grows: what is there stays, so that it can be read and marked.
  function append(here, part) {
    const follows = here.scrollTop + here.clientHeight >= here.scrollHeight - 4;
    const [old, fresh] = [here.querySelector("ol"), part.querySelector("ol")];
    if (old && fresh && old.children.length && fresh.firstElementChild?.isEqualNode(old.firstElementChild)) {
      const lines = [...fresh.children].slice(old.children.length);
      old.append(...lines.map((line) => document.importNode(line, true)));
    } else {
      here.replaceChildren(...document.importNode(part, true).childNodes);
    }
    if (follows) here.scrollTop = here.scrollHeight;
  }

  function complain(text) {
    if (!text && !complaint) return;
    if (!complaint) {
      complaint = document.createElement("p");
      complaint.className = "stale";
      complaint.setAttribute("role", "status");
      document.getElementById("content").prepend(complaint);
    }
    complaint.textContent = text;
    complaint.hidden = !text;
  }

  // ----- Filters -----

  function filterAll() {
    for (const input of document.querySelectorAll("[data-filter]")) filter(input);
  }

  function filter(input) {
    const wanted = input.value.trim().toLowerCase().split(/\s+/);
    const rows = document.getElementById(input.dataset.filter)?.querySelectorAll("[data-row]") ?? [];
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !wanted.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    const told = input.parentElement.querySelector("output");
    if (told) told.textContent = input.value ? `${shown} of ${rows.length}` : "";
  }

  // ----- Copying -----

  function enliven(root) {
    if (!navigator.clipboard) return;
    for (const one of root.querySelectorAll("[data-copy]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet copy";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(one.textContent);
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 2000);
      });
      one.after(button);
    }
  }

  // ----- Keys -----

  let going = 0;
  const keysAreOn = () => localStorage.getItem("keys") !== "off";

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const field = event.target.closest("input, select, textarea");
    if (field) {
      if (event.key === "Escape" && field.dataset.filter) {
        field.value = "";
        filter(field);
        field.blur();
      }
      return;
    }
    if (!keysAreOn()) return;
    const first = document.querySelector("[data-filter], [data-first]");
    if (event.key === "/" && first) {
      event.preventDefault();
      first.focus();
    } else if (event.key === "g") {
      going = Date.now();
    } else if (Date.now() - going < 1500) {
      going = 0;
      document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
    }
  }

  function tellKeys() {
    const button = document.querySelector("[data-keys]");
    button.closest(".keys").hidden = false;
    button.textContent = keysAreOn() ? "Turn keys off" : "Turn keys on";
  }

  // ----- Begin -----

  remember();
  enliven(document);
  for (const input of document.querySelectorAll("[data-filter]")) {
    input.parentElement.hidden = false;
    input.addEventListener("input", () => filter(input));
  }
  filterAll();
  const log = document.querySelector('[data-live="append"]');
  if (log && document.body.dataset.refresh) log.scrollTop = log.scrollHeight;
  document.querySelector("[data-keys]").addEventListener("click", () => {
    localStorage.setItem("keys", keysAreOn() ? "off" : "on");
    tellKeys();
  });
  document.querySelector("[data-back]")?.addEventListener("click", (event) => {
    if (!document.referrer.startsWith(location.origin + "/")) return;
    event.preventDefault();
    history.back();
  });
  tellKeys();
  document.addEventListener("keydown", key);
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
  schedule();
})();
