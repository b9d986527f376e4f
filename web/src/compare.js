// Several runs side by side: results with what differs between their configs, and curves over each other. Runs that
// differ in nothing but their seeds are one group: mean and band.
import { duration, h, number, percent, plural, section, table, amount } from "./dom.js";
import { Controls, smoothing, spread } from "./curves.js";
import { series } from "./look.js";
import { show } from "./overview.js";

const seeds = new Set(["train.seed", "data.split_seed"]);

// The paths on which the configs do not agree.
function differences(runs) {
    const paths = new Set(runs.flatMap((run) => [...run.settings.keys()]));
    return [...paths].filter((path) => new Set(runs.map((run) => run.settings.get(path))).size > 1);
}

export function groups(runs) {
    const found = new Map(), paths = differences(runs).filter((path) => !seeds.has(path));
    for (const run of runs) {
        const key = JSON.stringify(paths.map((path) => run.settings.get(path) ?? null));
        found.set(key, [...(found.get(key) ?? []), run]);
    }
    return [...found.values()];
}

function mean(values) {
    const m = values.reduce((sum, v) => sum + v, 0) / values.length;
    const d = values.length > 1 ? Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1)) : NaN;
    return [m, d];
}

const PATHS = 3; // that stand in the table of results; more have a table of their own

function results(runs) {
    const all = differences(runs), paths = all.length > PATHS ? [] : all;
    const heads = [{ text: "run" }, { text: "state" }, { text: "best", number: true }, { text: "in epoch", number: true }, { text: "loss", number: true }, { text: "training", number: true },
        { text: "time", number: true }, { text: "parameters", number: true }, ...paths.map((path) => ({ text: path }))];
    const order = [...runs].sort((a, b) => (b.summary.best_accuracy || -Infinity) - (a.summary.best_accuracy || -Infinity));
    const rows = order.map((run) => {
        const s = run.summary, swatch = h("span", { class: "swatch" });
        swatch.style.setProperty("--swatch", `var(--${series(runs.indexOf(run))})`);
        return [h("span", {}, swatch, run.name), s.diverged ? `diverged (step ${number(s.diverged)})` : s.state, show(run, s.best_accuracy), s.best_epoch || "–", number(s.best_loss), show(run, s.best_training_accuracy),
            duration(s.seconds), run.network ? amount(run.network.params) : "–", ...paths.map((path) => run.settings.get(path) ?? "–")];
    });
    return h("div", { class: "card", id: "results" }, h("h3", {}, "Results, the best first"), table("Results", heads, rows),
        all.length ? null : h("p", { class: "muted" }, "The configs do not differ."),
        all.length > PATHS ? [h("h3", {}, "Where the configs differ"), table("Where the configs differ", [{ text: "option" }, ...runs.map((run) => ({ text: run.name }))],
            all.map((path) => [path, ...runs.map((run) => run.settings.get(path) ?? "–")]))] : null);
}

function groupTable(all) {
    const several = all.filter((group) => group.length > 1);
    if (!several.length) return null;
    return h("div", { class: "card" }, h("h3", {}, "Over seeds"), table("Over seeds", [{ text: "runs" }, { text: "count", number: true }, { text: "best, mean", number: true }, { text: "deviation", number: true }, { text: "least", number: true }, { text: "most", number: true }],
        several.map((group) => {
            const values = group.map((run) => run.summary.best_accuracy).filter(Number.isFinite), [m, d] = mean(values);
            return [group.map((run) => run.name).join(", "), number(group.length), percent(m), percent(d), percent(Math.min(...values)), percent(Math.max(...values))];
        })));
}

// One line a run.
function single(runs, pick, name, extra) {
    return runs.flatMap((run, i) => {
        const from = pick(run);
        return from.count && from[name]?.some(Number.isFinite) ? [{ label: run.name, colour: series(i), at: from.at, values: from[name], ...extra }] : [];
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
        const colour = series(i), label = group.length > 1 ? `${group[0].name} and ${plural(group.length - 1, "more seed")}` : group[0].name;
        const line = { label, colour, at, values: fold((v) => mean(v)[0]), points: true };
        if (runs.length === 1) return [line];
        const upper = { colour, at, band: true, values: fold((v) => Math.max(...v)) };
        return [line, upper, { colour, at, band: true, values: fold((v) => Math.min(...v)), upper }];
    });
}

export function compare(runs, view) {
    const all = groups(runs), grouped = all.some((group) => group.length > 1), fraction = runs.every((run) => run.measure === "accuracy");
    const grid = h("div", { class: "grid" });
    const box = grouped ? h("label", { class: "check" }, h("input", { type: "checkbox", checked: true, onchange: () => draw() }), "Seeds as mean and band") : null;
    const controls = new Controls(view, box);
    const epochs = (run) => run.epochs, steps = (run) => run.steps;
    const draw = () => {
        controls.free();
        const bands = box?.querySelector("input").checked;
        const curve = (name) => (bands ? banded(all, name) : single(runs, epochs, name, { points: true }));
        grid.replaceChildren(...[
            { title: fraction ? "Validation accuracy" : "Validation result", fraction, series: curve("validation_accuracy") },
            { title: "Validation loss", log: true, series: curve("validation_loss") },
            { title: "Training loss", log: true, series: bands ? banded(all, "loss") : single(runs, steps, "loss", { smooth: true }) },
            { title: fraction ? "Training accuracy" : "Training result", fraction, series: bands ? banded(all, "accuracy") : single(runs, steps, "accuracy", { smooth: true }) },
            { title: "Learning rate", series: single(runs, steps, "lr") },
        ].filter((spec) => spec.series.length).map((spec) => controls.add({ ...spec, sync: "compare" })));
    };
    draw();
    return section("compare", "Comparison", results(runs), groupTable(all), controls.element, grid);
}

export const compareView = (runs) => ({ axis: "epoch", smoothing: smoothing(Math.max(...runs.map((run) => run.steps.count))), log: spread(runs) });
