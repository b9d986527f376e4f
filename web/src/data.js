// From the page's data to runs with typed arrays.

// Numbers that are not finite stand as strings.
const words = { nan: NaN, inf: Infinity, "-inf": -Infinity };
export const numeric = (value) => (typeof value === "string" && value in words ? words[value] : value);

// src/report/pack.h: raw numbers, deflated, in base64; whole numbers as differences.
export async function unpack({ type, count, data }) {
    const letters = atob(data), packed = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const buffer = await new Response(stream).arrayBuffer();
    if (type === "u8") return new Uint8Array(buffer);
    if (type === "f32") return new Float32Array(buffer);
    const numbers = new Int32Array(buffer);
    for (let i = 1; i < count; i++) numbers[i] += numbers[i - 1];
    return numbers;
}

async function unpackTable(table) {
    const columns = {};
    if (table)
        await Promise.all(Object.entries(table.columns).map(async ([name, packed]) => {
            columns[name] = await unpack(packed);
        }));
    return { count: table?.count ?? 0, ...columns };
}

// Every packed array in a tree of objects and lists, in its place.
export async function unpackAll(node) {
    if (node === null || typeof node !== "object") return node;
    if (typeof node.type === "string" && typeof node.data === "string") return unpack(node);
    const entries = await Promise.all(Object.entries(node).map(async ([key, value]) => [key, await unpackAll(value)]));
    return Array.isArray(node) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

// Where each row stands on each of the three axes.
function positions(table, perEpoch) {
    const step = table.step ?? new Int32Array(0);
    return { step, epoch: perEpoch ? Float64Array.from(step, (s) => s / perEpoch) : step, time: table.seconds ?? step };
}

async function readRun(run) {
    const [steps, epochs] = await Promise.all([unpackTable(run.steps), unpackTable(run.epochs)]);
    const start = run.starts?.at(-1) ?? {};
    const perEpoch = start.steps_per_epoch || (epochs.count ? epochs.step[0] / epochs.epoch[0] : 0);
    steps.at = positions(steps, perEpoch);
    epochs.at = positions(epochs, perEpoch);
    const summary = Object.fromEntries(Object.entries(run.summary).map(([key, value]) => [key, numeric(value)]));
    if (run.evaluation?.confusion) run.evaluation.confusion = await unpack(run.evaluation.confusion);
    if (run.evaluation) run.evaluation.loss = numeric(run.evaluation.loss);
    const settings = new Map(run.settings ?? []);
    const loss = [...settings.keys()].find((path) => path.startsWith("train.loss"))?.split(".")[2];
    return {
        ...run, summary, steps, epochs, start, perEpoch, settings,
        watched: start.observe !== undefined,
        findings: run.findings ?? [],
        checkpoints: run.checkpoints ?? [],
        measure: loss === "mse" || loss === "huber" ? "R²" : "accuracy",
    };
}

export async function readPage() {
    const data = JSON.parse(document.getElementById("cradle-data").textContent);
    return { ...data, runs: await Promise.all(data.runs.map(readRun)) };
}
