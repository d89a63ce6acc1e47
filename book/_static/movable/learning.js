// Moves fig-learning-ravine.
// A ravine with the learning rate and the momentum in the hand (backprop/learning/optimizers.py, Momentum.changes).
import { GREEN, GREY, INK, ORANGE, PURPLE } from "./core.js";

const CURVATURES = [1, 50], STEPS = 200, NEAR = 1e-3;

export const words = {
  en: {
    title: "Down a ravine with momentum",
    epsilon: "learning rate ε",
    alpha: "momentum α",
    steps: "steps",
    grip: "start, can be dragged",
    from: "start of the path: w₁ and w₂",
    restore: "The settings of the page",
    lasts: "In {most} steps E does not come below {near:3}.",
    ends: "After {needed} steps E is below {near:3} for the first time.",
    zigzag: "At step {k} E = {E:4}. Without momentum a step multiplies the distance along the floor by {along:3} and across it by {across:3}.",
    swing: "At step {k} E = {E:4}. In the long run a step multiplies the distance along the floor by {along:3} and across it by {across:3}; √α = {root:3}.",
    away: "At step {k} E = {E:4}. In the long run a step multiplies the distance across the ravine by {across:3}: at the limit {limit:4} it shrinks no more, and beyond it the walls throw the point out.",
  },
  ko: {
    title: "모멘텀으로 골짜기 내려가기",
    epsilon: "학습률 ε",
    alpha: "모멘텀 α",
    steps: "걸음 수",
    grip: "출발점, 끌어 옮길 수 있음",
    from: "길의 출발점 w₁과 w₂",
    restore: "본문의 설정으로",
    lasts: "{most}걸음 안에는 E가 {near:3} 아래로 내려가지 않는다.",
    ends: "E는 {needed}걸음 뒤에 처음으로 {near:3} 아래로 내려간다.",
    zigzag: "{k}걸음째에 E = {E:4}이다. 모멘텀이 없으면 한 걸음에 거리가 바닥 방향으로는 {along:3}배, 벽 방향으로는 {across:3}배가 된다.",
    swing: "{k}걸음째에 E = {E:4}이다. 길게 보면 한 걸음에 거리가 바닥 방향으로는 {along:3}배, 벽 방향으로는 {across:3}배가 된다. √α = {root:3}이다.",
    away: "{k}걸음째에 E = {E:4}이다. 길게 보면 한 걸음에 벽 방향의 거리가 {across:3}배가 된다. 학습률의 한계는 {limit:4}이다. 한계에서는 거리가 더 줄지 않고, 한계를 넘으면 점이 벽 사이를 오가며 밖으로 튕겨 나간다.",
  },
};

export const start = { epsilon: 0.038, alpha: 0.8, k: 24, w1: -10, w2: 1 };

const error = (w) => 0.5 * w.reduce((sum, each, i) => sum + CURVATURES[i] * each * each, 0);

/** Every place of the path: the gradient is the curvature times the place. */
function descend(epsilon, alpha, w) {
  const path = [w];
  let velocity = [0, 0];
  for (let t = 0; t < STEPS; t++) {
    const gradient = w.map((each, i) => CURVATURES[i] * each);
    velocity = velocity.map((v, i) => alpha * v - epsilon * gradient[i]);
    w = w.map((each, i) => each + velocity[i]);
    path.push(w);
  }
  return path;
}

/** The larger root, in size, of r² − (1 + α − ελ) r + α = 0. */
function factor(curvature, epsilon, alpha) {
  const p = 1 + alpha - epsilon * curvature, inside = p * p - 4 * alpha;
  return inside < 0 ? Math.sqrt(alpha) : (Math.abs(p) + Math.sqrt(inside)) / 2;
}

export function compute({ epsilon, alpha, k, w1, w2 }) {
  const path = descend(epsilon, alpha, [w1, w2]), errors = path.map(error);
  const needed = errors.findIndex((E) => E < NEAR);
  const [along, across] = CURVATURES.map((each) => factor(each, epsilon, alpha));
  const limit = (2 * (1 + alpha)) / CURVATURES[1];
  return { k, E: errors[k], along, across, root: Math.sqrt(alpha), limit, most: STEPS, near: NEAR, needed: needed < 0 ? NaN : needed, path, errors };
}

