// A chart that zooms in place of the server's drawing: drag to zoom, double-click for all, or do both by buttons.
// The drawing stays in the page for print and for forced colours, and the table of the figures beside both.
import uPlot from "../vendor/uplot.js";

const NARROW = 640;
const TARGET = 24; // px: the least distance of two links
const DAY_WIDTH = 64; // px that the name of a day takes on the axis
const LINE = 15; // px: the height of a name
const [LEFT, RIGHT] = [44, 76]; // px beside the drawing: names of the vertical axis, names of the lines

const dayOf = (point) => new Date(point.at * 1000).toISOString().slice(0, 10);
const readersDay = (at) => new Date(at * 1000).toLocaleDateString("sv"); // as in 2026-03-30
const WEEK = 7 * 24 * 3600; // s

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

class Trend {
  constructor(root) {
    this.root = root;
    Object.assign(this, JSON.parse(root.dataset.series));
    this.times = this.points.map((point) => point.at);
    this.last = this.points.length - 1;
    this.bar = root.querySelector(".zooming");
    this.readout = this.bar.querySelector(".readout");
    this.hint = this.readout.firstElementChild;
    this.probe = root.appendChild(document.createElement("span"));
    this.probe.hidden = true;
    root.classList.add("drawn");
    this.bar.hidden = false;
    this.plot = new uPlot(this.options(), this.columns(), (plot, init) => {
      this.bar.before(plot.root);
      init();
    });
    this.marks = this.points.map((point) => this.mark(point));
    this.ends = [this.end(this.centre_shown, "centre"), this.end(root.dataset.limits, "limits")];
    this.plot.over.append(...this.marks, ...this.ends);
    this.plot.root.setAttribute("role", "group");
    this.plot.root.setAttribute("aria-label", this.label);
    this.listen();
    this.show(...this.asked());
  }

  // The colour of a token in the theme of now, as a canvas reads it.
  colour(token) {
    this.probe.style.color = `var(${token})`;
    return getComputedStyle(this.probe).color;
  }

  size() {
    const width = this.root.clientWidth;
    return { width, height: width > NARROW ? 270 : 230 };
  }

  // How many things of a width there is room for.
  fit(width) {
    return Math.floor((this.root.clientWidth - LEFT - RIGHT) / width);
  }

  columns() {
    const of = (name) => this.points.map((point) => point[name]);
    return [this.times, of("low"), of("high"), this.points.map(() => this.centre), of("value")];
  }

  options() {
    const font = `12px ${getComputedStyle(this.root).fontFamily}`;
    const text = { stroke: () => this.colour("--ink-3"), font };
    const hairline = (token) => ({ stroke: () => this.colour(token), width: 1 });
    const bound = { points: { show: false }, width: 0 };
    return {
      ...this.size(),
      padding: [14, RIGHT, 0, 0],
      legend: { show: false },
      scales: { x: { time: false, auto: false }, y: { range: (_, low, high) => this.room(low, high) } },
      axes: [
        {
          ...text,
          size: 34,
          grid: { show: false },
          border: { show: true, ...hairline("--line-2") },
          ticks: { ...hairline("--line-2"), size: 5 },
          splits: () => this.named().map((point) => point.at),
          values: () => this.named().map((point) => this.nameOf(point)),
        },
        {
          ...text,
          size: LEFT,
          space: 44,
          grid: hairline("--line"),
          ticks: { show: false },
          values: (_, splits) => splits.map((value, at) => (at === splits.length - 1 ? `${value}${this.unit}` : `${value}`)),
        },
      ],
      series: [
        {},
        bound,
        bound,
        { ...bound, ...hairline("--edge"), dash: [3, 3] },
        { points: { show: false }, stroke: () => this.colour("--ink-2"), width: 1.6 },
      ],
      bands: [{ series: [2, 1], fill: () => this.colour("--sunken") }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        bind: {
          mousemove: (_, target, handle) => (event) => void handle(event),
          dblclick: () => () => this.show(0, this.last, true),
        },
      },
      hooks: {
        draw: [() => this.place()],
        setSelect: [() => this.select()],
        setCursor: [(plot) => this.read(plot.cursor.idx)],
      },
    };
  }

  // Values, of a hundred, from a little below to a little above what is shown.
  room(low, high) {
    if (low == null) return [0, 100];
    const spare = Math.max((high - low) * 0.14, 1);
    return [Math.max(low - spare, 0), Math.min(high + spare, 100)];
  }

  // The points that the axis names: each where there is room for the names of days, else those that begin a month.
  named() {
    const shown = this.points.slice(this.from, this.until + 1);
    return shown.length <= this.fit(DAY_WIDTH) ? shown : shown.filter((point) => point.month);
  }

  nameOf(point) {
    return this.until - this.from < this.fit(DAY_WIDTH) ? point.day : point.month;
  }

