// Parallel coordinates: an axis for each dimension and one for the score, and each trial a line across them. A trial that
// has no value in a dimension, as another branch was chosen, passes below its axis.
import { svg } from "./dom.js";
import { byImportance, place, ticks, valuesOf } from "./dimension.js";
import { Drawing } from "./drawing.js";
import { ranked, scoreText, trialRow, trialHeads } from "./trials.js";

const HEIGHT = 320, TOP = 36, BOTTOM = 56, LETTERS = 14;

const cut = (text, letters = LETTERS) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);

// The axes, most important first, and the score at the end as one more dimension.
function axesOf(study, trials) {
    const scores = trials.map((trial) => trial.score), low = Math.min(...scores), high = Math.max(...scores);
    const value = { short: study.score, low, high, valueOf: (trial) => trial.score };
    const order = byImportance(study).filter((d) => trials.some((trial) => Number.isFinite(trial.values[d.index])));
    return [...order.map((d) => ({ ...d, valueOf: (trial) => trial.values[d.index] })), value];
}

function axis(study, dimension, x, last) {
    const labels = last ? [[0, scoreText(study, dimension.low)], [1, scoreText(study, dimension.high)]] : ticks(dimension);
    const y = (at) => TOP + (1 - at) * (HEIGHT - TOP - BOTTOM);
    return svg("g", {}, svg("line", { class: "axis-line", x1: x, x2: x, y1: TOP, y2: HEIGHT - BOTTOM }),
        svg("text", { x: last ? x + 56 : x, y: 16, "text-anchor": last ? "end" : "middle", class: "axis-name" }, svg("title", {}, dimension.name ?? dimension.short), cut(dimension.short, last ? 20 : undefined)),
        labels.map(([at, text]) => svg("text", { x: x + (last ? -6 : 6), y: y(at) + 4, "text-anchor": last ? "end" : "start" }, svg("title", {}, text), cut(text, 10))));
}

export function parallel(study) {
    const trials = ranked(study), axes = axesOf(study, trials), most = trials.length - 1;
    if (trials.length < 2 || axes.length < 2) return null;
    const draw = (given) => {
        const width = Math.max(given, 96 * axes.length), left = 60, right = 60;
        const x = (i) => left + (i * (width - left - right)) / (axes.length - 1);
        const y = (at) => (Number.isFinite(at) ? TOP + (1 - at) * (HEIGHT - TOP - BOTTOM) : HEIGHT - 24);
        const line = (trial, rank) => {
            const path = svg("path", { class: `trial-line lifts${trial === study.best ? " best" : ""}`, "data-item": rank,
                d: axes.map((d, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(place(d, d.valueOf(trial))).toFixed(1)}`).join("") });
            path.style.setProperty("--share", most ? 1 - rank / most : 1);
            return path;
        };
        const gaps = trials.some((trial) => axes.some((d) => !Number.isFinite(d.valueOf(trial))));
        return svg("svg", { class: "own", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
            svg("g", {}, trials.map(line).reverse()), axes.map((d, i) => axis(study, d, x(i), i === axes.length - 1)),
            gaps ? svg("text", { x: left - 8, y: HEIGHT - 20, "text-anchor": "end" }, "none") : null);
    };
    return new Drawing({
        title: "Parallel coordinates", note: "each trial a line; the better its score, the stronger its colour", draw,
        count: () => trials.length,
        name: (i) => `Trial ${trials[i].number}: ${scoreText(study, trials[i].score)} (${valuesOf(study, trials[i])})`,
        table: { heads: trialHeads(study), rows: () => trials.map((trial) => trialRow(study, trial)) },
    }).element;
}
