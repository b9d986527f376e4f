// The score over two dimensions: a surface laid through the trials, in steps, with the trials as points. Each place has
// the mean of the trials near it, weighted by a Gaussian of their distance (Nadaraya 1964; in coordinates of 0 to 1).
// Where no trial is near, nothing is drawn. Choices are bands of their own: only trials with the same choice count there.
import { h, svg } from "./dom.js";
import { byImportance, isChoice, nameOf, place, ticks } from "./dimension.js";
import { Drawing } from "./drawing.js";
import { isScored, ranked, scoreText } from "./trials.js";

const CELLS = 100, LEVELS = 8, WIDTH = 0.09, NEAR = 0.02, HEIGHT = 380;

// How much a trial counts at a coordinate of one dimension.
function weight(dimension, at, own) {
    if (isChoice(dimension)) return Math.floor(at * dimension.labels.length) === Math.floor(own * dimension.labels.length) ? 1 : 0;
    const z = (at - own) / WIDTH;
    return Math.exp(-z * z / 2);
}

function surface(points, dx, dy) {
    const cells = Array.from({ length: CELLS }, (_, i) => (i + 0.5) / CELLS);
    const across = cells.map((at) => points.map((p) => weight(dx, at, p.x))), up = cells.map((at) => points.map((p) => weight(dy, at, p.y)));
    return up.map((wy) => across.map((wx) => {
        let mass = 0, sum = 0;
        for (let k = 0; k < points.length; k++) {
            const w = wx[k] * wy[k];
            mass += w;
            sum += w * points[k].level;
        }
        return mass > NEAR ? Math.min(LEVELS - 1, Math.floor((LEVELS * sum) / mass)) : -1;
    }));
}

// Cells of one level that lie side by side as one rectangle.
function runs(row) {
    const found = [];
    for (let i = 0; i < row.length; i++)
        if (found.length && found.at(-1).level === row[i]) found.at(-1).end = i + 1;
        else found.push({ level: row[i], begin: i, end: i + 1 });
    return found.filter((run) => run.level >= 0);
}

// Levels go by rank, not by score: so a few terrible trials do not make all others look alike.
function pointsOf(study, dx, dy) {
    const trials = ranked(study).filter((trial) => [dx, dy].every((d) => Number.isFinite(trial.values[d.index]))), last = Math.max(1, trials.length - 1);
    return trials.map((trial, rank) => ({ trial, x: place(dx, trial.values[dx.index]), y: place(dy, trial.values[dy.index]), level: 1 - rank / last }));
}

function draw(study, points, dx, dy, width) {
    const left = 78, right = 16, top = 10, bottom = 46, x = (at) => left + at * (width - left - right), y = (at) => top + (1 - at) * (HEIGHT - top - bottom);
    const cell = (run, j) => {
        const rect = svg("rect", { class: "level", x: x(run.begin / CELLS), width: x(run.end / CELLS) - x(run.begin / CELLS) + 0.4, y: y((j + 1) / CELLS), height: y(j / CELLS) - y((j + 1) / CELLS) + 0.4 });
        rect.style.setProperty("--share", (run.level + 0.5) / LEVELS);
        return rect;
    };
    const letters = Math.max(4, Math.floor((width - left - right) / 8 / Math.max(1, ticks(dx).length)));
    const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
    return svg("svg", { class: "own", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
        svg("g", { "shape-rendering": "crispEdges" }, surface(points, dx, dy).map((row, j) => runs(row).map((run) => cell(run, j)))),
        svg("rect", { class: "frame", x: left, y: top, width: x(1) - left, height: y(0) - top }),
        ticks(dx).map(([at, text]) => svg("text", { x: x(at), y: y(0) + 17, "text-anchor": "middle" }, cut(text, letters))),
        ticks(dy).map(([at, text]) => svg("text", { x: left - 8, y: y(at) + 4, "text-anchor": "end" }, cut(text, 11))),
        svg("text", { class: "axis-name", x: x(0.5), y: HEIGHT - 8, "text-anchor": "middle" }, dx.short), svg("text", { class: "axis-name", "text-anchor": "middle", transform: `translate(12 ${y(0.5)}) rotate(-90)` }, dy.short),
        points.map((p, i) => svg("circle", { class: `trial-point lifts${p.trial === study.best ? " best" : ""}`, "data-item": i, cx: x(p.x), cy: y(p.y), r: p.trial === study.best ? 6 : 4 })));
}

export function contour(study) {
    const order = byImportance(study).filter((d) => new Set(study.trials.filter(isScored).map((trial) => trial.values[d.index]).filter(Number.isFinite)).size > 1);
    if (order.length < 2) return null;
    let [dx, dy] = order, points = pointsOf(study, dx, dy), drawing = null;
    const choose = (label, chosen, set) => h("label", { class: "check" }, label, h("select", { onchange: (event) => {
        set(order[Number(event.target.value)]);
        points = pointsOf(study, dx, dy);
        drawing.draw();
    } }, order.map((d, i) => h("option", { value: i, selected: d === chosen }, d.short))));
    drawing = new Drawing({
        title: "Contours", note: "the better, by rank, the stronger the colour; points are trials", draw: (width) => draw(study, points, dx, dy, width),
        controls: h("div", { class: "controls inner" }, choose("across", dx, (d) => { dx = d; }), choose("up", dy, (d) => { dy = d; })),
        count: () => points.length,
        name: (i) => `Trial ${points[i].trial.number}: ${scoreText(study, points[i].trial.score)}, ${dx.short} ${nameOf(dx, points[i].trial.values[dx.index])}, ${dy.short} ${nameOf(dy, points[i].trial.values[dy.index])}`,
        table: { heads: [{ text: "trial" }, { text: "across" }, { text: "up" }, { text: study.score, number: true }],
            rows: () => points.map(({ trial }) => [String(trial.number), `${dx.short} ${nameOf(dx, trial.values[dx.index])}`, `${dy.short} ${nameOf(dy, trial.values[dy.index])}`, scoreText(study, trial.score)]) },
    });
    return drawing.element;
}
