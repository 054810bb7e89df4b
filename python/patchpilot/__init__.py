"""Patch Pilot: a sound in, patches of a real synthesizer out.

    import patchpilot

    engine = patchpilot.Engine("jx10")
    sounds = engine.render(engine.space.draw(seed=1, count=8), notes=48, seconds=2)    # (8, 2, 88200)

Sounds are float32 arrays `(channels, samples)` at 44.1 kHz, full scale +-1; patches are float32 rows of normalized
values. Functions that take long release the GIL, and Ctrl-C stops them. Errors are those of `patchpilot.errors`.
"""

from . import data, errors, metrics
from .custom import Metric, Proposal, Proposer, Searcher
from .data import ShardDataset
from .errors import Error, InputError, InternalError, MachineError, PluginError, UsageError
from .lib._native import (
    Candidate,
    Embedder,
    Engine,
    Evaluation,
    Library,
    MethodContext,
    Note,
    Parameter,
    Patch,
    Progress,
    Session,
    Shards,
    ShardWriter,
    Space,
    Target,
    __version__,
    build_dataset,
    build_library,
    embedders,
    evaluate,
    make_targets,
    methods,
    network_input,
    plugins,
    read_dataset,
    read_sound,
    read_target,
    read_targets,
    register_method,
    spaces,
    write_sound,
)
from .matching import match, refine
from .metrics import Ruler, distances, mss, rms, sot, wmfcc

#: The rate of all sounds, in Hz.
SAMPLE_RATE = metrics.SAMPLE_RATE

__all__ = [
    "SAMPLE_RATE",
    "Candidate",
    "Embedder",
    "Engine",
    "Error",
    "Evaluation",
    "InputError",
    "InternalError",
    "Library",
    "MachineError",
    "MethodContext",
    "Metric",
    "Note",
    "Parameter",
    "Patch",
    "PluginError",
    "Progress",
    "Proposal",
    "Proposer",
    "Ruler",
    "Searcher",
    "Session",
    "ShardDataset",
    "ShardWriter",
    "Shards",
    "Space",
    "Target",
    "UsageError",
    "build_dataset",
    "build_library",
    "data",
    "distances",
    "embedders",
    "errors",
    "evaluate",
    "make_targets",
    "match",
    "methods",
    "metrics",
    "mss",
    "network_input",
    "plugins",
    "read_dataset",
    "read_sound",
    "read_target",
    "read_targets",
    "refine",
    "register_method",
    "rms",
    "sot",
    "spaces",
    "wmfcc",
    "write_sound",
]
