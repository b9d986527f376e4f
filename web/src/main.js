// The report: reads the data that stand in the page and builds its sections, verdict first.
import { attempt, h, plural } from "./dom.js";
import { readPage } from "./data.js";
import { isDark, setTheme } from "./look.js";
import { gather, overview } from "./overview.js";
import { Controls, curves, rangeTest, smoothing, spread } from "./curves.js";
import { inside } from "./inside.js";
import { evaluation } from "./evaluation.js";
import { config, filters, layers, samples } from "./details.js";
import { compare, compareView } from "./compare.js";
import { studyView } from "./study.js";

function switchTheme() {
    return h("button", { type: "button", class: "theme", "aria-label": "light or dark", title: "light or dark",
        onclick: () => setTheme(isDark() ? "light" : "dark") }, "◐");
}

// The bar at the top: one link for each section that is there.
function bar(title, body) {
    const links = [...body.querySelectorAll("section > h2")].map((head) => h("a", { href: `#${head.parentElement.id}` }, head.textContent));
    return h("header", { class: "top" }, h("div", {}, h("strong", { title }, title), h("nav", { "aria-label": "sections" }, links), switchTheme()));
}

function details(run) {
    const findings = gather(run.findings), controls = new Controls({ axis: run.epochs.count > 1 ? "epoch" : "step", smoothing: smoothing(run.steps.count), log: spread([run]) });
    const drawn = attempt("The curves", () => curves(run, findings, controls)), test = attempt("The range test", () => rangeTest(run, controls));
    if (test) (drawn.querySelector(".grid") ?? drawn).append(test);
    const body = h("div", {}, attempt("The verdict", () => overview(run, findings)), drawn);
    return { body, free: () => controls.free(), rest: () => {
        const weights = attempt("The filters", () => filters(run)), network = attempt("The layers", () => layers(run));
        if (network && weights) network.append(weights);
        body.append(...[attempt("The evaluation", () => evaluation(run)), inside(run, controls.charts), network, attempt("The samples", () => samples(run)), config(run)].filter(Boolean));
    } };
}

// What lies below is made once the first view is shown; before anything is printed.
function soon(body, make) {
    body.setAttribute("aria-busy", "true");
    const done = () => {
        clearTimeout(later);
        removeEventListener("beforeprint", done);
        make();
        body.removeAttribute("aria-busy");
    };
    const later = setTimeout(done, 30);
    addEventListener("beforeprint", done);
}

// Of several runs one at a time is shown in detail.
function switcher(runs) {
    const place = h("div", { id: "run" });
    let shown;
    const choose = (index) => {
        shown?.free();
        shown = details(runs[index]);
        shown.rest();
        place.replaceChildren(shown.body);
    };
    choose(0);
    return [h("div", { class: "switcher" }, h("label", {}, "Details of ", h("select", { onchange: (event) => choose(Number(event.target.value)) },
        runs.map((run, i) => h("option", { value: i }, run.name))))), place];
}

function foot(page) {
    const thinned = page.thinned > 1 ? ` The steps are thinned: of each ${page.thinned} two points are kept, with the least and the largest numbers among them; events.jsonl holds all.` : "";
    const quick = page.quick ? " Made with --quick: no data were opened." : "";
    return h("footer", {}, `Cradle ${page.version}${page.made ? `, ${page.made}` : ""}.${thinned}${quick} Charts by uPlot.`);
}

// Of several runs in one folder that folder.
function placeOf(runs) {
    const parents = new Set(runs.map((run) => run.folder.replace(/\/+$/, "").split("/").slice(0, -1).join("/"))), [parent] = parents;
    return runs.length > 1 && parents.size === 1 && parent ? `in ${parent}` : runs.map((run) => run.folder).join(", ");
}

function start() {
    const root = document.getElementById("page"), page = readPage(), { runs } = page;
    if (page.study) return startStudy(root, page);
    const title = runs.length === 1 ? runs[0].name : plural(runs.length, "run");
    document.title = `${title} – Cradle report`;
    const shown = runs.length === 1 ? details(runs[0]) : null, end = foot(page);
    const body = h("div", { class: "body" }, h("h1", {}, title), h("p", { class: "path" }, placeOf(runs)),
        shown ? shown.body : compare(runs, compareView(runs)), end);
    root.replaceChildren(bar(title, body), body);
    soon(body, () => {
        if (shown) shown.rest();
        else end.before(...switcher(runs));
        root.firstChild.replaceWith(bar(title, body));
    });
}

function startStudy(root, page) {
    const title = page.study.place.replace(/\/+$/, "").split("/").at(-1);
    document.title = `${title} – Cradle report`;
    const body = h("div", { class: "body" }, h("h1", {}, title), h("p", { class: "path" }, page.study.place), studyView(page.study), foot(page));
    root.replaceChildren(bar(title, body), body);
}

try {
    start();
} catch (error) {
    document.getElementById("page").replaceChildren(h("p", { class: "notes" }, `This report cannot be shown: ${error.message}`));
    throw error;
} finally {
    document.getElementById("page").removeAttribute("aria-busy");
}
