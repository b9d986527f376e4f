// Scores against the values of one dimension, a chart for each; logarithmic where the space is.
import { isChoice, nameOf } from "./dimension.js";
import { isScored, scoreText } from "./trials.js";

export function slice(study, dimension) {
    const value = (trial) => trial.values[dimension.index];
    const trials = study.trials.filter((trial) => isScored(trial) && Number.isFinite(value(trial))).sort((a, b) => value(a) - value(b) || a.number - b.number);
    if (!trials.length) return null;
    const x = Float64Array.from(trials, value), at = { step: x, epoch: x, time: x };
    const pick = (wanted) => Float64Array.from(trials, (trial) => (wanted(trial) ? trial.score : NaN));
    const failed = study.trials.filter((trial) => trial.state === "failed" && Number.isFinite(value(trial)));
    return {
        title: dimension.short, note: failed.length ? `${dimension.name}; strokes at the bottom failed` : dimension.name, fraction: study.fraction, log: true,
        xLog: !isChoice(dimension) && dimension.log, xLabels: isChoice(dimension) ? dimension.labels : null, xName: (v) => `${dimension.short} ${nameOf(dimension, v)}`,
        series: [
            { label: "complete", colour: "series-1", at, values: pick((trial) => trial.state === "complete" && trial !== study.best), scatter: true },
            { label: "pruned", colour: "series-6", at, values: pick((trial) => trial.state === "pruned"), scatter: true },
            { label: "the best", colour: "series-2", at, values: pick((trial) => trial === study.best), scatter: true },
        ].filter((s) => s.values.some(Number.isFinite)),
        marks: failed.map((trial) => ({ at: { step: value(trial), epoch: value(trial), time: value(trial) }, colour: "fault", tick: true })),
        rows: { heads: [{ text: dimension.name }, { text: study.score, number: true }, { text: "trial" }, { text: "end" }],
            rows: () => trials.map((trial) => [nameOf(dimension, value(trial)), scoreText(study, trial.score), String(trial.number), trial.state]) },
    };
}
