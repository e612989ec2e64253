// A field whose values the server knows: agents, users or conversations are picked by name, by words or by a pasted link.
// The field itself stays, with a value a line or separated by commas; without script it is typed into.

const WAIT_MS = 200;
let made = 0;

function picks(field) {
  const of = field.dataset.pick;
  const moments = field.dataset.moments !== undefined;
  const isOne = field.dataset.one !== undefined;
  const split = field.localName === "textarea" ? /\s*\n\s*/ : /[\s,]+/;
  const join = field.localName === "textarea" ? "\n" : ", ";
  const id = `pick-${++made}`;
  const box = document.createElement("div");
  box.className = "pickbox";
  box.innerHTML = `<ul class="chips picked" role="list"></ul><div class="pickfield"><input class="input" type="text" role="combobox" autocomplete="off" aria-expanded="false" aria-autocomplete="list" aria-controls="${id}"><ul class="picklist" id="${id}" role="listbox" hidden></ul></div>`;
  const [chips, list] = box.querySelectorAll("ul");
  const input = box.querySelector("input");
  input.placeholder = field.dataset.hint;
  const label = document.querySelector(`label[for="${field.id}"]`);
  list.setAttribute("aria-label", label.textContent);
  input.id = `${field.id}-find`;
  label.htmlFor = input.id;
  const isRequired = field.required;
  field.required = false;
  field.hidden = true;
  field.after(box);
  const names = new Map();
  const values = () => field.value.split(split).filter(Boolean);
  const set = (all) => {
    field.value = [...new Set(all)].join(join);
    shown();
  };
  function shown() {
    input.required = isRequired && !values().length;
    chips.replaceChildren(
      ...values().map((value) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = "chip chip--on";
        button.textContent = `${names.get(value) ?? value} \u00d7`;
        button.setAttribute("aria-label", `${field.dataset.remove} ${names.get(value) ?? value}`);
        button.addEventListener("click", () => {
          set(values().filter((each) => each !== value));
          input.focus();
        });
        item.append(button);
        return item;
      }),
    );
  }
  const options = () => [...list.children];
  const current = () => list.querySelector("[aria-selected=true]");
  function choose(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(null);
  }
  function take(value, name) {
    const kept = moments ? value : value.split("#")[0];
    if (name) names.set(kept, name);
    input.value = "";
    close();
    set(isOne ? [kept] : [...values(), kept]);
  }
  let timer = 0;
  let asked = 0;
  async function find() {
    const mine = ++asked;
    const words = input.value.trim();
    if (!words) return close();
    const answer = await fetch(`${field.dataset.from}?${new URLSearchParams({ of, q: words })}`).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    list.replaceChildren(...found.querySelectorAll("li"));
    options().forEach((each, n) => (each.id = `${id}-${n}`));
    list.hidden = !options().length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(options()[0] ?? null);
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = options();
      if (list.hidden || !all.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(all.indexOf(current()) + step + all.length) % all.length]);
    } else if (event.key === "Enter" && input.value.trim()) {
      const option = list.hidden ? null : current();
      if (option) take(option.dataset.value, option.dataset.name);
      else if (field.dataset.free !== undefined) take(input.value.trim());
    } else if (event.key === "Backspace" && !input.value) {
      set(values().slice(0, -1));
      return;
    } else return;
    event.preventDefault();
  });
  input.addEventListener("paste", (event) => {
    const lines = event.clipboardData.getData("text").split(split).filter(Boolean);
    if (lines.length < 2 || isOne || field.dataset.free === undefined) return;
    event.preventDefault();
    set([...values(), ...lines]);
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    event.preventDefault();
    if (option) take(option.dataset.value, option.dataset.name);
  });
  // What was typed and not picked is not lost: it is sent as it is, and the server says what is wrong with it.
  input.addEventListener("blur", () => close());
  field.form.addEventListener("submit", () => {
    if (input.value.trim()) take(input.value.trim());
  });
  shown();
}

for (const field of document.querySelectorAll("[data-pick]")) picks(field);
