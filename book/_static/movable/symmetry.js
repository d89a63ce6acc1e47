// Moves fig-symmetry-nets.
// A symmetry net through its sweeps: every weight from the first draw to the solution, and the error
// (backprop/layers/dense.py, activations.py, losses.py; learning/optimizers.py, Momentum.changes).
import { BLUE, GREY, INK, ORANGE, PAPER } from "./core.js";
import data from "./symmetry.data.js";

const SWEEPS = 4500, INPUTS = 6, HIDDEN = 2, EPSILON = 0.1, ALPHA = 0.9;
const X = [...Array(64).keys()].map((n) => [...Array(INPUTS).keys()].map((i) => (n >> (INPUTS - 1 - i)) & 1));
const D = X.map((x) => (x.every((bit, i) => bit === x[INPUTS - 1 - i]) ? 1 : 0));

export const words = {
  en: {
    title: "A symmetry net through its sweeps",
    seed: "net of seed",
    sweep: "sweeps",
    plateau: "After {sweep} sweeps E = {E:3} and {wrong} of {cases} vectors are wrong: the net answers about the same to all of them. The facing weights of the first hidden unit add up to {s1:2}, {s2:2} and {s3:2}.",
    turning: "After {sweep} sweeps E = {E:3} and {wrong} of {cases} vectors are wrong. The facing weights of the first hidden unit add up to {s1:2}, {s2:2} and {s3:2}.",
    solved: "After {sweep} sweeps all {cases} are right, E = {E:3}. The sizes at the first hidden unit, the largest as 4: {p:2}, {q:2}, {r:2}. Facing weights add up to {s1:2}, {s2:2} and {s3:2}.",
  },
  ko: {
    title: "스윕을 따라가며 보는 대칭 망",
    seed: "시드",
    sweep: "스윕",
    plateau: "{sweep}스윕 뒤에 E = {E:3}이고 벡터 {cases}개 가운데 {wrong}개를 틀렸다. 어느 벡터에나 거의 같은 답을 한다. 첫 은닉 유닛에서 마주 보는 가중치의 합은 {s1:2}, {s2:2}, {s3:2}이다.",
    turning: "{sweep}스윕 뒤에 E = {E:3}이고 벡터 {cases}개 가운데 {wrong}개를 틀렸다. 첫 은닉 유닛에서 마주 보는 가중치의 합은 {s1:2}, {s2:2}, {s3:2}이다.",
    solved: "{sweep}스윕 뒤에 {cases}개를 모두 맞히고 E = {E:3}이다. 첫 은닉 유닛에서 가중치의 크기는 가장 큰 것을 4로 칠 때 {p:2}, {q:2}, {r:2}이고, 마주 보는 가중치의 합은 {s1:2}, {s2:2}, {s3:2}이다.",
  },
};

export const start = { seed: 47, sweep: 0 };

const logistic = (x) => 1 / (1 + Math.exp(-x));

/** E, and the gradients of W, b, V and v0 summed over all cases, in one array as the optimizer has them. */
function gradient(w) {
  const grads = new Float64Array(w.length);
  let E = 0, wrong = 0;
  for (let c = 0; c < X.length; c++) {
    const h = [];
    for (let k = 0; k < HIDDEN; k++) {
      let x = w[INPUTS * HIDDEN + k];
      for (let i = 0; i < INPUTS; i++) x += w[INPUTS * k + i] * X[c][i];
      h.push(logistic(x));
    }
    const y = logistic(w[14] * h[0] + w[15] * h[1] + w[16]), dy = y - D[c], delta = dy * y * (1 - y);
    E += dy * dy;
    if (Math.abs(dy) >= 0.5) wrong += 1;
    grads[16] += delta;
    for (let k = 0; k < HIDDEN; k++) {
      grads[14 + k] += delta * h[k];
      const below = delta * w[14 + k] * h[k] * (1 - h[k]);
      grads[INPUTS * HIDDEN + k] += below;
      for (let i = 0; i < INPUTS; i++) grads[INPUTS * k + i] += below * X[c][i];
    }
  }
  return { E: E / 2, wrong, grads };
}

const runs = new Map();

/** The weights, E and wrong vectors after every sweep; kept, since they are wanted again at every touch. */
function train(seed) {
  if (runs.has(seed)) return runs.get(seed);
  const w = Float64Array.from(data.starts[seed]), velocity = new Float64Array(w.length), run = [];
  for (let sweep = 0; sweep <= SWEEPS; sweep++) {
    const { E, wrong, grads } = gradient(w);
    run.push({ w: w.slice(), E, wrong });
    for (let i = 0; i < w.length; i++) {
      velocity[i] = ALPHA * velocity[i] - EPSILON * grads[i];
      w[i] += velocity[i];
    }
  }
  runs.set(seed, run);
  return run;
}