  mark(point) {
    const link = document.createElement("a");
    link.className = point.signal ? "mark out" : "mark";
    link.href = point.href;
    link.draggable = false;
    link.setAttribute("aria-label", `${point.name}: ${point.shown}`);
    if (point.signal) link.append(point.shown);
    link.addEventListener("focus", () => this.read(this.points.indexOf(point)));
    return link;
  }

  end(words, kind) {
    const span = document.createElement("span");
    span.className = `end-${kind}`;
    span.textContent = words;
    return span;
  }

  // Lay the links over their points, and the names of the lines at their ends.
  place() {
    if (!this.marks) return;
    const y = (value) => this.plot.valToPos(value, "y");
    this.points.forEach((point, at) => {
      const link = this.marks[at];
      link.hidden = at < this.from || at > this.until;
      link.style.left = `${this.plot.valToPos(point.at, "x")}px`;
      link.style.top = `${y(point.value)}px`;
    });
    const [centre, limits] = this.ends;
    centre.style.top = `${y(this.centre)}px`;
    limits.style.top = `${Math.min(y(this.points[this.until].high), y(this.centre) - LINE)}px`;
  }

  select() {
    const { left, width } = this.plot.select;
    if (width < 1) return;
    const [low, high] = [left, left + width].map((pixel) => this.plot.posToVal(pixel, "x"));
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const first = this.times.findIndex((time) => time >= low);
    const last = this.times.findLastIndex((time) => time <= high);
    if (last > first) this.show(first, last, true);
  }

  read(at) {
    const point = this.points[at];
    this.readout.replaceChildren(point ? `${point.name}: ${point.shown}` : this.hint);
  }

  // As many of the newest as there is room for, unless the address names others.
  asked() {
    const [first, last] = (new URL(location.href).searchParams.get(this.root.dataset.kept) ?? "").split("_");
    const from = this.points.findIndex((point) => dayOf(point) >= first);
    const until = this.points.findLastIndex((point) => dayOf(point) <= last);
    if (first && last && from >= 0 && until > from) return [from, until];
    return [Math.max(0, this.last - this.fit(TARGET)), this.last];
  }

  // Show the points of a range; ``isKept`` writes it into the address.
  show(from, until, isKept = false) {
    this.from = Math.max(0, Math.min(from, this.last - 1));
    this.until = Math.min(this.last, Math.max(until, this.from + 1));
    this.plot.setScale("x", { min: this.times[this.from], max: this.times[this.until] });
    const [first, last] = [this.points[this.from], this.points[this.until]];
    const [n, all] = [this.until - this.from + 1, this.points.length];
    const words = n === all ? this.root.dataset.every : this.root.dataset.some;
    this.bar.querySelector("[role=status]").textContent = fill(words, { n, all, first: first.day, last: last.day });
    const over = { in: n <= 2, earlier: this.from === 0, later: this.until === this.last, all: n === all };
    for (const button of this.bar.querySelectorAll("[data-zoom]"))
      button.setAttribute("aria-disabled", String(over[button.dataset.zoom]));
    const address = new URL(location.href);
    if (isKept || address.searchParams.has(this.root.dataset.kept)) this.compare(first, last);
    if (!isKept) return;
    this.isChosen = true;
    if (n === all) address.searchParams.delete(this.root.dataset.kept);
    else address.searchParams.set(this.root.dataset.kept, `${dayOf(first)}_${dayOf(last)}`);
    history.replaceState(history.state, "", address);
  }

  // What is compared with the time before it are the weeks shown, where somebody chose them.
  compare(first, last) {
    const link = this.root.closest(".grid").querySelector("[data-difference]");
    if (!link || this.root.dataset.kept !== "weeks") return;
    const address = new URL(link.href);
    for (const [name, day] of [["from", readersDay(first.at)], ["to", readersDay(last.at + WEEK - 1)]]) {
      if (this.until - this.from < this.last) address.searchParams.set(name, day);
      else address.searchParams.delete(name);
    }
    link.href = address;
  }

  move(kind) {
    const n = this.until - this.from + 1;
    const step = Math.max(1, Math.floor(n / 2));
    if (kind === "all") return this.show(0, this.last, true);
    if (kind === "in") {
      const inset = Math.max(1, Math.floor(n / 4));
      return this.show(this.from + inset, Math.max(this.until - inset, this.from + inset + 1), true);
    }
    const by = kind === "earlier" ? -Math.min(step, this.from) : Math.min(step, this.last - this.until);
    return this.show(this.from + by, this.until + by, true);
  }

  listen() {
    this.bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom]");
      if (button?.getAttribute("aria-disabled") === "false") this.move(button.dataset.zoom);
    });
    new ResizeObserver(() => {
      if (this.root.clientWidth === this.plot.width) return;
      this.plot.setSize(this.size());
      if (!this.isChosen) this.show(...this.asked());
    }).observe(this.root);
    const redraw = () => this.plot.redraw(false);
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    document.fonts.ready.then(redraw);
  }
}

const isForced = matchMedia("(forced-colors: active)").matches;
for (const root of document.querySelectorAll(".trend")) {
  if (!isForced && JSON.parse(root.dataset.series).points.length > 2) new Trend(root);
}
