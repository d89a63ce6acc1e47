// Moves fig-xor-gates.
// One threshold unit: w1, w2 and b in the hand, and the four inequalities of a gate as lamps.
import { BLUE, GREEN, GREY, INK, ORANGE, PAPER } from "./core.js";

const CASES = [[0, 0], [0, 1], [1, 0], [1, 1]];
const GATES = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0], XOR: [0, 1, 1, 0] };

export const words = {
  en: {
    title: "One unit and the four inequalities of a gate",
    gate: "gate",
    on: "on",
    off: "off",
    good: "All {right} inequalities hold: with w = ({w1:2}, {w2:2}) and b = {b:2} one unit computes this gate.",
    some: "{right} of {cases} inequalities hold. A lamp is lit where z has the sign that it should have.",
    xor: "{right} of {cases} inequalities hold. The two that want z ≥ 0 add up to w₁ + w₂ + 2b = {sum:2}, and so do the two that want z < 0. One number cannot do both.",
  },
  ko: {
    title: "유닛 하나와 게이트의 부등식 넷",
    gate: "게이트",
    on: "켜짐",
    off: "꺼짐",
    good: "부등식 {right}개가 모두 성립한다. w = ({w1:2}, {w2:2}), b = {b:2}이면 유닛 하나가 이 게이트를 계산한다.",
    some: "부등식 {cases}개 가운데 {right}개가 성립한다. z의 부호가 맞는 곳에만 등이 켜진다.",
    xor: "부등식 {cases}개 가운데 {right}개가 성립한다. z ≥ 0이어야 하는 둘을 더하면 w₁ + w₂ + 2b = {sum:2}이고, z < 0이어야 하는 둘을 더해도 같은 수이다. 한 수가 둘 다일 수는 없다.",
  },
};

export const start = { gate: "XOR", w1: 1, w2: 1, b: -0.5 };

export function compute({ gate, w1, w2, b }) {
  const [v1, v2, v0] = [w1, w2, b].map((each) => Math.round(100 * each)); // whole, so that a sum of 0 is 0
  const z = CASES.map(([x1, x2]) => (x1 * v1 + x2 * v2 + v0) / 100);
  const y = z.map((each) => (each >= 0 ? 1 : 0)), t = GATES[gate];
  const right = y.filter((each, c) => each === t[c]).length;
  return { w1, w2, b, z0: z[0], z1: z[1], z2: z[2], z3: z[3], z, y, t, right, cases: 4, sum: w1 + w2 + 2 * b };
}

export const controls = (stage) => [
  { kind: "choice", name: "gate", label: stage.words.gate, options: Object.keys(GATES).map((gate) => [gate, gate]) },
  ...[["w1", "w₁"], ["w2", "w₂"], ["b", "b"]].map(([name, label]) => ({ kind: "range", name, label, min: -2, max: 2, step: 0.05, digits: 2 })),
];

// The part of the square from −0.5 to 1.5 where w·x + b ≥ 0, corner by corner; where the line cuts the square, with a mark.
function positive(w1, w2, b, low = -0.5, high = 1.5) {
  const corners = [[low, low], [high, low], [high, high], [low, high]], value = ([x, y]) => w1 * x + w2 * y + b;
  return corners.flatMap((p, i) => {
    const q = corners[(i + 1) % 4], [one, two] = [value(p), value(q)], share = one / (one - two);
    const cut = one >= 0 !== two >= 0 ? [[p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]), true]] : [];
    return [...(one >= 0 ? [p] : []), ...cut];
  });
}

export function draw(stage, { gate, w1, w2, b }, numbers) {
  const side = stage.narrow ? Math.min(stage.width - 70, 230) : 230, left = stage.narrow ? (stage.width - side) / 2 : 44;
  stage.size(stage.narrow ? side + 220 : side + 60);
  const scales = stage.axes({ box: [left, 16, side, side], x: [-0.5, 1.5], y: [-0.5, 1.5], ticks: { x: [0, 1], y: [0, 1] }, labels: { x: [{ it: "x" }, { sub: "1" }] } });
  stage.text(left - 26, 26, [{ it: "x" }, { sub: "2" }], { size: 13 });
  const corners = positive(w1, w2, b), cuts = corners.map(([x, y, cut]) => cut);
  const area = corners.map(([x, y]) => [scales.X(x), scales.Y(y)]);
  if (area.length) {
    stage.path(area, { colour: "none", fill: BLUE, opacity: 0.13, closed: true });
    const edge = area.filter((_, i) => cuts[i]);
    if (edge.length === 2) stage.path(edge, { width: 2 });
  }
  CASES.forEach(([x1, x2], c) => {
    const [x, y] = [scales.X(x1), scales.Y(x2)];
    if (numbers.t[c]) stage.circle(x, y, 6, { colour: BLUE, fill: BLUE });
    else stage.cross(x, y, 6, { colour: ORANGE, width: 2.4 });
  });

  const from = stage.narrow ? 8 : left + side + 40, top = stage.narrow ? side + 78 : 44, row = stage.narrow ? 36 : 52;
  const TERMS = [["b"], ["w₂ + b"], ["w₁ + b"], ["w₁ + w₂ + b"]];
  CASES.forEach(([x1, x2], c) => {
    const y = top + c * row, lit = numbers.y[c] === numbers.t[c], x = from + 12;
    stage.circle(x, y - 5, 10, { colour: lit ? GREEN : GREY, fill: lit ? GREEN : PAPER, width: 2 });
    stage.text(x, y, lit ? "✓" : "✗", { anchor: "middle", size: 13, colour: lit ? PAPER : INK, bold: true });
    const wanted = numbers.t[c] ? `${stage.words.on}: ` : `${stage.words.off}: `, sign = numbers.t[c] ? " ≥ 0" : " < 0";
    stage.text(x + 22, y, `(${x1}, ${x2}) ${wanted}`, { size: 14 });
    stage.text(x + (stage.narrow ? 116 : 118), y, [TERMS[c][0], sign], { size: 14 });
    stage.number(stage.width - 4, y, `z${c}`, numbers[`z${c}`], 2, { size: 14, anchor: "end", colour: lit ? GREEN : ORANGE, before: stage.narrow ? [] : ["z = "] });
  });
  stage.say(stage.words[numbers.right === 4 ? "good" : gate === "XOR" ? "xor" : "some"], numbers);
}
