// Opens the reports that report.sh made and compares them with the runs' event logs and the study's database. Leaves a picture of each page.
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const root = resolve(process.argv[2]);
const faults = [];
const fault = (page, text) => faults.push(`${page}: ${text}`);

const words = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const numeric = (value) => (typeof value === "string" && value in words ? words[value] : value);

// The log, read by nothing of ours.
function events(run) {
    const kinds = {};
    for (const line of readFileSync(join(root, "runs", run, "events.jsonl"), "utf8").split("\n")) {
        let event;
        try {
            event = JSON.parse(line);
        } catch {
            continue;
        }
        (kinds[event.event] ??= []).push(event);
    }
    return kinds;
}

const same = (a, b) => Object.is(Math.fround(a), Math.fround(b));

// A chart's series holds exactly the column of the log.
function compare(page, charts, title, label, expected) {
    const series = charts.find((chart) => chart.title === title)?.series.find((s) => s.label === label);
    if (!expected.some(Number.isFinite)) return;
    if (!series) return fault(page, `${title}: there is no ${label}`);
    if (series.values.length !== expected.length) return fault(page, `${title}, ${label}: ${series.values.length} numbers, expected ${expected.length}`);
    const wrong = expected.findIndex((value, i) => !same(numeric(series.values[i]), value));
    if (wrong >= 0) fault(page, `${title}, ${label}: number ${wrong} is ${series.values[wrong]}, expected ${expected[wrong]}`);
}

function compareRun(page, charts, log) {
    const column = (kind, key) => (log[kind] ?? []).map((event) => (event[key] === undefined ? NaN : numeric(event[key])));
    compare(page, charts, "Loss", "training, each step", column("step", "loss"));
    compare(page, charts, "Loss", "validation", column("epoch", "validation_loss"));
    compare(page, charts, "Accuracy", "training, each step", column("step", "accuracy"));
    compare(page, charts, "Accuracy", "training, mean of the epoch", column("epoch", "accuracy"));
    compare(page, charts, "Accuracy", "validation", column("epoch", "validation_accuracy"));
    compare(page, charts, "Learning rate", "learning rate", column("step", "lr"));
    compare(page, charts, "Speed", "images a second", column("step", "images_per_second"));
    const judged = (log.epoch ?? []).every((event) => event.train_accuracy === undefined) ? "accuracy" : "train_accuracy";
    compareNear(page, charts, "Gap", "gap", (log.epoch ?? []).map((event) => event[judged] - event.validation_accuracy));
    for (const metric of Object.keys(log.epoch?.[0]?.scores ?? {}).slice(1)) {
        const drawn = charts.find((chart) => chart.title === "Other measures")?.series.some((s) => (log.epoch ?? []).every((event, e) => same(numeric(s.values[e]), event.scores[metric])));
        if (!drawn) fault(page, `the other measures have no ${metric}`);
    }
}

// Numbers that are reckoned from float32.
function compareNear(page, charts, title, label, expected) {
    if (!expected.some(Number.isFinite)) return;
    const found = charts.find((chart) => chart.title === title)?.series.find((s) => s.label === label)?.values ?? [];
    if (found.length !== expected.length || expected.some((value, i) => !(Math.abs(numeric(found[i]) - value) < 1e-5))) fault(page, `${title}: ${found}, expected ${expected}`);
}

