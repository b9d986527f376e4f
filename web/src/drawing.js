// The frame of a drawing of our own, in SVG: title, words under the pointer, a cursor for the keyboard, and its table.
// It is drawn anew at another width; its colours come from the style sheet, so that light and dark need nothing.
//
// spec: {title, note, controls, draw, count, name, mark, table}
//   draw(width): the SVG element; elements in it that stand for an item have data-item (0, 1, ...)
//   count, name(i): the items in the order in which the arrow keys go through them, and each in words
//   table: {heads, rows()}
import { h, table } from "./dom.js";
import { whenSeen } from "./look.js";

export class Drawing {
    constructor(spec) {
        this.spec = spec;
        this.item = -1;
        this.canvas = h("div", {
            class: "canvas drawing", tabindex: 0, role: "img", "aria-label": `${spec.title}. ${spec.note ?? ""} Arrow keys go through it; a table follows.`,
            onkeydown: (event) => this.onKey(event),
            onpointermove: (event) => this.choose(Number(event.target.closest("[data-item]")?.dataset.item ?? -1)),
            onpointerleave: () => this.choose(-1),
        });
        this.where = h("p", { class: "where" }, " ");
        this.spoken = h("span", { class: "hidden", "aria-live": "polite" });
        this.details = h("details", { class: "table", ontoggle: () => this.showTable() }, h("summary", {}, "Table"));
        this.element = h("figure", { class: "chart wide" },
            h("figcaption", {}, h("strong", {}, spec.title), spec.note ? h("span", {}, spec.note) : null),
            spec.controls, this.where, this.canvas, this.spoken, this.details);
        whenSeen(this.canvas, () => this.draw());
        new ResizeObserver(() => this.drawn && this.canvas.clientWidth !== this.width && this.draw()).observe(this.canvas);
    }

    draw() {
        this.width = this.canvas.clientWidth;
        if (!this.width) return;
        this.canvas.replaceChildren(this.spec.draw(this.width));
        this.drawn = true;
        this.choose(-1);
        if (this.details.open) this.showTable();
    }

    // The chosen item stands out, and what it is stands above.
    choose(item) {
        this.item = item;
        for (const element of this.canvas.querySelectorAll(".chosen")) element.classList.remove("chosen");
        for (const element of item < 0 ? [] : this.canvas.querySelectorAll(`[data-item="${item}"]`)) {
            element.classList.add("chosen");
            if (element.classList.contains("lifts")) element.parentNode.append(element);
        }
        this.where.textContent = item < 0 ? " " : this.spec.name(item);
    }

    onKey(event) {
        const last = this.spec.count() - 1, now = this.item;
        const goal = { ArrowLeft: now - 1, ArrowUp: now - 1, ArrowRight: now + 1, ArrowDown: now + 1, Home: 0, End: last }[event.key];
        if (event.key === "Escape") this.choose(-1);
        if (goal === undefined || last < 0) return;
        event.preventDefault();
        this.choose(Math.min(last, Math.max(0, goal)));
        this.spoken.textContent = this.where.textContent;
    }

    showTable() {
        this.details.querySelector(".scroll")?.remove();
        if (this.details.open) this.details.append(table(this.spec.title, this.spec.table.heads, this.spec.table.rows()));
    }
}
