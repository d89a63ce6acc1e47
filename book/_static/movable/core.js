// What the movable figures share: a stage that takes the still figure's place, with a drawing, its controls and a
// sentence that says what is seen. A figure is a module of its own with
//
//   words     { en: {...}, ko: {...} }: the same keys, every word that the reader sees; `title` names the figure
//   start     the settings it begins with
//   compute   (settings) => numbers: the package's computing, line by line under the same names; nothing of the page
//   controls  (stage) => a list of ranges, choices and buttons
//   draw      (stage, settings, numbers): draws everything anew
//
// Every number that is shown goes through `stage.number` or a blank {name:digits} in `stage.say`, and carries its name and
// full value, so that tests/website/test_movable.py can hold it against the package.

const SVG = "http://www.w3.org/2000/svg";
export const BLUE = "var(--move-blue)", ORANGE = "var(--move-orange)", GREEN = "var(--move-green)";
export const PURPLE = "var(--move-purple)", GREY = "var(--move-grey)", INK = "var(--pst-color-text-base)";
export const PAPER = "var(--pst-color-background)";

const COMMON = {
  en: { still: "Back to the still figure", play: "Play", pause: "Pause" },
  ko: { still: "멈춘 그림으로", play: "재생", pause: "멈춤" },
};
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** As the page writes numbers: a fixed count of digits, a true minus sign, commas in thousands, no negative zero; from 10⁹ on a power of ten. */
export function written(value, digits) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  if (Math.abs(value) >= 1e9) {
    const [factor, power] = Math.abs(value).toExponential(1).split("e+");
    return `${value < 0 ? "−" : ""}${factor} · 10${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  }
  const text = Math.abs(value).toFixed(digits);
  const [whole, rest] = text.split(".");
  const sign = value < 0 && Number(text) !== 0 ? "−" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
}

/** Numbers between 0 and 1 from a seed (mulberry32): for scattering, never for what the package draws. */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export class Stage {
  constructor(figure, module, close) {
    this.figure = figure;
    this.module = module;
    this.language = document.documentElement.lang.startsWith("ko") ? "ko" : "en";
    this.words = { ...COMMON[this.language], ...module.words[this.language] };
    this.settings = structuredClone(module.start);
    this.handles = new Map();
    this.refreshers = [];
    this.timers = [];
    this.svg = this.put("svg", { class: "move-drawing", role: "group", "aria-label": this.words.title }, null);
    this.layer = this.put("g", {}, this.svg);
    this.grips = this.put("g", {}, this.svg);
    this.said = html("p", { class: "move-said", "aria-live": "polite" });
    const back = html("button", { type: "button", class: "move-button" }, this.words.still);
    back.addEventListener("click", close);
    this.bar = html("div", { class: "move-controls" }, ...module.controls(this).map((each) => this.control(each)), back);
    this.element = html("div", { class: "move-stage", role: "group", "aria-label": this.words.title });
    this.element.append(this.svg, this.said, this.bar);
  }

  /** Begin once the stage stands in the page; it is drawn anew whenever its width changes. */
  open() {
    this.watcher = new ResizeObserver(() => this.element.clientWidth !== this.width && this.refresh());
    this.watcher.observe(this.element);
    this.refresh();
    return this;
  }

  close() {
    this.watcher?.disconnect();
    for (const stop of this.timers) stop();
    this.element.remove();
  }

  /** Change settings, compute and draw. */
  set(changes) {
    Object.assign(this.settings, changes);
    this.refresh();
  }

  refresh() {
    this.width = this.element.clientWidth || 560;
    this.narrow = this.width < 480;
    this.numbers = this.module.compute(this.settings);
    this.layer.replaceChildren();
    this.used = new Set();
    this.module.draw(this, this.settings, this.numbers);
    for (const [name, { grip }] of this.handles) if (!this.used.has(name)) grip.style.display = "none";
    for (const each of this.refreshers) each();
  }

  /** The size of the drawing: its whole width, and a height in pixels. Called first in `draw`. */
  size(height) {
    this.height = height;
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${height}`);
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("height", height);
  }

  // Drawing ------------------------------------------------------------------------------------------

  put(tag, attributes, parent = this.layer) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
    parent?.append(element);
    return element;
  }

  line(x1, y1, x2, y2, { colour = INK, width = 1.6, dash, opacity } = {}) {
    return this.put("line", { x1, y1, x2, y2, stroke: colour, "stroke-width": width, "stroke-dasharray": dash, opacity, "stroke-linecap": "round" });
  }

  /** A line through points [[x, y], ...] in pixels. */
  path(points, { colour = INK, width = 1.6, dash, fill = "none", opacity, closed = false } = {}) {
    const d = points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("") + (closed ? "Z" : "");
    return this.put("path", { d, fill, stroke: colour, "stroke-width": width, "stroke-dasharray": dash, opacity, "stroke-linejoin": "round" });
  }

  arrow(x1, y1, x2, y2, { colour = INK, width = 1.6, head = 7, dash } = {}) {
    const length = Math.hypot(x2 - x1, y2 - y1) || 1, [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    this.line(x1, y1, x2 - ux * head * 0.8, y2 - uy * head * 0.8, { colour, width, dash });
    const tip = [[x2, y2], ...[1, -1].map((s) => [x2 - head * ux - s * head * 0.45 * uy, y2 - head * uy + s * head * 0.45 * ux])];
    this.path(tip, { colour: "none", width: 0, fill: colour, closed: true });
  }

  circle(x, y, r, { colour = INK, fill = "none", width = 1.6, opacity } = {}) {
    return this.put("circle", { cx: x, cy: y, r, fill, stroke: colour, "stroke-width": width, opacity });
  }

  rect(x, y, width, height, { colour = "none", fill = "none", line = 1.2, opacity, radius } = {}) {
    return this.put("rect", { x, y, width, height, fill, stroke: colour, "stroke-width": line, opacity, rx: radius });
  }

  cross(x, y, r, { colour = INK, width = 2 } = {}) {
    this.line(x - r, y - r, x + r, y + r, { colour, width });
    this.line(x - r, y + r, x + r, y - r, { colour, width });
  }

  /** Words. `parts` may be a list of strings and of {sub: "i"}, {it: "x"} for an index and an italic letter. */
  text(x, y, parts, { anchor = "start", size = 14, colour = INK, bold = false, ground = false, mark = false } = {}) {
    const element = this.put("text", { x, y, "text-anchor": anchor, "font-size": size, fill: colour, "font-weight": bold ? 650 : undefined, class: mark ? "move-mark" : ground ? "move-ground" : undefined });
    for (const part of [parts].flat()) this.part(element, part, size);
    return element;
  }

  part(element, part, size) {
    if (typeof part !== "object") return element.append(String(part));
    const letters = part.it ?? part.sub ?? part.sup;
    const shift = part.sub !== undefined ? 0.28 : part.sup !== undefined ? -0.4 : 0;
    const span = this.put("tspan", { "font-style": part.it ? "italic" : undefined, "font-size": shift ? size * 0.75 : undefined, dy: shift ? size * shift : undefined }, element);
    span.textContent = letters;
    if (shift) this.put("tspan", { dy: -size * shift }, element).textContent = "\u200b"; // back to the line
  }

  /** A computed number in the drawing; `before` and `after` may be parts as for `text`. */
  number(x, y, name, value, digits, { before = [], after = [], size = 14, ...style } = {}) {
    const element = this.text(x, y, before, { size, ...style });
    const span = this.put("tspan", { "data-name": name, "data-value": value, "data-digits": digits }, element);
    span.textContent = written(value, digits);
    for (const part of [after].flat()) this.part(element, part, size);
    return element;
  }

  /** The sentence under the drawing, from a text with blanks like {wrong} or {E:4} for names in `values`. */
  say(template, values = {}) {
    this.said.replaceChildren(...this.filled(template, values));
  }

  filled(template, values) {
    return template.split(/(\{\w+(?::\d+)?\})/).map((piece) => {
      const blank = /^\{(\w+)(?::(\d+))?\}$/.exec(piece);
      if (!blank) return piece;
      const [, name, digits = 0] = blank;
      if (typeof values[name] !== "number") return String(values[name]);
      return html("span", { "data-name": name, "data-value": values[name], "data-digits": digits }, written(values[name], Number(digits)));
    });
  }

  /** Axes over [left, top, width, height] in pixels for the ranges x and y; gives the scales X, Y and their inverses. */
  axes({ box: [left, top, width, height], x, y, ticks = {}, labels = {}, log = {}, frame = true, size = 12 }) {
    const scale = ([low, high], from, to, logarithmic) => {
      const t = logarithmic ? Math.log : (v) => v, back = logarithmic ? Math.exp : (v) => v;
      const [a, b] = [t(low), t(high)];
      return [(v) => from + ((t(v) - a) / (b - a)) * (to - from), (p) => back(a + ((p - from) / (to - from)) * (b - a))];
    };
    const [X, inverseX] = scale(x, left, left + width, log.x), [Y, inverseY] = scale(y, top + height, top, log.y);
    if (frame) {
      this.line(left, top + height, left + width, top + height, { width: 1 });
      this.line(left, top, left, top + height, { width: 1 });
    }
    const tick = (v) => (Array.isArray(v) ? v : [v, String(v).replace("-", "−")]);
    for (const [v, name] of (ticks.x ?? []).map(tick)) {
      this.line(X(v), top + height, X(v), top + height + 4, { width: 1 });
      this.text(X(v), top + height + 6 + size, name, { anchor: "middle", size, mark: true });
    }
    for (const [v, name] of (ticks.y ?? []).map(tick)) {
      this.line(left - 4, Y(v), left, Y(v), { width: 1 });
      this.text(left - 7, Y(v) + size * 0.35, name, { anchor: "end", size, mark: true });
    }
    if (labels.x) this.text(left + width / 2, top + height + 2 * size + 12, labels.x, { anchor: "middle", size: size + 1 });
    if (labels.y) this.text(left, top - 9, labels.y, { anchor: "start", size: size + 1 });
    return { X, Y, inverseX, inverseY, box: [left, top, width, height] };
  }

  // Touching -----------------------------------------------------------------------------------------

  /** A point that finger, mouse and arrow keys move: at (x, y) of the scales; `move(x, y)` sets the settings. */
  handle(name, { scales, x, y, label, value, step = 0.05, move, radius = 7, fill = "none", colour = INK, key }) {
    let each = this.handles.get(name);
    if (!each) {
      const grip = this.put("g", { class: "move-grip", tabindex: 0, role: "slider", "aria-roledescription": this.words.grip }, this.grips);
      this.put("circle", { r: 22, fill: "transparent", stroke: "none", class: "move-reach" }, grip);
      each = { grip, dot: this.put("circle", {}, grip) };
      this.handles.set(name, each);
      const at = (event) => {
        const from = this.svg.getBoundingClientRect(), unit = this.width / from.width;
        const { scales, move } = each.now;
        move(scales.inverseX((event.clientX - from.left) * unit), scales.inverseY((event.clientY - from.top) * unit));
      };
      grip.addEventListener("pointerdown", (event) => {
        grip.setPointerCapture(event.pointerId);
        grip.focus({ preventScroll: true });
        event.preventDefault();
      });
      grip.addEventListener("pointermove", (event) => grip.hasPointerCapture(event.pointerId) && at(event));
      grip.addEventListener("keydown", (event) => {
        const { x, y, step, move, key } = each.now;
        if (STEPS[event.key]) {
          const [dx, dy] = STEPS[event.key], size = event.shiftKey ? 5 * step : step;
          move(x + dx * size, y + dy * size);
        } else if (!key?.(event.key)) return;
        event.preventDefault();
      });
    }
    this.used.add(name);
    each.now = { scales, x, y, step, move, key };
    each.grip.style.display = "";
    each.grip.setAttribute("transform", `translate(${scales.X(x)} ${scales.Y(y)})`);
    each.grip.setAttribute("aria-label", label);
    each.grip.setAttribute("aria-valuenow", x);
    each.grip.setAttribute("aria-valuetext", value ?? `${written(x, 2)}, ${written(y, 2)}`);
    for (const [attribute, to] of Object.entries({ r: radius, fill, stroke: colour, "stroke-width": 2 })) each.dot.setAttribute(attribute, to);
    return each.grip;
  }

  /**
   * One control. {kind: "range", name, label, min, max, step, digits, shown} is a slider for a setting (`shown` turns its
   * value into what stands beside it; `get` and `put` where it is no setting by itself), with `play` (milliseconds a step) also a button that moves it by itself;
   * {kind: "choice", name, label, options: [[value, words], ...]}; {kind: "button", label, act}; {kind: "check", name, label}.
   * min, max and `disabled` may be functions.
   */
  control(each) {
    const now = (value) => (typeof value === "function" ? value() : value);
    if (each.kind === "button") {
      const button = html("button", { type: "button", class: "move-button" }, each.label);
      button.addEventListener("click", () => each.act());
      if (each.disabled) this.refreshers.push(() => (button.disabled = each.disabled()));
      return button;
    }
    if (each.kind === "check") {
      const box = html("input", { type: "checkbox" });
      box.addEventListener("change", () => this.set({ [each.name]: box.checked }));
      this.refreshers.push(() => (box.checked = this.settings[each.name]));
      return html("label", { class: "move-check" }, box, " ", each.label);
    }
    if (each.kind === "choice") {
      const select = html("select", {}, ...each.options.map(([value, words]) => html("option", { value }, words)));
      const values = new Map(each.options.map(([value]) => [String(value), value]));
      select.addEventListener("change", () => this.set({ [each.name]: values.get(select.value) }));
      this.refreshers.push(() => (select.value = String(this.settings[each.name])));
      return html("label", { class: "move-choice" }, each.label, " ", select);
    }
    const slider = html("input", { type: "range", step: each.step ?? 1 });
    const shown = html("output", {});
    const get = each.get ?? (() => this.settings[each.name]), put = each.put ?? ((value) => ({ [each.name]: value }));
    slider.addEventListener("input", () => this.set(put(Number(slider.value))));
    this.refreshers.push(() => {
      [slider.min, slider.max] = [now(each.min), now(each.max)];
      slider.value = get();
      shown.textContent = each.shown ? each.shown(get()) : written(get(), each.digits ?? 0);
      slider.setAttribute("aria-valuetext", shown.textContent);
    });
    const label = html("label", { class: "move-range" }, html("span", {}, each.label), slider, shown);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return each.play && !calm ? html("span", { class: "move-playing" }, this.player(each, now), label) : label;
  }

  /** A button that walks a slider to its end; under prefers-reduced-motion there is only the slider. */
  player(each, now) {
    const button = html("button", { type: "button", class: "move-button" }, this.words.play);
    let timer = null;
    const stop = () => {
      clearInterval(timer);
      timer = null;
      button.textContent = this.words.play;
    };
    button.addEventListener("click", () => {
      if (timer !== null) return stop();
      if (this.settings[each.name] >= now(each.max)) this.set({ [each.name]: now(each.min) });
      button.textContent = this.words.pause;
      timer = setInterval(() => {
        const next = this.settings[each.name] + (each.stride?.() ?? each.step ?? 1);
        this.set({ [each.name]: Math.min(next, now(each.max)) });
        if (next >= now(each.max)) stop();
      }, each.play);
    });
    this.timers.push(stop);
    return button;
  }
}