export const controls = (stage) => [
  { kind: "range", name: "epsilon", label: stage.words.epsilon, min: 0.001, max: 0.08, step: 0.001, digits: 3 },
  { kind: "range", name: "alpha", label: stage.words.alpha, min: 0, max: 0.98, step: 0.01, digits: 2 },
  { kind: "range", name: "k", label: stage.words.steps, min: 0, max: STEPS, play: 120 },
  { kind: "button", label: stage.words.restore, act: () => stage.set({ ...start }) },
];

export function draw(stage, { w1, w2, alpha, epsilon }, numbers) {
  const height = stage.narrow ? 170 : 210, below = 96;
  stage.size(24 + height + 62 + below + 44);
  const box = [40, 24, stage.width - 52, height];
  const scales = stage.axes({ box, x: [-11, 5], y: [-1.6, 1.6], ticks: { x: [-10, -5, 0, 5], y: [-1, 0, 1] }, labels: { x: [{ it: "w" }, { sub: "1" }], y: [{ it: "w" }, { sub: "2" }] } });
  const clip = stage.put("clipPath", { id: "learning-ravine" });
  stage.put("rect", { x: box[0], y: box[1], width: box[2], height }, clip);
  const outside = stage.layer;
  stage.layer = stage.put("g", { "clip-path": "url(#learning-ravine)" });
  for (const level of [1, 5, 12, 25, 50]) {
    const [a, b] = CURVATURES.map((each) => Math.sqrt((2 * level) / each));
    stage.put("ellipse", { cx: scales.X(0), cy: scales.Y(0), rx: scales.X(a) - scales.X(0), ry: scales.Y(0) - scales.Y(b), fill: "none", stroke: GREY, opacity: 0.7 });
  }
  const within = (v) => Math.max(-1e4, Math.min(1e4, v));
  const walked = numbers.path.slice(0, numbers.k + 1).map(([a, b]) => [scales.X(within(a)), scales.Y(within(b))]);
  stage.path(walked, { colour: ORANGE });
  for (const [x, y] of walked.slice(1)) stage.circle(x, y, 2.4, { colour: "none", fill: ORANGE });
  stage.text(scales.X(0), scales.Y(0) + 6, "★", { anchor: "middle", size: 17 });
  stage.layer = outside;
  stage.handle("from", {
    scales, x: w1, y: w2, step: 0.25, fill: INK, radius: 6, label: stage.words.from,
    move: (a, b) => stage.set({ w1: Math.max(-10.8, Math.min(4.8, a)), w2: Math.max(-1.5, Math.min(1.5, b)) }),
  });

  const curve = stage.axes({
    box: [40, 24 + height + 62, stage.width - 52, below], x: [0, STEPS], y: [1e-4, 1e3], log: { y: true },
    ticks: { x: [0, 50, 100, 150, 200], y: [[1e-3, "0.001"], [1, "1"], [1e3, "1000"]] }, labels: { x: stage.words.steps, y: [{ it: "E" }] },
  });
  const shown = numbers.errors.slice(0, numbers.k + 1).map((E, k) => [curve.X(k), curve.Y(Math.max(1e-4, Math.min(1e3, E)))]);
  stage.line(curve.X(0), curve.Y(NEAR), curve.X(STEPS), curve.Y(NEAR), { colour: GREEN, dash: "5 4", width: 1.2 });
  stage.path(shown, { colour: ORANGE });
  stage.number(curve.X(STEPS), curve.Y(1e3) - 4, "limit", numbers.limit, 4, { before: ["2(1 + α)/λ = "], anchor: "end", size: 13, colour: epsilon > numbers.limit ? ORANGE : PURPLE });
  const now = numbers.across >= 1 ? "away" : alpha === 0 ? "zigzag" : "swing", then = Number.isNaN(numbers.needed) ? "lasts" : "ends";
  stage.say(`${stage.words[now]} ${numbers.across >= 1 ? "" : stage.words[then]}`, numbers);
}
