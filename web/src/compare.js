// Several runs side by side: results with what differs between their configs, and curves over each other. Runs that
// differ in nothing but their seeds are one group: mean and band.
import { duration, h, number, percent, plural, section, table, amount } from "./dom.js";
import { Controls, smoothing, spread } from "./curves.js";
import { line } from "./look.js";
import { show } from "./overview.js";

const repeats = new Set(["train.seed", "data.split_seed", "data.fold"]);

// The paths on which the configs do not agree.
function differences(runs) {
    const paths = new Set(runs.flatMap((run) => [...run.settings.keys()]));
    return [...paths].filter((path) => new Set(runs.map((run) => run.settings.get(path))).size > 1);
}

export function groups(runs) {
    const found = new Map(), paths = differences(runs).filter((path) => !repeats.has(path));
    for (const run of runs) {
        const key = JSON.stringify(paths.map((path) => run.settings.get(path) ?? null));
        found.set(key, [...(found.get(key) ?? []), run]);
    }
    return [...found.values()];
}

// What the names of a group share: "lr=0.1" of "lr=0.1-seed=1" and "lr=0.1-seed=2".
function groupName(group) {
    if (group.length === 1) return group[0].name;
    const names = new Set(group.map((run) => run.name.replace(/[-_ ]?\b(seed|fold)[-_=]?\d+/g, ""))), [name] = names;
    return names.size === 1 && name ? `${name}, ${plural(group.length, "run")}` : `${group[0].name} and ${number(group.length - 1)} more`;
}

// Its line in every chart; in a table, how that looks.
function swatch(index) {
    const { colour, dash } = line(index), shown = h("span", { class: `swatch ${dash ? "dash" : ""}` });
    shown.style.setProperty("--swatch", `var(--${colour})`);
    return shown;
}

function mean(values) {
    const m = values.reduce((sum, v) => sum + v, 0) / values.length;
    const d = values.length > 1 ? Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1)) : NaN;
    return [m, d];
}

const PATHS = 3; // that stand in the table of results; more have a table of their own

function results(runs, index) {
    const all = differences(runs), paths = all.length > PATHS ? [] : all;
    const heads = [{ text: "run" }, { text: "state" }, { text: "best", number: true }, { text: "in epoch", number: true }, { text: "loss", number: true }, { text: "training", number: true },
        { text: "time", number: true }, { text: "parameters", number: true }, ...paths.map((path) => ({ text: path }))];
    const order = [...runs].sort((a, b) => (b.summary.best_accuracy || -Infinity) - (a.summary.best_accuracy || -Infinity));
    const rows = order.map((run) => {
        const s = run.summary;
        return [h("span", { class: "named" }, swatch(index(run)), run.name), s.diverged ? `diverged (step ${number(s.diverged)})` : s.state, show(run, s.best_accuracy), s.best_epoch || "–", number(s.best_loss), show(run, s.best_training_accuracy),
            duration(s.seconds), run.network ? amount(run.network.params) : "–", ...paths.map((path) => run.settings.get(path) ?? "–")];
    });
    return h("div", { class: "card", id: "results" }, h("h3", {}, "Results, the best first"), table("Results", heads, rows),
        all.length ? null : h("p", { class: "muted" }, "The configs do not differ."),
        all.length > PATHS ? [h("h3", {}, "Where the configs differ"), table("Where the configs differ", [{ text: "option" }, ...runs.map((run) => ({ text: run.name }))],
            all.map((path) => [path, ...runs.map((run) => run.settings.get(path) ?? "–")]))] : null);
}

