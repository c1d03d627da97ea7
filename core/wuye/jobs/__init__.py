"""Work by the clock."""

from wuye.jobs.jobs import Jobs

__all__ = ["Jobs"]
