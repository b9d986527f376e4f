// A line chart: uPlot with a legend of buttons, marks, a cursor for the keyboard, words for a screen reader, and its table.
//
// spec: {title, note, series, marks, format, log, xLog, xLabels, unit, fraction, sync, rows}
//   series: [{label, colour, at: {step, epoch, time}, values, smooth, points, dash, band, scatter, stepped, of, end, width}]
//           `smooth`: drawn faint, with a smoothed line in front; `band`: [index of upper, index of lower]; `scatter`: points
//           and no line; `group`: stands for several lines, those that have it as `of`; `end`: a point where it ends
//   xLabels: words for x = 0, 1, ...; rows: {heads, rows()} where the table is another than that of the series
//   marks:  [{at: {step, epoch, time}, label, colour, short, tick}]; `tick`: a small stroke at the bottom
// view: {axis: "step" | "epoch" | "time", smoothing: 0..1, log}
import uPlot from "uplot";
import { duration, h, number, percent, table } from "./dom.js";
import { colour, onLook, whenSeen } from "./look.js";

const TABLE_ROWS = 200, DRAWN_ROWS = 2400;
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((m) => m * 10 ** power)).flat();

// A running mean without the pull towards 0 at the beginning; what is no number is left out.
export function smoothed(values, weight) {
    const result = new Array(values.length);
    let sum = 0, mass = 0;
    for (let i = 0; i < values.length; i++) {
        if (Number.isFinite(values[i])) {
            sum = weight * sum + (1 - weight) * values[i];
            mass = weight * mass + 1 - weight;
            result[i] = sum / mass;
        } else result[i] = null;
    }
    return result;
}

// Tables [x, y] with ascending x as one: the x of all, and each y where it has one, else undefined. A merge: as long as
// what goes in, where uPlot.join sorts; and those that share their x are merged once.
export function join(tables) {
    const axes = [...new Set(tables.map(([x]) => x))];
    if (axes.length === 1) return [axes[0], ...tables.map(([, y]) => y)];
    const most = axes.reduce((sum, x) => sum + x.length, 0), joined = new Float64Array(most), next = axes.map(() => 0);
    const rows = axes.map(() => new Int32Array(most).fill(-1));
    let count = 0;
    for (;;) {
        let least = Infinity;
        for (let a = 0; a < axes.length; a++) if (next[a] < axes[a].length && axes[a][next[a]] < least) least = axes[a][next[a]];
        if (least === Infinity) break;
        for (let a = 0; a < axes.length; a++) if (axes[a][next[a]] <= least) rows[a][count] = next[a]++;
        joined[count++] = least;
    }
    return [joined.subarray(0, count), ...tables.map(([x, y]) => {
        const from = rows[axes.indexOf(x)], column = new Array(count);
        for (let i = 0; i < count; i++) column[i] = from[i] < 0 ? undefined : y[from[i]];
        return column;
    })];
}

// As uPlot wants them: null is a gap. On a logarithmic axis there is nothing at or below 0.
function drawable(values, log) {
    const result = new Array(values.length);
    for (let i = 0; i < values.length; i++)
        result[i] = Number.isFinite(values[i]) && (!log || values[i] > 0) ? values[i] : null;
    return result;
}

