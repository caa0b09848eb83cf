// Entry at the desk: a grid like a spreadsheet. Enter, ↑ ↓, Ctrl+D, pasted blocks; checked while typing; kept on this device.
"use strict";
(() => {
  const grid = document.getElementById("grid");
  if (!grid) return;
  const body = grid.querySelector("tbody");
  const heads = [...grid.querySelectorAll("[data-column]")];
  const names = heads.map((head) => head.dataset.column);
  const byId = (name) => document.getElementById(`grid-${name}`);
  const CARRIED = ["found_at", "unit", "area", "severe", "handling", "source", "found_by"]; // come down from the row above
  const DRAFT = `grid:${document.body.dataset.user}`;
  const MOST = Number(grid.dataset.most);
  let timer = 0;
  let asked = 0;

  const rows = () => [...body.rows];
  const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
  const values = (row) => Object.fromEntries(names.map((name) => [name, cell(row, name).value.trim()]));
  // What came down by itself does not make a row: something about the finding must have been typed.
  const filled = (row) => names.some((name) => !CARRIED.includes(name) && cell(row, name).value.trim());

  const addRow = (given = {}) => {
    const row = body.insertRow();
    const number = document.createElement("th");
    number.scope = "row";
    number.textContent = String(body.rows.length);
    row.append(number);
    row.insertCell().dataset.answer = "";
    for (const [index, name] of names.entries()) {
      const box = document.createElement("input");
      box.dataset.cell = name;
      box.autocomplete = "off";
      box.value = given[name] ?? "";
      box.setAttribute("aria-label", `第 ${body.rows.length} 行${heads[index].textContent}`);
      if (heads[index].dataset.list) box.setAttribute("list", heads[index].dataset.list);
      row.insertCell().append(box);
    }
    return row;
  };

  // --- Keys ---
  const focus = (row, name) => {
    const box = cell(row, name);
    box.focus();
    box.select();
  };
  const carry = (from, to) => {
    for (const name of CARRIED) cell(to, name).value ||= cell(from, name).value;
  };
  const below = (row) => row.nextElementSibling || (body.rows.length < MOST ? addRow() : row);
  const onEnter = (row) => {
    const next = below(row);
    if (next === row) return;
    if (!filled(next)) carry(row, next);
    focus(next, names.find((name) => !cell(next, name).value) || names[0]);
  };
  const move = (row, name, next) => next && next !== row && focus(next, name);
  const fillDown = (row, name) => {
    const above = row.previousElementSibling;
    if (!above) return;
    cell(row, name).value = cell(above, name).value;
    later();
  };
  grid.addEventListener("keydown", (event) => {
    const { cell: name } = event.target.dataset;
    if (!name || event.isComposing) return;
    const row = event.target.closest("tr");
    const listed = event.target.hasAttribute("list") && !event.target.value; // the arrows open the list of an empty cell
    if (event.key === "Enter") onEnter(row);
    else if (event.key === "ArrowDown" && !listed) move(row, name, below(row));
    else if (event.key === "ArrowUp" && !listed) move(row, name, row.previousElementSibling);
    else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) fillDown(row, name);
    else return;
    event.preventDefault();
  });

  // --- A block from WPS or Excel ---
  const headed = (first) => {
    const found = first.map((text) => heads.find((head) => head.dataset.aliases.split("|").includes(text.trim()))?.dataset.column);
    return found.filter(Boolean).length >= 2 ? found : null;
  };
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const { cell: name } = event.target.dataset;
    if (!name || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const block = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const columns = headed(block[0]) || names.slice(names.indexOf(name));
    if (headed(block[0])) block.shift();
    let row = event.target.closest("tr");
    let lost = 0;
    for (const [index, line] of block.entries()) {
      line.forEach((value, at) => columns[at] && (cell(row, columns[at]).value = value.trim()));
      if (index + 1 < block.length) {
        const next = below(row);
        if (next === row) {
          lost = block.length - index - 1;
          break;
        }
        row = next;
      }
    }
    tell(lost ? `只放得下 ${MOST} 行，还有 ${lost} 行没有粘贴。请分次保存，或用“导入问题”。` : `已粘贴 ${block.length} 行，请核对。`, lost > 0);
    later();
  });

  // --- Check, totals, save ---
  const tell = (text, bad = false, url = "") => {
    const place = byId("message");
    place.hidden = !text;
    place.className = `notice notice-${bad ? "danger" : "info"}`;
    place.querySelector("p").replaceChildren(text);
    if (url) place.querySelector("p").append(" ", Object.assign(document.createElement("a"), { href: url, className: "alert-link", textContent: "查看" }));
  };
  const post = async (address, mode) => {
    const used = rows().filter(filled);
    const fields = new FormData();
    fields.append("rows", JSON.stringify(used.map(values)));
    fields.append("mode", mode);
    fields.append("round", byId("round").value);
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const response = await fetch(address, { method: "POST", body: fields, headers, credentials: "same-origin" });
    if (!(response.headers.get("Content-Type") || "").includes("json")) throw new Error("login");
    return { used, ok: response.ok, body: await response.json() };
  };
  const mark = (row, answer) => {
    const problems = Object.fromEntries(answer?.problems || []);
    for (const name of names) {
      const box = cell(row, name);
      box.classList.toggle("is-invalid", name in problems);
      box.title = problems[name] || "";
      box.setAttribute("aria-invalid", String(name in problems));
    }
    const words = Object.values(problems).join(" ");
    const place = row.querySelector("[data-answer]");
    place.textContent = answer?.known ? "已登记" : words ? "" : `${answer?.points ?? ""}${answer?.recurrence ? "（反复）" : ""}`;
    row.classList.toggle("row-danger", Boolean(words));
    row.classList.toggle("row-muted", Boolean(answer?.known));
    if (answer?.note && !words) place.append(Object.assign(document.createElement("p"), { className: "grid-warning", textContent: answer.note }));
    if (answer?.still_open) place.append(Object.assign(document.createElement("p"), { className: "grid-warning", textContent: "同一问题还没有销号：到原问题里加照片即可；保存会另记一条。" }));
    if (words) place.append(Object.assign(document.createElement("p"), { className: "field-error", textContent: words }));
  };
  const show = ({ used, body: answer }) => {
    if (!answer.rows) return;
    used.forEach((row, index) => mark(row, answer.rows[index]));
    const sums = answer.totals.map((each) => `${each.unit} ${each.points}`).join("，");
    byId("totals").textContent = used.length ? `共 ${used.length} 行：可登记 ${answer.good}，以前登记过 ${answer.known}，有误 ${answer.wrong}。${sums ? `扣分合计（分）：${sums}。` : ""}` : "";
  };
  const failed = () => tell("没有连上服务器，或登录已过期。填的内容保存在本机，请检查网络或重新登录后再试。", true);
  const check = async () => {
    const mine = ++asked;
    if (!rows().some(filled)) return show({ used: [], body: { rows: [], totals: [], good: 0, known: 0, wrong: 0 } });
    try {
      const answer = await post(grid.dataset.check, "");
      if (mine === asked) show(answer); // a later one is on its way
      if (!answer.ok) tell(answer.body.message, true);
    } catch {
      failed();
    }
  };
  const remember = () => localStorage.setItem(DRAFT, JSON.stringify(rows().filter(filled).map(values)));
  const later = () => {
    remember();
    clearTimeout(timer);
    timer = setTimeout(check, 500);
  };
  const save = async (mode, button) => {
    if (!rows().some(filled)) return tell("还没有填内容。", true);
    clearTimeout(timer);
    asked += 1;
    button.disabled = true;
    tell("正在保存……");
    try {
      const answer = await post(grid.dataset.save, mode);
      show(answer);
      tell(answer.body.message, !answer.ok, answer.body.url || "");
      if (answer.ok) finish(answer);
    } catch {
      failed();
    } finally {
      button.disabled = false;
    }
  };
  const finish = ({ used, body: answer }) => {
    used.forEach((row, index) => answer.rows[index].problems.length || row.remove());
    start(rows().filter(filled).map(values));
    remember();
    if (rows().some(filled)) check();
  };
  const start = (given) => {
    body.replaceChildren();
    given.slice(0, MOST).forEach(addRow);
    while (body.rows.length < Math.max(8, given.length + 1)) addRow();
    const empty = rows().find((row) => !filled(row)) || body.rows[0];
    const above = empty.previousElementSibling;
    if (above) carry(above, empty);
    cell(empty, "found_at").value ||= grid.dataset.today;
    cell(empty, "found_by").value ||= grid.dataset.by;
  };

  grid.addEventListener("input", (event) => event.target.dataset.cell && later());
  byId("round").addEventListener("change", later);
  byId("save").addEventListener("click", (event) => save("all", event.currentTarget));
  byId("valid").addEventListener("click", (event) => save("valid", event.currentTarget));
  byId("clear").addEventListener("click", () => {
    if (rows().some(filled) && !confirm("没有保存的行都会清掉。确定清空？")) return;
    start([]);
    remember();
    check();
    tell("");
  });
  start(JSON.parse(localStorage.getItem(DRAFT) || "[]"));
  focus(rows().find((row) => !filled(row)) || body.rows[0], "unit");
  check();
})();
