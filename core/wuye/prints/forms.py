"""Which forms there are about a record, and one of them as a document."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.kernel.expressions import compile_expression
from wuye.kernel.ids import is_uuid
from wuye.model.printing import Print
from wuye.prints.composing import Composer, scope_of
from wuye.prints.gathering import SHARED, View
from wuye.prints.rendering import Document, render
from wuye.protocol.wire import Op
from wuye.storage.blobs import Objects
from wuye.sync.directory import Directory
from wuye.sync.ports import Snapshot
from wuye.sync.rows import Find, Need, Stored


class Asker(Struct, frozen=True, kw_only=True):
    """Who prints at which site, in which language and when."""

    user: str
    site: str
    language: str
    now: datetime


class Printed(Struct, frozen=True):
    """A form, and the ops that must be written before anybody sees it (OWN-7)."""

    document: Document
    look_ups: Sequence[Op]


def print_form(
    snapshot: Snapshot, directory: Directory, asker: Asker, form: str, record: str, objects: Objects | None = None
) -> Printed:
    """Return a form about a record, with what people drew as they signed if it is told where attachments lie.

    Raises:
        Problem: ``not_found``, no such form or record here, or not for him, or the form is not for this record.
    """
    known = directory.registry.prints.get(form)
    view = View(snapshot, directory, asker.site, asker.user, asker.now, objects)
    stored = _record(view, known.entity, record) if known else None
    if known is None or stored is None or not _offered(view, known, stored):
        raise Problem("not_found")
    composer = Composer(known, view, asker.language)
    page = composer.page(stored)
    while view.fetch():
        page = composer.page(stored)
    return Printed(render(page), view.look_ups())


def forms_for(snapshot: Snapshot, directory: Directory, asker: Asker, entity: str, record: str) -> list[Print]:
    """Return the forms that can be printed of a record.

    Raises:
        Problem: ``not_found``, no such record, or not for him.
    """
    view = View(snapshot, directory, asker.site, asker.user, asker.now)
    stored = _record(view, entity, record)
    if stored is None:
        raise Problem("not_found")
    return [form for form in directory.registry.prints.values() if _offered(view, form, stored)]


def named(snapshot: Snapshot, directory: Directory, site: str, entity: str, name: str) -> str:
    """Return the id of the record that a register number, a device's number or an id names; '' where none does."""
    rule = directory.registry.entities[entity].number
    if is_uuid(name) or rule is None:
        return name if is_uuid(name) else ""
    finds = [Find(entity=entity, field=field, value=name) for field in (rule.field, rule.device_field)]
    found = snapshot.load(directory.org if entity in SHARED else site, Need(finds=set(finds))).found
    return next((id_ for find in finds for id_ in found.get(find, ())), "")


def _record(view: View, entity: str, record: str) -> Stored | None:
    if entity not in view.directory.models or not is_uuid(record):
        return None
    view.record(entity, record)
    view.fetch()
    return view.record(entity, record)


def _offered(view: View, form: Print, stored: Stored) -> bool:
    info = view.directory.sites.get(view.site)
    plugin = view.directory.registry.origin[f"print.{form.id}"]
    if form.entity != stored.entity or (info is not None and plugin not in info.plugins):
        return False
    return form.when is None or compile_expression(form.when).evaluate(scope_of(view, stored)) is not False