// Which rows of a long series to draw: in each of equal stretches those of the least and the largest number. What lies in
// `range` (of x) is drawn as finely as a whole series, so that a zoom shows every number. NULL: all rows.
export function drawnRows(x, values, range, most = DRAWN_ROWS) {
    const count = values.length;
    if (count <= most) return null;
    const before = (value) => {
        let low = 0, high = count;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (x[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low;
    };
    const from = range ? Math.max(0, before(range[0]) - 1) : 0, to = range ? Math.min(count, before(range[1]) + 1) : count;
    const rows = [], coarse = Math.ceil((2 * count) / most), fine = Math.max(1, Math.ceil((2 * (to - from)) / most));
    const take = (begin, end, stretch) => {
        for (let i = begin; i < end; i += stretch) {
            const last = Math.min(end, i + stretch);
            let low = i, high = i;
            for (let k = i + 1; k < last; k++) {
                if (values[k] < values[low] || values[low] === null) low = k;
                if (values[k] > values[high] || values[high] === null) high = k;
            }
            rows.push(Math.min(low, high));
            if (low !== high) rows.push(Math.max(low, high));
        }
    };
    rows.push(0);
    take(1, from, coarse);
    take(Math.max(1, from), Math.min(to, count - 1), fine);
    take(Math.max(1, to), count - 1, coarse);
    rows.push(count - 1);
    return rows;
}

function faint(name) {
    return () => `color-mix(in srgb, ${colour(name)} 28%, transparent)`;
}

export class Chart {
    constructor(spec, view) {
        this.spec = spec;
        this.view = { ...view };
        this.hidden = new Set();
        this.format = spec.format ?? ((value) => (spec.fraction ? percent(value) : number(value)));
        this.values = [];
        this.canvas = h("div", {
            class: "canvas", tabindex: 0, role: "img", "aria-label": this.describe(),
            onkeydown: (event) => this.onKey(event),
        });
        this.where = h("span", { class: "where" });
        this.spoken = h("span", { class: "hidden", "aria-live": "polite" });
        this.legend = h("div", { class: "legend" }, spec.series.filter((s) => s.label).map((s) => this.legendItem(s)), this.where);
        this.details = h("details", { class: "table", ontoggle: () => this.showTable() }, h("summary", {}, "Table"));
        this.element = h("figure", { class: "chart" },
            h("figcaption", {}, h("strong", {}, spec.title), spec.note ? h("span", {}, spec.note) : null),
            this.legend, this.canvas, this.spoken, this.details);
        this.element.chart = this;
        this.unlook = onLook(() => this.plot?.redraw(false));
        // Drawn when it is seen, and anew at another width.
        this.unseen = whenSeen(this.canvas, () => {
            this.draw();
            performance.mark("chart"); // when the page could be used, for who measures that
        });
        this.observer = new ResizeObserver(() => this.fit());
        this.observer.observe(this.canvas);
    }

    free() {
        this.unlook();
        this.unseen();
        this.observer.disconnect();
        this.plot?.destroy();
    }

    set(change) {
        Object.assign(this.view, change);
        if (this.plot) this.draw();
        this.details.open = false;
    }

    // ---------------------------------------------------------------------------------------------------------- legend

    legendItem(s) {
        const value = h("span", { class: "value" });
        const swatch = h("span", { class: `swatch ${s.points || s.scatter ? "dot" : s.dash ? "dash" : ""}` });
        swatch.style.setProperty("--swatch", `var(--${s.colour})`);
        const button = h("button", { type: "button", "aria-pressed": "true", title: "show or hide", onclick: () => {
            const hide = !this.hidden.has(s);
            hide ? this.hidden.add(s) : this.hidden.delete(s);
            button.setAttribute("aria-pressed", String(!hide));
            this.draw();
        } }, swatch, s.label, value);
        if (!s.group) this.values.push({ s, value });
        return button;
    }

    // The numbers under the cursor, else the last ones of lines.
    tell(index) {
        const parts = [];
        for (const { s, value } of this.values) {
            const drawn = this.columns.findIndex((column) => column.s === s && column.main);
            const found = drawn < 0 || (s.scatter && index === null) ? null : this.nearest(drawn + 1, index, s.scatter);
            value.textContent = found === null ? "" : this.format(found);
            if (found !== null) parts.push(`${s.label} ${this.format(found)}`);
        }
        const at = index === null ? "" : this.name(this.plot.data[0][index]);
        this.where.textContent = at;
        return `${at}: ${parts.join(", ")}`;
    }

    // Of a line that has no number just here, the one before.
    nearest(column, index, exact) {
        const values = this.plot.data[column];
        if (exact) return Number.isFinite(values[index]) ? values[index] : null;
        for (let i = index ?? values.length - 1; i >= 0; i--) if (Number.isFinite(values[i])) return values[i];
        return null;
    }

    name(x) {
        if (this.spec.xName) return this.spec.xName(x);
        if (this.view.axis === "time") return duration(x);
        return `${this.view.axis} ${number(this.view.axis === "epoch" ? Math.round(x * 100) / 100 : x)}`;
    }

    // ----------------------------------------------------------------------------------------------------------- plot

    // `range`: what is seen of x, where that is not all.
    build(range) {
        const log = this.spec.alwaysLog || (this.spec.log && this.view.log), columns = [], tables = [];
        for (const s of this.spec.series) {
            if (this.hides(s)) continue;
            const all = s.at[this.view.axis], whole = drawable(s.values, log), rows = drawnRows(all, whole, range);
            const pick = (values) => (rows ? rows.map((row) => values[row]) : values);
            const x = pick(all), raw = pick(whole);
            const smooth = s.smooth && this.view.smoothing > 0;
            this.thinned = this.thinned || rows !== null;
            const style = { width: s.width ?? (s.points && raw.length < 400 ? 1.75 : 1.5), dash: s.dash ? [5, 4] : undefined };
            if (s.scatter) style.paths = () => null;
            if (s.stepped) style.paths = uPlot.paths.stepped({ align: 1 });
            const points = { show: s.scatter || s.end || (Boolean(s.points) && raw.length <= 60), size: s.scatter ? 6 : 5 };
            if (s.end) points.filter = (u, column) => [lastNumber(u.data[column])];
            const stroke = () => colour(s.colour);
            if (smooth) {
                columns.push({ s, options: { ...style, width: 1, stroke: faint(s.colour), points: { show: false } } });
                tables.push([x, raw]);
            }
            columns.push({ s, main: true, options: { ...style, points: { ...points, fill: stroke }, stroke: s.band ? "transparent" : stroke } });
            tables.push([x, smooth ? pick(drawable(smoothed(s.values, this.view.smoothing), log)) : raw]);
        }
        this.columns = columns;
        return tables.length ? join(tables) : [[0, 1]];
    }

    bands() {
        const place = (s) => this.columns.findIndex((column) => column.s === s && column.main) + 1;
        return this.spec.series.filter((s) => s.upper && !this.hides(s) && !this.hides(s.upper)).map((s) => ({
            series: [place(s.upper), place(s)],
            fill: () => `color-mix(in srgb, ${colour(s.colour)} 18%, transparent)`,
        }));
    }

    axis(extra) {
        return {
            stroke: () => colour("muted"),
            font: "12px system-ui, sans-serif",
            grid: { stroke: () => colour("grid"), width: 1 },
            ticks: { stroke: () => colour("grid"), width: 1, size: 4 },
            ...extra,
        };
    }

    options(width) {
        const { spec, view } = this, log = spec.alwaysLog || (spec.log && view.log);
        const x = view.axis === "time" ? (u, splits) => splits.map((v) => duration(v)) : (u, splits) => splits.map((v) => (v === null ? "" : Number.isInteger(v) ? amountOrNumber(v) : short(v)));
        const y = (u, splits) => splits.map((v) => (v === null ? "" : spec.fraction ? percent(v, tickDigits(splits)) : short(v)));
        return {
            width,
            height: Math.max(180, Math.min(260, Math.round(width * 0.5))),
            legend: { show: false },
            cursor: {
                sync: spec.sync ? { key: `${spec.sync}-${view.axis}`, setSeries: false } : undefined,
                drag: { x: true, y: false }, points: { size: 6 }, y: false,
            },
            scales: {
                x: { time: false, distr: spec.xLog ? 3 : 1, range: spec.xLabels ? (u, low, high) => [Math.ceil(low) - 0.5, Math.floor(high) + 0.5] : undefined },
                y: { distr: log ? 3 : 1, range: log ? undefined : (u, low, high) => this.range(low, high) },
            },
            axes: [
                this.axis({ values: spec.xLabels ? (u, splits) => splits.map((v) => spec.xLabels[v] ?? "") : spec.xLog ? logLabels : x, incrs: spec.xLabels ? [1] : this.isWhole() ? WHOLE : undefined, space: spec.xLabels ? 1 : 60, size: 28 }),
                this.axis({ values: log ? logLabels : y, size: (u, labels) => Math.max(44, 16 + 7 * Math.max(0, ...(labels ?? []).map((label) => label.length))), space: 36 }),
            ],
            series: [{}, ...this.columns.map((column) => column.options)],
            bands: this.bands(),
            hooks: {
                draw: [(u) => this.drawMarks(u)],
                setCursor: [(u) => this.tell(u.cursor.idx ?? null)],
                setScale: [(u, scale) => scale === "x" && this.refine(u)],
            },
        };
    }

    // On this axis there is nothing between whole numbers: steps, and epochs where no series has steps.
    isWhole() {
        return this.view.axis !== "time" && this.spec.series.every((s) => s.at[this.view.axis].every(Number.isInteger));
    }

    range(low, high) {
        if (low === null || high === null || low === undefined) return [0, 1];
        /* A line that is flat but for rounding is shown flat. */
        const flat = high - low <= 1e-6 * Math.abs(high), room = flat ? 0.06 * Math.abs(high) || 0.06 : (high - low) * 0.06;
        const top = this.spec.fraction && high <= 1 ? Math.min(1, high + room) : high + room;
        return [low >= 0 ? Math.max(0, low - room) : low - room, Math.max(top, low + 1e-12)];
    }

    draw() {
        const width = this.canvas.clientWidth;
        if (!width) return;
        this.plot?.destroy();
        this.plot = null;
        const data = this.build();
        this.plot = new uPlot(this.options(width), data, this.canvas);
        this.tell(null);
    }

    // After a zoom what is seen is drawn in full.
    refine(u) {
        const { min, max } = u.scales.x, seen = `${min} ${max}`;
        if (!this.thinned || u !== this.plot || seen === this.seen) return;
        this.seen = seen;
        u.setData(this.build([min, max]), false);
    }

    fit() {
        const width = this.canvas.clientWidth;
        if (this.plot && width && this.plot.width !== width) this.plot.setSize({ width, height: Math.max(180, Math.min(260, Math.round(width * 0.5))) });
    }

    drawMarks(u) {
        const { ctx, bbox } = u, ratio = devicePixelRatio;
        ctx.save();
        const taken = []; // ends of the labels of each line
        for (const mark of this.spec.marks ?? []) {
            const at = mark.at[this.view.axis], x = u.valToPos(at === 0 && !mark.tick ? u.data[0][0] : at, "x", true); // the beginning lies before the first number
            if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
            ctx.strokeStyle = ctx.fillStyle = colour(mark.colour);
            ctx.lineWidth = ratio;
            ctx.setLineDash(mark.tick ? [] : [3 * ratio, 3 * ratio]);
            ctx.beginPath();
            ctx.moveTo(x, mark.tick ? bbox.top + bbox.height - 5 * ratio : bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
            if (!mark.short) continue;
            ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
            ctx.textBaseline = "top";
            const wide = ctx.measureText(mark.short).width, right = x + wide + 8 * ratio > bbox.left + bbox.width;
            ctx.textAlign = right ? "right" : "left";
            const begin = right ? x - wide - 4 * ratio : x + 4 * ratio;
            let line = 0;
            while (taken[line]?.some(([from, to]) => begin < to && begin + wide > from)) line++;
            (taken[line] ??= []).push([begin - 4 * ratio, begin + wide + 4 * ratio]);
            const left = x + (right ? -4 : 4) * ratio, top = bbox.top + (2 + 14 * line) * ratio;
            ctx.setLineDash([]);
            ctx.strokeStyle = colour("card");
            ctx.lineWidth = 4 * ratio;
            ctx.lineJoin = "round";
            ctx.strokeText(mark.short, left, top);
            ctx.fillText(mark.short, left, top);
        }
        ctx.restore();
    }

    // ------------------------------------------------------------------------------------------------ keyboard and words

    onKey(event) {
        const u = this.plot, last = u ? u.data[0].length - 1 : -1;
        if (last < 0) return;
        const now = u.cursor.idx ?? (event.key === "ArrowLeft" ? last + 1 : -1), leap = Math.max(1, Math.round(last / 50));
        const goal = { ArrowLeft: now - (event.shiftKey ? 1 : leap), ArrowRight: now + (event.shiftKey ? 1 : leap), Home: 0, End: last }[event.key];
        if (event.key === "Escape") u.setScale("x", { min: u.data[0][0], max: u.data[0][last] });
        if (goal === undefined) return;
        event.preventDefault();
        const index = Math.min(last, Math.max(0, goal));
        u.setCursor({ left: u.valToPos(u.data[0][index], "x"), top: u.over.clientHeight / 2 });
        this.spoken.textContent = this.tell(index);
    }

    hides(s) {
        return this.hidden.has(s.of ?? s);
    }

    describe() {
        const parts = this.spec.series.filter((s) => s.label).map((s) => {
            let first, last, least = Infinity, most = -Infinity;
            for (const value of s.values) {
                if (!Number.isFinite(value)) continue;
                first ??= value;
                last = value;
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
            if (first === undefined) return `${s.label}: no numbers`;
            return `${s.label}: from ${this.format(first)} to ${this.format(last)}, least ${this.format(least)}, most ${this.format(most)}`;
        });
        return `${this.spec.title}. ${parts.join("; ")}. Arrow keys read the numbers; a table follows.`;
    }

    // What is drawn, but for smoothing; long series at even distances, with their last row.
    showTable() {
        this.details.querySelector(".scroll")?.remove();
        this.details.querySelector("p")?.remove();
        if (!this.details.open) return;
        if (this.spec.rows) return this.details.append(table(this.spec.title, this.spec.rows.heads, this.spec.rows.rows()));
        const shown = this.spec.series.filter((s) => s.label);
        const joined = join(shown.map((s) => [s.at[this.view.axis], s.values]));
        const count = joined[0].length, stride = Math.max(1, Math.ceil(count / TABLE_ROWS));
        // Rows of the shorter series (epochs) stay whole.
        const short = joined.slice(1).reduce((a, b) => (b.filter((v) => v !== undefined).length < a.filter((v) => v !== undefined).length ? b : a));
        const dense = short.filter((v) => v !== undefined).length <= TABLE_ROWS;
        const keep = (i) => (i === 0 || i === count - 1 || (dense && stride > 1 ? short[i] !== undefined : i % stride === 0));
        const rows = [];
        for (let i = 0; i < count; i++)
            if (keep(i)) rows.push([this.name(joined[0][i]), ...joined.slice(1).map((column) => (column[i] === undefined ? "" : Number.isFinite(column[i]) ? this.format(column[i]) : String(column[i])))]);
        this.details.append(table(this.spec.title, [{ text: "at" }, ...shown.map((s) => ({ text: s.label, number: true }))], rows));
        if (rows.length < count) this.details.append(h("p", { class: "muted" }, `${number(rows.length)} of ${number(count)} rows.`));
    }
}

function lastNumber(values) {
    let i = values.length - 1;
    while (i > 0 && !Number.isFinite(values[i])) i--;
    return i;
}

// Of a tick: no digits that say nothing.
function short(value) {
    if (Math.abs(value) >= 1e9) return String(Number(value.toPrecision(2)).toExponential()).replace("+", "");
    return Math.abs(value) >= 1e4 ? amountOrNumber(value) : Math.abs(value) > 0 && Math.abs(value) < 1e-3 ? number(value, 3) : String(Number(value.toPrecision(3))).replace("-", "−");
}

function amountOrNumber(value) {
    if (Math.abs(value) >= 1e6) return `${value / 1e6} M`;
    return Math.abs(value) >= 1e4 ? `${value / 1e3} k` : String(value);
}

// Of ticks in percent: as many as tell them apart.
const tickDigits = (splits) => {
    const steps = splits.filter((v) => v !== null), gap = steps.length > 1 ? 100 * Math.abs(steps[1] - steps[0]) : 1;
    let digits = 0;
    while (digits < 4 && Math.abs(gap * 10 ** digits - Math.round(gap * 10 ** digits)) > 1e-6) digits++;
    return digits;
};

// Only the powers of ten, where there are several.
function logLabels(u, splits) {
    const shown = splits.filter((v) => v !== null);
    const tens = shown.filter((v) => Math.abs(Math.log10(v) - Math.round(Math.log10(v))) < 1e-9);
    return splits.map((v) => (v === null || (tens.length > 1 && !tens.includes(v)) ? "" : v >= 0.001 && v < 1e4 ? String(Number(v.toPrecision(3))) : v.toExponential(0).replace("e-", "e−").replace("e+", "e")));
}
