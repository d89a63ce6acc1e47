// Moves fig-lstm-steps.
// One cell of an LSTM with its gates in the hand: what it keeps of one step, and what of the gradient comes back to it
// (backprop/layers/lstm.py, unroll and through_time, with U = 0).
import { BLUE, GREEN, GREY, INK, ORANGE, PURPLE, random } from "./core.js";

const T = 24;
const draws = random(4);
const V = [...Array(T)].map(() => 2 * draws() - 1);

export const words = {
  en: {
    title: "One cell, its gates, and the gradient across time",
    forget: "forget gate: bias",
    input: "input gate: bias",
    listens: "… and weight of the mark",
    output: "output gate: bias",
    mark: "marked step",
    grip: "the mark, can be dragged",
    v: "input v, and the marked step",
    i: "input gate i",
    c: "cell c",
    back: "∂h/∂c, from the last step back",
    keeps: "f = {f:3}; i is {marked:3} at the mark and {other:3} elsewhere. After {steps} steps {kept:4} of what was written is left, and h hears the marked input with {dv:4}, all others together (root of the sum of squares) with {noise:4}.",
    forgets: "f = {f:3}: after {steps} steps only {kept:4} of what was written at the mark is left. The gradient shrinks by the same factor on its way back, and {dv:6} reaches the marked input.",
    floods: "The carousel keeps {kept:4} over {steps} steps, but i is {other:3} at the other steps too: h hears them with {noise:4} together (root of the sum of squares), the marked input with {dv:4}. What is kept is buried.",
  },
  ko: {
    title: "셀 하나와 그 게이트, 시간을 거슬러 오는 기울기",
    forget: "망각 게이트의 편향",
    input: "입력 게이트의 편향",
    listens: "입력 게이트가 표시에 주는 가중치",
    output: "출력 게이트의 편향",
    mark: "표시한 시점",
    grip: "표시, 끌어 옮길 수 있음",
    v: "입력 v와 표시한 시점",
    i: "입력 게이트 i",
    c: "셀 c",
    back: "마지막 시점에서 되돌아오는 ∂h/∂c",
    keeps: "f = {f:3}이고, i는 표시한 시점에서 {marked:3}, 다른 시점에서 {other:3}이다. 적어 둔 것 가운데 {steps}시점 뒤에 남는 몫은 {kept:4}이다. h에 미치는 영향은 표시한 입력이 {dv:4}, 나머지를 모두 합쳐(제곱합의 제곱근) {noise:4}이다.",
    forgets: "f = {f:3}이다. 표시한 시점에 적은 것은 {steps}시점 뒤에 {kept:4}밖에 남지 않는다. 기울기도 돌아오면서 같은 배수로 줄어들어, 표시한 입력에는 {dv:6}만 닿는다.",
    floods: "회전목마가 {steps}시점 동안 지키는 몫은 {kept:4}이지만, i가 다른 시점에서도 {other:3}이다. h에 미치는 영향은 나머지 입력을 모두 합쳐(제곱합의 제곱근) {noise:4}, 표시한 입력이 {dv:4}여서 지킨 것이 묻혀 버린다.",
  },
};

export const start = { forget: 5, input: -4, listens: 8, output: 0, mark: 3 };

const sigma = (x) => 1 / (1 + Math.exp(-x));

export function compute({ forget, input, listens, output, mark }) {
  const g = V.map((v) => Math.tanh(v)), i = V.map((_, t) => sigma(input + (t === mark - 1 ? listens : 0)));
  const f = sigma(forget), o = sigma(output), c = [];
  for (let t = 0; t < T; t++) c.push(f * (t ? c[t - 1] : 0) + i[t] * g[t]);
  const shown = Math.tanh(c[T - 1]), dv = [], back = [];
  let dc = o * (1 - shown * shown); // dE/dh = 1 at the last step
  for (let t = T - 1; t >= 0; t--) {
    back.unshift(dc);
    dv.unshift(dc * i[t] * (1 - g[t] * g[t]));
    dc = dc * f;
  }
  const noise = Math.sqrt(dv.reduce((sum, each, t) => sum + (t === mark - 1 ? 0 : each * each), 0));
  const steps = T - mark, at = mark - 1, other = sigma(input);
  return { f, marked: i[at], other, kept: f ** steps, steps, dv: dv[at], noise, cT: c[T - 1], h: o * shown, dc: back[at], i, c, back };
}

export const controls = (stage) => [
  ...["forget", "input", "listens", "output"].map((name) => ({ kind: "range", name, label: stage.words[name], min: name === "listens" ? 0 : -6, max: name === "listens" ? 12 : 6, step: 0.25, digits: 2 })),
  { kind: "range", name: "mark", label: stage.words.mark, min: 1, max: T },
];

export function draw(stage, { mark }, numbers) {
  const row = stage.narrow ? 66 : 74, head = 22, left = 8, width = stage.width - 16, step = width / T;
  stage.size(4 * (row + head) + 6);
  const X = (t) => left + (t + 0.5) * step, bar = Math.max(step * 0.62, 4);
  const most = Math.max(0.5, ...numbers.c.map(Math.abs)), top = Math.max(0.05, ...numbers.back);
  const rows = [["v", V, 1, true, BLUE], ["i", numbers.i, 1, false, GREEN], ["c", numbers.c, most, true, PURPLE], ["back", numbers.back, top, false, ORANGE]];
  rows.forEach(([name, list, largest, both, colour], r) => {
    const y = r * (row + head) + head, base = both ? y + row / 2 : y + row - 6, reach = both ? row / 2 - 4 : row - 12;
    stage.text(left, y - 6, stage.words[name], { size: 13, colour });
    stage.line(left, base, left + width, base, { colour: GREY, width: 0.8 });
    list.forEach((value, t) => {
      const tall = (Math.abs(value) / largest) * reach, now = t === mark - 1;
      stage.rect(X(t) - bar / 2, value >= 0 ? base - tall : base, bar, Math.max(tall, 0.7), { fill: colour, opacity: now || name !== "v" ? 1 : 0.45 });
    });
    stage.line(X(mark - 1), y, X(mark - 1), y + row, { colour: INK, width: 1, dash: "2 4", opacity: 0.6 });
    const end = left + width;
    if (name === "c") stage.number(end, y - 6, "cT", numbers.cT, 4, { before: [{ it: "c" }, " = "], anchor: "end", size: 13, colour });
    if (name === "back") stage.number(end, y - 6, "dc", numbers.dc, 6, { anchor: "end", size: 13, colour });
    if (name === "v") stage.number(end, y - 6, "h", numbers.h, 4, { before: [{ it: "h" }, " = "], anchor: "end", size: 13 });
  });
  const scales = { X: (t) => X(t - 1), Y: () => head + row - 4, inverseX: (p) => (p - left) / step + 0.5, inverseY: () => 0 };
  stage.handle("mark", { scales, x: mark, y: 0, step: 1, radius: 6, fill: INK, label: stage.words.mark, value: String(mark), move: (t) => stage.set({ mark: Math.max(1, Math.min(T, Math.round(t))) }) });
  const template = numbers.kept < 0.05 ? "forgets" : numbers.noise > Math.abs(numbers.dv) ? "floods" : "keeps";
  stage.say(stage.words[template], numbers);
}
