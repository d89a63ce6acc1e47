// Moves fig-feedforward-parts.
// The staircase taken apart: how many steps, how steep, which of them are there, and the sum at one place.
import { BLUE, GREEN, GREY, INK, ORANGE } from "./core.js";

const GRID = 1001, M = 1.5 * Math.PI;

export const words = {
  en: {
    title: "A staircase of hidden units, put together step by step",
    intervals: "intervals n",
    steepness: "steepness s",
    units: "units in place",
    grip: "place on the axis, can be dragged",
    place: "place u",
    parts: "each unit times its outgoing weight",
    sum: "bias and steps, added up",
    part: "{there} of {units} units are in place. At u = {u:3} they give y = {y:4}; the curve is at {g:4}. Each unit that is added changes everything to the right of its edge, and a soft one also what is on the left.",
    good: "All {units} units are in place. At u = {u:3} y = {y:4}, the curve {g:4}. The largest difference of all is {largest:4}, within the bound M/2n = {bound:4}.",
    soft: "All {units} units are in place. At u = {u:3} y = {y:4}, the curve {g:4}. The units are so soft that neighbouring steps run into one another: the largest difference is {largest:4}, beyond M/2n = {bound:4}.",
  },
  ko: {
    title: "은닉 유닛을 하나씩 더해 쌓는 계단",
    intervals: "구간의 수 n",
    steepness: "가파르기 s",
    units: "쓰는 유닛의 수",
    grip: "축 위의 자리, 끌어 옮길 수 있음",
    place: "자리 u",
    parts: "유닛의 출력 곱하기 나가는 가중치",
    sum: "편향과 계단을 모두 더한 것",
    part: "유닛 {units}개 가운데 {there}개를 쓴다. u = {u:3}에서 합은 y = {y:4}이고 곡선의 높이는 {g:4}이다. 유닛을 하나 더할 때마다 그 경계의 오른쪽이 모두 바뀌고, 유닛이 완만하면 왼쪽도 바뀐다.",
    good: "유닛 {units}개를 모두 쓴다. u = {u:3}에서 y = {y:4}, 곡선의 높이는 {g:4}이다. 가장 큰 차이는 {largest:4}이고, 상한 M/2n = {bound:4} 안에 든다.",
    soft: "유닛 {units}개를 모두 쓴다. u = {u:3}에서 y = {y:4}, 곡선의 높이는 {g:4}이다. 계단이 너무 완만해서 이웃한 것끼리 섞인다. 가장 큰 차이는 {largest:4}이고, M/2n = {bound:4}보다 크다.",
  },
};

export const start = { n: 11, power: Math.log10(6000), there: 10, u: 0.35 };

const curve = (u) => 0.5 + 0.3 * Math.sin(2 * Math.PI * u) + 0.15 * Math.sin(6 * Math.PI * u);
const logistic = (x) => 1 / (1 + Math.exp(-x));

/** A 1-(n-1)-1 net that draws g as n levels: its edges, and the bias and weights of its output unit. */
function staircase(g, n) {
  const edges = [...Array(n - 1).keys()].map((k) => (k + 1) / n), heights = [...Array(n).keys()].map((k) => g((k + 0.5) / n));
  return { edges, b: heights[0], W: edges.map((_, k) => heights[k + 1] - heights[k]) };
}

export function compute({ n, power, there, u }) {
  const { edges, b, W } = staircase(curve, n), s = 10 ** power, used = Math.min(there, n - 1);
  const unit = (k, at) => W[k] * logistic(s * (at - edges[k]));
  const forward = (at) => {
    let y = b;
    for (let k = 0; k < used; k++) y += unit(k, at);
    return y;
  };
  let largest = 0;
  for (let i = 0; i < GRID; i++) largest = Math.max(largest, Math.abs(forward(i / (GRID - 1)) - curve(i / (GRID - 1))));
  return { there: used, units: n - 1, u, y: forward(u), g: curve(u), largest, bound: M / (2 * n), forward, unit, edges, b };
}

export const controls = (stage) => [
  { kind: "range", name: "there", label: stage.words.units, min: 0, max: () => stage.settings.n - 1, play: 500 },
  { kind: "range", name: "n", label: stage.words.intervals, min: 2, max: 32, put: (n) => ({ n, there: n - 1 }) },
  { kind: "range", name: "power", label: stage.words.steepness, min: 0.7, max: 3.8, step: 0.02, shown: (power) => Math.round(10 ** power).toLocaleString("en") },
];

export function draw(stage, { u }, numbers) {
  const upper = stage.narrow ? 120 : 150, lower = stage.narrow ? 190 : 220;
  stage.size(upper + lower + 96);
  const width = stage.width - 46, across = [...Array(401).keys()].map((i) => i / 400);
  stage.text(36, 14, stage.words.parts, { size: 13, colour: BLUE });
  const X = (v) => 36 + v * width, rows = Math.max(numbers.units, 1), gap = upper / (rows + 1), tall = Math.min(3 * gap, 90);
  for (let k = 0; k < numbers.units; k++) {
    const base = 22 + upper - (k + 0.7) * gap, is = k < numbers.there;
    stage.path(across.map((v) => [X(v), base - tall * numbers.unit(k, v)]), { colour: is ? BLUE : GREY, width: is ? 1.4 : 1, dash: is ? undefined : "2 4" });
  }
  const scales = stage.axes({ box: [36, upper + 52, width, lower], x: [0, 1], y: [-0.1, 1.1], ticks: { x: [0, 0.25, 0.5, 0.75, 1], y: [0, 0.5, 1] }, labels: { x: [{ it: "u" }] } });
  stage.text(36, upper + 42, stage.words.sum, { size: 13, colour: ORANGE });
  const inside = (v) => Math.max(upper + 34, Math.min(upper + 52 + lower, scales.Y(v)));
  stage.path(across.map((v) => [scales.X(v), scales.Y(curve(v))]), { colour: BLUE });
  stage.path(across.map((v) => [scales.X(v), inside(numbers.forward(v))]), { colour: ORANGE, width: 2 });
  stage.line(scales.X(u), scales.Y(numbers.g), scales.X(u), inside(numbers.y), { colour: GREEN, width: 3 });
  stage.circle(scales.X(u), inside(numbers.y), 4, { colour: ORANGE, fill: ORANGE });
  stage.handle("place", {
    scales, x: u, y: -0.1, step: 0.01, fill: INK, radius: 6, label: stage.words.place, value: u.toFixed(2),
    move: (at) => stage.set({ u: Math.max(0, Math.min(1, at)) }),
  });
  const right = scales.X(1);
  stage.number(right, upper + 42, "largest", numbers.largest, 4, { before: ["max |y − g| = "], anchor: "end", size: 13, colour: numbers.largest <= numbers.bound ? GREEN : ORANGE });
  stage.say(stage.words[numbers.there < numbers.units ? "part" : numbers.largest <= numbers.bound + 1e-12 ? "good" : "soft"], numbers);
}
