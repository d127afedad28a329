// Adds search, filters, sorting and copying to the list of phones. All else works without it.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  for (const button of $$(".rest-button")) {
    const rows = $$("tr.rest", button.closest("section"));
    rows.forEach(row => row.hidden = true);
    button.addEventListener("click", () => {
      rows.forEach(row => row.hidden = false);
      button.parentElement.remove();
    });
  }

  const list = $("ul.phones");
  if (!list) return;

  // As many rows are shown at first as a browser lays out at once.
  const FIRST = 200;
  const number = value => value.toLocaleString("en");
  const phones = [...list.children].map((row, rank) => {
    const cells = $("summary", row).children;
    return {
      row, rank,
      status: row.dataset.status,
      name: cells[1].textContent,
      model: cells[2].textContent,
      software: cells[3].textContent,
      codes: $$(".code:not(.mended)", cells[5]).map(code => code.textContent),
      mended: $$(".code.mended", cells[5]).map(code => `[${code.textContent}]`),
      isNew: $(".new", cells[5]) !== null,
      seen: cells[6].textContent,
    };
  });
  const phoneOf = new Map(phones.map(phone => [phone.row, phone]));
  const find = $("#find"), code = $("#code"), model = $("#model"), software = $("#software"), onlyNew = $("#new");
  const statuses = $$("fieldset input"), more = $(".more");
  let order = phones, shown = FIRST, sortedBy = "worst first";

  // The text of a row; addresses and fingerprints are found with and without what stands between their bytes.
  const text = phone => phone.text ??= (all => all + " " + all.replace(/[:.-]/g, ""))(phone.row.textContent.toLowerCase());
  // They are made while the browser has nothing else to do.
  let prepared = 0;
  function prepare(deadline) {
    while (prepared < phones.length && deadline.timeRemaining() > 1) text(phones[prepared++]);
    if (prepared < phones.length) requestIdleCallback(prepare);
  }
  window.requestIdleCallback?.(prepare);
  const wanted = word => /^[0-9a-f]{2}([:.-]?[0-9a-f]{2})+$/.test(word) ? word.replace(/[:.-]/g, "") : word;

  function apply() {
    const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean).map(wanted);
    const allowed = new Set(statuses.filter(box => box.checked).map(box => box.value));
    let matches = 0;
    for (const phone of order) {
      const isMatch = allowed.has(phone.status)
        && (!code.value || phone.codes.includes(code.value) || phone.mended.includes(code.value))
        && (!model.value || phone.model === model.value)
        && (!software.value || phone.software === software.value)
        && (!onlyNew?.checked || phone.isNew)
        && words.every(word => text(phone).includes(word));
      matches += isMatch;
      const isHidden = !isMatch || matches > shown;
      if (phone.row.hidden !== isHidden) phone.row.hidden = isHidden;
    }
    more.hidden = matches <= shown;
    more.firstElementChild.textContent = `Show all ${number(matches)}`;
    const of = matches === phones.length ? "" : ` of ${number(phones.length)}`;
    const unlisted = list.dataset.unlisted ? `; phones ${list.dataset.unlisted} are not listed` : "";
    $(".count").textContent = `${number(matches)}${of} ${phones.length === 1 ? "phone" : "phones"}, ${sortedBy}${unlisted}.`;
  }

  function filter() {
    shown = FIRST;
    apply();
  }

  function reset(values = {}) {
    find.value = "";
    code.value = values.code ?? "";
    model.value = values.model ?? "";
    software.value = values.software ?? "";
    if (onlyNew) onlyNew.checked = false;
    statuses.forEach(box => box.checked = !values.status || box.value === values.status);
    filter();
  }

  let waiting;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  [code, model, software, ...statuses, ...(onlyNew ? [onlyNew] : [])].forEach(field => field.addEventListener("change", filter));
  $("#reset").addEventListener("click", () => reset());
  more.firstElementChild.addEventListener("click", () => {
    shown = Infinity;
    apply();
  });

  // Sorting: the titles of columns become buttons.
  const collator = new Intl.Collator("en", {numeric: true});
  const keys = {rank: phone => phone.rank, code: phone => phone.codes.join(" ")};
  const missing = value => value === "" || value === "–" || value === "no date";
  function sort(key, isUp, title) {
    const value = keys[key] ?? (phone => phone[key]);
    const direction = isUp ? 1 : -1;
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (key === "rank") return (x - y) * direction;
      return missing(x) - missing(y) || collator.compare(x, y) * direction || a.rank - b.rank;
    };
    order = [...phones].sort(compare);
    const sorted = document.createDocumentFragment();
    order.forEach(phone => sorted.appendChild(phone.row));
    list.appendChild(sorted);
    sortedBy = key === "rank" ? (isUp ? "worst first" : "best first") : `by ${title.toLowerCase()}${isUp ? "" : ", last first"}`;
    apply();
  }
  const titles = $$(".cols [data-key]");
  for (const title of titles) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...title.childNodes);
    title.append(button);
    button.addEventListener("click", () => {
      const isUp = title.dataset.order !== "up";
      titles.forEach(other => delete other.dataset.order);
      title.dataset.order = isUp ? "up" : "down";
      sort(title.dataset.key, isUp, button.textContent);
    });
  }

  // What a ticket needs of a phone.
  function ticket(phone) {
    const lines = [`${phone.name} ${phone.model} ${phone.software}: ${phone.status}`];
    for (const diagnosis of $$(".diag:not(.mended)", phone.row)) {
      lines.push("", `${$(".code", diagnosis).textContent}: ${$("h3 > span", diagnosis).textContent}`, $(".do", diagnosis).textContent);
      for (const line of $$(".ev li", diagnosis)) lines.push([...line.children].map(part => `  ${part.textContent}`).join("\n"));
    }
    return lines.join("\n") + "\n";
  }

  // Pages of a server without TLS have no `navigator.clipboard`.
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    if (!isDone) throw new Error("copying was refused");
  }

  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-code], a[data-model], a[data-software], a[data-status]");
    if (link) reset(link.dataset);
    const button = event.target.closest(".copy button");
    if (button) {
      const title = button.textContent;
      copy(ticket(phoneOf.get(button.closest("li"))))
        .then(() => button.textContent = "Copied", () => button.textContent = "The browser refused to copy")
        .then(() => setTimeout(() => button.textContent = title, 1500));
    }
  });

  // A link to a phone opens it.
  function openTarget() {
    const id = location.hash.slice(1);
    const row = id && document.getElementById(id);
    if (row && phoneOf.has(row)) {
      row.hidden = false;
      $("details", row).open = true;
      row.scrollIntoView();
    }
  }
  addEventListener("hashchange", openTarget);

  // Paper shows all matches.
  let before = FIRST;
  addEventListener("beforeprint", () => {
    before = shown;
    shown = Infinity;
    apply();
  });
  addEventListener("afterprint", () => {
    shown = before;
    apply();
  });

  apply();
  openTarget();
})();
