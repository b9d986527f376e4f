// How the best weights do on the validation part.
import { clip, h, number, percent, plural, section, shareBar, svg, table } from "./dom.js";
import { Mosaic } from "./pictures.js";
import { colour, onLook } from "./look.js";

const TABLE_CLASSES = 20, PAIRS = 15, CLASS_ROWS = 40;

// ------------------------------------------------------------------------------------------------------------- confusion

// Right answers in one colour, wrong ones in another; deeper with their share of the row.
function tint(share, right) {
    const depth = share === 0 ? 0 : 8 + 62 * Math.sqrt(share);
    return `color-mix(in srgb, var(--${right ? "series-1" : "fault"}) ${depth}%, transparent)`;
}

function matrixTable(e) {
    const n = e.names.length, cell = (t, a) => e.confusion[t * n + a];
    return h("div", { class: "scroll" }, h("table", { class: "matrix" },
        h("caption", { class: "hidden" }, "Confusion matrix: a row is the true class, a column what was answered"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "true ↓ answered →"), e.names.map((name) => h("th", { scope: "col" }, clip(name))))),
        h("tbody", {}, e.names.map((name, t) => h("tr", {}, h("th", { scope: "row" }, clip(name)), e.names.map((_, a) => {
            const count = cell(t, a), td = h("td", {}, count || "·");
            td.style.backgroundColor = tint(e.true_count[t] ? count / e.true_count[t] : 0, t === a);
            if (!count) td.className = "zero";
            return td;
        }))))));
}

// Many classes: a picture; of very many each cell stands for a block of classes.
const CELLS = 200, PICTURE_SIDE = 640;

function matrixPicture(e) {
    const n = e.names.length, block = Math.ceil(n / CELLS), cells = Math.ceil(n / block), zoom = Math.max(1, Math.floor(PICTURE_SIDE / cells));
    const canvas = h("canvas", { class: "heat", width: cells * zoom, height: cells * zoom, role: "img",
        "aria-label": `Confusion matrix of ${n} classes; the pairs that are confused most stand in the table beside it` });
    const right = new Float64Array(cells), wrong = new Float64Array(cells * cells), rows = new Float64Array(cells);
    for (let t = 0; t < n; t++)
        for (let a = 0; a < n; a++) {
            const count = e.confusion[t * n + a], row = Math.floor(t / block), column = Math.floor(a / block);
            rows[row] += count;
            if (t === a) right[row] += count;
            else wrong[row * cells + column] += count;
        }
    const paint = () => {
        const context = canvas.getContext("2d");
        const draw = (row, column, count, name) => {
            if (!count) return;
            context.globalAlpha = 0.3 + 0.7 * Math.sqrt(count / rows[row]);
            context.fillStyle = colour(name);
            context.fillRect(column * zoom, row * zoom, zoom, zoom);
        };
        context.globalAlpha = 1;
        context.fillStyle = colour("cell");
        context.fillRect(0, 0, cells * zoom, cells * zoom);
        for (let row = 0; row < cells; row++)
            for (let column = 0; column < cells; column++) draw(row, column, wrong[row * cells + column], "fault");
        for (let row = 0; row < cells; row++) draw(row, row, right[row], "series-1");
        context.globalAlpha = 1;
    };
    paint();
    onLook(paint);
    return h("figure", {}, canvas, h("figcaption", { class: "muted" }, `A row is the true class, a column what was answered: right in blue, wrong in red.${block > 1 ? ` Each cell stands for ${block} classes.` : ""}`));
}

function pairs(e) {
    const n = e.names.length, found = [];
    for (let t = 0; t < n; t++)
        for (let a = 0; a < n; a++) if (t !== a && e.confusion[t * n + a]) found.push([t, a, e.confusion[t * n + a]]);
    found.sort((x, y) => y[2] - x[2]);
    if (!found.length) return h("p", { class: "muted" }, "No class is taken for another.");
    return h("div", {}, h("h4", {}, "Confused most"), table("Pairs that are confused most", [{ text: "true" }, { text: "answered" }, { text: "times", number: true }, { text: "of the class", number: true }],
        found.slice(0, PAIRS).map(([t, a, count]) => [clip(e.names[t]), clip(e.names[a]), number(count), percent(count / e.true_count[t], 1)])));
}

// --------------------------------------------------------------------------------------------------------------- classes

function classes(e) {
    const rows = e.names.map((name, c) => {
        const recall = e.true_count[c] ? e.hits[c] / e.true_count[c] : NaN, precision = e.answered[c] ? e.hits[c] / e.answered[c] : NaN;
        return { name, count: e.true_count[c], recall, precision, f1: recall + precision > 0 ? 2 * recall * precision / (recall + precision) : e.true_count[c] ? 0 : NaN };
    });
    rows.sort((a, b) => (Number.isNaN(a.f1)) - (Number.isNaN(b.f1)) || a.f1 - b.f1);
    const heads = [{ text: "class" }, { text: "pictures", number: true }, { text: "recall", number: true }, { text: "precision", number: true }, { text: "F1", number: true }];
    return h("div", { class: "card tall", id: "classes" }, h("h3", {}, "Classes, the weakest first"),
        table("Results of each class", heads, rows.slice(0, CLASS_ROWS).map((r) => [clip(r.name), number(r.count), percent(r.recall, 1), percent(r.precision, 1), shareBar(r.f1)])),
        rows.length > CLASS_ROWS ? h("p", { class: "muted" }, `The weakest ${CLASS_ROWS} of ${number(rows.length)}.`) : null);
}

