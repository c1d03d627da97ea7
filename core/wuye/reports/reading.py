"""What plugins read with: SQL on one snapshot, beside what the organisation has decided."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from wuye.model.report import Rows
from wuye.sync.directory import Directory


class InformedReader(Struct, frozen=True):
    """`wuye.model.report.Reader` over a reader of rows and the directory of that moment."""

    source: Rows
    directory: Directory

    async def rows(self, sql: str, *values: object) -> Sequence[Mapping[str, object]]:
        """Run one SELECT; ``{}`` stands for a value."""
        return await self.source.rows(sql, *values)

    def setting(self, site: str, name: str) -> object:
        """Return a setting's value at a site."""
        return self.directory.settings_at(site).get(name)

    def zone(self, site: str) -> ZoneInfo:
        """Return a site's time zone."""
        return self.directory.zone_of(site)
