// From the page's data to runs with typed arrays.
import { unzlibSync } from "fflate";

// Numbers that are not finite stand as strings.
const words = { nan: NaN, inf: Infinity, "-inf": -Infinity };
export const numeric = (value) => (typeof value === "string" && value in words ? words[value] : value);

// src/report/pack.h: raw numbers, deflated, in base64; whole numbers as differences.
const BYTES = { u8: 1, f32: 4, i32: 4 };
function unpack({ type, count, data }) {
    const letters = atob(data), packed = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
    const { buffer } = unzlibSync(packed, { out: new Uint8Array(count * BYTES[type]) });
    if (type === "u8") return new Uint8Array(buffer);
    if (type === "f32") return new Float32Array(buffer);
    const numbers = new Int32Array(buffer);
    for (let i = 1; i < count; i++) numbers[i] += numbers[i - 1];
    return numbers;
}

// A member that is made when it is first asked for: of a long run most arrays are not looked at.
function lazy(object, name, make) {
    Object.defineProperty(object, name, { configurable: true, enumerable: true, get() {
        const value = make();
        Object.defineProperty(object, name, { value, enumerable: true });
        return value;
    } });
}

const isPacked = (node) => node && typeof node.type === "string" && typeof node.data === "string";

// Every packed array in a tree of objects and lists, in its place.
export function unpackAll(node) {
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node)) return node.map(unpackAll);
    const result = {};
    for (const [name, value] of Object.entries(node)) {
        if (isPacked(value)) lazy(result, name, () => unpack(value));
        else result[name] = unpackAll(value);
    }
    return result;
}

const readTable = (table) => Object.assign(unpackAll(table?.columns ?? {}), { count: table?.count ?? 0 });

// Where each row stands on each of the three axes.
function positions(table, perEpoch) {
    const step = table.step ?? new Int32Array(0);
    const at = { step };
    lazy(at, "epoch", () => (perEpoch ? Float64Array.from(step, (s) => s / perEpoch) : step));
    lazy(at, "time", () => table.seconds ?? step);
    return at;
}

// src/model/metrics: what they are called in words, and which of them are shares of something. The first of a loss is what
// `accuracy` holds.
export const SCORE = "scores.";
const metricNames = { accuracy: "accuracy", top5: "top-5 accuracy", f1: "F1, mean of the classes", hamming: "share of right answers", "subset-accuracy": "samples with all answers right",
    "f1-micro": "F1, of all answers", r2: "R²", mae: "mean absolute error", rmse: "root mean squared error" };
export const metricName = (metric) => metricNames[metric] ?? metric;
export const isShare = (metric) => !["r2", "mae", "rmse"].includes(metric);

function readRun(run) {
    const steps = readTable(run.steps), epochs = readTable(run.epochs);
    const start = run.starts?.at(-1) ?? {};
    const perEpoch = start.steps_per_epoch || (epochs.count ? epochs.step[0] / epochs.epoch[0] : 0);
    steps.at = positions(steps, perEpoch);
    epochs.at = positions(epochs, perEpoch);
    const summary = Object.fromEntries(Object.entries(run.summary).map(([key, value]) => [key, numeric(value)]));
    if (run.evaluation?.confusion) run.evaluation.confusion = unpack(run.evaluation.confusion);
    if (run.evaluation) run.evaluation.loss = numeric(run.evaluation.loss);
    const settings = new Map(run.settings ?? []);
    const loss = [...settings.keys()].find((path) => path.startsWith("train.loss"))?.split(".")[2];
    const metrics = Object.keys(epochs).filter((name) => name.startsWith(SCORE)).map((name) => name.slice(SCORE.length));
    const first = metrics[0] ?? (loss === "mse" || loss === "huber" ? "r2" : "accuracy");
    return {
        ...run, summary, steps, epochs, start, perEpoch, settings,
        watched: start.observe !== undefined,
        findings: run.findings ?? [],
        changes: run.changes ?? [],
        confirmations: (run.confirmations ?? []).map((tried) => Object.fromEntries(Object.entries(tried).map(([key, value]) => [key, numeric(value)]))),
        checkpoints: run.checkpoints ?? [],
        metrics, measure: metricName(first), fraction: isShare(first),
    };
}

// The last part of a path that no other has: "lr", or "sgd.lr".
function shortNames(names) {
    return names.map((name) => {
        const parts = name.split(".");
        for (let i = parts.length - 1; i > 0; i--) {
            const end = parts.slice(i).join(".");
            if (names.every((other) => other === name || (other !== end && !other.endsWith(`.${end}`)))) return end;
        }
        return name;
    });
}

function readStudy(study) {
    const { report_steps, report_values } = unpackAll({ report_steps: study.report_steps, report_values: study.report_values });
    const short = shortNames(study.dimensions.map((d) => d.name));
    let at = 0;
    const trials = study.trials.map((trial) => {
        const from = at;
        at += trial.reports;
        return { ...trial, score: numeric(trial.score), start: numeric(trial.start), seconds: numeric(trial.seconds), values: trial.values.map(numeric),
            steps: report_steps.subarray(from, at), scores: report_values.subarray(from, at) };
    });
    const difference = study.difference && Object.fromEntries(Object.entries(study.difference).map(([key, value]) => [key, numeric(value)]));
    return {
        ...study, trials, difference, error: numeric(study.error), fraction: study.score === "validation accuracy", best: trials[study.best],
        dimensions: study.dimensions.map((d, i) => ({ ...d, index: i, short: short[i], importance: numeric(d.importance), low: numeric(d.low), high: numeric(d.high) })),
    };
}

export function readPage() {
    const data = JSON.parse(document.getElementById("cradle-data").textContent);
    return { ...data, runs: data.runs.map(readRun), study: data.study ? readStudy(data.study) : null };
}
