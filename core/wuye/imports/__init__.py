"""Brings files of other systems in: read, mapped, checked as a whole, then pushed through the one door.

`plan` says what an import would do and what is wrong with the file; `apply` does it. Nothing here writes by itself:
ops go through `Way.submit`, with the rights of the user who imports.
"""
