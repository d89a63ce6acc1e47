// Moves fig-perceptron-moments.
// The perceptron's corrections one at a time, on points that can be dragged (backprop/neurons.py, Perceptron.fit).
import { BLUE, INK, ORANGE } from "./core.js";
import data from "./perceptron.data.js";

const MAX_EPOCHS = 100;

export const words = {
  en: {
    title: "The perceptron's corrections, one at a time",
    corrections: "corrections made",
    next: "Next correction",
    turn: "Turn the point last touched into the other class",
    restore: "The points of the page",
    point: "point {n}, answer {t}",
    begin: "No weights yet: w = (0, 0), b = 0, and all {wrong} points count as wrong. Drag a point, or make the first correction.",
    middle: "After {k} of {corrections} corrections w = ({w1:3}, {w2:3}), b = {b:0}, and {wrong} points are wrong. The ringed point made the last correction; a dashed line is the boundary before it.",
    done: "After {k} corrections nothing is wrong: w = ({w1:3}, {w2:3}), b = {b:0}. All points were gone through {epochs} times.",
    never: "After {k} of {corrections} corrections {wrong} points are wrong. In {epochs} epochs it has not come to an end: no line was found that separates these points.",
  },
  ko: {
    title: "퍼셉트론의 교정을 한 번씩",
    corrections: "교정 횟수",
    next: "다음 교정",
    turn: "방금 만진 점의 답 뒤집기",
    restore: "본문의 점으로",
    point: "점 {n}, 답 {t}",
    begin: "가중치는 아직 w = (0, 0), b = 0이고 점 {wrong}개를 모두 틀린 것으로 친다. 점을 끌어 옮기거나 첫 교정을 해 보자.",
    middle: "{corrections}번 가운데 {k}번 교정했다. w = ({w1:3}, {w2:3}), b = {b:0}이고 틀린 점은 {wrong}개이다. 테를 두른 점 때문에 마지막 교정을 했다. 파선이 있으면 그 전의 결정 경계이다.",
    done: "{k}번 교정하자 틀린 점이 없어졌다. w = ({w1:3}, {w2:3}), b = {b:0}이다. 점 전체를 {epochs}번 훑었다.",
    never: "{corrections}번 가운데 {k}번 교정했고 틀린 점은 {wrong}개이다. {epochs}에포크 안에 끝나지 않았다. 이 점들을 가르는 직선을 찾지 못했다.",
  },
};

export const start = { X: data.X, t: data.t, k: 0, chosen: 0 };

/** The weights and bias after every correction, which point made it, and whether an epoch passed without a mistake. */
function fit(X, t) {
  let w = [0, 0], b = 0, wrong = 1;
  const path = [[...w, b]], made = [], mistakes = [];
  for (let epoch = 0; epoch < MAX_EPOCHS && wrong; epoch++) {
    wrong = 0;
    for (let n = 0; n < X.length; n++) {
      if (t[n] * (X[n][0] * w[0] + X[n][1] * w[1] + b) <= 0) {
        w = [w[0] + t[n] * X[n][0], w[1] + t[n] * X[n][1]];
        b = b + t[n];
        path.push([...w, b]);
        made.push(n);
        wrong += 1;
      }
    }
    mistakes.push(wrong);
  }
  return { path, made, mistakes, converged: mistakes.at(-1) === 0 };
}

export function compute({ X, t, k }) {
  const { path, made, mistakes, converged } = fit(X, t);
  const at = Math.min(k, path.length - 1), [w1, w2, b] = path[at];
  const wrong = X.filter((x, n) => t[n] * (x[0] * w1 + x[1] * w2 + b) <= 0).length;
  return { k: at, corrections: path.length - 1, epochs: mistakes.length, w1, w2, b, wrong, path, made, converged };
}

