"""A company's first day with Wuye, as a script: ``python -m tests.first_day``."""