export function compute({ seed, sweep }) {
  const run = train(seed), { w, E, wrong } = run[sweep];
  const sizes = [0, 1, 2].map((i) => Math.abs(w[i])).sort((a, b) => a - b), [p, q, r] = sizes.map((each) => (4 * each) / sizes[2]);
  const numbers = { sweep, E, wrong, cases: X.length, p, q, r, s1: w[0] + w[5], s2: w[1] + w[4], s3: w[2] + w[3], run, w };
  w.forEach((each, i) => (numbers[`w${i}`] = each));
  return numbers;
}

export const controls = (stage) => [
  { kind: "choice", name: "seed", label: stage.words.seed, options: Object.keys(data.starts).map((seed) => [Number(seed), seed]) },
  { kind: "range", name: "sweep", label: stage.words.sweep, min: 0, max: SWEEPS, step: 5, play: 40, stride: () => 15 },
];

export function draw(stage, { sweep }, numbers) {
  const net = stage.narrow ? 250 : 270, below = 84, size = stage.narrow ? 11.5 : 13;
  stage.size(net + below + 62);
  const x = (i) => ((i + 0.5) / INPUTS) * stage.width, hidden = [0.3, 0.7].map((share) => share * stage.width);
  const [inputs, units, out] = [net - 76, net * 0.38, 22], most = Math.max(...numbers.w.map(Math.abs), 1);
  const wire = (a, b, c, d, w) => stage.line(a, b, c, d, { colour: w >= 0 ? BLUE : ORANGE, width: 0.6 + (4 * Math.abs(w)) / most, dash: w >= 0 ? undefined : "7 4" });
  hidden.forEach((at, k) => {
    for (let i = 0; i < INPUTS; i++) wire(x(i), inputs, at, units, numbers.w[INPUTS * k + i]);
    wire(at, units, stage.width / 2, out, numbers.w[14 + k]);
  });
  const node = (a, b, name, label) => {
    stage.circle(a, b, 17, { fill: PAPER });
    if (label) stage.text(a, b + 4, label, { anchor: "middle", size });
    else stage.number(a, b + 4, name, numbers[name], 1, { anchor: "middle", size: 12 });
  };
  hidden.forEach((at, k) => {
    stage.text(at + (k ? 26 : -26), units + 4, String(k + 1), { anchor: "middle", size: 13, colour: GREY, bold: true });
    stage.text(2, inputs + 34 + 18 * k, String(k + 1), { size: 13, colour: GREY, bold: true });
    for (let i = 0; i < INPUTS; i++) {
      const name = `w${INPUTS * k + i}`;
      stage.number(x(i), inputs + 34 + 18 * k, name, numbers[name], 1, { anchor: "middle", size, colour: numbers[name] >= 0 ? BLUE : ORANGE });
    }
    stage.number((at + stage.width / 2) / 2, (units + out) / 2 + 4, `w${14 + k}`, numbers.w[14 + k], 1, { anchor: "middle", size, ground: true, colour: numbers.w[14 + k] >= 0 ? BLUE : ORANGE });
    node(at, units, `w${12 + k}`);
  });
  node(stage.width / 2, out, "w16");
  for (let i = 0; i < INPUTS; i++) {
    stage.circle(x(i), inputs, 15, { fill: PAPER });
    stage.text(x(i), inputs + 4, [{ it: "y" }, { sub: String(i + 1) }], { anchor: "middle", size });
  }
  const curve = stage.axes({ box: [40, net + 18, stage.width - 62, below], x: [0, SWEEPS], y: [0, 6], ticks: { x: [0, 1500, 3000, 4500], y: [0, 2, 4] }, labels: { x: stage.words.sweep } });
  stage.text(24, net + 14, [{ it: "E" }], { size: 13, anchor: "middle" });
  const whole = numbers.run.filter((_, s) => s % 15 === 0).map(({ E }, s) => [curve.X(15 * s), curve.Y(Math.min(E, 6))]);
  stage.path(whole, { colour: GREY, width: 1.2 });
  stage.path(whole.slice(0, Math.floor(sweep / 15) + 1), { colour: BLUE, width: 2 });
  stage.circle(curve.X(sweep), curve.Y(Math.min(numbers.E, 6)), 4.5, { colour: INK, fill: INK });
  stage.say(stage.words[numbers.wrong === 0 ? "solved" : numbers.E > 3.9 ? "plateau" : "turning"], numbers);
}
