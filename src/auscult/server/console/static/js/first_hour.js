// The first step: files are looked at on the server before they are loaded. The browser keeps them and sends them with
// each question, so that the server stores nothing meanwhile. Several are sent as one archive.
import { packed } from "./packing.js";

const form = document.querySelector("#drop");
const zone = document.querySelector("#zone");
const input = document.querySelector("#file");
const found = document.querySelector("#found");
const doing = document.querySelector("#doing");
const far = document.querySelector("#far");
const bar = document.querySelector("#bar");
const LARGE = 1 << 20; // bytes that take long enough to be counted as they are sent
const number = new Intl.NumberFormat(document.documentElement.lang);
const then = document.querySelector("#then");
const ARCHIVE = /\.(zip|tar|tgz|gz|zst)$/i;
let sent = null; // the file that is looked at; several are one archive, archives and recordings are sent alone
let waiting = []; // what is looked at after that
let picked = new Map(); // columns and sides that a person has picked, by the field
let added = 0;
let running = null;

// Columns and sides that were found are not sent: what is found in one file need not hold for another.
const given = () => {
  const said = new URLSearchParams({ modified: String(sent.lastModified ?? ""), file: sent.name ?? "" });
  for (const each of found.querySelectorAll("input, select")) {
    if (!["columns", "sides"].includes(each.name)) said.append(each.name, each.value);
  }
  for (const [name, value] of picked.values()) said.append(name, value);
  return said;
};

const show = (html) => found.replaceChildren(document.createRange().createContextualFragment(html));

const refuse = (words) => {
  const said = document.createElement("p");
  said.className = "bad";
  said.role = "alert";
  said.textContent = words;
  found.replaceChildren(said);
};

// The words of what is done are read out; how far it is changes too often for that.
const progress = (words, count = "", share = null) => {
  if (doing.textContent !== words) doing.textContent = words;
  far.textContent = count;
  bar.hidden = !words;
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
};

const sending = ({ loaded, total }) => {
  if (total < LARGE) return;
  const [sent, all] = [loaded, total].map((bytes) => number.format(Math.round(bytes / LARGE)));
  progress(form.dataset.sending, form.dataset.sent.replace("{sent}", sent).replace("{all}", all), loaded / total);
};

const send = (address, words) => {
  if (sent.size > Number(form.dataset.limit)) {
    refuse(form.dataset.large);
    return null;
  }
  running?.abort();
  const mine = (running = new XMLHttpRequest());
  progress(words);
  found.setAttribute("aria-busy", "true");
  return new Promise((resolve) => {
    mine.open("POST", address);
    mine.upload.onprogress = sending;
    mine.upload.onload = () => progress(words);
    mine.onprogress = () => {
      const counts = [...mine.responseText.matchAll(/<!-- (\d+) -->/g)];
      const n = Number(counts.at(-1)?.[1] ?? 0);
      if (n) progress(words, form.dataset.counted.replace("{n}", number.format(n)));
    };
    mine.onload = () => {
      if (mine.status === 200) show(mine.responseText);
      else refuse(form.dataset.failed);
      loaded(found.querySelector("[data-next]"));
    };
    mine.onerror = () => refuse(form.dataset.failed);
    mine.onloadend = () => {
      if (mine === running) {
        found.removeAttribute("aria-busy");
        progress("");
      }
      resolve();
    };
    mine.send(sent);
  });
};

const preview = () => send(`${form.getAttribute("action")}/preview?${given()}`, form.dataset.reading);

const proceed = async () => {
  [sent, ...waiting] = waiting;
  picked = new Map();
  found.replaceChildren();
  then.hidden = !waiting.length;
  then.querySelector("span").textContent = waiting.map((file) => file.name).join(", ");
  if (sent) await preview();
};

const loaded = (next) => {
  if (!next) return;
  const page = new URL(next.href);
  added += Number(page.searchParams.get("loaded"));
  page.searchParams.set("loaded", added);
  if (waiting.length) proceed();
  else location.assign(page);
};

const isAlone = ({ file }) => ARCHIVE.test(file.name) || file.type.startsWith("audio/");

const choose = async (files) => {
  const others = files.filter((each) => !isAlone(each));
  waiting = files.filter(isAlone).map(({ file }) => file);
  if (others.length) waiting.unshift(others.length === 1 ? others[0].file : packed(others));
  await proceed();
};

input.addEventListener("change", () =>
  choose([...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
);
then.querySelector("button").addEventListener("click", proceed);
// Another choice of a column, a side or a value for all shows the files again; the focus stays where it was.
found.addEventListener("change", async (event) => {
  const { id, name, value } = event.target;
  if (!event.target.closest("[data-again]")) return;
  if (["columns", "sides"].includes(name)) picked.set(id, [name, value]);
  await preview();
  document.getElementById(id)?.focus();
});
// What is refused, whole: redacted on the server as a rejects file is.
found.addEventListener("click", async ({ target }) => {
  if (!target.dataset.download) return;
  const answer = await fetch(`${form.getAttribute("action")}/refused?${given()}`, { method: "POST", body: sent });
  if (!answer.ok) return refuse(form.dataset.failed);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = target.dataset.download;
  link.click();
  URL.revokeObjectURL(link.href);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (found.querySelector("button[type=submit]")) send(`${form.getAttribute("action")}?${given()}`, form.dataset.loading);
});

// Files of a folder that was dropped, with their paths in it.
const within = async (entry) => {
  if (entry.isFile) {
    return [{ path: entry.fullPath.slice(1), file: await new Promise((done, fail) => entry.file(done, fail)) }];
  }
  const reader = entry.createReader();
  const entries = [];
  for (let some = null; some?.length !== 0; entries.push(...some)) {
    some = await new Promise((done, fail) => reader.readEntries(done, fail));
  }
  return (await Promise.all(entries.map(within))).flat();
};

zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  const entries = [...event.dataTransfer.items].map((each) => each.webkitGetAsEntry()).filter(Boolean);
  const files = [...event.dataTransfer.files].map((file) => ({ path: file.name, file }));
  const dropped = entries.some((each) => each.isDirectory) ? (await Promise.all(entries.map(within))).flat() : files;
  if (!dropped.length) return;
  const shown = new DataTransfer();
  for (const { file } of dropped) shown.items.add(file);
  input.files = shown.files;
  await choose(dropped);
});
