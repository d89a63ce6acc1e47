// Moves fig-depth-profiles.
// The signal forwards and the gradient backwards through up to thirty untrained layers, with the unit, the gain of the
// start, the depth and skip connections in the hand (backprop/layers: dense.py, activations.py, skip.py).
import { BLUE, GREY, ORANGE, random } from "./core.js";

const UNITS = 12, CASES = 8, DEEPEST = 30;

export const words = {
  en: {
    title: "Signal and gradient through many layers",
    unit: "units",
    logistic: "logistic",
    tanh: "tanh",
    relu: "ReLU",
    gain: "gain of the start",
    depth: "layers",
    skip: "skip connections",
    seed: "start number",
    forward: "outputs y, rms",
    backward: "gradient ∂E/∂y, rms",
    layer: "layer",
    vanishes: "On its way down through {layers} layers the gradient is multiplied by {factor:3} a layer on average and loses {orders:1} powers of ten.",
    explodes: "On its way down through {layers} layers the gradient is multiplied by {factor:3} a layer on average and grows by {orders:1} powers of ten.",
    stays: "On its way down through {layers} layers the gradient is multiplied by {factor:3} a layer on average: in all it changes by {orders:1} powers of ten.",
  },
  ko: {
    title: "여러 층을 지나는 신호와 기울기",
    unit: "유닛",
    logistic: "로지스틱",
    tanh: "tanh",
    relu: "ReLU",
    gain: "초기화의 이득",
    depth: "층의 수",
    skip: "건너뛰기 연결",
    seed: "시작 번호",
    forward: "출력 y의 rms",
    backward: "기울기 ∂E/∂y의 rms",
    layer: "층",
    vanishes: "{layers}층을 내려오는 동안 기울기는 한 층에 평균 {factor:3}배가 되고, 모두 곱하면 10의 {orders:1}제곱 분의 1로 줄어든다.",
    explodes: "{layers}층을 내려오는 동안 기울기는 한 층에 평균 {factor:3}배가 되고, 모두 곱하면 10의 {orders:1}제곱 배로 커진다.",
    stays: "{layers}층을 내려오는 동안 기울기는 한 층에 평균 {factor:3}배가 된다. 모두 곱해도 10의 {orders:1}제곱 배만큼 달라질 뿐이다.",
  },
};

export const start = { unit: "logistic", gain: 1, depth: 30, skip: false, seed: 1 };

const F = {
  logistic: [(x) => 1 / (1 + Math.exp(-x)), (y) => y * (1 - y)],
  tanh: [(x) => Math.tanh(x), (y) => 1 - y * y],
  relu: [(x) => Math.max(x, 0), (y) => (y > 0 ? 1 : 0)],
};
const rms = (rows) => Math.sqrt(rows.flat().reduce((sum, each) => sum + each * each, 0) / rows.flat().length);

export function compute({ unit, gain, depth, skip, seed }) {
  const next = random(seed), [f, slope] = F[unit], between = (size) => size * (2 * next() - 1);
  const rows = (count, size) => [...Array(count)].map(() => [...Array(UNITS)].map(() => between(size)));
  let y = rows(CASES, Math.sqrt(3)), dy = rows(CASES, 1);
  const layers = [...Array(depth)].map(() => rows(UNITS, gain * Math.sqrt(6 / (2 * UNITS))));
  const outputs = [rms(y)], gradients = [rms(dy)], caches = [];
  for (const W of layers) {
    const inner = y.map((row) => W.map((weights) => f(weights.reduce((sum, w, i) => sum + w * row[i], 0))));
    caches.push(inner);
    y = skip ? inner.map((row, c) => row.map((each, j) => y[c][j] + each)) : inner;
    outputs.push(rms(y));
  }
  for (let l = depth - 1; l >= 0; l--) {
    const delta = dy.map((row, c) => row.map((each, j) => each * slope(caches[l][c][j])));
    const below = delta.map((row) => layers[l][0].map((_, i) => row.reduce((sum, each, j) => sum + each * layers[l][j][i], 0)));
    dy = skip ? below.map((row, c) => row.map((each, i) => dy[c][i] + each)) : below;
    gradients.unshift(rms(dy));
  }
  const orders = Math.log10(gradients[0] / gradients[depth]);
  return { layers: depth, orders: Math.abs(orders), factor: 10 ** (orders / depth), change: orders, outputs, gradients };
}

export const controls = (stage) => [
  { kind: "choice", name: "unit", label: stage.words.unit, options: Object.keys(F).map((name) => [name, stage.words[name]]) },
  { kind: "check", name: "skip", label: stage.words.skip },
  { kind: "range", name: "gain", label: stage.words.gain, min: 0.2, max: 4, step: 0.05, digits: 2 },
  { kind: "range", name: "depth", label: stage.words.depth, min: 2, max: DEEPEST },
  { kind: "range", name: "seed", label: stage.words.seed, min: 1, max: 20 },
];

const EXPONENTS = { 0: "1", "-5": "10⁻⁵", "-10": "10⁻¹⁰", "-15": "10⁻¹⁵", "-20": "10⁻²⁰", 5: "10⁵", 10: "10¹⁰" };

export function draw(stage, settings, numbers) {
  const height = stage.narrow ? 240 : 280;
  stage.size(height + 78);
  const [low, high] = [1e-20, 1e12], within = (v) => Math.max(low, Math.min(high, v));
  const scales = stage.axes({
    box: [52, 30, stage.width - 66, height], x: [0, DEEPEST], y: [low, high], log: { y: true }, labels: { x: stage.words.layer },
    ticks: { x: [0, 10, 20, 30], y: [-20, -15, -10, -5, 0, 5, 10].map((power) => [10 ** power, EXPONENTS[power]]) },
  });
  stage.line(scales.X(0), scales.Y(1), scales.X(DEEPEST), scales.Y(1), { colour: GREY, width: 0.8, dash: "2 4" });
  for (const [list, colour, mark] of [[numbers.outputs, BLUE, 3.4], [numbers.gradients, ORANGE, 0]]) {
    const points = list.map((v, l) => [scales.X(l), scales.Y(within(v))]);
    stage.path(points, { colour, width: 2, dash: mark ? undefined : "7 3" });
    for (const [x, y] of points) mark ? stage.circle(x, y, mark, { colour: "none", fill: colour }) : stage.rect(x - 3, y - 3, 6, 6, { fill: colour });
  }
  stage.text(scales.X(0) + 6, 18, ["● ", stage.words.forward], { colour: BLUE, size: 13 });
  stage.text(scales.X(DEEPEST), 18, ["■ ", stage.words.backward], { colour: ORANGE, size: 13, anchor: "end" });
  stage.say(stage.words[numbers.change < -1 ? "vanishes" : numbers.change > 1 ? "explodes" : "stays"], numbers);
}
