"""Public test sets → measures. `run()` gives one report; `gate` compares with pinned floors, `abstention` fits the line of silence."""

from pincite.evaluation.running import Measure, Report, run

__all__ = ["Measure", "Report", "run"]