// Over seeds and folds, the best mean first.
function groupTable(runs, all) {
    if (!all.some((group) => group.length > 1)) return null;
    const differ = differences(runs).filter((path) => !repeats.has(path)), paths = differ.length > PATHS ? [] : differ;
    const rows = all.map((group, i) => {
        const values = group.map((run) => run.summary.best_accuracy).filter(Number.isFinite), [m, d] = mean(values), tell = (value) => show(group[0], value);
        const ends = values.length ? [Math.min(...values), Math.max(...values)] : [NaN, NaN];
        return { m, cells: [h("span", { class: "named" }, swatch(i), groupName(group)), number(group.length), tell(m), Number.isFinite(d) ? `± ${tell(d)}` : "–", ...ends.map(tell), ...paths.map((path) => group[0].settings.get(path) ?? "–")] };
    });
    rows.sort((a, b) => (Number.isFinite(b.m) ? b.m : -Infinity) - (Number.isFinite(a.m) ? a.m : -Infinity) || 0);
    return h("div", { class: "card", id: "groups" }, h("h3", {}, "Over seeds"),
        table("Over seeds", [{ text: "runs" }, { text: "count", number: true }, { text: "best, mean", number: true }, { text: "deviation", number: true }, { text: "least", number: true }, { text: "most", number: true },
            ...paths.map((path) => ({ text: path }))], rows.map((row) => row.cells)),
        h("p", { class: "muted hint" }, "Runs that differ in their seeds or folds alone are one line: the mean of their best epochs, and the standard deviation between them."));
}

// One line a run.
function single(runs, index, pick, name, extra) {
    return runs.flatMap((run) => {
        const from = pick(run);
        return from.count && from[name]?.some(Number.isFinite) ? [{ label: run.name, ...line(index(run)), at: from.at, values: from[name], ...extra }] : [];
    });
}

// Of each group the mean over its runs, epoch by epoch, with the band from the least to the most.
function banded(all, name) {
    return all.flatMap((group, i) => {
        const runs = group.filter((run) => run.epochs.count && run.epochs[name]?.some(Number.isFinite));
        if (!runs.length) return [];
        const count = Math.min(...runs.map((run) => run.epochs.count)), at = {};
        for (const axis of ["step", "epoch", "time"]) at[axis] = runs[0].epochs.at[axis].slice(0, count);
        const fold = (f) => Float64Array.from({ length: count }, (_, e) => f(runs.map((run) => run.epochs[name][e])));
        const look = line(i), middle = { label: groupName(group), ...look, at, values: fold((v) => mean(v)[0]), points: true };
        if (runs.length === 1) return [middle];
        const upper = { ...look, at, band: true, values: fold((v) => Math.max(...v)) };
        return [middle, upper, { ...look, at, band: true, values: fold((v) => Math.min(...v)), upper }];
    });
}

export function compare(runs, view) {
    const all = groups(runs), grouped = all.some((group) => group.length > 1), fraction = runs.every((run) => run.fraction);
    // Runs of a group have one colour, unless there is but one group.
    const index = (run) => (all.length > 1 ? all.findIndex((group) => group.includes(run)) : runs.indexOf(run));
    const grid = h("div", { class: "grid" });
    const box = grouped ? h("label", { class: "check" }, h("input", { type: "checkbox", checked: true, onchange: () => draw() }), "Seeds as mean and band") : null;
    const controls = new Controls(view, box);
    const epochs = (run) => run.epochs, steps = (run) => run.steps;
    const draw = () => {
        controls.free();
        const bands = box?.querySelector("input").checked;
        const curve = (name) => (bands ? banded(all, name) : single(runs, index, epochs, name, { points: true }));
        const byStep = (name) => (bands ? banded(all, name) : single(runs, index, steps, name, { smooth: true }));
        const rates = bands ? all.flatMap((group) => single([group[0]], index, steps, "lr", { label: groupName(group) })) : single(runs, index, steps, "lr");
        grid.replaceChildren(...[
            { title: fraction ? "Validation accuracy" : "Validation result", fraction, series: curve("validation_accuracy") },
            { title: "Validation loss", log: true, series: curve("validation_loss") },
            { title: "Training loss", log: true, series: byStep("loss") },
            { title: fraction ? "Training accuracy" : "Training result", fraction, series: byStep("accuracy") },
            { title: "Learning rate", series: rates },
        ].filter((spec) => spec.series.length).map((spec) => controls.add({ ...spec, sync: "compare" })));
    };
    draw();
    return section("compare", "Comparison", groupTable(runs, all), results(runs, index), controls.element, grid);
}

export const compareView = (runs) => ({ axis: "epoch", smoothing: smoothing(Math.max(...runs.map((run) => run.steps.count))), log: spread(runs) });
