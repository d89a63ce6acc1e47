// Moves fig-softmax-saturated.
// Softmax of three total inputs in the hand; and what comes back to them, from the cross-entropy and from the squared error
// (backprop/layers/losses.py, softmax_cross_entropy; activations.py, Softmax).
import { BLUE, GREEN, GREY, INK, ORANGE, PURPLE } from "./core.js";

const K = 3;

export const words = {
  en: {
    title: "Three total inputs z, their probabilities and the gradients that come back",
    target: "right class",
    restore: "The start",
    lift: "Add one to all three",
    forward: "softmax p",
    entropy: "gradient by cross-entropy",
    squares: "gradient by squared error",
    right: "The right class has p = {p:4}; the cross-entropy is {E:4}. Both gradients are small, for there is little left to learn.",
    stuck: "The right class has p = {p:4}, so the net is badly wrong. The cross-entropy pulls its z up by {pull:4}; the squared error by only {weak:4}: the derivative of softmax has this small p as a factor.",
    learning: "The right class has p = {p:4}; the cross-entropy is {E:4}. Its z is pulled up by {pull:4}, with the squared error by {weak:4}.",
  },
  ko: {
    title: "총입력 z 셋과 그 확률, 되돌아오는 기울기",
    target: "맞는 부류",
    restore: "처음으로",
    lift: "셋 모두에 1씩 더하기",
    forward: "소프트맥스 p",
    entropy: "교차 엔트로피의 기울기",
    squares: "제곱 오차의 기울기",
    right: "맞는 부류의 p는 {p:4}, 교차 엔트로피는 {E:4}이다. 더 배울 것이 얼마 없어서 두 기울기가 모두 작다.",
    stuck: "맞는 부류의 p가 {p:4}이므로 크게 틀렸다. 교차 엔트로피는 그 z를 {pull:4}의 세기로 끌어올리지만, 제곱 오차는 {weak:4}에 그친다. 소프트맥스의 미분에 이 작은 p가 인수로 들어 있기 때문이다.",
    learning: "맞는 부류의 p는 {p:4}, 교차 엔트로피는 {E:4}이다. 그 z를 끌어올리는 세기는 {pull:4}이고, 제곱 오차라면 {weak:4}이다.",
  },
};

export const start = { z1: 4, z2: -4, z3: 0, target: 2 };

function softmax(z) {
  const most = Math.max(...z), e = z.map((each) => Math.exp(each - most)), sum = e.reduce((a, b) => a + b, 0);
  return e.map((each) => each / sum);
}

export function compute({ z1, z2, z3, target }) {
  const z = [z1, z2, z3], most = Math.max(...z), p = softmax(z), t = z.map((_, k) => (k === target - 1 ? 1 : 0));
  const E = most + Math.log(z.reduce((sum, each) => sum + Math.exp(each - most), 0)) - z[target - 1];
  const dz = p.map((each, k) => each - t[k]);
  const dy = p.map((each, k) => each - t[k]), inner = p.reduce((sum, each, k) => sum + each * dy[k], 0);
  const squares = p.map((each, k) => each * (dy[k] - inner));
  const each = Object.fromEntries([...Array(K).keys()].flatMap((k) => [[`p${k + 1}`, p[k]], [`dz${k + 1}`, dz[k]], [`sz${k + 1}`, squares[k]]]));
  return { ...each, E, p: p[target - 1], pull: -dz[target - 1], weak: -squares[target - 1], probabilities: p, dz, squares };
}

export const controls = (stage) => [
  ...[1, 2, 3].map((k) => ({ kind: "range", name: `z${k}`, label: `z${"₀₁₂₃"[k]}`, min: -8, max: 8, step: 0.1, digits: 1 })),
  { kind: "choice", name: "target", label: stage.words.target, options: [1, 2, 3].map((k) => [k, k]) },
  { kind: "button", label: stage.words.lift, act: () => stage.set(Object.fromEntries([1, 2, 3].map((k) => [`z${k}`, stage.settings[`z${k}`] + 1]))) },
  { kind: "button", label: stage.words.restore, act: () => stage.set({ ...start }) },
];

export function draw(stage, { target }, numbers) {
  const groups = [["forward", "probabilities", "p", BLUE, 0, 1], ["entropy", "dz", "dz", ORANGE, -1, 1], ["squares", "squares", "sz", PURPLE, -1, 1]];
  const across = stage.narrow ? 1 : 3, height = stage.narrow ? 112 : 200, gap = 16;
  const width = (stage.width - gap * (across - 1)) / across;
  stage.size(stage.narrow ? 3 * (height + 44) : height + 44);
  groups.forEach(([title, list, name, colour, low, high], g) => {
    const left = stage.narrow ? 0 : g * (width + gap), top = (stage.narrow ? g * (height + 44) : 0) + 24;
    stage.text(left + 4, top - 6, stage.words[title], { size: 13, colour, bold: true });
    const Y = (v) => top + 14 + ((high - v) / (high - low)) * (height - 32), bar = Math.min(44, width / 5);
    stage.line(left, Y(0), left + width, Y(0), { colour: GREY, width: 1 });
    numbers[list].forEach((value, k) => {
      const x = left + (width * (k + 0.5)) / K, mine = k === target - 1;
      stage.rect(x - bar / 2, Math.min(Y(value), Y(0)), bar, Math.max(Math.abs(Y(value) - Y(0)), 0.5), { fill: colour, opacity: mine ? 0.95 : 0.5 });
      if (mine && name === "p") stage.rect(x - bar / 2 - 3, Y(1), bar + 6, Y(0) - Y(1), { colour: INK, line: 1.2, radius: 2 });
      stage.number(x, value >= 0 ? Y(value) - 4 : Y(value) + 14, `${name}${k + 1}`, value, 4, { anchor: "middle", size: 13, ground: true });
      stage.text(x, name === "p" ? Y(0) + 16 : top + height + 8, [{ it: name === "p" ? "p" : "z" }, { sub: String(k + 1) }], { anchor: "middle", size: 13, colour: mine ? GREEN : INK, bold: mine });
    });
  });
  const template = numbers.p > 0.9 ? "right" : numbers.p < 0.1 && numbers.weak < 0.25 * numbers.pull ? "stuck" : "learning";
  stage.say(stage.words[template], numbers);
}
