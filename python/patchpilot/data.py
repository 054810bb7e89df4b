"""Examples in shards as a dataset for PyTorch, or for anything else that indexes one. PyTorch is not needed."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from .lib._native import Shards, ShardWriter, Space, build_dataset, network_input, read_dataset

__all__ = ["ShardDataset", "ShardWriter", "Shards", "build_dataset", "network_input", "read_dataset"]

PathLike = Union[str, "os.PathLike[str]"]


class ShardDataset:
    """Examples of shards as a map-style dataset, which `torch.utils.data.DataLoader` takes as it is.

    An example is a dict of NumPy arrays, which the loader's default collation turns into tensors:

    - `values`: the patch, normalized, float32 `(parameters,)`; with a `space`, also `vector` (`Space.encode`) and
      `mask` (`Space.mask`), float32 `(width,)`
    - `midi`, `velocity`, `length` and `onset` (seconds), `number`, `family`: scalars
    - each column of the shards by its name, `(number of values,)`; reshaped if `shapes` names it
    - with `inputs`, also `input_picture` (frames, bands) and `input_globals` (globals,): what the networks of Patch
      Pilot take, see network_input()

    Files are mapped and read as they are indexed. The dataset can be pickled, so workers of a loader open them anew.
    """

    def __init__(
        self,
        files: Union[PathLike, Sequence[PathLike]],
        *,
        space: Optional[Space] = None,
        shapes: Optional[Dict[str, Tuple[int, ...]]] = None,
        indices: Optional[Sequence[int]] = None,
        inputs: bool = False,
    ) -> None:
        """files: a folder of build_dataset() or of 'patchpilot dataset build', which brings space and shapes; or one
        shard, or several of one format. space: encodes the patches; its fingerprint must be the shards'. indices: which
        examples, all if None. Raises InputError for a file, ValueError for another space."""
        several: Sequence[PathLike]
        if isinstance(files, (str, os.PathLike)) and os.path.isdir(files):
            found = read_dataset(files)
            several, space, shapes = found["files"], space or found["space"], {**found["shapes"], **(shapes or {})}
        else:
            several = [files] if isinstance(files, (str, os.PathLike)) else files
        self._state: Dict[str, Any] = {
            "files": [os.fspath(file) for file in several],
            "toml": space.toml if space is not None else None,
            "shapes": dict(shapes or {}),
            "indices": None if indices is None else np.asarray(indices, np.int64),
            "inputs": inputs,
        }
        self._open()

    def _open(self) -> None:
        self._shards = Shards(self._state["files"])
        toml = self._state["toml"]
        self._space = Space.parse(toml) if toml is not None else None
        if self._space is not None and self._space.fingerprint != self._shards.space:
            raise ValueError(f"the shards are of another parameter space than {self._space.name}")

    @property
    def shards(self) -> Shards:
        """The files that it reads."""
        return self._shards

    def __len__(self) -> int:
        indices = self._state["indices"]
        return len(self._shards) if indices is None else len(indices)

    def batch(self, indices: Sequence[int]) -> Dict[str, np.ndarray]:
        """Several examples at once, much faster than one by one: a dict of arrays with a row for each."""
        own = self._state["indices"]
        wanted = [self._place(index) for index in indices]
        if own is not None:
            wanted = [int(own[i]) for i in wanted]
        batch = self._shards.read(wanted)
        for name, shape in self._state["shapes"].items():
            batch[name] = batch[name].reshape((len(wanted), *shape))
        if self._space is not None:
            batch["vector"] = self._space.encode(batch["values"])
            batch["mask"] = self._space.mask(batch["values"])
        if self._state["inputs"]:
            batch["input_picture"], batch["input_globals"] = self._shards.network_inputs(wanted)
        return batch

    def __getitem__(self, index: int) -> Dict[str, Any]:
        return {name: rows[0] for name, rows in self.batch([index]).items()}

    def __getitems__(self, indices: Sequence[int]) -> List[Dict[str, Any]]:
        """What a loader of PyTorch 2 asks for a batch."""
        batch = self.batch(indices)
        return [{name: rows[i] for name, rows in batch.items()} for i in range(len(indices))]

    def split(self, share: float = 0.1, seed: int = 1) -> "Tuple[ShardDataset, ShardDataset]":
        """(training, validation): patches that derive from one another are all on one side. share: of the families
        that are for validation."""
        if self._state["indices"] is not None:
            raise ValueError("a part of a dataset is not split again; split the whole")
        return tuple(self._part(indices) for indices in self._shards.split(share, seed))  # type: ignore[return-value]

    def _part(self, indices: Sequence[int]) -> "ShardDataset":
        part = ShardDataset.__new__(ShardDataset)
        part.__setstate__({**self._state, "indices": np.asarray(indices, np.int64)})
        return part

    def _place(self, index: int) -> int:
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"example {index} of {count}")
        return int(index) % count

    def __getstate__(self) -> Dict[str, Any]:
        return self._state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self._state = state
        self._open()
