// Makes what the runs are made from: pictures in folders with hostile names, a thousand classes, and a long run's event log.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const root = process.argv[2];

// Any number from 0 to 1, the same each time (xorshift).
let state = 88172645;
function random() {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
}

// node:zlib has crc32 from version 20.15 on.
function checksum(bytes) {
    if (crc32) return crc32(bytes);
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    return ~crc >>> 0;
}

function chunk(name, data) {
    const body = Buffer.concat([Buffer.from(name), data]), frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(checksum(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

// A grey picture of 8x8 whose brightness tells its class, with noise.
function png(level) {
    const side = 8, rows = Buffer.alloc(side * (side + 1)), header = Buffer.alloc(13);
    for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) rows[y * (side + 1) + 1 + x] = Math.min(255, Math.max(0, 255 * level + 60 * (random() - 0.5)));
    header.writeUInt32BE(side, 0);
    header.writeUInt32BE(side, 4);
    header[8] = 8;
    return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

function pictures(folder, names, each) {
    names.forEach((name, c) => {
        mkdirSync(join(root, folder, name), { recursive: true });
        for (let i = 0; i < each; i++) writeFileSync(join(root, folder, name, `${i}"><b>.png`), png((c + 0.5) / names.length));
    });
}

const recipe = (folder, more) => `data: {source: {folder: {path: ${folder}, size: 8, channels: 1}}, validation: 0.25}\nmodel: [dense: {units: ${more}}]\ntrain: {optimizer: {adam: {lr: 0.01}}, epochs: 2, batch: 16}\n`;

const hostile = ["<script>alert(1)<", "<img src=x onerror=alert(2)>", "\"'&amp;\\u003c", "日本語 ﷽ \u202egnp", "a".repeat(120)];
pictures("pictures", hostile, 20);
writeFileSync(join(root, "hostile.yaml"), recipe("pictures", hostile.length));
pictures("many", Array.from({ length: 1000 }, (_, c) => `class ${c}`), 4);
writeFileSync(join(root, "many.yaml"), recipe("many", 1000));

// Two rates with three seeds each.
writeFileSync(join(root, "series.yaml"), "data: {source: digits, limit: 800, validation: 0.3}\nmodel: [dense: 32, relu, dense: 10]\ntrain: {optimizer: {sgd: {lr: 0.1}}, epochs: 5}\nruns: {train.optimizer.sgd.lr: [0.1, 0.01], train.seed: [1, 2, 3]}\n");

// Events of the right kinds whose members are of every wrong kind.
const wicked = ["<img src=x onerror=alert(3)>", null, {}, [], [null, { path: null }], true, -1, 1e308, "nan", { __proto__: null, length: 3 }, ["<script>alert(4)</script>"]];
const keys = {
    start: ["epochs", "steps_per_epoch", "seed", "threads", "cpu", "version", "observe"], step: ["epoch", "loss", "accuracy", "lr", "seconds"], epoch: ["loss", "validation_loss", "validation_accuracy", "scores", "answers", "best"],
    observe: ["weights", "units"], finding: ["check", "severity", "symptom", "evidence", "causes", "remedy", "change", "more", "epoch"], change: ["number", "decided", "back", "path", "from", "to", "why"], checkpoint: ["epoch"], end: ["finished", "seconds"], "<b>": ["x"],
};
const malice = wicked.flatMap((value, v) => Object.entries(keys).map(([event, members]) => ({ event, step: v === 7 ? value : v + 1, ...Object.fromEntries(members.map((member, m) => [member, wicked[(v + m) % wicked.length]])) })));
writeFileSync(join(root, "wicked.jsonl"), ["<script>", ...malice.map((event) => JSON.stringify(event))].join("\n") + "\n");

// A search with branches, rates that diverge, and trials that are ended early; one whose names are hostile.
writeFileSync(join(root, "study.yaml"), `data: {source: digits, limit: 800, validation: 0.3}
model: [dense: !int [4, 128, 32], !choice [relu, tanh, elu], dense: 10]
train:
  optimizer: !choice [{sgd: {lr: !log [1e-3, 300, 0.1], momentum: !uniform [0, 0.99, 0.5]}}, {adam: {lr: !log [1e-5, 1]}}]
  batch: !logint [16, 256, 64]
  epochs: 6
`);
writeFileSync(join(root, "hostile-study.yaml"), "name: !choice ['<script>alert(1)</script>', '<img src=x onerror=alert(2)>']\ncode: !int [0, 1]\n'<b>x': !log [1e-3, 1]\n");

// 200,000 steps, observed in 50 layers each hundredth step.
const STEPS = 200000, EPOCH = 2000, LAYERS = 50;
const lines = [{ event: "start", step: 0, epoch: 0, epochs: STEPS / EPOCH, steps_per_epoch: EPOCH, resumed: false, seed: 1, threads: 2, workers: 2, cpu: "avx2", version: "0", seconds: 0 }];
const round = (v) => Number(v.toPrecision(6));
const bins = Array.from({ length: 20 }, (_, i) => i * (20 - i));
for (let step = 1; step <= STEPS; step++) {
    const epoch = Math.floor((step - 1) / EPOCH), loss = round(2.3 * Math.exp(-step / 30000) + 0.1 * random()), seconds = round(step / 50);
    lines.push({ event: "step", step, epoch, loss, accuracy: round(1 - loss / 2.5), lr: round(0.05 * (1 + Math.cos((Math.PI * step) / STEPS))), images_per_second: 1600, seconds });
    if (step % 100 === 0)
        lines.push({ event: "observe", step, epoch, seconds,
            weights: Array.from({ length: LAYERS }, (_, l) => ({ name: `conv${l}.weight`, count: 1000, decays: true, weight: 1 + l, gradient: round(random() / (1 + l)), update: round(random() * 1e-3), spread: { first: 20, bins } })),
            units: Array.from({ length: LAYERS }, (_, l) => ({ layer: `relu${l}`, op: "relu", units: 64, mean: 0.1, deviation: 1, least: 0, most: 3, zeros: round(random()), silent: 1, silence: "8000000000000000", spread: { first: 32, bins } })) });
    if (step % EPOCH === 0)
        lines.push({ event: "epoch", step, epoch: epoch + 1, loss, accuracy: 0.5, validation_loss: round(loss * 1.1), validation_accuracy: round(0.9 - loss / 4), lr: 0.1, best: true, images_per_second: 1600, seconds });
}
mkdirSync(join(root, "runs", "long"), { recursive: true });
writeFileSync(join(root, "runs", "long", "events.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n") + "\n");
writeFileSync(join(root, "runs", "long", "config.yaml"), "data: {source: digits}\nmodel: [dense: 10]\n");
