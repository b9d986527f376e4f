// The verdict, the findings, and the numbers that are asked for first.
import { amount, duration, h, number, percent, plural, section } from "./dom.js";

const ranks = { fault: 0, warning: 1, note: 2 };
const rank = (finding) => ranks[finding.severity] ?? 2;
export const severity = (finding) => Object.keys(ranks)[rank(finding)];

// The same fault told again and again is one finding with a count.
export function gather(findings) {
    const groups = new Map();
    for (const finding of findings) {
        const key = `${finding.check}|${finding.severity}|${finding.layer ?? ""}`;
        const group = groups.get(key);
        if (group) group.times++;
        else groups.set(key, { ...finding, times: 1 });
    }
    const sorted = [...groups.values()].sort((a, b) => rank(a) - rank(b) || (a.step ?? 0) - (b.step ?? 0));
    return sorted.map((finding, index) => ({ ...finding, led: finding.number, number: index + 1 }));
}

// What train --auto did about it, where the training went on with that.
const mended = (run, finding) => (finding.led ? run.changes.find((act) => act.number === finding.led && !act.finished) : undefined);

function judge(run, findings) {
    const { state, diverged } = run.summary, left = findings.filter((finding) => !mended(run, finding)), worst = left.length ? severity(left[0]) : "none";
    if (diverged || worst === "fault") return "fault";
    return worst === "warning" || state === "unended" || state === "empty" ? "warning" : "good";
}

// In sentences, the most important first.
function words(run, findings) {
    const s = run.summary, planned = s.planned ? ` of ${s.planned}` : "";
    const states = {
        empty: "Nothing has been trained yet.",
        unended: `Not ended after ${s.epochs}${planned} epochs: it was killed, or is still training.`,
        stopped: `Stopped by its user after ${s.epochs}${planned} epochs; it can go on.`,
        "stopped early": `Stopped early after ${s.epochs}${planned} epochs, as the results got no better.`,
        finished: s.epochs === 1 ? "Trained its one epoch." : `Trained all ${plural(s.epochs, "epoch")}.`,
    };
    const open = findings.filter((f) => severity(f) === "fault" && !mended(run, f)), faults = open.length, healed = findings.filter((f) => mended(run, f)).length;
    const first = s.diverged
        ? `Diverged: the loss is no number from step ${number(s.diverged)} on.`
        : faults ? `${plural(faults, "fault")} found: ${open[0].symptom}.`
        : s.best_epoch ? `Best ${s.validated ? "validation" : "training"} ${run.measure}: ${show(run, s.best_accuracy)}, in epoch ${s.best_epoch}.` : "";
    const second = [first ? states[s.state] : "", healed ? "What went wrong on the way was mended by itself." : ""].filter(Boolean).join(" ");
    return [first || states[s.state], second];
}

export const show = (run, value) => (run.fraction ? percent(value) : number(value));

function verdict(run, findings) {
    const [first, second] = words(run, findings), kind = judge(run, findings);
    const signs = { good: "✓", warning: "!", fault: "✕" };
    return h("div", { class: `verdict ${kind}` },
        h("span", { class: "sign", "aria-hidden": "true" }, signs[kind]),
        h("div", {}, h("p", { class: "headline" }, first), second ? h("p", { class: "muted" }, second) : null));
}

export function fact(value, label, note) {
    return h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, value, h("small", {}, note ?? "")));
}

function facts(run) {
    const s = run.summary, gap = s.best_training_accuracy - s.best_accuracy;
    const part = s.validated ? "validation" : "training";
    const last = run.epochs.count - 1, speed = run.epochs.images_per_second?.[last];
    return h("dl", { class: "facts" },
        fact(show(run, s.best_accuracy), `${part} ${run.measure}`, s.best_epoch ? `the best, epoch ${s.best_epoch}` : null),
        fact(number(s.best_loss), `${part} loss`, s.best_epoch ? `epoch ${s.best_epoch}` : null),
        s.validated && run.fraction && Number.isFinite(gap)
            ? fact(`${(100 * gap).toFixed(2).replace("-", "−")} pts`, "gap", "training − validation") : null,
        fact(`${s.epochs}${s.planned ? ` / ${s.planned}` : ""}`, "epochs", plural(s.steps, "step")),
        fact(duration(s.seconds), "training time", Number.isFinite(speed) ? `${amount(speed)} images/s` : null),
        run.network ? fact(amount(run.network.params), "parameters", plural(run.network.layers.length - 1, "layer")) : null);
}

