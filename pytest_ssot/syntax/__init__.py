"""The one reading of Python source: what binds, what runs, where a relative name leads.

The standard library alone is needed. ``ast`` is: a test run imports from here where it has
found something, and never at a child's start.
"""
