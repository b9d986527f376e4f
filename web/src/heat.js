// A heat map on a canvas: rows by columns, with the value under the pointer in words, and its table.
//
// spec: {title, note, rows: [text], labels: shorter ones where not all have room, columns: [number], column: name of a column, value: (row, column) => number or null,
//        format, scale: "linear" | "log", low, high}
import { h, number, table } from "./dom.js";
import { colour, onLook, whenSeen } from "./look.js";

const TABLE_COLUMNS = 12, NAMED_ROWS = 24, LABELS = 5;
const ROW = 18, MOST_HIGH = 420; // pixels

// As many as fit, at even distances, the first and the last among them.
function some(items, most = LABELS) {
    const count = Math.min(most, items.length);
    return Array.from({ length: count }, (_, i) => items[count === 1 ? 0 : Math.round((i * (items.length - 1)) / (count - 1))]);
}

export class Heat {
    constructor(spec) {
        this.spec = spec;
        this.format = spec.format ?? number;
        this.measure();
        const { rows, columns } = spec;
        this.canvas = h("canvas", { class: "heat wide", role: "img", tabindex: 0, "aria-label": `${spec.title}: ${rows.length} rows, ${columns.length} columns; arrow keys read the numbers; a table follows`,
            onpointermove: (event) => this.point(event), onpointerleave: () => this.say(null), onkeydown: (event) => this.key(event) });
        this.labels = h("div", { class: `heat-rows ${rows.length <= NAMED_ROWS ? "" : "some"}`, "aria-hidden": "true" }, (rows.length <= NAMED_ROWS ? rows : some(spec.labels ?? rows)).map((row) => h("span", { title: row }, row)));
        this.where = h("span", { class: "where", "aria-live": "polite" });
        this.scale = h("div", { class: "heat-scale" }, h("span", {}, this.format(this.low)), h("i", {}), h("span", {}, this.format(this.high)), this.missing ? [h("i", { class: "missing" }), h("span", {}, "no number")] : null, this.where);
        this.details = h("details", { class: "table", ontoggle: () => this.showTable() }, h("summary", {}, "Table"));
        this.element = h("figure", { class: "chart wide" },
            h("figcaption", {}, h("strong", {}, spec.title), spec.note ? h("span", {}, spec.note) : null),
            this.scale, h("div", { class: `heat-body ${spec.bare ? "bare" : ""}` }, this.labels, this.canvas),
            h("div", { class: "heat-columns", "aria-hidden": "true" }, some(columns).map((column) => h("span", {}, spec.column(column)))), this.details);
        this.element.heat = this;
        // A cell is a pixel, and stretched: rows with names as high as those, many rows as high as fits.
        this.canvas.width = columns.length;
        this.canvas.height = rows.length;
        this.canvas.style.height = `${rows.length <= NAMED_ROWS ? ROW * rows.length : Math.min(MOST_HIGH, 3 * rows.length)}px`;
        this.unlook = onLook(() => this.painted && this.paint());
        this.unseen = whenSeen(this.canvas, () => this.paint());
    }

    free() {
        this.unlook();
        this.unseen();
    }

    // The range of what is finite; a logarithmic scale begins above 0.
    measure() {
        const { rows, columns, value, scale } = this.spec;
        let low = Infinity, high = -Infinity;
        this.missing = false;
        for (let r = 0; r < rows.length; r++)
            for (let c = 0; c < columns.length; c++) {
                const v = value(r, c);
                this.missing ||= !Number.isFinite(v);
                if (!Number.isFinite(v) || (scale === "log" && v <= 0)) continue;
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
        this.low = this.spec.low ?? (low === Infinity ? 0 : low);
        this.high = this.spec.high ?? (high === -Infinity ? 1 : high);
        if (scale === "log") this.low = Math.max(this.low, this.high * 1e-8);
    }

    // 0 to 1, null where there is no number.
    depth(v) {
        if (!Number.isFinite(v)) return null;
        if (this.spec.scale !== "log") return this.high > this.low ? Math.min(1, Math.max(0, (v - this.low) / (this.high - this.low))) : 0;
        if (v <= 0) return 0;
        return this.high > this.low ? Math.min(1, Math.max(0, Math.log(v / this.low) / Math.log(this.high / this.low))) : 0;
    }

    paint() {
        this.painted = true;
        const { rows, columns, value } = this.spec, context = this.canvas.getContext("2d");
        context.fillStyle = colour("cell");
        context.fillRect(0, 0, this.canvas.width, this.canvas.height);
        const bad = colour("fault"), tone = colour("series-1");
        for (let r = 0; r < rows.length; r++)
            for (let c = 0; c < columns.length; c++) {
                const depth = this.depth(value(r, c));
                context.globalAlpha = depth ?? 1;
                context.fillStyle = depth === null ? bad : tone;
                if (depth !== 0) context.fillRect(c, r, 1, 1);
            }
        context.globalAlpha = 1;
    }

    say(at) {
        if (!at) {
            this.where.textContent = "";
            return;
        }
        this.at = at;
        const [r, c] = at;
        this.where.textContent = `${this.spec.rows[r]}, ${this.spec.column(this.spec.columns[c])}: ${this.format(this.spec.value(r, c))}`;
    }

    point(event) {
        const box = this.canvas.getBoundingClientRect(), { rows, columns } = this.spec;
        const r = Math.floor(((event.clientY - box.top) / box.height) * rows.length), c = Math.floor(((event.clientX - box.left) / box.width) * columns.length);
        if (r >= 0 && c >= 0 && r < rows.length && c < columns.length) this.say([r, c]);
    }

    key(event) {
        const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
        if (!move) return;
        event.preventDefault();
        const [r, c] = this.at ?? [0, 0], { rows, columns } = this.spec;
        this.say([Math.min(rows.length - 1, Math.max(0, r + move[0])), Math.min(columns.length - 1, Math.max(0, c + move[1]))]);
    }

    showTable() {
        this.details.querySelector(".scroll")?.remove();
        if (!this.details.open) return;
        const { rows, columns, column, value, title } = this.spec, stride = Math.max(1, Math.ceil(columns.length / TABLE_COLUMNS));
        const shown = columns.map((_, c) => c).filter((c) => c % stride === 0 || c === columns.length - 1);
        this.details.append(table(title, [{ text: "" }, ...shown.map((c) => ({ text: column(columns[c]), number: true }))],
            rows.map((row, r) => [row, ...shown.map((c) => this.format(value(r, c)))])));
    }
}