// The heat maps against what was observed, number by number; `thinned`: of a long run some observations are left out.
async function compareHeats(page, name, log) {
    const heats = await page.evaluate(() => [...document.querySelectorAll("figure.chart")].filter((figure) => figure.heat).map(({ heat }) => ({
        title: heat.spec.title, rows: heat.spec.rows, columns: Array.from(heat.spec.columns),
        values: heat.spec.rows.map((_, r) => heat.spec.columns.map((_, c) => heat.spec.value(r, c) ?? null)),
    })));
    const observed = new Map((log.observe ?? []).map((event) => [event.step, event]));
    const decays = observed.size ? log.observe[0].weights.map((_, i) => i).filter((i) => log.observe[0].weights[i].decays) : [];
    const weight = (of) => (event, r) => of(event.weights[decays[r]]);
    const expected = {
        "Update / weight": weight((w) => numeric(w.update) / numeric(w.weight)), "Gradient norm": weight((w) => numeric(w.gradient)), Zeros: (event, r) => event.units[r].zeros,
    };
    if (observed.size && heats.length < 4) fault(name, `${heats.length} heat maps, expected 4`);
    for (const heat of heats) {
        const value = expected[heat.title];
        let wrong = 0;
        for (let c = 0; c < heat.columns.length; c++) {
            const event = observed.get(heat.columns[c]);
            if (!event) wrong++;
            for (let r = 0; value && event && r < heat.rows.length; r++) {
                const [a, b] = [heat.values[r][c], value(event, r)];
                if (!(Math.abs(a - b) <= 1e-5 * Math.abs(b)) && Number.isFinite(b)) wrong++;
            }
        }
        if (wrong) fault(name, `${heat.title}: ${wrong} numbers are not those of the log`);
        // A histogram: the shares of each column make a whole, but for rounding in 8 bits.
        const bare = !value && heat.values[0].map((_, c) => heat.values.reduce((sum, row) => sum + (row[c] ?? 0), 0));
        if (bare && bare.some((sum) => sum !== 0 && !(sum > 0.98 && sum < 1.4))) fault(name, `${heat.title}: shares sum up to ${bare}`);
    }
}

// In the page: what each chart holds.
function readCharts() {
    return [...document.querySelectorAll("figure.chart")].filter((figure) => figure.chart).map(({ chart }) => ({
        title: chart.spec.title,
        drawn: Boolean(chart.plot),
        series: chart.spec.series.map((s) => ({ label: s.label, values: Array.from(s.values, (v) => (Number.isFinite(v) ? v : String(v).replace("NaN", "nan").replace("Infinity", "inf"))) })),
    }));
}

async function open(browser, file, name, options) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && fault(name, `console: ${message.text()}`));
    page.on("pageerror", (error) => fault(name, `error: ${error.message}`));
    page.on("dialog", (dialog) => (fault(name, `a dialog: ${dialog.message()}`), dialog.dismiss()));
    page.on("request", (request) => !/^(file|data):/.test(request.url()) && fault(name, `a request: ${request.url()}`));
    const begun = Date.now();
    await page.goto(`file://${join(root, file)}`);
    await page.waitForSelector("main:not([aria-busy])", { timeout: 240000 });
    // What is seen at first is drawn; then all the rest.
    await page.waitForFunction(() => [...document.querySelectorAll("figure.chart")].every((figure) => !figure.chart || figure.chart.plot || figure.getBoundingClientRect().top > innerHeight), null, { timeout: 240000 });
    // By the page's own clock, from the click to the first curve; of a page without one, until it is there.
    const first = await page.evaluate(() => performance.getEntriesByName("chart")[0]?.startTime);
    const seconds = (first ?? Date.now() - begun) / 1000;
    for (const text of await page.locator(".failed").allTextContents()) fault(name, text);
    await page.waitForFunction(() => !document.querySelector("[aria-busy]"), null, { timeout: 240000 });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await page.waitForFunction(() => [...document.querySelectorAll("figure.chart")].every((figure) => !figure.chart || figure.chart.plot), null, { timeout: 240000 });
    return { page, context, seconds };
}

async function checkTable(page, name) {
    const count = await page.evaluate(() => [...document.querySelectorAll("figure.chart")].filter((figure) => !figure.querySelector("details.table")).length);
    if (count) fault(name, `${count} charts have no table`);
    const details = page.locator("figure.chart details.table").first();
    await details.locator("summary").click();
    if (!(await details.locator("tbody tr").count())) fault(name, "the first chart's table is empty");
    await details.locator("summary").click();
}

async function checkKeyboard(page, name) {
    const canvas = page.locator("figure.chart .canvas").first();
    await canvas.focus();
    await page.keyboard.press("End");
    const spoken = await page.locator("figure.chart [aria-live]").first().textContent();
    if (!/\d/.test(spoken)) fault(name, `the keyboard says "${spoken}"`);
}

