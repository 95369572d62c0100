"""The style sheet of the HTML report."""

from pytest_ssot.model import Verdict

_LOOKS = """\
:root { color-scheme: light dark; --line: #8886; --fails: #c62828; --rest: #666; }
@media (prefers-color-scheme: dark) { :root { --fails: #ff8a80; --rest: #aaa; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--rest); }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; font-weight: normal; }
thead th { font-weight: bold; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.fails th { border-left: .3rem solid var(--fails); }
fieldset { border: 1px solid var(--line); margin-bottom: .5rem; }
label { margin-right: 1rem; }
main { overflow-x: auto; }
footer { color: var(--rest); }
@media print { fieldset { display: none; } }
"""
#: A browser that does not know :has() shows everything.
_FILTERS = "".join(
    f"body:has(#show-{verdict.value}:not(:checked)) tr.{verdict.value} {{ display: none; }}\n"
    for verdict in Verdict
)
STYLE = _LOOKS + _FILTERS
