"""Gantt charts: a row for each piece of work, what was planned above what really was."""

from collections.abc import Sequence
from datetime import date, timedelta
from xml.etree.ElementTree import Element

from babel.dates import format_skeleton
from msgspec import Struct

from wuye.model.report import Gantt, Table
from wuye.prints.charts.axes import Area, write_area
from wuye.prints.charts.marks import FAINT, INK, Entry, Fills, legend
from wuye.prints.charts.scales import Scale, day, days, thinned
from wuye.prints.charts.svg import LINE, add, chart, finish, width_of, wrap, write
from wuye.prints.texts import say
from wuye.reports.shown import Looks, format_value

WIDTH, LABEL_ROOM = 720.0, 220.0
BAR, LEAST = 9.0, 30.0
SKELETONS = {"day": "MMMd", "month": "yMMM", "year": "y"}
PLANNED, DONE = Entry("planned", "bars", 1, "info"), Entry("done", "bars", 0, "info")


class Work(Struct, frozen=True, kw_only=True):
    """A row: its name as lines, and the first and last days planned and done."""

    label: Sequence[str]
    planned: tuple[date | None, date | None]
    done: tuple[date | None, date | None]

    @property
    def height(self) -> float:
        """The height of the row."""
        return max(LEAST, LINE * len(self.label) + 8)


def draw_gantt(table: Table, gantt: Gantt, looks: Looks) -> str:
    """Return a Gantt chart as SVG. A span without an end shows where it began."""
    works = [_work(table, row, gantt, looks) for row in table.rows]
    known = [one for work in works for one in (*work.planned, *work.done) if one]
    first, last = (min(known), max(known)) if known else (date(2000, 1, 1), date(2000, 1, 2))
    left = max(width_of(line) for work in works for line in (*work.label, "")) + 12
    room = sum(work.height for work in works)
    root = chart(WIDTH, LINE * 4 + room, looks.text(gantt.title))
    fills = Fills(root)
    entries = [
        Entry(say(f"prints.chart.{one.label}", looks.language), one.shape, one.index, one.tone)
        for one in (PLANNED, DONE)
    ]
    shown = entries if gantt.done_start else entries[:1]
    top = legend(root, shown, fills, WIDTH) + LINE
    root.set("viewBox", f"0 0 {WIDTH:.0f} {top + room + 4:.0f}")
    area = Area(left=left, top=top, right=WIDTH - 10, bottom=top + room)
    # The last day counts whole.
    scale = Scale(low=first.toordinal(), high=last.toordinal() + 1, start=area.left, end=area.right)
    _write_days(root, area, scale, first, last, looks)
    y = top
    for work in works:
        add(root, "path", d=f"M0 {y + work.height:.2f}H{area.right:.2f}", stroke=FAINT, stroke_width=0.7)
        write(root, 0.0, y + (work.height - LINE * len(work.label)) / 2, work.label)
        middle = y + work.height / 2
        _span(root, scale, work.planned, middle - BAR - 1, fills.of(PLANNED.index, "info"), "planned")
        _span(root, scale, work.done, middle + 1, fills.of(DONE.index, "info"), "done")
        y += work.height
    write_area(root, area)
    return finish(root)


def _work(table: Table, row: Sequence[object], gantt: Gantt, looks: Looks) -> Work:
    def cell(column: str | None) -> object:
        return row[table.columns.index(column)] if column else None

    return Work(
        label=wrap(format_value(gantt.label, cell(gantt.label), looks), LABEL_ROOM, 3),
        planned=(day(cell(gantt.start)), day(cell(gantt.end))),
        done=(day(cell(gantt.done_start)), day(cell(gantt.done_end))),
    )


def _write_days(root: Element, area: Area, scale: Scale, first: date, last: date, looks: Looks) -> None:
    marks, unit = days(first, last)
    texts = [str(format_skeleton(SKELETONS[unit], one, locale=looks.locale)) for one in marks]
    every, free = thinned(len(texts), area.right - area.left, max(map(width_of, texts), default=0.0) + 8), 0.0
    for index, (one, text) in enumerate(zip(marks, texts, strict=True)):
        x = scale(one.toordinal())
        add(root, "path", d=f"M{x:.2f} {area.top:.2f}V{area.bottom:.2f}", stroke=FAINT, stroke_width=0.7)
        start = min(x, WIDTH - width_of(text))
        if index % every == 0 and start >= free:
            add(root, "text", text, x=start, y=area.top - 5)
            free = start + width_of(text) + 8


def _span(root: Element, scale: Scale, span: tuple[date | None, date | None], y: float, fill: str, kind: str) -> None:
    first, last = span
    if first is None and last is None:
        return
    if first is None or last is None or last < first:
        x = min(scale((first or last or date.min).toordinal()), scale.end - BAR)
        path = f"M{x:.2f} {y:.2f}v{BAR:.0f}l{BAR * 0.8:.2f} {-BAR / 2:.2f}z"
        add(root, "path", class_=f"mark {kind} open", d=path, fill=fill, stroke=INK, stroke_width=0.8)
        return
    x = scale(first.toordinal())
    width = scale((last + timedelta(days=1)).toordinal()) - x
    add(root, "rect", class_=f"mark {kind}", x=x, y=y, width=width, height=BAR, fill=fill, stroke=INK, stroke_width=0.8)
