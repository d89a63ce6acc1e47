// Moves fig-backpropagation-hand.
// The network of six weights: change any number, and everything forward and backward follows.
import { BLUE, GREY, INK, ORANGE, PAPER, PURPLE } from "./core.js";

const NUDGE = 0.01, RATE = 1;
const WEIGHTS = ["w31", "w32", "w41", "w42", "w53", "w54"], VALUES = ["y1", "y2", "d", ...WEIGHTS];

export const words = {
  en: {
    title: "The network of six weights, every number of which can be changed",
    which: "Change",
    value: "its value",
    step: "One step down the gradient",
    restore: "The numbers of the page",
    slope: "E = {E:5}. The derivative of E with respect to {chosen} is {slope:5}. If {chosen} grew by {nudge:2}, it promises a change of E by {promised:6}; in fact E would change by {real:6}.",
    flat: "E = {E:5}. The derivative of E with respect to {chosen} is only {slope:5}: at these settings E hardly depends on it. If {chosen} grew by {nudge:2}, E would change by {real:6}.",
    right: "E = {E:5}: the output is the target, so every delta is 0 and no weight wants to change.",
  },
  ko: {
    title: "어느 수든 바꿀 수 있는, 가중치 여섯 개짜리 신경망",
    which: "바꿀 수",
    value: "그 값",
    step: "기울기를 따라 한 걸음 내려가기",
    restore: "본문의 값으로",
    slope: "E = {E:5}. {chosen}에 대한 E의 미분은 {slope:5}이다. 그렇다면 {chosen}의 값이 {nudge:2}만큼 늘 때 E는 {promised:6}만큼 바뀌어야 한다. 실제로는 {real:6}만큼 바뀐다.",
    flat: "E = {E:5}. {chosen}에 대한 E의 미분은 겨우 {slope:5}이다. 지금은 {chosen}의 값을 조금 바꾸어도 E가 거의 달라지지 않는다. 이 값이 {nudge:2}만큼 늘면 E는 {real:6}만큼 바뀐다.",
    right: "E = {E:5}. 출력이 목표값과 같아서 델타가 모두 0이고, 바뀌어야 할 가중치가 없다.",
  },
};

export const start = { y1: 1, y2: 2, d: 1, w31: 0.5, w32: -0.25, w41: 0.3, w42: 0.35, w53: 0.8, w54: -0.6, chosen: "w53" };

const sigma = (x) => 1 / (1 + Math.exp(-x));

function forward({ y1, y2, d, w31, w32, w41, w42, w53, w54 }) {
  const x3 = w31 * y1 + w32 * y2;
  const x4 = w41 * y1 + w42 * y2;
  const y3 = sigma(x3), y4 = sigma(x4);
  const x5 = w53 * y3 + w54 * y4;
  const y5 = sigma(x5);
  return { x3, x4, y3, y4, x5, y5, E: (y5 - d) ** 2 / 2 };
}

export function compute(settings) {
  const { y1, y2, d, w31, w32, w41, w42, w53, w54, chosen } = settings;
  const passed = forward(settings), { y3, y4, y5, E } = passed;
  const dy5 = y5 - d;
  const delta5 = dy5 * y5 * (1 - y5);
  const dw53 = delta5 * y3, dw54 = delta5 * y4;
  const dy3 = delta5 * w53, dy4 = delta5 * w54;
  const delta3 = dy3 * y3 * (1 - y3), delta4 = dy4 * y4 * (1 - y4);
  const dw31 = delta3 * y1, dw32 = delta3 * y2, dw41 = delta4 * y1, dw42 = delta4 * y2;
  const dy1 = delta3 * w31 + delta4 * w41, dy2 = delta3 * w32 + delta4 * w42;
  const back = { dw31, dw32, dw41, dw42, dw53, dw54, dy1, dy2, dd: -dy5 };
  const slope = back[`d${chosen}`], nudge = NUDGE;
  const real = forward({ ...settings, [chosen]: settings[chosen] + NUDGE }).E - E;
  return { ...settings, ...passed, ...back, delta3, delta4, delta5, slope, nudge, promised: slope * NUDGE, real };
}

