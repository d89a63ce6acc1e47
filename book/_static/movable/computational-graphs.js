// Moves fig-computational-graphs-see.
// The circuit f = (x + y) · max(y, z) with y = 2u, walked backwards wire by wire: in the order of the tape, or by the naive
// recursion, which goes wrong where a wire that is no input forks (backprop/graph.py, topological_order and backward).
import { BLUE, GREY, INK, ORANGE, PAPER } from "./core.js";

export const words = {
  en: {
    title: "A circuit, walked backwards wire by wire",
    step: "wires walked",
    way: "order",
    tape: "the tape, from its end",
    naive: "naive recursion",
    begin: "Forward is done: f = {f:2}. The gradient of f with respect to itself is {gf:0}; nothing has been handed down yet.",
    wire: "The wire from {above} to {below}: local gradient {local:2} times upstream {upstream:2} brings {sent:2}; {below} now has {now:2}.",
    done: "All wires are walked, each once: ∂f/∂x = {gx:2}, ∂f/∂u = {gu:2}, ∂f/∂z = {gz:2}. Raising u by a hundredth would change f by {real:4}.",
    wrong: "The recursion has ended with ∂f/∂u = {gu:2}; right is {right:2}. The wire from y to u was walked {times:0} times, and what y had received first was counted again.",
    lucky: "The recursion has ended with ∂f/∂u = {gu:2}, which happens to be right: the branch of y that was walked first has brought nothing.",
  },
  ko: {
    title: "회로를 선 하나씩 거꾸로 따라가기",
    step: "지나온 선",
    way: "차례",
    tape: "테이프의 끝에서부터",
    naive: "단순한 재귀",
    begin: "순전파가 끝나 f = {f:2}이다. f 자신에 대한 기울기는 {gf:0}이고, 아직 아무것도 내려보내지 않았다.",
    wire: "선 {above} → {below}: 국소 기울기 {local:2} × 상류 기울기 {upstream:2} = {sent:2}. 이제 {below}에 모인 기울기는 {now:2}이다.",
    done: "모든 선을 한 번씩 지났다. ∂f/∂x = {gx:2}, ∂f/∂u = {gu:2}, ∂f/∂z = {gz:2}이다. u를 100분의 1만큼 늘리면 f는 {real:4}만큼 바뀐다.",
    wrong: "재귀는 ∂f/∂u = {gu:2}에서 끝났다. 옳은 값은 {right:2}이다. y에서 u로 가는 선을 {times:0}번 지나면서 y가 먼저 받은 것을 또 세었다.",
    lucky: "재귀는 ∂f/∂u = {gu:2}에서 끝났고 우연히 맞았다. y의 두 갈래 가운데 먼저 지난 쪽이 가져온 것이 0이기 때문이다.",
  },
};

export const start = { x: 3, u: -0.5, z: -2, way: "tape", step: 7 };

/** Every value with its inputs, each input with its local gradient, as the package's tape has them. */
function forward({ x, u, z }) {
  const y = 2 * u, a = x + y, b = Math.max(y, z), first = y >= z ? 1 : 0;
  return {
    data: { x, u, z, y, a, b, f: a * b },
    inputs: { x: [], u: [], z: [], y: [["u", 2]], a: [["x", 1], ["y", 1]], b: [["y", first], ["z", 1 - first]], f: [["a", b], ["b", a]] },
  };
}

function topologicalOrder(inputs, value, seen = new Set(), order = []) {
  if (seen.has(value)) return order;
  seen.add(value);
  for (const [input] of inputs[value]) topologicalOrder(inputs, input, seen, order);
  order.push(value);
  return order;
}

/** What goes down each wire, in order: from which gate, to which value, and all gradients after it. */
function events(inputs, way) {
  const grad = { x: 0, u: 0, z: 0, y: 0, a: 0, b: 0, f: 1 }, walked = [{ grad: { ...grad } }];
  const pass = (above, below, local) => {
    const upstream = grad[above], sent = local * upstream;
    grad[below] += sent;
    walked.push({ above, below, local, upstream, sent, now: grad[below], grad: { ...grad } });
  };
  const push = (value) => {
    for (const [input, local] of inputs[value]) {
      pass(value, input, local);
      push(input);
    }
  };
  if (way === "naive") push("f");
  else for (const value of topologicalOrder(inputs, "f").reverse()) for (const [input, local] of inputs[value]) pass(value, input, local);
  return walked;
}

