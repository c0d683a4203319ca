"""An optional second look: a cross-encoder (ONNX) that scores whether a quote entails a text. Off unless a folder with one is named.

It is a scorer of `comparing`, so it may lower a verdict and never raise one. It says nothing until its calibration was measured on the bed
of claims with `python -m pincite.evaluation.entailment`, which writes the threshold beside the model; for a model that changed since, it is silent.
No weights come with Pincite. The folder holds `model.onnx`, `tokenizer.json` and, once measured, `calibration.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincite.errors import PinciteError, SettingsError
from pincite.records import Check
from pincite.settings import load_settings
from pincite.verification.claims import Claim, Support

if TYPE_CHECKING:
    import numpy as np

NAME = "entailment"
CALIBRATION = "calibration.json"
_MOST_TOKENS = 512
_MEASURE = "measure it with `python -m pincite.evaluation.entailment`"

Scorer = Callable[[Claim, Sequence[Support]], Check]


class CrossEncoder:
    """Premise and hypothesis → the probability of entailment."""

    def __init__(self, folder: Path, *, entails: int | None = None) -> None:
        """`entails`: the output that means entailment, for a model with several; raises PinciteError where the files cannot be used."""
        import onnxruntime  # noqa: PLC0415 - heavy, and only here
        from tokenizers import Tokenizer  # noqa: PLC0415 - as above

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            data = (folder / "model.onnx").read_bytes()
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise kinds of their own, without a common base
            raise PinciteError(f"The entailment model in {folder} cannot be loaded: {str(error)[:200]}.") from error
        self.sha256 = hashlib.sha256(data).hexdigest()
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._entails = entails

    def score(self, premise: str, hypothesis: str) -> float:
        """0 to 1; raises PinciteError for a model with several outputs of which none was named."""
        import numpy as np  # noqa: PLC0415 - heavy, and only here

        coded = self._tokenizer.encode(premise, hypothesis)
        given = {"input_ids": coded.ids, "attention_mask": coded.attention_mask, "token_type_ids": coded.type_ids}
        fed = {name: np.array([values], dtype=np.int64) for name, values in given.items() if name in self._inputs}
        logits: np.ndarray = np.asarray(self._session.run(None, fed)[0], dtype=np.float64).reshape(-1)
        if logits.size == 1:
            return float(1 / (1 + np.exp(-logits[0])))
        if self._entails is None or not 0 <= self._entails < logits.size:
            raise PinciteError(f"The entailment model has {logits.size} outputs.", what_to_do="Name the one that means entailment.")
        odds = np.exp(logits - logits.max())
        return float(odds[self._entails] / odds.sum())

    def best(self, text: str, supports: Sequence[Support]) -> float:
        """The highest score of a text on one of its quotes, or on all of them together."""
        quotes = [one.exact for one in supports if one.exact]
        return max((self.score(quote, text) for quote in dict.fromkeys([*quotes, " ".join(quotes)])), default=0.0)


def scorer() -> Scorer | None:
    """The scorer of the folder that the settings name, None where they name none; one that cannot be used only says why."""
    environ = {name: value for name, value in os.environ.items() if name != "PINCITE_DEBUG"}
    try:
        named = load_settings(environ).entailment
    except SettingsError:
        return None  # whoever reads the settings next says so
    if not named:
        return None
    folder = Path(named).expanduser()
    try:
        calibration = json.loads((folder / CALIBRATION).read_text("utf-8"))
        threshold, entails, measured = float(calibration["threshold"]), calibration["entails"], str(calibration["model_sha256"])
        model = CrossEncoder(folder, entails=entails)
    except FileNotFoundError:
        return _silent(f"The entailment model has no calibration: {_MEASURE}.")
    except (OSError, ValueError, KeyError, TypeError, PinciteError) as error:
        return _silent(f"The entailment model cannot be used ({str(error)[:120].rstrip('.')}).")
    if measured != model.sha256:
        return _silent(f"The entailment model is not the one that was calibrated: {_MEASURE}.")

    def check(claim: Claim, supports: Sequence[Support]) -> Check:
        score = model.best(claim.text, supports)
        if not claim.text.strip() or not any(one.exact for one in supports):
            return Check(name=NAME, outcome="abstain", says="There is nothing to compare.")
        if score < threshold:
            return Check(
                name=NAME, outcome="fail", says=f"A model finds that the quotes do not entail the text ({score:.2f} of {threshold:.2f})."
            )
        return Check(name=NAME, outcome="pass", says=f"A model finds that the quotes entail the text ({score:.2f} of {threshold:.2f}).")

    return check


def _silent(says: str) -> Scorer:
    return lambda claim, supports: Check(name=NAME, outcome="abstain", says=says)
