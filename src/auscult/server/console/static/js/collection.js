// A collection to listen through: j and k step, p plays, and what has ended is followed by the next moment with sound.
import { isShortcut } from "./keys.js";

const moments = [...document.querySelectorAll(".moment")];
const said = document.querySelector("#at");
const soundOf = (moment) => moment?.querySelector("audio");
let here = moments.find((each) => `#${each.id}` === location.hash) ?? null;

const goTo = (moment) => {
  here?.classList.remove("here");
  here = moment;
  here.classList.add("here");
  here.focus({ preventScroll: true });
  here.scrollIntoView({ block: "center" });
  said.textContent = said.dataset.at.replace("{at}", moments.indexOf(here) + 1).replace("{all}", moments.length);
};

const playing = () => moments.map(soundOf).find((each) => each && !each.paused);

const play = (moment) => {
  goTo(moment);
  soundOf(moment)?.play();
};

const step = (by) => {
  const at = here ? moments.indexOf(here) + by : 0;
  const next = moments[Math.min(moments.length - 1, Math.max(0, at))];
  if (!next) return;
  const goesOn = playing();
  if (goesOn && next !== here) {
    goesOn.pause();
    play(next);
  } else goTo(next);
};

for (const [at, moment] of moments.entries()) {
  moment.addEventListener("focusin", () => {
    if (moment !== here) {
      here?.classList.remove("here");
      here = moment;
      here.classList.add("here");
    }
  });
  const sound = soundOf(moment);
  sound?.addEventListener("play", () => {
    for (const other of moments.map(soundOf)) if (other && other !== sound) other.pause();
  });
  sound?.addEventListener("ended", () => {
    const next = moments.slice(at + 1).find(soundOf);
    if (next) play(next);
  });
}

addEventListener("keydown", (event) => {
  if (!isShortcut(event)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "p") {
    const goesOn = playing();
    if (goesOn) goesOn.pause();
    else if (here ?? moments[0]) play(soundOf(here) ? here : (moments.find(soundOf) ?? moments[0]));
  }
});

document.querySelector("#listen")?.addEventListener("click", () => play(moments.find(soundOf)));