export function compute(settings) {
  const { data, inputs } = forward(settings), walked = events(inputs, settings.way), right = events(inputs, "tape").at(-1).grad.u;
  const step = Math.min(settings.step, walked.length - 1), { grad, ...now } = walked[step];
  const times = walked.slice(0, step + 1).filter((each) => each.above === "y").length;
  const real = forward({ ...settings, u: settings.u + 0.01 }).data.f - data.f;
  const gradients = Object.fromEntries(Object.entries(grad).map(([name, value]) => [`g${name}`, value]));
  return { ...data, ...gradients, ...now, step, last: walked.length - 1, right, times, real, walked };
}

export const controls = (stage) => [
  { kind: "range", name: "step", label: stage.words.step, min: 0, max: () => stage.numbers.last, play: 900, get: () => stage.numbers.step },
  { kind: "choice", name: "way", label: stage.words.way, options: ["tape", "naive"].map((way) => [way, stage.words[way]]) },
  ...["x", "u", "z"].map((name) => ({ kind: "range", name, label: name, min: -4, max: 4, step: 0.25, digits: 2 })),
];

const AT = { x: [0.07, 0.14], u: [0.07, 0.5], z: [0.07, 0.86], y: [0.3, 0.5], a: [0.53, 0.26], b: [0.53, 0.74], f: [0.76, 0.5] };
const GATES = { y: "2·", a: "+", b: "max", f: "×" };

export function draw(stage, settings, numbers) {
  const height = stage.narrow ? 270 : 290, r = stage.narrow ? 15 : 18, size = stage.narrow ? 12 : 14;
  stage.size(height);
  const at = (name) => [AT[name][0] * stage.width, AT[name][1] * height];
  const wires = [["x", "a"], ["y", "a"], ["y", "b"], ["z", "b"], ["u", "y"], ["a", "f"], ["b", "f"]];
  for (const [from, to] of wires) {
    const [[a, b], [c, d]] = [at(from), at(to)], length = Math.hypot(c - a, d - b), [ux, uy] = [(c - a) / length, (d - b) / length];
    const now = numbers.above === to && numbers.below === from, begin = GATES[from] ? r : 4;
    if (now) stage.arrow(c - ux * r, d - uy * r, a + ux * (begin + 2), b + uy * (begin + 2), { colour: ORANGE, width: 3, head: 10 });
    else stage.arrow(a + ux * begin, b + uy * begin, c - ux * (r + 1), d - uy * (r + 1), { colour: GREY, width: 1.4 });
  }
  const [end, middle] = at("f");
  stage.arrow(end + r, middle, stage.width * 0.98, middle, { colour: GREY, width: 1.4 });
  for (const name of Object.keys(AT)) {
    const [x, y] = at(name), gate = GATES[name];
    if (gate) {
      stage.circle(x, y, r, { fill: PAPER });
      stage.text(x, y + 4.5, gate, { anchor: "middle", size: gate.length > 2 ? 12 : size + 1 });
    } else stage.circle(x, y, 4, { fill: INK });
    const [left, above] = name === "f" ? [x + r + (stage.width * 0.98 - x - r) / 2, y - 8] : [Math.max(x, 34), y - (gate ? r : 4) - 6];
    const below = name === "f" ? y + size + 6 : y + (gate ? r : 4) + size + 3;
    stage.number(left, above, name, numbers[name], 2, { before: [{ it: name }, " = "], anchor: "middle", size, colour: BLUE, ground: true });
    const reached = name === "f" || numbers.walked.slice(1, numbers.step + 1).some((each) => each.below === name);
    if (reached) stage.number(left, below, `g${name}`, numbers[`g${name}`], 2, { anchor: "middle", size, colour: ORANGE, bold: numbers.below === name, ground: true }).setAttribute("font-style", "italic");
  }
  const over = numbers.step === numbers.last;
  const ending = settings.way === "tape" ? "done" : numbers.gu === numbers.right ? "lucky" : "wrong";
  stage.say(stage.words[over ? ending : numbers.step === 0 ? "begin" : "wire"], numbers);
}
