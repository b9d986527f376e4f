// The curves of one run, and the controls that all of its charts share.
import { Chart } from "./chart.js";
import { h, number, section } from "./dom.js";
import { SCORE, isShare, metricName } from "./data.js";
import { series } from "./look.js";
import { severity } from "./overview.js";

const finite = (values) => values && values.some(Number.isFinite);

// Buttons of which one is chosen.
let choices = 0;
function choice(label, options, chosen, onchange) {
    const name = `choice-${++choices}`;
    return h("fieldset", { class: "choice" }, h("legend", {}, label), options.map(([value, text]) =>
        h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onchange(value) }), h("span", {}, text))));
}

// {axis, smoothing, log}, and the charts that follow them.
export class Controls {
    constructor(view, extra) {
        this.view = view;
        this.charts = [];
        const shown = h("output", {}, view.smoothing.toFixed(2));
        this.element = h("div", { class: "controls" },
            choice("x axis", [["step", "Step"], ["epoch", "Epoch"], ["time", "Time"]], view.axis, (axis) => this.set({ axis })),
            h("label", { class: "slider" }, "Smoothing", h("input", {
                type: "range", min: 0, max: 0.99, step: 0.01, value: view.smoothing,
                oninput: (event) => { shown.textContent = Number(event.target.value).toFixed(2); this.set({ smoothing: Number(event.target.value) }); },
            }), shown),
            h("label", { class: "check" }, h("input", { type: "checkbox", checked: view.log, onchange: (event) => this.set({ log: event.target.checked }) }), "Log scale"),
            extra,
            h("span", { class: "muted hint" }, "Drag over a chart to zoom, double-click to go back."));
    }

    set(change) {
        Object.assign(this.view, change);
        for (const chart of this.charts) chart.set?.(change);
    }

    add(spec) {
        const chart = new Chart(spec, this.view);
        this.charts.push(chart);
        return chart.element;
    }

    free() {
        for (const chart of this.charts) chart.free();
        this.charts = [];
    }
}

// As much as shows the course of some fifty points.
export function smoothing(count) {
    return count < 100 ? 0 : Math.min(0.98, Math.round((1 - 80 / count) * 100) / 100);
}

const FEW = 1000; // steps, of a run without epochs

// Losses fall by powers of ten: then their logarithm shows more.
export function spread(runs) {
    return runs.some((run) => {
        const positive = (table) => Array.from(table.loss ?? []).filter((v) => v > 0 && Number.isFinite(v));
        const epochs = positive(run.epochs), losses = epochs.length > 1 ? epochs : positive(run.steps).slice(0, FEW);
        return Math.max(...losses) > 30 * Math.min(...losses);
    });
}

// Where a step lies on the three axes.
function place(run, step) {
    const { steps, epochs, perEpoch } = run, table = steps.count ? steps : epochs;
    let row = 0;
    while (row < table.count - 1 && table.step[row] < step) row++;
    return { step, epoch: perEpoch ? step / perEpoch : step, time: table.at.time[row] ?? 0 };
}

export function marks(run, findings) {
    const found = findings.filter((f) => f.step !== undefined).map((finding) => ({
        at: place(run, finding.step), short: String(finding.number), colour: { fault: "fault", warning: "warning", note: "muted" }[severity(finding)],
    }));
    const s = run.summary, own = run.changes.map((act) => ({ at: place(run, act.step), short: `auto ${act.number}`, colour: "accent" }));
    if (s.diverged) own.push({ at: place(run, s.diverged), short: "no number", colour: "fault" });
    if (s.best_epoch) {
        const row = Array.from(run.epochs.epoch ?? []).indexOf(s.best_epoch);
        if (row >= 0) own.push({ at: place(run, run.epochs.step[row]), short: "best", colour: "muted" });
    }
    const kept = run.checkpoints.length <= 60 ? run.checkpoints : [];
    return [...kept.map((step) => ({ at: place(run, step), colour: "muted", tick: true })), ...own, ...found];
}

