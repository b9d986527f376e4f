// The trials of a study: in what order they are good, in what words they are told, and the table of all of them.
import { duration, h, number, percent, section, table } from "./dom.js";
import { nameOf } from "./dimension.js";

export const scoreText = (study, score) => (study.fraction ? percent(score) : number(score));

export const isScored = (trial) => (trial.state === "complete" || trial.state === "pruned") && Number.isFinite(trial.score);

// Those with a score, the best first.
export function ranked(study) {
    const sign = study.maximize ? -1 : 1;
    return study.trials.filter(isScored).sort((a, b) => sign * (a.score - b.score) || a.number - b.number);
}

export const kindOf = (study, trial) => (trial === study.best ? "best" : trial.state);

export const trialHeads = (study) => [{ text: "trial" }, { text: study.score, number: true }, { text: "end" }, { text: "time", number: true }, ...study.dimensions.map((d) => ({ text: d.short }))];

export function trialRow(study, trial) {
    const end = trial.state === "failed" ? trial.cause ?? "failed" : trial.state;
    return [String(trial.number), isScored(trial) ? scoreText(study, trial.score) : "–", trial === study.best ? `${end}, the best` : end, duration(trial.seconds), ...study.dimensions.map((d) => nameOf(d, trial.values[d.index]))];
}

export function allTrials(study) {
    if (!study.trials.length) return null;
    const place = h("div", { class: "tall" });
    const orders = {
        number: () => study.trials,
        score: () => [...ranked(study), ...study.trials.filter((trial) => !isScored(trial))],
        time: () => [...study.trials].sort((a, b) => b.seconds - a.seconds),
    };
    const show = (order) => place.replaceChildren(table("All trials", trialHeads(study), orders[order]().map((trial) => trialRow(study, trial))));
    show("number");
    return section("trials", "Trials", h("div", { class: "controls" }, h("label", { class: "check" }, "Order", h("select", { onchange: (event) => show(event.target.value) },
        [["number", "as they began"], ["score", "the best first"], ["time", "the longest first"]].map(([value, text]) => h("option", { value }, text))))), h("div", { class: "card" }, place));
}
