"""Work that spans several units, as steps that name them: a generator yields a step and is sent its result.

So one text serves a blocking store (simulations, the command line: `run`) and an asynchronous one (HTTP:
`wuye.storage.road`).
"""

from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

from msgspec import Struct

from wuye.kernel.errors import Problem
from wuye.sync.ports import Snapshot, Store, Transaction

T = TypeVar("T")


class Read(Struct, frozen=True):
    """A step: reads of one snapshot."""

    unit: Callable[[Snapshot], object]


class Write(Struct, frozen=True):
    """A step: a unit of work under a site's lock."""

    site: str
    unit: Callable[[Transaction], object]


class Remember(Struct, frozen=True):
    """A step: bucket sets that the cursor about to be sent names by digest."""

    sets: Mapping[str, tuple[str, ...]]


Step = Read | Write | Remember
Steps = Generator[Step, object, T]


def run(store: Store, steps: Steps[T]) -> T:
    """Drive steps on a blocking store. What the store refuses, the steps are told."""
    answer: object = None
    refused: Problem | None = None
    while True:
        try:
            step = steps.throw(refused) if refused else steps.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        answer = refused = None
        try:
            match step:
                case Read(unit):
                    answer = store.read(unit)
                case Write(site, unit):
                    answer = store.write(site, unit)
                case Remember(sets):
                    for digest, names in sets.items():
                        store.remember_bucket_set(digest, names)
        except Problem as problem:
            refused = problem
