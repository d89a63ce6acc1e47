// Moves fig-convolution-see.
// A window of 3×3 pixels moved over a digit, and the map that its kernel makes (backprop/layers/convolution.py).
import { BLUE, GREEN, GREY, INK, ORANGE, PAPER } from "./core.js";
import data from "./convolution.data.js";

const SIZE = 14, K = 3, PLACES = SIZE - K + 1;
const KERNELS = {
  right: [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
  down: [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
  spot: [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
  mean: [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
};

export const words = {
  en: {
    title: "A window moved over a digit",
    kernel: "kernel",
    right: "right less left",
    down: "below less above",
    spot: "a pixel less its neighbours",
    mean: "sum of the window",
    shift: "digit moved right by",
    grip: "window, can be dragged",
    window: "window: column and row of its upper left corner",
    field: "field",
    map: "map",
    place: "place in the map",
    at: "The window stands at row {i:0}, column {j:0}. Each of its pixels times the weight at the same place, summed: y = {y:4}. With the digit moved, the whole map moves as far: the largest difference is {gap:0}.",
    nothing: "At row {i:0}, column {j:0} what the kernel adds and what it takes away are equal, or the window is empty: y = {y:4}.",
  },
  ko: {
    title: "숫자 위에서 움직이는 창",
    kernel: "커널",
    right: "오른쪽 빼기 왼쪽",
    down: "아래쪽 빼기 위쪽",
    spot: "가운데 빼기 이웃",
    mean: "창 안의 합",
    shift: "숫자를 오른쪽으로 옮긴 칸",
    grip: "창, 끌어 옮길 수 있음",
    window: "창의 왼쪽 위 모서리가 놓인 열과 행",
    field: "마당",
    map: "맵",
    place: "맵의 자리",
    at: "창은 {i:0}행 {j:0}열에 있다. 창 안의 화소마다 같은 자리의 가중치를 곱해 모두 더하면 y = {y:4}이다. 숫자를 옮기면 맵도 꼭 그만큼 옮겨 간다. 옮긴 맵과의 가장 큰 차이는 {gap:0}이다.",
    nothing: "{i:0}행 {j:0}열에서는 커널이 더하는 것과 빼는 것이 같거나 창 안이 비어 있다. y = {y:4}이다.",
  },
};

export const start = { kernel: "right", shift: 0, i: 4, j: 4 };

function field(shift) {
  return [...Array(SIZE)].map((_, g) => [...Array(SIZE)].map((_, h) => data.digit[g - 3]?.[h - 3 - shift] ?? 0));
}

/** y[i][j] = Σ_u Σ_v W[u][v] x[i + u][j + v] */
function forward(x, W) {
  return [...Array(PLACES)].map((_, i) => [...Array(PLACES)].map((_, j) => {
    let y = 0;
    for (let u = 0; u < K; u++) for (let v = 0; v < K; v++) y += W[u][v] * x[i + u][j + v];
    return y;
  }));
}

export function compute({ kernel, shift, i, j }) {
  const W = KERNELS[kernel], x = field(shift), map = forward(x, W), still = forward(field(0), W);
  let gap = 0;
  for (let a = 0; a < PLACES; a++) for (let b = Math.max(0, shift); b < PLACES + Math.min(0, shift); b++) gap = Math.max(gap, Math.abs(map[a][b] - still[a][b - shift]));
  const numbers = { i, j, y: map[i][j], gap, x, map, W };
  for (let u = 0; u < K; u++) for (let v = 0; v < K; v++) Object.assign(numbers, { [`w${u}${v}`]: W[u][v], [`x${u}${v}`]: x[i + u][j + v] });
  return numbers;
}

export const controls = (stage) => [
  { kind: "choice", name: "kernel", label: stage.words.kernel, options: Object.keys(KERNELS).map((name) => [name, stage.words[name]]) },
  { kind: "range", name: "shift", label: stage.words.shift, min: -3, max: 3 },
  {
    kind: "range", name: "place", label: stage.words.place, min: 0, max: PLACES ** 2 - 1, play: 120,
    get: () => stage.settings.i * PLACES + stage.settings.j, put: (at) => ({ i: Math.floor(at / PLACES), j: at % PLACES }),
  },
];

export function draw(stage, { i, j }, { x, map, ...numbers }) {
  const across = stage.narrow ? 2 : 3, gap = 20, side = Math.min((stage.width - gap * (across - 1)) / across, 215), top = 24;
  stage.size(stage.narrow ? side + 210 : side + 40);
  const cell = side / SIZE, step = side / PLACES, right = side + gap;
  stage.text(0, 15, stage.words.field, { size: 13, bold: true });
  stage.text(right, 15, stage.words.map, { size: 13, bold: true });
  x.forEach((row, g) => row.forEach((value, h) => value && stage.rect(h * cell, top + g * cell, cell + 0.4, cell + 0.4, { fill: INK, opacity: value })));
  stage.rect(0, top, side, side, { colour: GREY });
  const most = Math.max(...map.flat().map(Math.abs)) || 1;
  map.forEach((row, a) => row.forEach((value, b) => value && stage.rect(right + b * step, top + a * step, step + 0.4, step + 0.4, { fill: value > 0 ? BLUE : ORANGE, opacity: Math.abs(value) / most })));
  stage.rect(right, top, side, side, { colour: GREY });
  stage.rect(right + j * step, top + i * step, step, step, { colour: GREEN, line: 2.5 });
  stage.rect(j * cell, top + i * cell, K * cell, K * cell, { colour: GREEN, line: 2.5 });
  const within = (v) => Math.max(0, Math.min(PLACES - 1, Math.round(v)));
  const middle = { X: (v) => (v + 1.5) * cell, Y: (v) => top + (v + 1.5) * cell, inverseX: (p) => p / cell - 1.5, inverseY: (p) => (p - top) / cell - 1.5 };
  stage.handle("window", {
    scales: { ...middle, Y: (v) => middle.Y(-v), inverseY: (p) => -middle.inverseY(p) }, x: j, y: -i, step: 1, radius: 4, fill: GREEN, colour: GREEN,
    label: stage.words.window, value: `${j}, ${i}`, move: (a, b) => stage.set({ j: within(a), i: within(-b) }),
  });

  const box = stage.narrow ? stage.width / 3.2 : (stage.width - 2 * (side + gap)) / 3, from = stage.narrow ? 0 : 2 * right, above = stage.narrow ? side + 60 : 30;
  const row = stage.narrow ? 42 : 56;
  for (let u = 0; u < K; u++) for (let v = 0; v < K; v++) {
    const [left, y] = [from + v * box, above + u * row];
    stage.rect(left + 1, y, box - 3, row - 4, { colour: GREY, fill: PAPER, radius: 3 });
    stage.number(left + box / 2, y + row / 2 - 6, `x${u}${v}`, numbers[`x${u}${v}`], 4, { anchor: "middle", size: 12 });
    stage.number(left + box / 2, y + row / 2 + 11, `w${u}${v}`, numbers[`w${u}${v}`], 0, { anchor: "middle", size: 12, before: ["× "], colour: numbers[`w${u}${v}`] < 0 ? ORANGE : numbers[`w${u}${v}`] > 0 ? BLUE : GREY });
  }
  stage.number(from + 1.5 * box, above + 3 * row + 16, "y", numbers.y, 4, { anchor: "middle", bold: true, before: [{ it: "y" }, " = "], colour: numbers.y < 0 ? ORANGE : BLUE });
  stage.say(stage.words[numbers.y === 0 ? "nothing" : "at"], numbers);
}
