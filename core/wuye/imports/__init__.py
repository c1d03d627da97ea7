"""Files of a company's past become records: tickets and household ledgers, by a map, through the one door.

Reading, maps and the making of ops are pure; `run` alone writes. What people read is in ``locales``.
"""