async function checkPhone(browser, file, name) {
    const { page, context } = await open(browser, file, `${name} (phone)`, { viewport: { width: 390, height: 844 } });
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (inner > outer) fault(name, `at ${outer} pixels the page is ${inner} wide`);
    await page.screenshot({ path: join(root, `${name}-phone.png`), fullPage: true });
    await context.close();
}

// Confusion, accuracy and classes agree with each other and with the log.
async function checkEvaluation(page, name, log) {
    const cells = await page.evaluate(() => [...document.querySelectorAll(".matrix tbody tr")].map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent) || 0)));
    if (!cells.length) return fault(name, "there is no confusion matrix");
    const all = cells.flat().reduce((a, b) => a + b, 0), right = cells.reduce((sum, row, i) => sum + row[i], 0);
    const best = log.epoch.filter((event) => event.best).at(-1);
    if (Math.abs(right / all - best.validation_accuracy) > 1e-6) fault(name, `the matrix says ${right} of ${all}, the log ${best.validation_accuracy}`);
    const fact = await page.locator(".facts dd").first().textContent();
    // Each class as the trainer judged it in that epoch.
    const rows = await page.evaluate(() => document.querySelectorAll(".matrix").length && [...document.querySelectorAll("#classes tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)));
    const names = await page.evaluate(() => [...document.querySelectorAll(".matrix tbody th")].map((head) => head.textContent));
    for (const [c, name_] of names.entries()) {
        const row = rows.find(([head]) => head === name_), { count, correct } = best.answers;
        if (Number(row?.[1]) !== count[c] || row[2] !== `${(100 * correct[c] / count[c]).toFixed(1)} %`) fault(name, `class ${name_}: ${row}, the log has ${correct[c]} of ${count[c]}`);
    }
    const binned = await page.evaluate(() => [...document.querySelectorAll("#calibration tbody tr")].reduce((sum, row) => sum + Number(row.children[1].textContent.replace(",", "")), 0));
    if (binned !== all) fault(name, `the calibration has ${binned} answers, expected ${all}`);
    if (!fact.startsWith(`${(100 * best.validation_accuracy).toFixed(2)} %`)) fault(name, `the first fact is ${fact}`);
}

// A long curve is drawn at what the eye can see; after a zoom every number is there.
async function checkZoom(page, name, log) {
    const seen = await page.evaluate(async () => {
        const { plot } = document.querySelector("figure.chart").chart, before = plot.data[0].length, from = plot.data[0][Math.floor(before / 2)];
        plot.setScale("x", { min: from, max: from + 0.25 });
        await new Promise((done) => setTimeout(done, 100));
        return { before, from, rows: Array.from(plot.data[0]).filter((x) => x >= from && x <= from + 0.25).length };
    });
    const { steps_per_epoch: per } = log.start[0], expected = log.step.filter(({ step }) => step / per >= seen.from && step / per <= seen.from + 0.25).length;
    if (seen.before > 20000) fault(name, `${seen.before} rows are drawn`);
    if (Math.abs(seen.rows - expected) > 1) fault(name, `zoomed, ${seen.rows} rows are drawn, expected ${expected}`);
}

async function checkRun(browser, run, checks = async () => {}) {
    const file = `runs/${run}/report.html`, log = events(run);
    const { page, context, seconds } = await open(browser, file, run);
    const charts = await page.evaluate(readCharts);
    compareRun(run, charts, log);
    await compareHeats(page, run, log);
    await checkTable(page, run);
    await checkKeyboard(page, run);
    await checks(page, log, seconds);
    await page.evaluate(() => (document.activeElement.blur(), scrollTo(0, 0)));
    await page.screenshot({ path: join(root, `${run}.png`), fullPage: true });
    await context.close();
    console.log(`${run}: ${charts.length} charts, open in ${seconds.toFixed(1)} s`);
}

async function checkBad(browser, run, ...patterns) {
    const { page, context } = await open(browser, `runs/${run}/report.html`, run);
    const notes = (await page.locator(".notes").count()) ? await page.locator(".notes").textContent() : "";
    for (const pattern of patterns) if (!pattern.test(notes)) fault(run, `the notes say "${notes}", expected ${pattern}`);
    if (!(await page.locator(".verdict").count())) fault(run, "there is no verdict");
    if (await page.locator("main img, main script, main b").count()) fault(run, "a text became an element");
    await page.screenshot({ path: join(root, `${run}.png`), fullPage: true });
    await context.close();
    console.log(`${run}: opens, with what could not be read`);
}

async function checkRunning(browser) {
    const { page, context } = await open(browser, "running.html", "running");
    const log = events("running"), charts = await page.evaluate(readCharts);
    const shown = charts.find((chart) => chart.title === "Loss")?.series[0].values ?? [];
    if (!shown.length || shown.some((value, i) => !same(numeric(value), numeric(log.step[i].loss)))) fault("running", `${shown.length} steps are shown, or not those of the log`);
    if (!(await page.locator(".headline, .verdict p").allTextContents()).join(" ").includes("still training")) fault("running", "it is not said that the run goes on");
    if (!readFileSync(join(root, "runs/running/last.safetensors")).equals(readFileSync(join(root, "runs/calm/last.safetensors")))) fault("running", "the run ended otherwise than one without reports");
    await page.screenshot({ path: join(root, "running.png"), fullPage: true });
    await context.close();
    console.log(`running: ${shown.length} of ${log.step.length} steps are shown`);
}

// A study against its database, in each of its charts.
async function checkStudy(browser) {
    const trials = JSON.parse(readFileSync(join(root, "study.json"), "utf8")), name = "study";
    const { page, context } = await open(browser, "study/report.html", name);
    const charts = await page.evaluate(readCharts), having = (state) => trials.map((trial) => (trial.state === state ? trial.score : NaN));
    for (const state of ["COMPLETE", "PRUNED", "FAIL"]) if (!trials.some((trial) => trial.state === state)) fault(name, `no trial is ${state}: the search is too easy`);
    compare(name, charts, "History", "complete", having("COMPLETE"));
    compare(name, charts, "History", "pruned", having("PRUNED"));
    const complete = trials.filter((trial) => trial.state === "COMPLETE"), best = complete.reduce((a, b) => (b.score > a.score ? b : a));
    const headline = await page.locator(".headline").textContent();
    if (!headline.includes(`Trial ${trials.indexOf(best)} is the best: validation accuracy ${(100 * best.score).toFixed(2)} %`)) fault(name, `the headline says "${headline}"`);
    const ways = charts.find((chart) => chart.title === "On the way")?.series.length, reported = trials.filter((trial) => trial.reports.length).length;
    if (ways !== reported) fault(name, `${ways} trials are shown on the way, expected ${reported}`);
    const dimensions = new Set(trials.flatMap((trial) => Object.keys(trial.values))), slices = await page.locator("#values-scores .grid figure.chart").count();
    if (slices !== dimensions.size) fault(name, `${slices} slices, expected ${dimensions.size}`);
    const scored = trials.filter((trial) => trial.score !== null || (trial.state === "PRUNED" && trial.reports.length)).length;
    for (const [what, selector, expected] of [["lines", ".trial-line", scored], ["bars in the timeline", ".span", trials.length], ["rows", "#trials tbody tr", trials.length]]) {
        const found = await page.locator(selector).count();
        if (found !== expected) fault(name, `${found} ${what}, expected ${expected}`);
    }
    if ((await page.locator("#contours .level").count()) < 20 || (await page.locator(".trial-point").count()) < 8) fault(name, "there are no contours");
    await page.locator("#contours select").first().selectOption({ index: 2 });
    if (!(await page.locator("#contours .level").count())) fault(name, "another dimension has no contours");
    await checkTable(page, name);
    await checkKeyboard(page, name);
    for (const drawing of await page.locator(".canvas.drawing").all()) {
        await drawing.focus();
        await page.keyboard.press("Home");
        const spoken = await drawing.evaluate((element) => element.parentElement.querySelector("[aria-live]").textContent);
        if (!/^Trial \d+/.test(spoken)) fault(name, `the keyboard says "${spoken}"`);
        if (!(await drawing.locator(".chosen").count())) fault(name, "the keyboard chooses nothing");
        await page.keyboard.press("Escape");
        const summary = drawing.locator("xpath=..").locator("details.table summary");
        await summary.click();
        if (!(await drawing.locator("xpath=..").locator("tbody tr").count())) fault(name, "a drawing's table is empty");
        await summary.click();
    }
    await page.evaluate(() => (document.activeElement.blur(), scrollTo(0, 0)));
    await page.screenshot({ path: join(root, "study.png"), fullPage: true });
    await context.close();
    const dark = await open(browser, "study/report.html", "study (dark)", { colorScheme: "dark" });
    await dark.page.screenshot({ path: join(root, "study-dark.png"), fullPage: true });
    await dark.page.pdf({ path: join(root, "study.pdf"), format: "A4" });
    await dark.context.close();
    await checkPhone(browser, "study/report.html", "study");

    const hostile = await open(browser, "hostile-study.html", "hostile study");
    if (await hostile.page.locator("main img, main script, main b").count()) fault("hostile study", "a name became an element");
    if (!(await hostile.page.locator("#trials tbody").textContent()).includes("<script>alert(1)</script>")) fault("hostile study", "a choice is not there");
    await hostile.context.close();
    console.log(`study: ${charts.length} charts, ${trials.length} trials`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

// Of an empty page: what a report takes beyond that is its own. The browser is warm for the first report, too.
let empty = Infinity;
for (let i = 0; i < 3; i++) {
    const { context, seconds } = await open(browser, "empty.html", "an empty page");
    await context.close();
    empty = Math.min(empty, seconds);
}
console.log(`an empty page: open in ${empty.toFixed(1)} s`);

await checkRun(browser, "seed1", async (page, log) => checkEvaluation(page, "seed1", log));
await checkRun(browser, "one", async (page, log) => checkEvaluation(page, "one", log));
await checkRun(browser, "epochs", async (page, log, seconds) => {
    await checkEvaluation(page, "epochs", log);
    if (log.epoch.length !== 200) fault("epochs", `${log.epoch.length} epochs, expected 200`);
    const size = statSync(join(root, "runs/epochs/report.html")).size;
    if (size > 2e6) fault("epochs", `the page has ${size} bytes, expected less than 2 MB`);
    if (seconds > empty + 1) fault("epochs", `opened in ${seconds} s, an empty page in ${empty} s`);
});
await checkRun(browser, "killed", async (page) => {
    const notes = await page.locator(".notes").textContent();
    if (!/events\.jsonl:\d+: the last line is not whole/.test(notes)) fault("killed", `the notes say "${notes}"`);
});
await checkRun(browser, "diverged", async (page, log) => {
    const first = log.step.find((event) => !Number.isFinite(numeric(event.loss)));
    if (!first) return fault("diverged", "the run did not diverge");
    const headline = await page.locator(".headline").textContent();
    if (!headline.includes(`from step ${first.step} on`)) fault("diverged", `the headline says "${headline}"`);
});
await checkRun(browser, "hostile", async (page) => {
    const scripts = await page.evaluate(() => document.querySelectorAll("script").length);
    if (scripts !== 2) fault("hostile", `${scripts} scripts`);
    if (await page.locator("main img, main script, main b").count()) fault("hostile", "a name became an element");
    const names = await page.evaluate(() => [...document.querySelectorAll(".matrix th[scope=row]")].map((head) => head.textContent));
    for (const name of ["<script>alert(1)<", "<img src=x onerror=alert(2)>"]) if (!names.includes(name)) fault("hostile", `the class ${name} is not there`);
});
await checkRun(browser, "many", async (page) => {
    if (!(await page.locator("#confusion canvas").count())) fault("many", "there is no picture of the confusion");
});
await checkRun(browser, "long", async (page, log, seconds) => {
    if (seconds > empty + 3) fault("long", `opened in ${seconds} s, an empty page in ${empty} s`);
    await checkZoom(page, "long", log);
    if (!(await page.locator("#inside canvas").count())) fault("long", "there are no layers");
});

// Made while the run went on: whole, and the run went on as if nothing had been.
await checkRunning(browser);
// What cannot be read is named with file and line; the rest is there.
await checkBad(browser, "truncated", /truncated\/events\.jsonl:\d+: the last line is not whole/, /truncated\/best\.safetensors: /);
await checkBad(browser, "empty", /empty\/events\.jsonl: is empty/);
await checkBad(browser, "missing", /missing\/events\.jsonl: is not there/, /the network: left out/);
await checkBad(browser, "foreign", /foreign\/events\.jsonl:1: /, /foreign\/config\.yaml:\d+:\d+: /);
await checkBad(browser, "wicked", /wicked\/events\.jsonl:1: /);

const { page, context } = await open(browser, "several.html", "several");
const charts = await page.evaluate(readCharts);
const accuracy = charts.find((chart) => chart.title === "Validation accuracy");
const seeds = ["seed1", "seed2", "seed3"].map((run) => events(run).epoch.map((event) => event.validation_accuracy));
const mean = seeds[0].map((_, e) => seeds.reduce((sum, run) => sum + Math.fround(run[e]), 0) / 3);
const drawn = accuracy?.series.find((s) => s.label === "seed1 and 2 more")?.values ?? [];
if (!mean.every((value, e) => Math.abs(value - drawn[e]) < 1e-6)) fault("several", `the mean over seeds is ${drawn}, expected ${mean}`);
const heads = await page.evaluate(() => [...document.querySelectorAll("#results thead th")].map((head) => head.textContent));
if (!heads.includes("train.optimizer.sgd.lr") || !heads.includes("train.seed")) fault("several", `the results have ${heads}`);
for (const [title, label, run, kind, key] of [["Validation loss", "slow", "slow", "epoch", "validation_loss"], ["Validation accuracy", "one", "one", "epoch", "validation_accuracy"],
    ["Training loss", "slow", "slow", "epoch", "loss"], ["Learning rate", "seed1", "seed1", "step", "lr"]])
    compare("several", charts, title, label, events(run)[kind].map((event) => event[key]));
await page.screenshot({ path: join(root, "several.png"), fullPage: true });
await page.locator("#compare .controls input[type=checkbox]").last().click();
for (const run of ["seed1", "seed2", "seed3", "slow", "one"]) compare("several", await page.evaluate(readCharts), "Validation accuracy", run, events(run).epoch.map((event) => event.validation_accuracy));
await context.close();

// A folder of runs: two rates, each with three seeds.
const series = await open(browser, "runs/series/report.html", "series");
const groups = await series.page.evaluate(() => [...document.querySelectorAll("#groups tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent)));
if (groups.length !== 2 || !groups.every((row) => row[1] === "3")) fault("series", `the groups are ${JSON.stringify(groups)}`);
for (const [head, , mean] of groups) {
    const best = [1, 2, 3].map((seed) => events(`series/${head.split(",")[0]}-seed=${seed}`).epoch.filter((event) => event.best).at(-1).validation_accuracy);
    const expected = `${(100 * best.reduce((a, b) => a + b) / 3).toFixed(2)} %`;
    if (mean !== expected) fault("series", `${head}: mean ${mean}, expected ${expected}`);
}
await series.page.screenshot({ path: join(root, "series.png"), fullPage: true });
await series.context.close();

await checkStudy(browser);
await checkPhone(browser, "runs/seed1/report.html", "seed1");
await checkPhone(browser, "runs/hostile/report.html", "hostile");
await checkPhone(browser, "several.html", "several");
await checkPhone(browser, "runs/many/report.html", "many");
const dark = await open(browser, "runs/seed1/report.html", "seed1 (dark)", { colorScheme: "dark" });
await dark.page.screenshot({ path: join(root, "seed1-dark.png"), fullPage: true });
await dark.page.pdf({ path: join(root, "seed1.pdf"), format: "A4" });
await dark.page.emulateMedia({ media: "print" });
await dark.page.setViewportSize({ width: 794, height: 1123 });
await dark.page.evaluate(() => dispatchEvent(new Event("beforeprint")));
await dark.page.waitForTimeout(300);
await dark.page.screenshot({ path: join(root, "seed1-print.png"), fullPage: true });
await browser.close();

for (const text of faults) console.log(text);
if (faults.length) process.exit(1);
