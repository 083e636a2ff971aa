"""Draws the bench's figures as SVG, without any library."""

COLOURS = {"nginx": "#4a9e5c", "haproxy": "#5b7fb8", "drover": "#c8553d"}
OTHERS = ["#8a6bb1", "#b8a04a", "#5aa7a7", "#999999", "#444444", "#d98cb3"]
ROWS = ["small", "small_quiet", "tls", "large", "large_tls", "stream", "stream_tls"]
LABELS = {"small": "small chat", "small_quiet": "logs off", "tls": "TLS upstream", "large": "400 KiB prompt",
          "large_tls": "400 KiB, TLS", "stream": "stream chunk", "stream_tls": "chunk, TLS"}


def colour(name, index):
    return COLOURS.get(name, OTHERS[index % len(OTHERS)])


def text(x, y, words, anchor="middle", size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="#333" '
            f'font-family="sans-serif">{words}</text>')


def page(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f'<rect width="{width}" height="{height}" fill="#fff"/>' + "".join(parts) + "</svg>\n")


def cpu_bars(rows, names):
    """CPU per request or chunk as a share of the first peer's, with the middle half of the rounds as a line."""
    shown = [row for row in ROWS if row in rows]
    width, height, left, bottom = 120 * len(shown) + 60, 320, 40, 270
    parts = [text(width / 2, 22, f"CPU per request or chunk, {names[0]} = 1 (µs on the bars)", size=14)]
    top = max(rows[row][name]["cpu_each_us"]["high"] / rows[row][names[0]]["cpu_each_us"]["median"]
              for row in shown for name in names)
    scale = 210 / max(top, 1.2)
    parts.append(f'<line x1="{left}" x2="{width - 10}" y1="{bottom - scale:.1f}" y2="{bottom - scale:.1f}" stroke="#bbb"/>')
    for place, row in enumerate(shown):
        base = rows[row][names[0]]["cpu_each_us"]["median"]
        for index, name in enumerate(names):
            cost = rows[row][name]["cpu_each_us"]
            x, high = left + 10 + place * 120 + index * 32, scale * cost["median"] / base
            parts.append(f'<rect x="{x}" y="{bottom - high:.1f}" width="28" height="{high:.1f}" fill="{colour(name, index)}"/>')
            parts.append(f'<line x1="{x + 14}" x2="{x + 14}" y1="{bottom - scale * cost["low"] / base:.1f}" '
                         f'y2="{bottom - scale * cost["high"] / base:.1f}" stroke="#222"/>')
            parts.append(text(x + 14, bottom - high - 5, f"{cost['median']:.1f}", size=10))
        parts.append(text(left + 10 + place * 120 + 16 * len(names), bottom + 18, LABELS[row]))
    for index, name in enumerate(names):
        parts.append(f'<rect x="{left + index * 100}" y="{height - 22}" width="12" height="12" fill="{colour(name, index)}"/>')
        parts.append(text(left + 18 + index * 100, height - 11, name, "start"))
    return page(width, height, parts)


def curve(title, unit, lines):
    """One line for each name; points in the order given, both scales logarithmic in their own step."""
    import math
    width, height, left, bottom = 520, 300, 60, 240
    labels = list(dict.fromkeys(point for line in lines.values() for point in line))
    values = [value for line in lines.values() for value in line.values() if value > 0]
    if not values or len(labels) < 2:
        return page(width, height, [text(width / 2, 150, title + ": no figures")])
    low, high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
    place = lambda point: left + 20 + labels.index(point) * (width - left - 60) / (len(labels) - 1)
    level = lambda value: bottom - 190 * (math.log10(max(value, 1e-9)) - low) / (high - low)
    parts = [text(width / 2, 22, title, size=14), text(14, 44, unit, "start", 11)]
    for power in range(math.floor(low), math.ceil(high) + 1):
        for mark in (1, 2, 5):
            value = mark * 10.0**power
            if low <= math.log10(value) <= high:
                parts.append(f'<line x1="{left}" x2="{width - 20}" y1="{level(value):.1f}" y2="{level(value):.1f}" stroke="#e4e4e4"/>')
                parts.append(text(left - 6, level(value) + 4, f"{value:g}", "end", 10))
    parts += [text(place(point), bottom + 16, point, size=10) for point in labels]
    for index, (name, line) in enumerate(lines.items()):
        points = " ".join(f"{place(point):.1f},{level(value):.1f}" for point, value in line.items())
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour(name, index)}" stroke-width="2"/>')
        parts.append(text(left + (index % 4) * 110, height - 22 + 14 * (index // 4), f"● {name}", "start", 11).replace(
            'fill="#333"', f'fill="{colour(name, index)}"'))
    return page(width, height, parts)


def draw(found, folder):
    rows, curves = found["rows"], found["curves"]
    names = [name for name in ("nginx", "haproxy", "drover") if name in rows["small"]]
    names += [name for name in rows["small"] if isinstance(rows["small"][name], dict) and "/" not in name and name not in names]
    (folder / "cpu.svg").write_text(cpu_bars(rows, names))
    (folder / "body.svg").write_text(curve("CPU per request by size of the body", "µs", curves["body"]))
    (folder / "streams.svg").write_text(curve("CPU per chunk by number of open streams", "µs", curves["streams"]))
    (folder / "idle.svg").write_text(curve("memory per open idle stream", "KiB", rows["idle"]))
    (folder / "pick.svg").write_text(curve("pick + settle by number of targets", "ns", curves["pick"]))
