// The editor of plans: the forecast follows what one types, and the slider and its number are one.

const form = document.querySelector("#plan");
const panel = document.querySelector("#forecast");
const slider = document.querySelector("#slider");
const amount = document.querySelector("#amount");
const total = document.querySelector("#total");

let timer = 0;
let newest = 0;

const show = async () => {
  const mine = ++newest;
  panel.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.forecast, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (mine !== newest) return;
    if (answer.ok) panel.innerHTML = await answer.text();
  } finally {
    if (mine === newest) panel.removeAttribute("aria-busy");
  }
};

const shown = (number) => number.toLocaleString(document.documentElement.lang, { useGrouping: false });

const sum = () => {
  if (!total) return;
  const shares = [...form.querySelectorAll("[data-share]")].map((each) => Number(each.value.replace(",", ".")) || 0);
  const made = Math.round(shares.reduce((one, other) => one + other, 0) * 100) / 100;
  const { whole, add, take } = total.dataset;
  const rest = Math.abs(Math.round((100 - made) * 100) / 100);
  total.textContent = made === 100 ? whole : (made < 100 ? add : take).replace("{total}", shown(made)).replace("{rest}", shown(rest));
  total.classList.toggle("down", made !== 100);
};

slider.addEventListener("input", () => {
  amount.value = slider.value;
});
amount.addEventListener("input", () => {
  slider.value = amount.value;
});
form.addEventListener("input", () => {
  sum();
  clearTimeout(timer);
  timer = setTimeout(show, 350);
});
