"""Charts as SVG: panels beside each other with one scale and one legend."""
import math
from html import escape
from typing import NamedTuple

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999", "#8a6d3b"]
WIDTH, LEFT, GAP, TOP, BOTTOM = 760, 56, 18, 44, 34


class Line(NamedTuple):
    name: str
    values: list  # of y; what is no number is left out
    bars: list = ()  # deviations, drawn up and down
    dashed: bool = False
    places: list = ()  # of x, 0..1; else evenly spread


class Panel(NamedTuple):
    title: str
    lines: list
    ends: list  # labels below, evenly spread


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>'


def document(height, title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif" '
            f'font-size="12"><rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>')
    return "\n".join([head, text(12, 18, title, ' font-weight="bold"'), *parts, "</svg>"]) + "\n"


def ticks(low, high):
    """About five round numbers from low to high."""
    rough = (high - low) / 5
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 5, 10) if size * m >= rough)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def curve(line, colour, x, y, width, height, low, high):
    """The box's corner is (x, y). What leaves the scale is cut off at its edge."""
    count = len(line.values)
    places = line.places or [i / max(count - 1, 1) for i in range(count)]

    def at(place, value):
        return x + width * place, y + height * (1 - (min(max(value, low), high) - low) / (high - low))
    bars = line.bars or [0] * count
    known = [point for point in zip(places, line.values, bars) if math.isfinite(point[1])]
    points = " ".join("%.1f,%.1f" % at(p, v) for p, v, _ in known)
    dash = ' stroke-dasharray="4 3"' if line.dashed else ""
    out = [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}/>']
    for place, value, bar in known:
        if bar:
            (px, top), (_, bottom) = at(place, value + bar), at(place, value - bar)
            out.append(f'<path d="M{px:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}" stroke-width="1.4"/>')
    return out


def draw_panel(panel, colours, x, y, width, height, low, high, labelled):
    out = [text(x, y - 8, panel.title)]
    for value in ticks(low, high):
        line = y + height * (1 - (value - low) / (high - low))
        out.append(f'<path d="M{x:.1f} {line:.1f}h{width:.1f}" stroke="#ddd"/>')
        if labelled:
            out.append(text(x - 6, line + 4, f"{value:g}", ' text-anchor="end"'))
    for i, end in enumerate(panel.ends):
        place = i / max(len(panel.ends) - 1, 1)
        anchor = "start" if i == 0 else "end" if i == len(panel.ends) - 1 else "middle"
        out.append(text(x + width * place, y + height + 16, end, f' text-anchor="{anchor}" font-size="11"'))
    for line in panel.lines:
        out += curve(line, colours[line.name], x, y, width, height, low, high)
    return out


def legend(names, colours, y):
    """Names one after the other, as many rows as they take; what they need below y."""
    out, x, begun = [], LEFT, y
    for name, dashed in names.items():
        wide = 40 + 7.5 * len(name)
        if x + wide > WIDTH:
            x, y = LEFT, y + 18
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        out.append(f'<path d="M{x} {y - 4:.1f}h20" stroke="{colours[name]}" stroke-width="2.5"{dash}/>')
        out.append(text(x + 25, y, name))
        x += wide
    return out, y - begun + 18


def chart(title, panels, low, high, columns=None, height=220):
    """Panels in rows of `columns`, all from low to high; a name has one colour in all of them."""
    columns = columns or len(panels)
    names = {}
    for panel in panels:
        names.update((line.name, line.dashed) for line in panel.lines)
    colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
    width = (WIDTH - LEFT - 12 - GAP * (columns - 1)) / columns
    out, y = [], TOP
    for i, panel in enumerate(panels):
        column = i % columns
        y = TOP + i // columns * (height + TOP + BOTTOM - 14)
        out += draw_panel(panel, colours, LEFT + column * (width + GAP), y, width, height, low, high, column == 0)
    keys, needed = legend(names, colours, y + height + BOTTOM + 8)
    return document(y + height + BOTTOM + needed, title, out + keys)