const from = (tableOf, name, label, colour, extra) =>
    tableOf.count && finite(tableOf[name]) ? [{ label, colour, at: tableOf.at, values: tableOf[name], ...extra }] : [];

// The metrics besides the first, which has a chart of its own.
function scores(run, wanted) {
    return run.metrics.slice(1).filter(wanted).flatMap((metric, i) => from(run.epochs, SCORE + metric, metricName(metric), series(i), { points: true }));
}

function gap(run) {
    const { epochs } = run, training = epochs.train_accuracy ?? epochs.accuracy;
    return training && finite(epochs.validation_accuracy) ? Float64Array.from(training, (value, i) => value - epochs.validation_accuracy[i]) : null;
}

export function curves(run, findings, controls) {
    const { steps, epochs, measure, fraction } = run, drawn = marks(run, findings), between = gap(run);
    const title = measure[0].toUpperCase() + measure.slice(1);
    const specs = [
        { title: "Loss", log: true, series: [
            ...from(steps, "loss", "training, each step", "series-1", { smooth: true }),
            ...from(epochs, "loss", "training, mean of the epoch", "series-3", { dash: true, points: true }),
            ...from(epochs, "train_loss", "training, judged like validation", "series-4", { points: true }),
            ...from(epochs, "validation_loss", "validation", "series-2", { points: true })] },
        { title, fraction, series: [
            ...from(steps, "accuracy", "training, each step", "series-1", { smooth: true }),
            ...from(epochs, "accuracy", "training, mean of the epoch", "series-3", { dash: true, points: true }),
            ...from(epochs, "train_accuracy", "training, judged like validation", "series-4", { points: true }),
            ...from(epochs, "validation_accuracy", "validation", "series-2", { points: true })] },
        { title: "Other measures", note: "of the validation part", fraction: true, series: scores(run, isShare) },
        { title: "Errors", note: "of the validation part, in the unit of the targets", log: true, series: scores(run, (metric) => !isShare(metric)) },
        { title: "Learning rate", series: from(steps.count ? steps : epochs, "lr", "learning rate", "series-4") },
        { title: "Gap", note: `training − validation, ${fraction ? "percentage points" : measure}`, fraction,
          series: between ? [{ label: "gap", colour: "series-5", at: epochs.at, values: between, points: true }] : [] },
        { title: "Speed", format: (value) => `${number(Math.round(value))} images/s`,
          series: from(steps, "images_per_second", "images a second", "series-6", { smooth: true }) },
    ];
    const shown = specs.filter((spec) => spec.series.length);
    if (!shown.length) return section("curves", "Curves", h("p", { class: "muted" }, "There are no numbers to draw yet."));
    return section("curves", "Curves", controls.element,
        drawn.some((mark) => mark.tick) ? h("p", { class: "muted hint" }, "Small strokes at the bottom are checkpoints; numbered lines are findings.") : null,
        h("div", { class: "grid" }, shown.map((spec) => controls.add({ ...spec, marks: drawn, sync: "run" }))));
}

export function rangeTest(run, controls) {
    const test = run.range;
    if (!test) return null;
    const at = { step: test.rate, epoch: test.rate, time: test.rate };
    const mark = (rate, short, colour) => (Number.isFinite(rate) ? [{ at: { step: rate, epoch: rate, time: rate }, short, colour }] : []);
    return controls.add({
        title: "Learning-rate range test", note: "a training on the side whose rate rises (Smith 2017)", xLog: true, alwaysLog: true,
        xName: (rate) => `rate ${number(rate, 3)}`,
        series: [
            { label: "loss", colour: "series-1", at, values: test.loss.map((v) => (typeof v === "string" ? NaN : v)) },
            { label: "smoothed", colour: "series-2", at, values: test.smooth }],
        marks: [...mark(test.pick, "pick", "good"), ...mark(test.edge, "edge", "fault"), ...mark(test.used, "used", "muted")],
    });
}
