// What was seen inside the network while it trained, layer by layer.
import { unpackAll } from "./data.js";
import { attempt, h, number, percent, plural, section, table } from "./dom.js";
import { Heat } from "./heat.js";
import { whenSeen } from "./look.js";

const BINS = 64, ZERO = 32; // CR_HISTOGRAM_BINS
const LATER = 1500; // milliseconds

const step = (s) => `step ${number(s)}`;
const small = (v) => (v === 0 ? "0" : number(v, 3));

// Rows of series by the steps of all observations; every k-th column where there are more than fit.
function series(title, note, items, steps, pick, more) {
    const stride = Math.ceil(steps.length / 450), columns = Array.from(steps).filter((_, i) => i % stride === 0);
    return { title, note, rows: items.map((item) => item.name ?? item.layer), columns, column: step, format: small,
        value: (r, c) => pick(items[r], c * stride), ...more };
}

// src/kernels: bin 32 is 0, 32 + k holds 2^(k-25)..2^(k-24), 32 - k the same below 0; a bounded one has even bins.
function binName(spread, bin) {
    if (spread.low !== undefined) return number(spread.low + ((bin + 0.5) / BINS) * (spread.high - spread.low), 3);
    if (bin === ZERO) return "0";
    const size = 2 ** (Math.abs(bin - ZERO) - 25);
    return `${bin < ZERO ? "−" : ""}${number(size, 2)} to ${bin < ZERO ? "−" : ""}${number(2 * size, 2)}`;
}

// "0.25" of "0.25 to 0.50"
const binLabel = (spread, bin) => binName(spread, bin).split(" to ")[0];

// The bins that are used, the largest number at the top.
function histogram(title, item, columns) {
    const { spread } = item, used = [];
    for (let b = BINS - 1; b >= 0; b--) if (columns.some((_, c) => spread.bins[c * BINS + b])) used.push(b);
    while (used.length && used.length < 3) used.push(used.at(-1) - 1);
    const all = used.length ? Array.from({ length: used[0] - used.at(-1) + 1 }, (_, i) => used[0] - i) : [ZERO];
    return new Heat({ title, note: "share of the numbers in each range of size", bare: true, rows: all.map((b) => binName(spread, b)), labels: all.map((b) => binLabel(spread, b)), columns, column: step,
        format: (v) => percent(v, 2), value: (r, c) => ((spread.bins[c * BINS + all[r]] ?? 0) / 255) ** 2, scale: "log", low: 1e-4, high: 1 });
}

function histograms(observation, charts) {
    const columns = Array.from(observation.columns), place = h("div", {});
    const choices = [...observation.units.filter((u) => u.spread).map((u) => [`${u.layer} (${u.op}): what comes out`, u]), ...observation.weights.filter((w) => w.spread).map((w) => [`${w.name}: gradient`, w])];
    if (!choices.length) return null;
    let shown;
    const choose = (i) => {
        shown?.free();
        shown = histogram(choices[i][0], choices[i][1], columns);
        charts.push(shown);
        place.replaceChildren(shown.element);
    };
    const first = Math.max(0, choices.findIndex(([, item]) => item.op && item.op !== "input"));
    choose(first);
    return [h("h3", {}, "How the numbers are spread"), h("p", {}, h("label", {}, "Of ", h("select", { onchange: (event) => choose(Number(event.target.value)) }, choices.map(([name], i) => h("option", { value: i, selected: i === first }, name))))), place];
}

function units(observation) {
    if (!observation.units.length) return null;
    const last = (values) => (values ? values[values.length - 1] : NaN);
    return h("div", { class: "card tall" }, h("h3", {}, "Activations, at the last observation"),
        table("Activations", [{ text: "layer" }, { text: "op" }, { text: "units", number: true }, { text: "never fired", number: true }, { text: "silent", number: true }, { text: "zeros", number: true }, { text: "mean", number: true }, { text: "deviation", number: true }, { text: "saturated", number: true }],
            observation.units.map((u) => [u.layer, u.op, number(u.units), u.never ? `${number(u.never)} (${percent(u.never / u.units, 0)})` : "0", number(last(u.silent)), percent(last(u.zeros), 1), number(last(u.mean), 3), number(last(u.deviation), 3), percent(last(u.saturated), 1)])),
        h("p", { class: "muted" }, "A unit that never fired gave no number above 0 in any observation; a silent one gave none in this batch."));
}

function parts(o, charts) {
    const weights = o.weights.filter((w) => w.decays), add = (spec) => {
        const chart = new Heat(spec);
        charts.push(chart);
        return chart.element;
    };
    const left = o.seen > o.steps.length ? ` of the ${number(o.seen)} in which it was looked at (events.jsonl holds all)` : "";
    return [
        h("p", { class: "muted" }, `Seen in ${plural(o.steps.length, "step")}${left}. Healthy updates are about a thousandth of their weights; gradients that fall by powers of ten from layer to layer vanish, those that rise explode.`),
        weights.length ? add(series("Update / weight", "norm of a step's change over the norm of the weights", weights, o.steps, (w, t) => w.update[t] / w.weight[t], { scale: "log" })) : null,
        weights.length ? add(series("Gradient norm", "of each weight", weights, o.steps, (w, t) => w.gradient[t], { scale: "log" })) : null,
        o.units.length ? add(series("Zeros", "share of an activation's numbers that are 0", o.units, o.steps, (u, t) => u.zeros[t], { format: (v) => percent(v, 1), low: 0, high: 1 })) : null,
        units(o), histograms(o, charts)];
}

// There may be hundreds of series: this part is made when it comes into view, or once the page has been shown a while.
export function inside(run, charts) {
    if (!run.observation) return null;
    const place = section("inside", "Inside the network");
    place.setAttribute("aria-busy", "true");
    const make = () => {
        unseen();
        clearTimeout(later);
        if (!place.hasAttribute("aria-busy")) return;
        const made = attempt("What was seen inside", () => parts(unpackAll(run.observation), charts));
        place.append(...[made].flat(Infinity).filter(Boolean));
        place.removeAttribute("aria-busy");
    };
    const unseen = whenSeen(place, make), later = setTimeout(make, LATER);
    return place;
}
