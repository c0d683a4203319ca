"""One check, one file: `check(claim, supports) -> Check`, found by entry point.

A failed check that fills `found` (the source's words) and `expected` (the claim's) says that they contradict; with `expected` alone it says
that the quotes do not bear these words out. `abstain` with `expected` could not decide; without, there was nothing to decide.
"""
