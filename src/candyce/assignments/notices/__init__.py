"""Messages and hints that a teacher sends to pupils while they work.

Inside: ``views``, ``api`` -> ``forms`` -> ``actions`` -> ``queries`` -> ``access``.
"""
