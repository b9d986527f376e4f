// Layers, filters, samples, config.
import { amount, bytes, h, number, plural, section, shareBar, table } from "./dom.js";
import { Mosaic } from "./pictures.js";

// ----------------------------------------------------------------------------------------------------------------- layers

// Seconds of each layer, forward and backward; the update is its own row.
function times(speed) {
    const layers = new Map();
    for (const step of speed?.steps ?? []) {
        const row = layers.get(step.layer) ?? { forward: 0, backward: 0, update: 0, ways: new Set() };
        row[step.pass] = (row[step.pass] ?? 0) + step.seconds;
        if (step.way) row.ways.add(step.way);
        layers.set(step.layer, row);
    }
    return layers;
}

const ms = (seconds) => (seconds ? `${(1000 * seconds).toPrecision(3)}` : "–");

export function layers(run) {
    const { network, speed } = run;
    if (!network) return null;
    const measured = times(speed), total = [...measured.values()].reduce((sum, t) => sum + t.forward + t.backward + t.update, 0);
    const heads = [{ text: "layer" }, { text: "output", number: true }, { text: "parameters", number: true }, { text: "FLOPs", number: true }];
    if (speed) heads.push({ text: "forward ms", number: true }, { text: "backward ms", number: true }, { text: "share of a step", number: true }, { text: "activations", number: true });
    const line = (name, cells, time, memory) => [name, ...cells, ...(speed ? [ms(time?.forward), ms(time?.backward || time?.update), time ? shareBar((time.forward + time.backward + time.update) / total) : "–", memory] : [])];
    const known = new Set(network.layers.map((layer) => layer.name));
    const rows = network.layers.map((layer) => {
        const name = h("span", {}, layer.name, layer.help ? h("small", { class: "muted" }, ` ${layer.help}`) : null);
        name.style.paddingLeft = `${layer.depth}em`;
        return line(name, [layer.shape, layer.params ? amount(layer.params) : "–", layer.flops ? amount(layer.flops) : "–"], measured.get(layer.name), speed ? bytes(4 * layer.numbers * speed.batch) : "");
    });
    for (const [name, time] of measured) if (!known.has(name)) rows.push(line(name || "update", ["–", "–", "–"], time, "–"));
    const note = speed ? `Measured when this report was made: a step of ${plural(speed.batch, "picture")} takes ${ms(speed.training)} ms on ${plural(speed.threads, "thread")} (${speed.cpu}), ` +
        `with ${bytes(speed.training_memory)} for activations and gradients and ${bytes(speed.params_memory)} for weights and optimizer. A fused layer counts with the one that does its work.` : null;
    return section("layers", "Layers", note ? h("p", { class: "muted" }, note) : null, h("div", { class: "card tall" }, table("Layers", heads, rows)));
}

const MANY_FILTERS = 64; // are shown smaller

// All pictures of one mosaic.
function pictures(title, picture, count) {
    if (!picture) return null;
    const mosaic = new Mosaic(picture), tiles = [], side = count > MANY_FILTERS ? 24 : 40;
    for (let i = 0; i < count; i++) tiles.push(mosaic.tile(Math.floor(i / picture.columns), i % picture.columns, side, `${title}, filter ${i}`));
    return h("div", {}, h("h4", {}, title), h("div", { class: "tiles" }, tiles));
}

export function filters(run) {
    const f = run.filters;
    if (!f) return null;
    const moved = f.change ? ` In the training they moved by ${number(f.moved, 3)} times the norm that they began with.` : "";
    return h("div", {}, h("h3", {}, "First weights"),
        h("p", { class: "muted" }, `${f.name}: ${f.count < f.all ? `${f.count} of ` : ""}${plural(f.all, "filter")}; grey is zero, each scaled by its own largest number. Smooth shapes are learned; noise is not.${moved}`),
        h("div", { class: "thirds" }, pictures("Best epoch", f.mosaic, f.count), pictures("Before the training", f.first, f.count), pictures("Change", f.change, f.count)));
}

// ---------------------------------------------------------------------------------------------------------------- samples

const SAMPLE_SIDE = 32; // pixels; of larger pictures a row takes the whole width

export function samples(run) {
    const s = run.samples;
    if (!s) return null;
    const sheet = (picture, label) => {
        const mosaic = new Mosaic(picture);
        return h("div", { class: `card samples ${Math.max(picture.width, picture.height) > SAMPLE_SIDE ? "large" : ""}` }, s.names.map((name, row) => h("div", { class: "row" }, h("span", { title: name }, name),
            h("div", { class: "tiles" }, Array.from({ length: picture.columns }, (_, column) => mosaic.tile(row, column, SAMPLE_SIDE, label(name, column)))))));
    };
    return section("data", "Data", h("p", { class: "muted" }, `${s.source}: ${plural(s.train, "sample")} to train, ${number(s.validation)} to validate, ${plural(s.classes, "class", "classes")}.`),
        sheet(s.mosaic, (name) => name),
        s.augmented ? [h("h3", {}, "As augmentation makes them"), h("p", { class: "muted" }, `The first picture of each class as it is, then as the first ${s.augmented.columns - 1} epochs see it.`),
            sheet(s.augmented, (name, column) => (column ? `${name}, epoch ${column}` : name))] : null,
        s.names.length < s.classes ? h("p", { class: "muted" }, `The first ${s.names.length} of ${number(s.classes)} classes.`) : null);
}

// ----------------------------------------------------------------------------------------------------------------- config

export function config(run) {
    if (!run.config) return null;
    const s = run.start, machine = s.cpu ? `Trained with ${plural(s.threads, "thread")} and ${plural(s.workers, "loader worker")} on ${s.cpu}, Cradle ${s.version}.` : null;
    return section("config", "Config", machine ? h("p", { class: "muted" }, machine) : null,
        h("p", { class: "muted" }, "Every option is written out; this file alone makes the same experiment again."),
        h("pre", { class: "card", tabindex: 0 }, run.config));
}
