// The first step: a file is looked at on the server before it is loaded. The browser keeps the file and sends it with
// each question, so that the server stores nothing meanwhile.
const form = document.querySelector("#drop");
const zone = document.querySelector("#zone");
const input = document.querySelector("#file");
const found = document.querySelector("#found");
const doing = document.querySelector("#doing");
let running = null;

const given = () => {
  const [file] = input.files;
  const said = new URLSearchParams({ modified: String(file?.lastModified ?? ""), file: file?.name ?? "" });
  for (const each of found.querySelectorAll("input, select")) said.append(each.name, each.value);
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

const send = async (address, words) => {
  const [file] = input.files;
  if (!file) return;
  if (file.size > Number(form.dataset.limit)) {
    refuse(form.dataset.large);
    return;
  }
  running?.abort();
  const mine = (running = new AbortController());
  doing.textContent = words;
  found.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body: file, signal: mine.signal });
    const html = await answer.text();
    if (mine !== running) return;
    if (answer.redirected) location.assign(answer.url);
    else if (answer.ok) show(html);
    else refuse(form.dataset.failed);
    doing.textContent = "";
  } catch (error) {
    if (error.name !== "AbortError") {
      refuse(form.dataset.failed);
      doing.textContent = "";
    }
  } finally {
    if (mine === running) found.removeAttribute("aria-busy");
  }
};

const preview = () => send(`${form.getAttribute("action")}/preview?${given()}`, form.dataset.reading);

input.addEventListener("change", async () => {
  found.replaceChildren();
  await preview();
});
// Another choice of a column, a side or a value for all shows the file again; the focus stays where it was.
found.addEventListener("change", async (event) => {
  const { id } = event.target;
  if (!event.target.closest("[data-again]")) return;
  await preview();
  document.getElementById(id)?.focus();
});
// What is refused, whole: redacted on the server as a rejects file is.
found.addEventListener("click", async ({ target }) => {
  if (!target.dataset.download) return;
  const [file] = input.files;
  const answer = await fetch(`${form.getAttribute("action")}/refused?${given()}`, { method: "POST", body: file });
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

zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change"));
});
