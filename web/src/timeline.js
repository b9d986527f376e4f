// Who worked on what and when: a row for each worker, a bar for each trial from its beginning to its end.
import { duration, h, svg } from "./dom.js";
import { Drawing } from "./drawing.js";
import { kindOf, scoreText } from "./trials.js";

const LANE = 22, TOP = 6, BOTTOM = 26, LEFT = 110;

// The workers as the file names them ("machine process beginning"). A study of another program names none: then trials
// that did not overlap share a row.
function lanes(trials) {
    const named = new Map(), free = [];
    const place = (trial) => {
        if (trial.worker) {
            const name = trial.worker.replace(/^"|"$/g, "").split(" ").slice(0, 2).join(" ");
            if (!named.has(name)) named.set(name, { name, trials: [] });
            return named.get(name);
        }
        const found = free.find((lane) => lane.end <= trial.start + 1e-6);
        if (found) return found;
        free.push({ name: `row ${free.length + 1}`, trials: [], end: 0 });
        return free.at(-1);
    };
    for (const trial of [...trials].sort((a, b) => a.start - b.start)) {
        const lane = place(trial);
        lane.trials.push(trial);
        lane.end = trial.start + trial.seconds;
    }
    return [...named.values(), ...free];
}

function steps(end, width) {
    const rough = end / Math.max(2, Math.floor(width / 110)), nice = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400];
    const step = nice.find((s) => s >= rough) ?? 86400 * Math.ceil(rough / 86400);
    return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

export function timeline(study) {
    const trials = study.trials.filter((trial) => Number.isFinite(trial.start) && Number.isFinite(trial.seconds) && trial.state !== "waiting");
    if (!trials.length) return null;
    const rows = lanes(trials), order = rows.flatMap((lane) => lane.trials), end = Math.max(...trials.map((trial) => trial.start + trial.seconds), 1e-3);
    const laneOf = new Map(rows.flatMap((lane) => lane.trials.map((trial) => [trial, lane.name])));
    const draw = (width) => {
        const left = Math.min(LEFT, width / 4), height = TOP + LANE * rows.length + BOTTOM, x = (seconds) => left + (seconds / end) * (width - left - 12);
        const item = new Map(order.map((trial, i) => [trial, i]));
        return svg("svg", { class: "own", width, height, viewBox: `0 0 ${width} ${height}` },
            steps(end, width - left).map((s) => [svg("line", { class: "grid-line", x1: x(s), x2: x(s), y1: TOP, y2: height - BOTTOM }),
                svg("text", { x: x(s), y: height - 8, "text-anchor": s ? "middle" : "start" }, s ? duration(s) : "0")]),
            rows.map((lane, i) => [svg("text", { x: 0, y: TOP + i * LANE + 15 }, svg("title", {}, lane.name), lane.name.length > 15 ? `…${lane.name.slice(-14)}` : lane.name),
                lane.trials.map((trial) => svg("rect", { class: `span ${kindOf(study, trial)}`, "data-item": item.get(trial), x: x(trial.start), y: TOP + i * LANE + 3,
                    width: Math.max(1.5, x(trial.start + trial.seconds) - x(trial.start) - 1), height: LANE - 6, rx: 2 }))]));
    };
    return new Drawing({
        title: "Timeline", note: "each row a worker, each bar a trial, from the first one's beginning", draw,
        controls: h("p", { class: "keys" }, ["best", "complete", "pruned", "failed", "running", "interrupted"].filter((kind) => trials.some((trial) => kindOf(study, trial) === kind))
            .map((kind) => h("span", {}, h("i", { class: kind }), kind))),
        count: () => order.length,
        name: (i) => `Trial ${order[i].number}, ${order[i].state}: ${scoreText(study, order[i].score)}; began at ${duration(order[i].start)}, took ${duration(order[i].seconds)}`,
        table: { heads: [{ text: "trial" }, { text: "worker" }, { text: "began at", number: true }, { text: "took", number: true }, { text: "end" }],
            rows: () => order.map((trial) => [String(trial.number), laneOf.get(trial), duration(trial.start), duration(trial.seconds), trial.cause ?? trial.state]) },
    }).element;
}
