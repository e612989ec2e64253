// The player: two lanes drawn from the server's peaks, and an audio element that asks for ranges. Without sound the
// map of the conversation stays as it is.
import { isShortcut } from "./keys.js";

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

// Evidence as seconds from and to: where in its turn a mark stands, by its letters, unless words have times.
const evidenceClips = (player) =>
  [...document.querySelectorAll(".turn[data-start] mark.ev, .turn[data-start] mark.near")]
    .map((mark) => {
      const [turn, offset] = [mark.closest(".turn"), offsetOf(mark.closest(".text"), mark, 0)];
      return [player.timeIn(turn, offset), player.timeIn(turn, offset + mark.textContent.trimEnd().length, true)];
    })
    .sort((one, other) => one[0] - other[0]);

// What is played together: a recording of both sides, or one of each side, the agent's first.
const together = (sounds) => {
  if (sounds[0].speakers.length > 1) return sounds.slice(0, 1);
  const ofSide = (side) => sounds.find((sound) => sound.speakers.length === 1 && sound.speakers[0] === side);
  const sides = ["agent", "customer"].map(ofSide);
  return sides.every(Boolean) ? sides : sounds.slice(0, 1);
};

const offsetOf = (text, node, offset) => {
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, offset);
  return range.toString().length;
};

class Player {
  constructor(root, sounds) {
    this.root = root;
    this.sounds = together(sounds);
    this.length = Math.max(...this.sounds.map((sound) => sound.duration_ms)) / 1000;
    this.audios = this.sounds.map((sound) => Object.assign(new Audio(), { preload: "metadata", src: sound.url }));
    this.audio = this.audios[this.sounds.findIndex((sound) => sound.duration_ms / 1000 === this.length)];
    this.clip = null;
    this.seek = root.querySelector(".seek");
    this.said = root.querySelector("[data-said]");
    this.words = this.sounds.flatMap((sound) => sound.words);
    this.seek.max = this.length;
    this.listen();
    for (const each of root.querySelectorAll(".sounding, .seek")) each.hidden = false;
    this.clips = evidenceClips(this);
    const { fault } = this.sounds[0];
    if (fault) {
      const told = root.querySelector("[data-fault]");
      told.textContent = fault === "swapped" ? told.dataset.swapped : told.dataset.dualMono;
      told.hidden = false;
    }
    const [at, to] = ["at", "to"].map((name) => Number(new URL(location.href).searchParams.get(name)));
    if (at > 0 || to > 0) this.goTo(at, { end: to });
  }

  // The second at which a letter of a turn is said, or the word up to it ends: of its word where words have times, else
  // by its share of the turn.
  timeIn(turn, offset, isEnd = false) {
    const text = turn.querySelector(".text").textContent;
    const [start, end] = [startOf(turn), endOf(turn)];
    const own = this.words.filter((word) => word[0] >= start * 1000 - 50 && word[1] <= end * 1000 + 50);
    const index = text.slice(0, offset).trimStart().split(/\s+/).length - 1;
    const all = text.trim().split(/\s+/).length;
    if (own.length === all && own[index]) return own[index][isEnd ? 1 : 0] / 1000;
    return start + ((end - start) * offset) / Math.max(1, text.length);
  }

