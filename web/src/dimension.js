// A dimension of a study's space: where its values lie on an axis from 0 to 1, and what they are called.
export const isKnown = (study) => study.dimensions.some((d) => Number.isFinite(d.importance));

// What mattered most first, where that is known.
export const byImportance = (study) => (isKnown(study) ? [...study.dimensions].sort((a, b) => b.importance - a.importance) : study.dimensions);

export const isChoice = (dimension) => Boolean(dimension.labels);

// As few letters as say so many digits: "0.01", "1e−5".
export function brief(value, digits = 6) {
    if (!Number.isFinite(value)) return "–";
    const kept = Number(value.toPrecision(digits)), size = Math.abs(kept);
    return (size !== 0 && (size < 1e-3 || size >= 1e7) ? kept.toExponential().replace("e+", "e") : String(kept)).replaceAll("-", "−");
}

// A choice has the middle of its share of the axis; a range that holds one number, the middle.
export function place(dimension, value) {
    if (!Number.isFinite(value)) return NaN;
    if (isChoice(dimension)) return (value + 0.5) / dimension.labels.length;
    const scale = dimension.log ? Math.log : (v) => v, low = scale(dimension.low), high = scale(dimension.high);
    return high > low ? (scale(value) - low) / (high - low) : 0.5;
}

export function nameOf(dimension, value) {
    if (!Number.isFinite(value)) return "–";
    return isChoice(dimension) ? dimension.labels[value] ?? "–" : brief(value);
}

// "0.001 to 1, logarithmic"
export function rangeOf(dimension) {
    if (isChoice(dimension)) return dimension.labels.join(", ");
    return `${brief(dimension.low)} to ${brief(dimension.high)}${dimension.log ? ", logarithmic" : ""}${dimension.whole ? ", whole" : ""}`;
}

// Ticks of an axis: [place, name]; of a logarithmic one the powers of ten, where there are two or more.
export function ticks(dimension, most = 5) {
    if (isChoice(dimension)) return dimension.labels.map((label, i) => [place(dimension, i), label]);
    const ends = [dimension.low, dimension.high];
    let between = [];
    if (dimension.log) {
        const first = Math.ceil(Math.log10(dimension.low) - 1e-9), last = Math.floor(Math.log10(dimension.high) + 1e-9), step = Math.max(1, Math.ceil((last - first) / most));
        for (let power = first; power <= last; power += step) between.push(Number(`1e${power}`));
    } else {
        const rough = (dimension.high - dimension.low) / most, size = 10 ** Math.floor(Math.log10(rough || 1));
        const step = Math.max([1, 2, 5, 10].find((m) => m * size >= rough) * size, dimension.whole ? 1 : 0);
        for (let i = Math.ceil(dimension.low / step - 1e-9); i * step <= dimension.high + 1e-9 * step; i++) between.push(Number((i * step).toPrecision(12)));
    }
    if (between.length < 2) between = ends[0] === ends[1] ? [ends[0]] : ends;
    return between.map((value) => [place(dimension, value), brief(value, 3)]);
}

// "lr 0.01, momentum 0.9": what a trial tried.
export const valuesOf = (study, trial) =>
    study.dimensions.filter((d) => Number.isFinite(trial.values[d.index])).map((d) => `${d.short} ${nameOf(d, trial.values[d.index])}`).join(", ");
