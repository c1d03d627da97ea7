"""A plugin whose forms use every block and every chart."""

from wuye.host.loading import Source


class Sample:
    """The plugin as a source; its texts lie beside it."""

    name = "sample"

    def load(self) -> object:
        """Import it."""
        from tests.prints.sample import plugin

        return plugin


SAMPLE: Source = Sample()
