"""A form that names what is not there is a fault of its plugin at the start; the manifest tells of the others."""

import json

import msgspec
import pytest
from tests.prints.conftest import Order
from tests.prints.sample import SAMPLE, plugin

from wuye.api import (
    Body,
    Drawing,
    Each,
    Facts,
    Lines,
    Of,
    Print,
    QrCode,
    Records,
    Signature,
    Words,
)
from wuye.host import describe
from wuye.model.plugin import Contribution
from wuye.model.printing import Block
from wuye.model.registry import BadPlugin, Registry
from wuye.testing.house import registry_of

STEPS = {"entity": "sample.step", "field": "work"}
WRONG: dict[str, tuple[Block, str]] = {
    "no such field": (Facts(fields=("colour",)), "sample.work has no field colour"),
    "no ref on the way": (Facts(fields=("title.name",)), "sample.work.title is no field that refers to one record"),
    "no field at the end": (Facts(fields=("unit.building.colour",)), "building has no field colour"),
    "no rows": (Lines(field="note"), "sample.work.note is of type note, not rows"),
    "no column": (Lines(field="materials", columns=("name", "colour")), "materials have no colour"),
    "no entity": (Records(entity="sample.nothing", field="work", columns=()), "there is no entity sample.nothing"),
    "not naming this": (Records(entity="sample.step", field="name", columns=()), "does not refer to sample.work"),
    "no column there": (Records(**STEPS, columns=("colour",)), "sample.step has no field colour"),
    "no order": (Records(**STEPS, columns=("name",), sort="-colour"), "sample.step has no field colour to sort by"),
    "no long text": (Body(field="price"), "is of type money, not note or text or localized"),
    "no signature": (Signature(places={"a": "title"}), "is of type text, not signature"),
    "no code": (QrCode(field="due"), "is of type date, not text or point"),
    "no table": (Drawing(field="note"), "is of type note, not value"),
    "no ref": (Of(field="title", blocks=()), "is of type text, not ref"),
    "inside of": (Of(field="unit", blocks=(Facts(fields=("colour",)),)), "unit has no field colour"),
    "inside each": (Each(**STEPS, blocks=(Body(field="cost"),)), "sample.step.cost is of type money"),
    "in words": (Words(text="sample.words.wrong"), "sample.work has no field colour"),
}
FAULTY = {"sample.words.wrong": "painted {colour}"}


def registry_with(form: Print) -> Registry:
    """Merge core, the sample plugin and one more form."""
    *others, sample = registry_of(SAMPLE).contributions
    catalogues = {language: {**texts, **FAULTY} for language, texts in sample.catalogues.items()}
    return Registry([*others, msgspec.structs.replace(sample, prints=(form,), catalogues=catalogues)])


@pytest.mark.parametrize("wrong", WRONG)
def test_a_block_that_names_what_is_not_there_is_a_fault_of_its_plugin(wrong: str) -> None:
    block, fault = WRONG[wrong]
    with pytest.raises(BadPlugin) as bad:
        registry_with(Print(id="sample.wrong", entity="sample.work", blocks=(block,)))
    assert str(bad.value).startswith("plugin sample: print sample.wrong: ")
    assert fault in str(bad.value)


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (Print(id="f", entity="sample.nothing", blocks=()), "there is no entity sample.nothing"),
        (Print(id="f", entity="sample.work", when="colour == 'red'", blocks=()), "there is no colour"),
        (Print(id="f", entity="sample.work", when="status ==", blocks=()), "mismatched input"),
    ],
)
def test_a_form_about_nothing_or_with_a_wrong_condition_is_a_fault(form: Print, fault: str) -> None:
    with pytest.raises(BadPlugin, match="print f: ") as bad:
        registry_with(form)
    assert fault.lower() in str(bad.value).lower()


def test_two_forms_of_one_name_are_a_fault() -> None:
    contributions = registry_of(SAMPLE).contributions
    other = Contribution(
        info=msgspec.structs.replace(contributions[-1].info, id="other"), catalogues={}, prints=(plugin.ORDER,)
    )
    with pytest.raises(BadPlugin, match=r"print sample\.order exists already"):
        Registry([*contributions, other])


def test_protocol_7_the_manifest_tells_of_forms_with_their_texts(order: Order) -> None:
    described = json.loads(msgspec.json.encode(describe.entity(order.company.house.registry, "sample.work")))
    first, chart, card = described["prints"]
    assert first["id"] == "sample.order"
    assert first["plugin"] == "sample"
    assert first["label"]["ru"] == "Заказ-наряд на ремонт"
    assert [part["zh-Hans"] for part in first["parts"]] == ["第一联 客户留存", "第二联 财务"]
    blocks = {block["type"]: block for block in first["blocks"]}
    assert list(blocks) == ["facts", "of", "lines", "records", "words", "body", "signature", "qr", "each"]
    assert blocks["words"]["text"]["en"].startswith("We promise to finish “{title}” by {due}")
    assert blocks["facts"]["label"]["en"] == "More"
    assert [(place["label"]["en"], place["field"]) for place in blocks["signature"]["places"]] == [
        ("Customer", "signature"),
        ("Manager", None),
    ]
    assert blocks["of"]["blocks"] == [{"type": "facts", "fields": ["name", "phone", "level"], "columns": 2}]
    assert chart["landscape"] is True
    assert (card["when"], card["paper"]) == ("status == 'done'", "card")


def test_protocol_7_another_form_makes_another_manifest() -> None:
    form = Print(id="sample.more", entity="sample.work", blocks=(Facts(fields=("title",)),))
    wider = msgspec.structs.replace(form, blocks=(Facts(fields=("title",), columns=1),))
    assert registry_with(form).hash != registry_with(wider).hash
