"use strict";

const SOON = 2000; // milliseconds until a page looks again at what has changed

const sheet = document.querySelector("table.sheet");
if (sheet) watchSheet(sheet);
const requests = document.querySelector("table.requests");
if (requests) watchRequests(requests);

async function ask(address, options) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  if (response.status === 204) return null;
  const said = await response.json();
  if (!response.ok) throw new Error(said.error.message);
  return said;
}

function watchSheet(table) {
  const bar = document.getElementById("bar");
  const { cell: place, text } = bar.elements;
  const about = document.getElementById("about");
  const status = document.getElementById("status");
  let version = table.dataset.version;
  let current = null;
  let editor = null;
  let turn = Promise.resolve(); // one request at a time, so that answers come in order

  table.setAttribute("role", "grid");
  for (const each of table.querySelectorAll("td")) each.tabIndex = -1;

  const note = (td) => td.querySelector(".note")?.textContent ?? "";
  const shown = (td) => (td.firstChild?.nodeType === Node.TEXT_NODE ? td.firstChild.data : "");
  const entered = (td) => td.dataset.entered ?? shown(td);
  const boxed = (td) => ["☐", "☑"].includes(shown(td)) && ["", "TRUE", "FALSE"].includes(entered(td));
  const cellAt = (a1) => table.querySelector(`td[id="${CSS.escape(a1)}"]`);

  function tell(td) {
    place.value = td.id;
    text.value = entered(td);
    about.textContent = note(td);
  }

  function select(td) {
    if (current) {
      current.tabIndex = -1;
      current.removeAttribute("aria-selected");
    }
    current = td;
    td.tabIndex = 0;
    td.setAttribute("aria-selected", "true");
    tell(td);
    history.replaceState(null, "", `#${td.id}`);
  }

  function beside(td, rows, columns) {
    if (columns) {
      const next = columns > 0 ? td.nextElementSibling : td.previousElementSibling;
      return next?.matches("td[id]") ? next : td;
    }
    const column = td.id.match(/^[A-Z]+/)[0];
    let found = td;
    for (let row = td.parentElement.rowIndex, left = Math.abs(rows); left > 0; ) {
      row += Math.sign(rows);
      if (!table.rows[row]) break;
      const next = cellAt(column + table.rows[row].cells[0].textContent); // none where a merged cell covers it
      if (next) {
        found = next;
        left -= 1;
      }
    }
    return found;
  }

  function edit(td, begun) {
    editor = document.createElement("input");
    editor.value = begun ?? entered(td);
    editor.setAttribute("aria-label", `Contents of ${td.id}`);
    td.append(editor);
    editor.focus();
    editor.addEventListener("blur", () => finish(true));
    editor.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const moves = { Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1], Escape: [0, 0] };
      if (!(event.key in moves) || event.isComposing) return;
      event.preventDefault();
      finish(event.key !== "Escape");
      beside(td, ...moves[event.key]).focus();
    });
  }

  function finish(keep) {
    if (!editor) return;
    const input = editor;
    const td = input.parentElement;
    editor = null; // before it goes, since going blurs it
    input.remove();
    if (keep && input.value !== entered(td)) send(td.id, input.value);
  }

  function tick(td) {
    send(td.id, entered(td) === "TRUE" ? "FALSE" : "TRUE");
  }

  function send(cell, value) {
    turn = turn.then(async () => {
      const body = new URLSearchParams({ cell, text: value, since: version, ...corner() });
      try {
        apply(await ask(bar.action, { method: "POST", body }), cell);
      } catch (problem) {
        status.textContent = `${cell} was not changed: ${problem.message}`;
        if (current) tell(current);
      }
    });
  }

  function apply(found, cell) {
    if (!found) return;
    if (found.reload) {
      location.reload();
      return;
    }
    version = found.version;
    for (const each of found.cells) {
      const td = cellAt(each.a1);
      const open = editor?.parentElement === td ? editor : null;
      td.className = td.className.replace(/\bs\d+\b|\bnoted\b|\bfresh\b/g, "");
      td.style.cssText = each.style; // the policy forbids style attributes in pages, not this
      td.textContent = each.text;
      td.dataset.entered = each.entered;
      if (each.note) {
        const span = td.appendChild(document.createElement("span"));
        span.className = "note";
        span.textContent = each.note;
        td.classList.add("noted");
      }
      td.getBoundingClientRect(); // or the same colour would not flash twice
      td.classList.add("fresh");
      if (open) td.append(open);
      if (td === current && document.activeElement !== text) tell(td);
    }
    if (found.charts) document.querySelector(".figures").innerHTML = found.charts; // escaped where it was made
    const others = found.cells.filter((each) => each.a1 !== cell).length;
    const more = others ? ` ${others} other cell${others > 1 ? "s" : ""} changed.` : "";
    status.textContent = cell ? `${cell} is now ${shown(cellAt(cell) ?? table) || "empty"}.${more}` : more.trim();
  }

  const corner = () => ({ row: table.dataset.row, column: table.dataset.column });

  table.addEventListener("focusin", (event) => {
    const td = event.target.closest("td[id]");
    if (td && td !== current) select(td);
  });
  table.addEventListener("click", (event) => {
    const td = event.target.closest("td[id]");
    if (td && !editor && event.detail < 2 && boxed(td)) tick(td); // the second click of two would take it away again
  });
  table.addEventListener("dblclick", (event) => {
    const td = event.target.closest("td[id]");
    if (td && !editor && !boxed(td)) edit(td);
  });
  table.addEventListener("keydown", (event) => {
    const td = event.target;
    if (!td.matches("td[id]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const ends = [...td.parentElement.querySelectorAll("td")];
    const moves = {
      ArrowUp: () => beside(td, -1, 0),
      ArrowDown: () => beside(td, 1, 0),
      ArrowLeft: () => beside(td, 0, -1),
      ArrowRight: () => beside(td, 0, 1),
      PageUp: () => beside(td, -15, 0),
      PageDown: () => beside(td, 15, 0),
      Home: () => ends[0],
      End: () => ends.at(-1),
    };
    if (event.key in moves) moves[event.key]().focus();
    else if (event.key === "Enter" || event.key === "F2") edit(td);
    else if (event.key === "Delete" || event.key === "Backspace") send(td.id, "");
    else if (event.key === " " && boxed(td)) tick(td);
    else if (event.key.length === 1) edit(td, event.key);
    else return;
    event.preventDefault();
  });

  place.addEventListener("change", () => {
    const td = cellAt(place.value.trim().toUpperCase());
    if (td) select(td);
  });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    const td = cellAt(place.value.trim().toUpperCase());
    if (!td || text.value !== entered(td)) send(td?.id ?? place.value.trim(), text.value);
    td?.focus();
  });
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !current) return;
    tell(current);
    current.focus();
  });

  setInterval(() => {
    if (document.hidden || editor || bar.contains(document.activeElement)) return; // nobody is torn from typing
    turn = turn.then(async () => {
      try {
        apply(await ask(`${bar.action}/changes?${new URLSearchParams({ since: version, ...corner() })}`));
      } catch {
        status.textContent = "The local Google does not answer. This page shows how it was.";
      }
    });
  }, SOON);

  const start = cellAt(location.hash.slice(1));
  if (start) start.focus();
  else cellAt(place.value).tabIndex = 0;
}

function watchRequests(table) {
  const pause = document.getElementById("pause");
  const status = document.getElementById("status");
  let count = table.dataset.count;
  pause.hidden = false;
  pause.addEventListener("click", () => {
    const paused = pause.getAttribute("aria-pressed") === "false";
    pause.setAttribute("aria-pressed", paused);
    status.textContent = paused ? "Paused." : "";
  });
  setInterval(async () => {
    if (document.hidden || pause.getAttribute("aria-pressed") === "true") return;
    let found;
    try {
      found = await ask(`${location.pathname}/after?after=${count}`);
    } catch {
      status.textContent = "The local Google does not answer.";
      return;
    }
    count = found.count;
    const body = table.tBodies[0];
    if (found.cleared) body.replaceChildren();
    for (const each of found.requests) {
      const row = body.insertRow(0);
      const { method, path, status: code, requestBytes, responseBytes } = each;
      for (const value of [method, path, code || "cut off", requestBytes, responseBytes]) {
        row.insertCell().textContent = value;
      }
    }
    while (body.rows.length > 200) body.deleteRow(-1);
  }, SOON / 2);
}
