"""Calibrates an entailment model on the bed of claims, before it may lower a verdict. Run `python -m pincite.evaluation.entailment --model FOLDER`.

The threshold is the score that 95% of the true rewordings of the tuning half reach; what it costs and catches is measured on the scored
half, and written beside the model with its hash. A model that would lower more than one in ten true rewordings there is not put to use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from pincite import ingest
from pincite.errors import PinciteError
from pincite.evaluation.claims_bed import Case, cases, in_scored_half
from pincite.records import Reading
from pincite.verification.comparing import compare
from pincite.verification.entailment import CALIBRATION, CrossEncoder

# Share of true rewordings that may score below the threshold, when it is chosen and when it is measured.
LOWERED_WHEN_CHOSEN, LOWERED_AT_MOST = 0.05, 0.10
_PER_ARTICLE = 2


def calibrate(model: CrossEncoder, found: Sequence[Case], *, entails: int | None) -> dict[str, object]:
    """Threshold and measures, in the form of `calibration.json`; raises PinciteError for a model that cannot tell true from planted."""
    scored = [(case, model.best(case.text, case.supports)) for case in found]
    true = sorted(score for case, score in scored if case.true and not in_scored_half(case.document_id))
    if not true:
        raise PinciteError("There is no true rewording to choose a threshold by.")
    threshold = true[int(LOWERED_WHEN_CHOSEN * len(true))]
    held = [(case, score) for case, score in scored if in_scored_half(case.document_id)]
    # Only texts that the other checks support are of interest: a verdict that is lower already cannot be lowered.
    standing = [(case, score) for case, score in held if compare(case.text, case.supports).label in ("quoted", "supported")]
    lowered = _share([score < threshold for case, score in standing if case.true])
    caught = _share([score < threshold for case, score in standing if not case.true])
    alone = _share([score < threshold for case, score in held if not case.true])
    if lowered > LOWERED_AT_MOST:
        raise PinciteError(
            f"At {threshold:.3f} the model would lower {lowered:.0%} of the true rewordings.", what_to_do="It is not put to use."
        )
    return {
        "model_sha256": model.sha256,
        "entails": entails,
        "threshold": round(threshold, 4),
        "measured": {
            "cases": len(held),
            "true_lowered": round(lowered, 4),
            "planted_that_stood_caught": round(caught, 4),
            "planted_caught_alone": round(alone, 4),
        },
    }


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write `calibration.json` into the model's folder, print; 0 when the model may be used."""
    parser = argparse.ArgumentParser(prog="python -m pincite.evaluation.entailment", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="with model.onnx and tokenizer.json")
    parser.add_argument("--entails", type=int, metavar="N", help="the output that means entailment, for a model with several")
    parser.add_argument("--jats", type=Path, help="folder of journal articles; without it the shipped records alone")
    parser.add_argument("--most", type=int, default=2000, metavar="N", help="cases at most (default: 2000)")
    chosen = parser.parse_args(arguments)
    with as_file(files("pincite") / "data" / "starter") as folder:
        found = cases([one for one in ingest.read([folder]) if isinstance(one, Reading)], most=_PER_ARTICLE)
    if chosen.jats:
        found += cases([one for one in ingest.read([chosen.jats]) if isinstance(one, Reading)], most=_PER_ARTICLE)
    found = found[:: max(1, len(found) // chosen.most)]
    calibration = calibrate(CrossEncoder(chosen.model, entails=chosen.entails), found, entails=chosen.entails)
    text = json.dumps(calibration, indent=2)
    (chosen.model / CALIBRATION).write_text(text + "\n", "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PinciteError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
