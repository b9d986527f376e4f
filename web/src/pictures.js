// Pictures out of a mosaic (src/report/mosaic.h): each becomes a canvas of its own.
import { h } from "./dom.js";

// A canvas a tile, drawn once the picture is there; `place` is [row, column].
export class Mosaic {
    constructor(mosaic) {
        this.mosaic = mosaic;
        this.image = new Image();
        this.image.src = mosaic.picture;
        this.ready = this.image.decode();
    }

    // `side`: of the shown picture, in CSS pixels, at least; whole multiples keep small pictures sharp.
    tile(row, column, side, label) {
        const { height, width } = this.mosaic, zoom = Math.max(1, Math.round(side / Math.max(height, width)));
        const canvas = h("canvas", { width, height, role: "img", "aria-label": label });
        canvas.style.width = `${width * zoom}px`;
        canvas.style.height = `${height * zoom}px`;
        this.ready.then(() => canvas.getContext("2d").drawImage(this.image, column * width, row * height, width, height, 0, 0, width, height), () => {});
        return canvas;
    }
}
