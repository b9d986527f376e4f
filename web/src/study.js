// A study: who won, whether that is more than chance, what mattered; then its charts; then every trial.
import { Chart } from "./chart.js";
import { contour } from "./contour.js";
import { brief, byImportance, isKnown, nameOf, rangeOf } from "./dimension.js";
import { duration, h, number, percent, plural, section, table } from "./dom.js";
import { history, onTheWay } from "./history.js";
import { fact } from "./overview.js";
import { parallel } from "./parallel.js";
import { slice } from "./slices.js";
import { timeline } from "./timeline.js";
import { allTrials, isScored, scoreText } from "./trials.js";

const SLICES = 24; // charts; of more dimensions the most important

const count = (study, state) => study.trials.filter((trial) => trial.state === state).length;

// "20 trials: 14 complete, 4 pruned, 2 failed"
function tally(study) {
    const states = ["complete", "pruned", "failed", "running", "interrupted", "waiting"].filter((state) => count(study, state));
    return `${plural(study.trials.length, "trial")}${states.length ? `: ${states.map((state) => `${number(count(study, state))} ${state}`).join(", ")}` : ""}.`;
}

const gainText = (study, gain) => (study.fraction ? `${(100 * gain).toFixed(2).replace("-", "−")} points` : number(gain));
const firstName = (study) => (study.own ? "the file's own values" : "the first trial");

// Whether the winner is more than chance.
function chance(study) {
    const d = study.difference;
    if (!d) return study.best === study.trials[0] ? `Nothing was found that is better than ${firstName(study)}.` : "";
    const beats = `beats ${firstName(study)} (${scoreText(study, study.trials[0].score)}) by ${gainText(study, d.gain)}`;
    if (!(d.error > 0)) return `It ${beats}; how far chance goes is not known.`;
    return `It ${beats}, with a standard error of ${gainText(study, d.error)}: p\u00a0=\u00a0${brief(d.p, 2)}${study.folds ? ` over ${study.folds} folds` : ""}. ${d.p > 0.05 ? "It may be chance." : "It is more than chance."}`;
}

function verdict(study) {
    const { best } = study, ended = study.trials.some(isScored), uncertain = study.difference?.p > 0.05;
    const first = best ? `Trial ${best.number} is the best: ${study.score} ${scoreText(study, best.score)}${study.error > 0 ? ` ± ${gainText(study, study.error)}` : ""}.`
        : study.trials.length === 0 ? "Nothing has been tried yet." : ended ? "No trial has come to its end yet." : "No trial has a score yet.";
    const kind = best ? (uncertain ? "warning" : "good") : study.trials.length ? "fault" : "warning";
    return h("div", { class: `verdict ${kind}` }, h("span", { class: "sign", "aria-hidden": "true" }, { good: "✓", warning: "!", fault: "✕" }[kind]),
        h("div", {}, h("p", { class: "headline" }, first), best ? h("p", { class: "muted" }, chance(study)) : null, h("p", { class: "muted" }, tally(study))));
}

function facts(study) {
    if (!study.trials.length) return null;
    const { best, trials } = study, ends = trials.map((trial) => trial.start + trial.seconds).filter(Number.isFinite);
    const work = trials.reduce((sum, trial) => sum + (trial.seconds || 0), 0), causes = count(study, "failed");
    return h("dl", { class: "facts" },
        best ? fact(scoreText(study, best.score), study.score, `the ${study.maximize ? "largest" : "smallest"}, trial ${best.number}`) : null,
        fact(number(trials.length), "trials", `${number(count(study, "complete"))} complete`),
        count(study, "pruned") ? fact(number(count(study, "pruned")), "pruned", "ended early") : null,
        causes ? fact(number(causes), "failed", `${number(trials.filter((trial) => trial.cause === "diverged").length)} diverged`) : null,
        fact(duration(Math.max(...ends)), "from begin to end", `${duration(work)} of work`),
        study.samples ? fact(number(study.samples), "validation samples", study.folds ? `in each of ${study.folds} folds` : null) : null);
}

// Ranges at whose end the best value lies.
function edges(study) {
    const found = study.dimensions.filter((d) => d.edge);
    if (!found.length) return null;
    return h("div", { class: "notes", role: "note" }, h("strong", {}, "Ranges that may be too narrow"),
        h("ul", {}, found.map((d) => h("li", {}, `${d.name}: the best value, ${nameOf(d, study.best.values[d.index])}, lies at the ${d.edge < 0 ? "lower" : "upper"} end of ${rangeOf(d)}.`))),
        study.own ? h("p", { class: "muted" }, "The same cradle tune with --widen and more trials looks beyond.") : null);
}

// What won, and how much each dimension mattered.
function values(study) {
    if (!study.dimensions.length) return null;
    const known = isKnown(study), first = study.trials[0];
    const rows = byImportance(study).map((d) => [d.name, known ? shareBar(d.importance, 0) : "–", study.best ? nameOf(d, study.best.values[d.index]) : "–", first ? nameOf(d, first.values[d.index]) : "–", rangeOf(d)]);
    return h("div", { class: "card", id: "values" }, h("h3", {}, "What mattered"),
        table("What mattered", [{ text: "value" }, { text: "mattered" }, { text: "of the best" }, { text: study.own ? "of the file" : "of trial 0" }, { text: "range" }], rows),
        h("p", { class: "muted hint" }, known ? "How far the best fifth of the trials lies elsewhere than all of them, as shares of 100 % (PED-ANOVA, Watanabe et al. 2023)."
            : "What mattered is known from 10 scores on."));
}

// Scores that span powers of ten show more on a logarithmic axis.
function spread(study) {
    const scores = study.trials.filter(isScored).map((trial) => trial.score);
    return !study.fraction && scores.length > 1 && Math.min(...scores) > 0 && Math.max(...scores) > 30 * Math.min(...scores);
}

export function studyView(study) {
    const view = { axis: "step", smoothing: 0, log: spread(study) };
    const charts = (specs) => specs.filter(Boolean).map((spec) => new Chart(spec, view).element);
    const part = (id, title, ...children) => (children.flat().some(Boolean) ? section(id, title, ...children) : null);
    const course = charts([history(study), onTheWay(study)]), slices = charts(byImportance(study).slice(0, SLICES).map((d) => slice(study, d)));
    return h("div", {}, section("verdict", "Verdict", verdict(study), facts(study), edges(study), values(study)),
        part("course", "Course", course.length ? h("div", { class: "grid" }, course) : null),
        part("values-scores", "Values and scores", parallel(study), slices.length ? h("div", { class: "grid" }, slices) : null),
        part("contours", "Two values at once", contour(study)),
        part("time", "Time", timeline(study)), allTrials(study));
}