// ----------------------------------------------------------------------------------------------------------- calibration

function calibration(e) {
    const bins = e.calibration, n = bins.length, W = 360, H = 240, L = 40, B = 26;
    const x = (v) => L + v * (W - L - 8), y = (v) => 8 + (1 - v) * (H - 8 - B);
    const error = bins.reduce((sum, bin) => sum + (bin.count ? Math.abs(bin.right / bin.count - bin.confidence) * bin.count : 0), 0) / e.count;
    const most = Math.max(...bins.map((bin) => bin.count));
    const drawn = bins.map((bin, i) => bin.count ? svg("g", {},
        svg("rect", { class: "bin", x: x(i / n) + 1, width: (x(1) - x(0)) / n - 2, y: y(bin.right / bin.count), height: y(0) - y(bin.right / bin.count), opacity: 0.35 + 0.65 * Math.sqrt(bin.count / most) }),
        svg("title", {}, `${bin.right} of ${bin.count} right at a mean confidence of ${percent(bin.confidence, 1)}`)) : null);
    const ticks = [0, 0.25, 0.5, 0.75, 1];
    const picture = svg("svg", { viewBox: `0 0 ${W} ${H}`, class: "plain", role: "img", "aria-label": `Calibration: expected error ${percent(error)}; a table follows` },
        ticks.map((v) => [svg("line", { class: "grid-line", x1: x(0), x2: x(1), y1: y(v), y2: y(v) }),
            svg("text", { x: L - 6, y: y(v) + 4, "text-anchor": "end" }, percent(v, 0)), svg("text", { x: x(v), y: H - 8, "text-anchor": v === 1 ? "end" : "middle" }, percent(v, 0))]),
        drawn, svg("line", { class: "ideal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }));
    return h("figure", { class: "chart", id: "calibration" },
        h("figcaption", {}, h("strong", {}, "Calibration"), h("span", {}, `right answers by confidence; expected error ${percent(error)}`)), picture,
        h("details", { class: "table" }, h("summary", {}, "Table"), table("Calibration", [{ text: "confidence" }, { text: "answers", number: true }, { text: "mean confidence", number: true }, { text: "right", number: true }],
            bins.map((bin, i) => [`${percent(i / n, 0)} to ${percent((i + 1) / n, 0)}`, number(bin.count), bin.count ? percent(bin.confidence, 1) : "–", bin.count ? percent(bin.right / bin.count, 1) : "–"]))));
}

// ----------------------------------------------------------------------------------------------------------------- worst

function worst(e) {
    if (!e.worst.length) return h("p", { class: "muted" }, "Every picture of the validation part is answered right.");
    const mosaic = e.mosaic ? new Mosaic(e.mosaic) : null;
    return h("ol", { class: "worst" }, e.worst.map((item, i) => {
        const name = e.names[item.label];
        return h("li", {}, mosaic?.tile(0, i, 96, `${item.name}, a ${name}`),
            h("strong", {}, name), h("ul", {}, item.top.map((guess) => {
                const right = guess.class === item.label, bar = h("span", { class: `bar ${right ? "right" : "wrong"}` });
                bar.style.setProperty("--share", guess.probability);
                return h("li", {}, h("span", {}, e.names[guess.class]), h("span", { class: "number" }, percent(guess.probability, 1)), bar);
            })), h("small", { class: "muted", title: item.name }, item.name));
    }));
}

export function evaluation(run) {
    const e = run.evaluation;
    if (!e) return null;
    const few = e.names.length <= TABLE_CLASSES;
    const line = `The best weights (epoch ${run.network?.epoch ?? "?"}) on the ${plural(e.count, "picture")} held out to validate: ` +
        `${number(e.right)} right (${percent(e.right / e.count)})` + (e.names.length > 5 ? `, ${percent(e.near / e.count)} among the five most probable` : "") + `, mean cross-entropy ${number(e.loss)}.`;
    return section("evaluation", "Evaluation", h("p", {}, line),
        e.confusion ? h("div", { class: "card", id: "confusion" }, h("h3", {}, "Confusion"), h("div", { class: "beside" }, few ? matrixTable(e) : matrixPicture(e), pairs(e))) : null,
        h("div", { class: "grid" }, classes(e), calibration(e)),
        h("h3", {}, "Most wrong"), h("p", { class: "muted" }, "The wrong answers with the largest loss, each with the three most probable classes. Labels that are wrong show here, too."), worst(e));
}