export const controls = (stage) => [
  { kind: "range", name: "k", label: stage.words.corrections, min: 0, max: () => stage.numbers.corrections, play: 400 },
  { kind: "button", label: stage.words.next, act: () => stage.set({ k: stage.numbers.k + 1 }), disabled: () => stage.numbers.k >= stage.numbers.corrections },
  { kind: "button", label: stage.words.turn, act: () => stage.set({ t: stage.settings.t.map((each, n) => (n === stage.settings.chosen ? -each : each)), k: 0 }) },
  { kind: "button", label: stage.words.restore, act: () => stage.set(structuredClone(start)) },
];

// The line w·x + b = 0 inside the square from −1.15 to 1.15, as two points, or nothing.
function boundary([w1, w2, b], edge = 1.15) {
  const ends = [];
  for (const side of [-edge, edge]) {
    const x2 = -(w1 * side + b) / w2, x1 = -(w2 * side + b) / w1;
    if (Math.abs(x2) <= edge) ends.push([side, x2]);
    if (Math.abs(x1) < edge) ends.push([x1, side]);
  }
  return ends.length >= 2 ? ends.slice(0, 2) : null;
}

// The corners of the square on the side of the answer +1, in their order around it.
function positive([w1, w2, b], ends, edge = 1.15) {
  const corners = [[-edge, -edge], [edge, -edge], [edge, edge], [-edge, edge]].filter(([x, y]) => w1 * x + w2 * y + b > 0);
  const all = [...corners, ...(ends ?? [])], middle = [0, 1].map((i) => all.reduce((sum, p) => sum + p[i], 0) / all.length);
  return all.sort((p, q) => Math.atan2(p[1] - middle[1], p[0] - middle[0]) - Math.atan2(q[1] - middle[1], q[0] - middle[0]));
}

export function draw(stage, { X, t, chosen }, numbers) {
  const side = Math.min(stage.width - 60, 380), left = (stage.width - side) / 2;
  stage.size(side + 52);
  const scales = stage.axes({ box: [left, 10, side, side], x: [-1.15, 1.15], y: [-1.15, 1.15], ticks: { x: [-1, 0, 1], y: [-1, 0, 1] }, labels: { x: [{ it: "x" }, { sub: "1" }] } });
  stage.text(Math.max(0, left - 34), 24, [{ it: "x" }, { sub: "2" }], { size: 13 });
  const { X: toX, Y: toY } = scales, now = numbers.path[numbers.k], before = numbers.path[numbers.k - 1];
  const pixels = (points) => points.map(([x, y]) => [toX(x), toY(y)]);
  const ends = boundary(now);
  if (ends || now[2] > 0) stage.path(pixels(positive(now, ends)), { colour: "none", fill: BLUE, opacity: 0.1, closed: true });
  if (before && boundary(before)) stage.path(pixels(boundary(before)), { colour: INK, dash: "6 4", opacity: 0.7 });
  if (ends) stage.path(pixels(ends), { width: 2 });
  const ringed = numbers.made[numbers.k - 1];
  if (ringed !== undefined) stage.circle(toX(X[ringed][0]), toY(X[ringed][1]), 12, { width: 1.8 });
  X.forEach(([x, y], n) => {
    if (t[n] < 0) stage.cross(toX(x), toY(y), 4.5, { colour: ORANGE });
    stage.handle(`point${n}`, {
      scales, x, y, step: 0.05, radius: t[n] > 0 ? 5 : 8, fill: t[n] > 0 ? BLUE : "transparent", colour: t[n] > 0 ? BLUE : "transparent",
      label: stage.words.point.replace("{n}", n + 1).replace("{t}", t[n] > 0 ? "+1" : "−1"),
      move: (a, b) => {
        const within = (v) => Math.max(-1.1, Math.min(1.1, v));
        stage.set({ X: stage.settings.X.map((old, m) => (m === n ? [within(a), within(b)] : old)), k: 0, chosen: n });
      },
      key: (name) => name === "Enter" && (stage.set({ chosen: n }), true),
    });
  });
  const template = !numbers.k ? "begin" : numbers.k < numbers.corrections ? "middle" : numbers.converged || !numbers.wrong ? "done" : "never";
  stage.say(stage.words[template], numbers);
}
