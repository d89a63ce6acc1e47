// Moves fig-adaline-surface.
// Adaline's walk on its error surface: the rate, the start and the epochs, and the limit beyond which it climbs
// (backprop/neurons.py, Adaline.fit in batch mode).
import { GREEN, GREY, INK, ORANGE, PURPLE } from "./core.js";

const X = [0, 1, 2, 3], t = [-1, -1, 1, 1], N = 4, EPOCHS = 40;

export const words = {
  en: {
    title: "Adaline's path on its error surface",
    rate: "learning rate η",
    epochs: "epochs",
    grip: "start, can be dragged",
    from: "start of the path: w and b",
    restore: "The start of the page",
    slow: "After {k} epochs w = {w:3}, b = {b:3}, E = {E:4}. With η = {rate:3} both components come in without crossing the valley; their factors are {shallow:3} and {steep:3}.",
    crossing: "After {k} epochs w = {w:3}, b = {b:3}, E = {E:4}. The factors are {shallow:3} and {steep:3}: along the steep axis each epoch jumps across the valley, to a smaller distance.",
    beyond: "After {k} epochs w = {w:3}, b = {b:3}, E = {E:4}. η = {rate:3} is beyond the limit {limit:3}: each epoch multiplies the component along the steep axis by {steep:3}.",
    limit: "2/λ = ",
    epoch: "epoch",
  },
  ko: {
    title: "오차 곡면 위에서 아달라인이 지나가는 길",
    rate: "학습률 η",
    epochs: "에포크",
    grip: "출발점, 끌어 옮길 수 있음",
    from: "길의 출발점 w와 b",
    restore: "본문의 출발점으로",
    slow: "{k}에포크 뒤에 w = {w:3}, b = {b:3}, E = {E:4}이다. η = {rate:3}이면 두 축의 성분이 모두 골짜기를 건너지 않고 곧장 다가간다. 배수는 {shallow:3}, {steep:3}이다.",
    crossing: "{k}에포크 뒤에 w = {w:3}, b = {b:3}, E = {E:4}이다. 배수는 {shallow:3}, {steep:3}이다. 가파른 축에서는 에포크마다 골짜기를 건너뛰되 거리가 줄어든다.",
    beyond: "{k}에포크 뒤에 w = {w:3}, b = {b:3}, E = {E:4}이다. η = {rate:3}이면 한계 {limit:3}을 넘는다. 가파른 축의 성분은 에포크마다 {steep:3}배가 된다.",
    limit: "2/λ = ",
    epoch: "에포크",
  },
};

export const start = { rate: 0.4, k: 25, w0: 0, b0: 0 };

function E([w, b]) {
  return X.reduce((sum, x, c) => sum + (t[c] - w * x - b) ** 2, 0) / (2 * N);
}

/** v at the start and after every epoch, until E has passed 1e12. */
function fit(rate, v) {
  const path = [v], errors = [E(v)];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const off = X.map((x, c) => v[0] * x + v[1] - t[c]); // A v - t
    v = [v[0] - (rate / N) * X.reduce((sum, x, c) => sum + x * off[c], 0), v[1] - (rate / N) * off.reduce((sum, e) => sum + e, 0)];
    const now = E(v);
    if (!(now < 1e12)) break;
    path.push(v);
    errors.push(now);
  }
  return { path, errors };
}

// The bowl: its bottom, its eigenvalues and its axes, shallow and steep.
const H = [X.reduce((s, x) => s + x * x, 0) / N, X.reduce((s, x) => s + x, 0) / N, 1];
const right = [X.reduce((s, x, c) => s + x * t[c], 0) / N, t.reduce((s, each) => s + each, 0) / N];
const determinant = H[0] * H[2] - H[1] ** 2;
const best = [(H[2] * right[0] - H[1] * right[1]) / determinant, (H[0] * right[1] - H[1] * right[0]) / determinant];
const spread = Math.hypot((H[0] - H[2]) / 2, H[1]);
const eigenvalues = [(H[0] + H[2]) / 2 - spread, (H[0] + H[2]) / 2 + spread];
const axes = eigenvalues.map((lambda) => {
  const length = Math.hypot(H[1], lambda - H[0]);
  return [H[1] / length, (lambda - H[0]) / length];
});

export function compute({ rate, k, w0, b0 }) {
  const { path, errors } = fit(rate, [w0, b0]);
  const at = Math.min(k, path.length - 1), [w, b] = path[at];
  const [shallow, steep] = eigenvalues.map((lambda) => 1 - rate * lambda);
  return { rate, k: at, w, b, E: errors[at], least: E(best), limit: 2 / eigenvalues[1], shallow, steep, path, errors };
}

