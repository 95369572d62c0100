"""One file for each row of :data:`pytest_ssot.config.report_formats.FORMATS`.

Each has ``render``, which makes text of a document of ``docs/report.md``.
"""
