"""The random moves: what people type, what networks do, what administrators decide."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from wuye_client import InvalidEntry, Replica

from . import deeds, forms, office
from .server import Crash
from .tablet import Tablet, torn
from .town import POSTS

if TYPE_CHECKING:
    from .world import World

Move = Callable[["World"], str | None]


def _tab(world: "World") -> tuple[Tablet, Replica] | None:
    ready = [tablet for tablet in world.tablets if tablet.ready]
    if not ready:
        return None
    tablet = world.random.choice(ready)
    return tablet, world.random.choice(tablet.tabs)


def type_something(world: "World") -> str | None:
    """Somebody writes a few things; now and then his app dies on it."""
    if (chosen := _tab(world)) is None:
        return None
    tablet, tab = chosen
    told = []
    for _ in range(world.random.randint(1, 5)):
        deed = _deed(world)
        try:
            if world.random.random() < world.crashes / 3:
                with torn(tab.store, world.random.randint(0, 4)):
                    done = deed(world, tab)
            else:
                done = deed(world, tab)
        except InvalidEntry as error:
            done = f"not made: {error}"
        except Crash:
            tablet.start(world.network.road(tablet))
            return f"{tablet.name} dies on {_name(deed)}"
        if done:
            told.append(f"{_name(deed)} {done}")
    return f"{tablet.name} {', '.join(told)}" if told else None


def _name(deed: deeds.Deed) -> str:
    return (deed.func if isinstance(deed, partial) else deed).__name__


def _deed(world: "World") -> deeds.Deed:
    if world.theme and world.random.random() < 0.6:
        form = world.random.choice((forms.fill_in, forms.fill_in, forms.correct, forms.carry_out))
        return partial(form, plugin=world.theme)
    return world.random.choices(deeds.DEEDS, deeds.WEIGHTS)[0]


def sync_whole(world: "World") -> str | None:
    """Somebody syncs until everything is sent and read, or the network fails."""
    if (chosen := _tab(world)) is None:
        return None
    tablet, tab = chosen
    report = tab.sync()
    return f"{tablet.name} {report.outcomes} changes={report.changes} drop={len(report.dropped)} reset={report.reset}"


def log_in(world: "World") -> str | None:
    """Somebody logs in."""
    tablet = world.random.choice(world.tablets)
    if tablet.erased:
        return None
    return world.enter(tablet)


def ask(world: "World") -> str | None:
    """A request leaves."""
    if (chosen := _tab(world)) is None:
        return None
    tablet, tab = chosen
    if world.random.random() < world.crashes:
        try:
            with torn(tab.store, world.random.randint(0, 6)):
                world.network.post(tablet, tab)
        except Crash:
            tablet.start(world.network.road(tablet))
            return f"{tablet.name} dies on asking"
    letter = world.network.post(tablet, tab)
    return f"{tablet.name} with {len(letter.asked.ops if letter.asked else ())} ops"


def serve(world: "World") -> str | None:
    """A request arrives at the server, perhaps again."""
    if not world.network.letters:
        return None
    letter = world.random.choice(world.network.letters)
    world.network.serve(letter)
    return f"{letter.tablet.name} -> {letter.reply.status if letter.reply else 'died'}"


def hear(world: "World") -> str | None:
    """An answer arrives, in whatever order; now and then the app dies on it."""
    answered = [letter for letter in world.network.letters if letter.reply is not None]
    if not answered:
        return None
    letter = world.random.choice(answered)
    tablet = letter.tablet
    if letter.tab is not None and world.random.random() < world.crashes:
        try:
            with torn(letter.tab.store, world.random.randint(0, 20)):
                world.network.deliver(letter)
        except Crash:
            tablet.start(world.network.road(tablet))
            return f"{tablet.name} dies on hearing"
    else:
        world.network.deliver(letter)
    return f"{tablet.name}"


def lose(world: "World") -> str | None:
    """Something is lost on the way."""
    if not world.network.letters:
        return None
    letter = world.random.choice(world.network.letters)
    world.network.drop(letter)
    return letter.tablet.name


def wait(world: "World") -> str | None:
    """Time passes: minutes, hours, now and then days."""
    span = world.random.choice((timedelta(minutes=5), timedelta(hours=2), timedelta(hours=9), timedelta(days=1)))
    if world.random.random() < 0.04:
        span = timedelta(days=world.random.choice((3, 8)))
    world.now += span
    return str(span)


def turn_clock(world: "World") -> str | None:
    """Somebody's clock goes wrong or right again."""
    tablet = world.random.choice(world.tablets)
    tablet.skew = timedelta(minutes=world.random.choice((0, 0, 0, 1, -20, 180, -300)))
    return f"{tablet.name} {tablet.skew}"


def restart_app(world: "World") -> str | None:
    """An app is killed and started again."""
    tablet = world.random.choice(world.tablets)
    tablet.start(world.network.road(tablet))
    return tablet.name


def clone(world: "World") -> str | None:
    """A database is copied with everything in it, and both go on."""
    if (chosen := _tab(world)) is None or len(world.tablets) > 6:
        return None
    tablet = chosen[0]
    twin = tablet.clone(f"{tablet.name}+{len(world.tablets)}")
    world.adopt(twin, tablet)
    return f"{tablet.name} as {twin.name}"


def hire(world: "World") -> str | None:
    """One more tablet, for anybody."""
    if len(world.tablets) > 6:
        return None
    return world.add_tablet(world.random.choice(POSTS)).name


def decide(world: "World") -> str | None:
    """The office decides something."""
    decision = world.random.choices(office.DECISIONS, office.WEIGHTS)[0]
    told = decision(world)
    return f"{decision.__name__} {told}" if told else None


def restart_server(world: "World") -> str | None:
    """The server is restarted."""
    world.server.start()
    return "so"


_TABLE: Mapping[Move, int] = {
    type_something: 40,
    sync_whole: 16,
    ask: 12,
    serve: 12,
    hear: 12,
    lose: 2,
    wait: 6,
    turn_clock: 5,
    restart_app: 1,
    log_in: 2,
    clone: 1,
    hire: 1,
    decide: 12,
    restart_server: 1,
}
MOVES: Sequence[Move] = tuple(_TABLE)
WEIGHTS: Sequence[int] = tuple(_TABLE.values())
