"""What a sync tells of itself."""

from dataclasses import dataclass, field

from wuye_client.protocol import Result
from wuye_client.sync import Taken

_CLOCK_WARNING_MS = 600_000


@dataclass
class SyncReport:
    """What a sync did. ``outcomes`` counts results by status; ``attention`` are those that were not applied as asked,
    decisions on held ops included; ``outbox`` is what is still unsent or unanswered,
    ``uploads`` how many attachments the server does not hold yet;
    ``offset`` is the server's clock minus ours in ms, and ``clock_wrong`` asks to set the device's clock."""

    rounds: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    attention: list[Result] = field(default_factory=list)
    changes: int = 0
    dropped: list[str] = field(default_factory=list)
    reset: list[str] = field(default_factory=list)
    forked: bool = False
    restored: bool = False
    offset: int = 0
    outbox: int = 0
    uploads: int = 0

    @property
    def clock_wrong(self) -> bool:
        """Tell whether the device's clock is over ten minutes off (protocol §3.4)."""
        return abs(self.offset) > _CLOCK_WARNING_MS

    def add(self, taken: Taken) -> None:
        """Count an answer in."""
        for result in taken.results:
            self.outcomes[result.status] = self.outcomes.get(result.status, 0) + 1
        self.attention += [result for result in (*taken.results, *taken.decided) if result.status != "applied"]
        self.changes += taken.changes
        self.dropped += taken.dropped
        self.reset += taken.reset
        self.restored |= taken.rewound
        self.offset = taken.offset