  listen() {
    const { audio, root } = this;
    audio.addEventListener("timeupdate", () => this.show());
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.toggled());
    for (const name of ["play", "pause", "seeked", "timeupdate"]) audio.addEventListener(name, () => this.follow());
    for (const name of ["pause", "seeked"]) audio.addEventListener(name, () => this.keepPosition());
    for (const each of this.audios) each.addEventListener("error", () => this.again());
    root.addEventListener("click", (event) => this.act(event.target.closest("[data-do]")?.dataset.do));
    root.querySelector("#speed").addEventListener("change", (event) => {
      for (const each of this.audios) each.playbackRate = Number(event.target.value);
    });
    this.seek.addEventListener("input", () => this.goTo(Number(this.seek.value)));
    document.querySelector(".script")?.addEventListener("click", (event) => this.hear(event));
    addEventListener("keydown", (event) => this.key(event));
  }

  act(name) {
    const { audio } = this;
    const after = (times) => times.find((time) => time > audio.currentTime + 0.3) ?? times[0];
    if (name === "play") this.play();
    else if (name === "back") this.goTo(audio.currentTime - 5);
    else if (name === "forward") this.goTo(audio.currentTime + 5);
    else if (name === "evidence" && this.clips.length) {
      const start = after(this.clips.map((clip) => clip[0]));
      this.goTo(start, { said: this.said.dataset.evidence, end: this.clips.find((clip) => clip[0] === start)[1] });
    } else if (name === "silence") {
      const silent = this.silences();
      if (silent.length) this.goTo(after(silent), { said: this.said.dataset.silence });
      else this.said.textContent = this.said.dataset.noSilence;
    }
  }

  // Play or pause; a clip that has ended is played on.
  play() {
    const { audio } = this;
    if (!audio.paused) return audio.pause();
    if (this.clip && audio.currentTime >= this.clip[1] - 0.05) this.clip = null;
    return audio.play();
  }

  // Let the other side's recording play where this one does.
  follow() {
    const { audio } = this;
    for (const other of this.audios.filter((each) => each !== audio)) {
      const isPlaying = !audio.paused && !(audio.currentTime >= other.duration);
      if (!isPlaying) other.pause();
      if (Math.abs(other.currentTime - audio.currentTime) > 0.1) other.currentTime = audio.currentTime;
      if (isPlaying && other.paused) other.play();
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
    if (!isShortcut(event, "input:not(.seek), textarea, select, [contenteditable]")) return;
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

  // With an end, it is a clip: playing stops there, and the address has both.
  goTo(seconds, { said = "", end = 0 } = {}) {
    this.clip = end > seconds ? [seconds, end] : null;
    this.audio.currentTime = Math.min(Math.max(0, seconds), this.length);
    if (said) this.said.textContent = said.replace("{time}", clock(seconds));
    this.show();
  }

  show() {
    const now = this.audio.currentTime;
    if (this.clip && now >= this.clip[1] && !this.audio.paused) this.audio.pause();
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

  keepPosition() {
    const here = new URL(location.href);
    const tenths = (seconds) => Math.round(seconds * 10) / 10;
    const positions = { at: tenths(this.clip?.[0] ?? this.audio.currentTime), to: tenths(this.clip?.[1] ?? 0) };
    for (const [name, seconds] of Object.entries(positions)) {
      if (seconds) here.searchParams.set(name, seconds);
      else here.searchParams.delete(name);
    }
    history.replaceState(null, "", here);
  }

  // A link ends after a while: ask for another, and go on where it was.
  async again() {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const sounds = together(await ask(this.root.dataset.sound));
      const [at, isPlaying] = [this.audio.currentTime, !this.audio.paused];
      this.audios.forEach((audio, index) => Object.assign(audio, { src: sounds[index].url, currentTime: at }));
      if (isPlaying) await this.audio.play();
    } catch {
      this.said.textContent = this.said.dataset.noSound;
    } finally {
      setTimeout(() => (this.isAsking = false), 5000);
    }
  }

  async draw() {
    const wave = this.root.querySelector(".wave");
    const [{ default: WaveSurfer }, ...found] = await Promise.all([
      import("../vendor/wavesurfer.js"),
      ...this.sounds.map((sound) => this.peaks(sound)),
    ]);
    const peaks = found.flat();
    const colour = (name) => getComputedStyle(this.root.querySelector(`.ink-${name}`)).color;
    const lanes = () =>
      this.sounds.flatMap((sound) => sound.speakers).map((speaker) => ({
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
    surfer.on("interaction", () => {
      this.clip = null;
      this.show();
    });
    const paint = () => surfer.setOptions({ splitChannels: lanes(), cursorColor: colour("head") });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    document.querySelector("form.themes")?.addEventListener("submit", () => setTimeout(paint));
    this.tick();
  }

  // The peaks of each channel, as long as the longest recording.
  async peaks(sound) {
    const folder = this.root.dataset.sound.replace(/\/[^/]*$/, "");
    const { peaks } = await ask(`${folder}/peaks/${encodeURIComponent(sound.recording_id)}`);
    const silent = (lane) => 2 * Math.round((lane.length / 2) * (this.length / (sound.duration_ms / 1000) - 1));
    return peaks.map((lane) => [...lane, ...Array(silent(lane)).fill(0)]);
  }

  tick() {
    const ticks = this.root.querySelector(".ticks");
    for (const [time] of this.clips) {
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