export const controls = (stage) => [
  { kind: "choice", name: "chosen", label: stage.words.which, options: VALUES.map((name) => [name, name]) },
  {
    kind: "range", name: "now", label: stage.words.value, min: -4, max: 4, step: 0.05, digits: 2,
    get: () => stage.settings[stage.settings.chosen], put: (value) => ({ [stage.settings.chosen]: value }),
  },
  { kind: "button", label: stage.words.step, act: () => stage.set(Object.fromEntries(WEIGHTS.map((w) => [w, stage.settings[w] - RATE * stage.numbers[`d${w}`]]))) },
  { kind: "button", label: stage.words.restore, act: () => stage.set({ ...start }) },
];

// Where each weight's numbers stand along its arrow: the crossing arrows carry them near their beginning.
const WIRES = [["1", "3", 0.5], ["1", "4", 0.25], ["2", "3", 0.25], ["2", "4", 0.5], ["3", "5", 0.5], ["4", "5", 0.42]];

export function draw(stage, { chosen }, numbers) {
  const height = stage.narrow ? 330 : 350, radius = stage.narrow ? 15 : 18, size = stage.narrow ? 12 : 14;
  stage.size(height);
  const [left, middle, right] = [0.09, 0.5, 0.86].map((share) => share * stage.width), [top, bottom] = [80, height - 80];
  const at = { 1: [left, top], 2: [left, bottom], 3: [middle, top], 4: [middle, bottom], 5: [right, (top + bottom) / 2] };
  for (const [i, j, share] of WIRES) {
    const [[a, b], [c, e]] = [at[i], at[j]], length = Math.hypot(c - a, e - b), [ux, uy] = [(c - a) / length, (e - b) / length];
    const name = `w${j}${i}`, mine = name === chosen;
    stage.arrow(a + ux * radius, b + uy * radius, c - ux * (radius + 2), e - uy * (radius + 2), { colour: mine ? INK : GREY, width: mine ? 2.6 : 1.4 });
    const [x, y] = [a + share * (c - a), b + share * (e - b)], turn = (Math.atan2(e - b, c - a) * 180) / Math.PI;
    const put = (what, digits, side, colour, style) => {
      const text = stage.number(x - side * uy, y + side * ux + size * 0.35, what, numbers[what], digits, { colour, size, anchor: "middle", ground: true });
      text.setAttribute("transform", `rotate(${turn} ${x - side * uy} ${y + side * ux})`);
      if (style) text.setAttribute("font-style", style);
    };
    put(name, 3, -size * 0.85, BLUE);
    put(`d${name}`, 4, size * 0.85, ORANGE, "italic");
  }
  const labels = { 1: [-1], 2: [1], 3: [-1], 4: [1], 5: [-1] };
  for (const [unit, [x, y]] of Object.entries(at)) {
    stage.circle(x, y, radius, { fill: PAPER, width: [`y${unit}`, unit === "5" && "d"].includes(chosen) ? 2.8 : 1.6 });
    stage.text(x, y + 5, unit, { anchor: "middle", size: size + 1 });
    const [side] = labels[unit], inner = stage.number(Math.max(x, 34), y + side * (radius + 10) + (side > 0 ? 8 : 0), `y${unit}`, numbers[`y${unit}`], unit < 3 ? 2 : 4, { before: [{ it: "y" }, { sub: unit }, " = "], colour: BLUE, size, anchor: "middle" });
    if (unit < 3) continue;
    const away = unit === "5" ? radius + 16 : side * (radius + 10) + (side > 0 ? 8 : 0) + side * (size + 5);
    stage.number(x, y + away + (unit === "5" ? 4 : 0), `delta${unit}`, numbers[`delta${unit}`], 4, { before: [{ it: "δ" }, { sub: unit }, " = "], colour: ORANGE, size, anchor: "middle" }).setAttribute("font-style", "italic");
    inner.setAttribute("font-weight", 500);
  }
  const [x, y] = at[5];
  stage.number(x, y - radius - 14 - size * 1.4, "d", numbers.d, 2, { before: [{ it: "d" }, " = "], colour: PURPLE, size, anchor: "middle" });
  stage.number(x, y + radius + 24 + size * 1.4, "E", numbers.E, 4, { before: [{ it: "E" }, " = "], size, anchor: "middle", bold: true });
  const template = numbers.delta5 === 0 ? "right" : Math.abs(numbers.slope) < 5e-4 ? "flat" : "slope";
  stage.say(stage.words[template], numbers);
}