export const controls = (stage) => [
  { kind: "range", name: "rate", label: stage.words.rate, min: 0.01, max: 0.6, step: 0.005, digits: 3 },
  { kind: "range", name: "k", label: stage.words.epochs, min: 0, max: EPOCHS, play: 250 },
  { kind: "button", label: stage.words.restore, act: () => stage.set({ ...start }) },
];

export function draw(stage, { w0, b0 }, numbers) {
  const wide = !stage.narrow, plane = { x: [-0.55, 2.15], y: [-2.1, 0.75] };
  const width = wide ? stage.width * 0.5 : stage.width - 50, height = 270;
  stage.size(wide ? height + 70 : height + 260);
  const scales = stage.axes({ box: [42, 24, width, height], ...plane, ticks: { x: [0, 1, 2], y: [-2, -1, 0] }, labels: { x: [{ it: "w" }], y: [{ it: "b" }] } });
  const clip = stage.put("clipPath", { id: "adaline-plane" });
  stage.put("rect", { x: 42, y: 24, width, height }, clip);
  const inside = stage.put("g", { "clip-path": "url(#adaline-plane)" }), outside = stage.layer;
  stage.layer = inside;
  for (let ring = 0; ring < 9; ring++) {
    const level = 0.02 * 2.2 ** ring;
    const points = [...Array(73).keys()].map((step) => {
      const angle = (step / 72) * 2 * Math.PI, z = eigenvalues.map((lambda, j) => Math.sqrt((2 * level) / lambda) * (j ? Math.sin(angle) : Math.cos(angle)));
      return [scales.X(best[0] + z[0] * axes[0][0] + z[1] * axes[1][0]), scales.Y(best[1] + z[0] * axes[0][1] + z[1] * axes[1][1])];
    });
    stage.path(points, { colour: GREY, width: 1, opacity: 0.6 });
  }
  for (const [j, reach] of [[0, 1.1], [1, 0.55]]) {
    const ends = [-reach, reach].map((r) => [scales.X(best[0] + r * axes[j][0]), scales.Y(best[1] + r * axes[j][1])]);
    stage.path(ends, { colour: GREEN, width: 1.3 });
  }
  const within = numbers.path.slice(0, numbers.k + 1).map(([w, b]) => [w, b].map((v) => Math.max(-1e4, Math.min(1e4, v))));
  const walked = within.map(([w, b]) => [scales.X(w), scales.Y(b)]);
  stage.path(walked, { colour: ORANGE });
  for (const [x, y] of walked.slice(1)) stage.circle(x, y, 2.6, { colour: "none", fill: ORANGE });
  stage.text(scales.X(best[0]), scales.Y(best[1]) + 6, "★", { anchor: "middle", size: 17 });
  stage.layer = outside;
  stage.handle("from", {
    scales, x: w0, y: b0, step: 0.05, fill: INK, label: stage.words.from, radius: 6,
    move: (w, b) => stage.set({ w0: Math.max(-0.5, Math.min(2.1, w)), b0: Math.max(-2.05, Math.min(0.7, b)) }),
  });

  const [left, top, w, h] = wide ? [42 + width + 58, 24, stage.width - width - 112, height] : [42, height + 96, stage.width - 54, 110];
  const curve = stage.axes({ box: [left, top, w, h], x: [0, EPOCHS], y: [0.05, 30], log: { y: true }, ticks: { x: [0, 20, 40], y: [0.1, 1, 10] }, labels: { x: stage.words.epoch, y: [{ it: "E" }] } });
  const low = Math.max(top, 0), shown = numbers.errors.slice(0, numbers.k + 1).map((e, k) => [curve.X(k), Math.max(low, curve.Y(Math.max(e, 0.05)))]);
  stage.line(left, curve.Y(numbers.least), left + w, curve.Y(numbers.least), { colour: GREY, dash: "5 4", width: 1.2 });
  stage.path(shown, { colour: ORANGE });
  for (const [x, y] of shown) stage.circle(x, y, 2.2, { colour: "none", fill: ORANGE });
  const past = numbers.rate > numbers.limit;
  stage.number(left + w, top + 2, "limit", numbers.limit, 3, { before: [stage.words.limit], anchor: "end", colour: past ? ORANGE : PURPLE, size: 13, bold: past });
  stage.say(stage.words[past ? "beyond" : numbers.steep < 0 ? "crossing" : "slow"], numbers);
}