// {path, from, to}, or words.
function replacement(change) {
    if (typeof change === "string" && change) return h("code", {}, change);
    const { path, from, to } = change ?? {};
    return path ? h("code", {}, `${path}: `, from !== undefined && from !== "" ? `${from} → ` : "", String(to)) : null;
}

// A finding proposes one change, or several that go together.
function changes(finding) {
    const all = [finding.change, finding.more ?? []].flat().map(replacement).filter(Boolean);
    return all.length > 1 ? row("Changes, together", h("ul", { class: "changes" }, all.map((change) => h("li", {}, change)))) : row("Change", all[0]);
}

function row(label, content) {
    return content && (!Array.isArray(content) || content.length) ? [h("dt", {}, label), h("dd", {}, content)] : null;
}

// What a short training on the side said about the change.
function confirmation(run, finding) {
    const tried = run.confirmations.find((c) => c.check === finding.check && c.path === finding.change?.path && c.to === finding.change?.to);
    if (!tried) return null;
    const gain = Number.isFinite(tried.gain) ? ` (lower by ${number(tried.gain, 3)} ± ${number(tried.error, 2)})` : "";
    const accuracy = tried.validation_accuracy === undefined ? "" : `; validation ${run.measure} ${show(run, tried.validation_accuracy_changed)} instead of ${show(run, tried.validation_accuracy)}`;
    return [h("strong", { class: tried.confirmed ? "good" : "fault" }, tried.confirmed ? "Confirmed" : "Refuted"),
        ` in ${number(tried.steps)} steps from the ${tried.from_checkpoint ? "last checkpoint" : "beginning"}: the loss is ${number(tried.loss_changed)} instead of ${number(tried.loss)}${gain}${accuracy}.`];
}

function card(run, finding) {
    const kind = severity(finding), causes = [finding.causes ?? finding.cause ?? []].flat().filter(Boolean);
    const when = finding.step === undefined ? "" : `step ${number(finding.step)}${finding.epoch === undefined ? "" : `, epoch ${number(finding.epoch)}`}`;
    return h("li", { class: `finding ${kind}`, id: `finding-${finding.number}` },
        h("header", {},
            h("span", { class: "badge" }, `${finding.number} · ${kind}`),
            h("h3", {}, finding.symptom ?? finding.check ?? "finding"),
            h("span", { class: "muted" }, [when, finding.check, finding.times > 1 ? `${finding.times} times` : "", mended(run, finding) ? `mended (auto ${finding.led})` : ""].filter(Boolean).join(" · "))),
        h("dl", {},
            row("Evidence", finding.evidence),
            row(causes.length > 1 ? "Likely causes" : "Likely cause", causes.length > 1 ? h("ol", {}, causes.map((cause) => h("li", {}, cause))) : causes[0]),
            row("Remedy", finding.remedy),
            changes(finding),
            row("Tried", confirmation(run, finding))));
}

function findingsOf(run, findings) {
    if (findings.length) return h("ol", { class: "findings" }, findings.map((finding) => card(run, finding)));
    const watched = run.watched ? "The babysitter watched this training and found nothing wrong." : "No findings are recorded for this run.";
    return h("p", { class: "muted quiet" }, watched);
}

// What was done by itself (train --auto), in the order in which it was.
function acts(run) {
    if (!run.changes.length) return null;
    const words = (act) => {
        const back = act.step === 0 ? "Back to the beginning" : `Back to the state of epoch ${number(act.epoch)}`;
        return act.back ? `${back}${act.finished ? ", and ended there" : ""}` : act.finished ? "Ended" : "Went on";
    };
    return [h("h3", {}, "What was done by itself"), h("ol", { class: "findings" }, run.changes.map((act) => h("li", { class: "finding act" },
        h("header", {}, h("span", { class: "badge" }, `auto ${act.number}`), h("h3", {}, words(act)), h("span", { class: "muted" }, `decided at step ${number(act.decided)}`)),
        h("dl", {}, row("Why", act.why), row("Change", replacement(act))))))];
}

export function notes(run) {
    if (!run.notes?.length) return null;
    return h("div", { class: "notes", role: "note" }, h("strong", {}, "What could not be read or made"),
        h("ul", {}, run.notes.map((note) => h("li", {}, note))));
}

export function overview(run, findings) {
    return section("verdict", "Verdict", verdict(run, findings), facts(run), notes(run), h("h3", {}, "Findings"), findingsOf(run, findings), acts(run));
}
