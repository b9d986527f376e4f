// How a search went on: the score of each trial with the best so far, and the scores of each trial on its way.
import { number } from "./dom.js";
import { isScored, kindOf, scoreText } from "./trials.js";

const all = (x) => ({ step: x, epoch: x, time: x });
const pick = (trials, kind, value) => Float64Array.from(trials, (trial) => (trial.state === kind && isScored(trial) ? value(trial) : NaN));

export function history(study) {
    const { trials } = study, at = all(Float64Array.from(trials, (trial) => trial.number)), score = (trial) => trial.score;
    let best = NaN;
    const so = Float64Array.from(trials, (trial) => {
        if (trial.state === "complete" && isScored(trial) && !(study.maximize ? trial.score <= best : trial.score >= best)) best = trial.score;
        return best;
    });
    const failed = trials.filter((trial) => trial.state === "failed");
    const series = [
        { label: "best so far", colour: "series-2", at, values: so, stepped: true },
        { label: "complete", colour: "series-1", at, values: pick(trials, "complete", score), scatter: true },
        { label: "pruned", colour: "series-6", at, values: pick(trials, "pruned", score), scatter: true },
    ].filter((s) => s.values.some(Number.isFinite));
    if (!series.length) return null;
    return {
        title: "History", note: failed.length ? `${study.score} of each trial; strokes at the bottom failed` : `${study.score} of each trial`, fraction: study.fraction, log: true,
        xName: (n) => `trial ${Math.round(n)}`, series, marks: failed.map((trial) => ({ at: { step: trial.number, epoch: trial.number, time: trial.number }, colour: "fault", tick: true })),
        rows: { heads: [{ text: "trial" }, { text: study.score, number: true }, { text: "best so far", number: true }, { text: "end" }],
            rows: () => trials.map((trial, i) => [String(trial.number), isScored(trial) ? scoreText(study, trial.score) : "–", Number.isFinite(so[i]) ? scoreText(study, so[i]) : "–", trial.cause ?? trial.state]) },
    };
}

// A line a trial; those of a kind share a button.
export function onTheWay(study) {
    const trials = study.trials.filter((trial) => trial.scores.some(Number.isFinite));
    if (!trials.some((trial) => trial.scores.length > 1)) return null;
    const looks = {
        complete: { colour: "series-1", width: 1 }, running: { colour: "series-3", width: 1.25 }, interrupted: { colour: "series-7", width: 1, dash: true, end: true },
        failed: { colour: "fault", width: 1, dash: true, end: true }, pruned: { colour: "series-6", width: 1, end: true }, best: { colour: "series-2", width: 2.5 },
    };
    const series = [], first = {};
    for (const kind of Object.keys(looks))
        for (const trial of trials.filter((t) => kindOf(study, t) === kind)) {
            const line = { ...looks[kind], at: all(trial.steps), values: trial.scores, of: first[kind] };
            if (!first[kind]) {
                first[kind] = line;
                line.group = kind !== "best";
                line.label = kind === "best" ? `the best, trial ${trial.number}` : `${kind} (${number(trials.filter((t) => kindOf(study, t) === kind).length)})`;
            }
            series.push(line);
        }
    return {
        title: "On the way", note: "scores at each step of each trial; a point is where one was ended", fraction: study.fraction, log: true,
        xName: (step) => `step ${number(step)}`, series,
        rows: { heads: [{ text: "trial" }, { text: "steps", number: true }, { text: "first", number: true }, { text: "last", number: true }, { text: "end" }],
            rows: () => trials.map((trial) => [String(trial.number), number(trial.steps.at(-1)), scoreText(study, trial.scores[0]), scoreText(study, trial.scores.at(-1)), trial.cause ?? kindOf(study, trial)]) },
    };
}
