// The player: two lanes drawn from the server's peaks, and an audio element that asks for ranges. Without sound the
// map of the conversation stays as it is.
const player = document.querySelector(".player[data-sound]");

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const rest = `${whole % 60}`.padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, "0")}:${rest}`;
};

const ask = async (address) => {
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
};

const timed = () => [...document.querySelectorAll(".turn[data-start]")];
const startOf = (turn) => Number(turn.dataset.start) / 1000;
const endOf = (turn) => Number(turn.dataset.end || turn.dataset.start) / 1000;

// Seconds at which evidence begins: where in its turn a mark stands, by its letters, unless words have times.
const evidenceTimes = (timeOf) =>
  [...document.querySelectorAll(".turn[data-start] mark.ev, .turn[data-start] mark.near")]
    .map((mark) => timeOf(mark.closest(".turn"), offsetOf(mark.closest(".text"), mark, 0)))
    .sort((one, other) => one - other);

const offsetOf = (text, node, offset) => {
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, offset);
  return range.toString().length;
};

class Player {
  constructor(root, sounds) {
    this.root = root;
    this.sounds = sounds;
    this.audio = new Audio();
    this.audio.preload = "metadata";
    this.audio.src = sounds[0].url;
    this.length = sounds[0].duration_ms / 1000;
    this.seek = root.querySelector(".seek");
    this.said = root.querySelector("[data-said]");
    this.words = sounds.flatMap((sound) => sound.words);
    this.seek.max = this.length;
    this.spoken = [];
    this.listen();
    for (const each of root.querySelectorAll(".sounding, .seek")) each.hidden = false;
    this.times = evidenceTimes((turn, offset) => this.timeIn(turn, offset));
    const asked = Number(new URL(location.href).searchParams.get("at"));
    if (asked > 0) this.goTo(asked);
  }

  // The second at which a letter of a turn is said: of its word where words have times, else by its share of the turn.
  timeIn(turn, offset) {
    const text = turn.querySelector(".text").textContent;
    const [start, end] = [startOf(turn), endOf(turn)];
    const own = this.words.filter((word) => word[0] >= start * 1000 - 50 && word[1] <= end * 1000 + 50);
    const place = text.slice(0, offset).trimStart().split(/\s+/).length - 1;
    const all = text.trim().split(/\s+/).length;
    if (own.length === all && own[place]) return own[place][0] / 1000;
    return start + ((end - start) * offset) / Math.max(1, text.length);
  }

  listen() {
    const { audio, root } = this;
    audio.addEventListener("timeupdate", () => this.show());
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.toggled());
    for (const name of ["pause", "seeked"]) audio.addEventListener(name, () => this.keepPlace());
    audio.addEventListener("error", () => this.again());
    root.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do));
    root.querySelector("#speed").addEventListener("change", (event) => {
      audio.playbackRate = Number(event.target.value);
    });
    this.seek.addEventListener("input", () => this.goTo(Number(this.seek.value)));
    document.querySelector(".script")?.addEventListener("click", (event) => this.hear(event));
    addEventListener("keydown", (event) => this.key(event));
  }

  act(name) {
    const { audio } = this;
    const after = (times) => times.find((time) => time > audio.currentTime + 0.3) ?? times[0];
    if (name === "play") audio.paused ? audio.play() : audio.pause();
    else if (name === "back") this.goTo(audio.currentTime - 5);
    else if (name === "forward") this.goTo(audio.currentTime + 5);
    else if (name === "evidence" && this.times.length) this.goTo(after(this.times), "Evidence");
    else if (name === "silence") {
      const silent = this.silences();
      if (silent.length) this.goTo(after(silent), "Silence");
      else this.said.textContent = "No silence of eight seconds or more";
    }
  }

  // Where nobody speaks for eight seconds or more, by the turns.
  silences() {
    let until = 0;
    return timed().flatMap((turn) => {
      const found = until && startOf(turn) - until >= 8 ? [until] : [];
      until = Math.max(until, endOf(turn));
      return found;
    });
  }

  key(event) {
    const isTaken = event.target.closest?.("input:not(.seek), textarea, select, [contenteditable], dialog");
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken) return;
    const isOnSeek = event.target === this.seek && event.key.startsWith("Arrow");
    const keys = { p: "play", ArrowLeft: "back", ArrowRight: "forward", v: "evidence", l: "silence" };
    const isSegment = event.target.matches?.('input[type="radio"]');
    if (!keys[event.key] || isOnSeek || isSegment) return;
    event.preventDefault();
    this.act(keys[event.key]);
  }

  // A word, or a time in the gutter, is heard from its beginning.
  hear(event) {
    const turn = event.target.closest(".turn[data-start]");
    if (!turn || getSelection().toString()) return;
    if (event.target.closest(".who a")) {
      this.goTo(startOf(turn));
      this.audio.play();
      return;
    }
    const text = event.target.closest(".text");
    if (!text || event.target.closest("a")) return;
    const at = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(event.clientX, event.clientY)
      : document.caretRangeFromPoint(event.clientX, event.clientY);
    const node = at?.offsetNode ?? at?.startContainer;
    if (!node || !text.contains(node)) return;
    this.goTo(this.timeIn(turn, offsetOf(text, node, at.offset ?? at.startOffset)));
    this.audio.play();
  }

  goTo(seconds, said = "") {
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.length);
    if (said) this.said.textContent = `${said}, ${clock(seconds)}`;
    this.show();
  }

  show() {
    const now = this.audio.currentTime;
    this.seek.value = now;
    this.seek.setAttribute("aria-valuetext", clock(now));
    this.root.querySelector("[data-at]").textContent = clock(now);
    for (const turn of timed()) turn.classList.toggle("now", startOf(turn) <= now && now < endOf(turn));
  }

  toggled() {
    const button = this.root.querySelector('[data-do="play"]');
    button.setAttribute("aria-pressed", String(!this.audio.paused));
    this.root.classList.toggle("playing", !this.audio.paused);
  }

  keepPlace() {
    const here = new URL(location.href);
    const at = Math.round(this.audio.currentTime * 10) / 10;
    if (at) here.searchParams.set("at", at);
    else here.searchParams.delete("at");
    history.replaceState(null, "", here);
  }

  // A link ends after a while: ask for another, and go on where it was.
  async again() {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const [sound] = await ask(this.root.dataset.sound);
      const [at, isPlaying] = [this.audio.currentTime, !this.audio.paused];
      this.audio.src = sound.url;
      this.audio.currentTime = at;
      if (isPlaying) await this.audio.play();
    } catch {
      this.said.textContent = "The recording cannot be played now";
    } finally {
      setTimeout(() => (this.isAsking = false), 5000);
    }
  }

  async draw() {
    const wave = this.root.querySelector(".wave");
    const [{ default: WaveSurfer }, { peaks }] = await Promise.all([
      import("../vendor/wavesurfer.js"),
      ask(`${this.root.dataset.sound.replace(/\/[^/]*$/, "")}/peaks/${encodeURIComponent(this.sounds[0].recording_id)}`),
    ]);
    const colour = (name) => getComputedStyle(this.root.querySelector(`.ink-${name}`)).color;
    const lanes = () =>
      this.sounds[0].speakers.map((speaker) => ({
        waveColor: colour(speaker === "customer" ? "customer" : "agent"),
        progressColor: colour("past"),
        overlay: false,
      }));
    wave.hidden = false;
    this.root.querySelector(".lanes")?.setAttribute("hidden", "");
    const surfer = WaveSurfer.create({
      container: wave,
      media: this.audio,
      peaks,
      duration: this.length,
      height: peaks.length > 1 ? 26 : 52,
      splitChannels: lanes(),
      normalize: true,
      barWidth: 2,
      barGap: 1,
      cursorColor: colour("head"),
      cspNonce: document.querySelector("script[nonce]").nonce,
    });
    surfer.on("interaction", () => this.show());
    const paint = () => surfer.setOptions({ splitChannels: lanes(), cursorColor: colour("head") });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    document.querySelector("form.themes")?.addEventListener("submit", () => setTimeout(paint));
    this.tick();
  }

  tick() {
    const ticks = this.root.querySelector(".ticks");
    for (const time of this.times) {
      const tick = document.createElement("span");
      tick.style.left = `${(100 * time) / this.length}%`;
      ticks.append(tick);
    }
  }
}

if (player) {
  const sounds = await ask(player.dataset.sound).catch(() => []);
  if (sounds.length) {
    const found = new Player(player, sounds);
    await found.draw();
    player.dataset.ready = "";
  }
}
