// Elements and numbers. Text from files goes into text nodes alone, never into markup.

// h("td", {class: "number", onclick: f}, "text", element, [more]): attributes; on... are listeners.
export function h(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity))
        if (child !== null && child !== undefined && child !== false) element.append(child);
    return element;
}

// A table: heads [{text, number}], rows of texts or elements.
export function table(caption, heads, rows) {
    const kind = heads.map((head) => (head.number ? "number" : null));
    return h("div", { class: "scroll" },
        h("table", {},
            h("caption", { class: "hidden" }, caption),
            h("thead", {}, h("tr", {}, heads.map((head, i) => h("th", { scope: "col", class: kind[i] }, head.text)))),
            h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) =>
                h(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : { class: kind[i] }, cell)))))));
}

// A name that may be long, on one line.
export const clip = (name) => h("span", { class: "clip", title: name }, name);

// A share as a bar and in digits; below each other in a column they line up.
export function shareBar(share, digits = 1) {
    const bar = h("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", Number.isFinite(share) ? share : 0);
    return h("span", { class: "share" }, bar, h("span", {}, percent(share, digits)));
}

// A section with a heading, reachable from the bar at the top.
export function section(id, title, ...children) {
    return h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), children);
}

// What a damaged log holds may be anything: a part that cannot be made says so and leaves the others.
export function attempt(title, make) {
    try {
        return make();
    } catch (error) {
        return h("section", {}, h("p", { class: "notes failed" }, `${title} cannot be shown: ${error.message}.`));
    }
}

// ------------------------------------------------------------------------------------------------------------- numbers

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

export function number(value, digits = 4) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (!isNumber(value)) return String(value);
    if (Number.isInteger(value) && Math.abs(value) < 1e9) return value.toLocaleString("en-US").replace("-", "−");
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("e-", "e−").replace("e+", "e");
    return size >= 1e4 ? Math.round(value).toLocaleString("en-US").replace("-", "−") : value.toPrecision(digits).replace("-", "−");
}

export function percent(fraction, digits = 2) {
    return isNumber(fraction) ? `${(100 * fraction).toFixed(digits).replace("-", "−")} %` : "–";
}

export function amount(value) {
    const units = ["", " k", " M", " G", " T"];
    let unit = 0;
    for (; value >= 1000 && unit < 4; unit++) value /= 1000;
    return (unit === 0 ? String(Math.round(value)) : value.toFixed(value < 100 ? 1 : 0)) + units[unit];
}

export function bytes(value) {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    for (; value >= 1024 && unit < 4; unit++) value /= 1024;
    return `${unit === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[unit]}`;
}

export function duration(seconds) {
    if (!isNumber(seconds)) return "–";
    if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
    const whole = Math.round(seconds), two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)} h` : `${minutes}:${two(whole % 60)} min`;
}

export const plural = (count, noun, many = `${noun}s`) => `${number(count)} ${count === 1 ? noun : many}`;
