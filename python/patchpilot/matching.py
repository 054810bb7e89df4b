"""One match in one call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Iterable, Optional, Sequence, Union

import numpy as np

from .lib._native import Engine, Progress, Session, Target, read_target

if TYPE_CHECKING:
    from .lib._native import Candidate, MetricLike, PatchLike, ProposerLike

PathLike = Union[str, "os.PathLike[str]"]
SoundLike = Union[PathLike, np.ndarray, Target]


def _target(sound: SoundLike, options: "dict[str, Any]") -> Target:
    if isinstance(sound, Target):
        if options:
            raise TypeError(f"a Target is analysed already; give {', '.join(options)} to read_target() or Target()")
        return sound
    if isinstance(sound, (str, os.PathLike)):
        return read_target(sound, **options)
    return Target(sound, **options)


def match(
    sound: SoundLike,
    *,
    libraries: "Sequence[PathLike]" = (),
    engines: Sequence[Engine] = (),
    methods: "Optional[Sequence[str | ProposerLike]]" = None,
    models: "Sequence[PathLike]" = (),
    proposals: int = 50,
    top: int = 5,
    refine: bool = False,
    renders: int = 0,
    seconds: float = 0.0,
    objective: "str | MetricLike" = "balanced",
    seed: int = 1,
    velocity: int = 100,
    embedder: str = "",
    workers: int = 0,
    on_progress: Optional[Callable[[Progress], None]] = None,
    **target_options: Any,
) -> Session:
    """Finds patches that sound like a sound. Returns the Session: `best` holds the nearest candidates that differ,
    `candidates` all of them, `curve` the way there.

    sound: a file, an array `(samples,)` or `(channels, samples)` at 44.1 kHz, or a Target. target_options: what
    read_target() takes (note, length, start, duration, begins_with_note).
    libraries, engines: where to look, and what to render with. methods, models, objective: see Session. proposals:
    patches that are rendered and ranked. refine: whether to search on from there, for so many renders or seconds (0: no
    limit; 30 seconds if both are 0).
    Raises InputError for the sound or a library, PluginError, UsageError. Ctrl-C raises KeyboardInterrupt; use a
    Session to keep what was found until then.
    """
    session = Session(
        _target(sound, target_options),
        engines=list(engines),
        libraries=list(libraries),
        methods=None if methods is None else list(methods),
        models=list(models),
        embedder=embedder,
        proposals=proposals,
        top=top,
        velocity=velocity,
        seed=seed,
        objective=objective,
        refines=refine,
        workers=workers,
    )
    session.rank(on_progress)
    if refine:
        session.refine(renders=renders, seconds=seconds, on_progress=on_progress)
    return session


def refine(
    sound: SoundLike,
    starts: "Iterable[PatchLike | Candidate]",
    engine: Engine,
    *,
    renders: int = 0,
    seconds: float = 0.0,
    top: int = 5,
    objective: "str | MetricLike" = "balanced",
    seed: int = 1,
    velocity: int = 100,
    on_progress: Optional[Callable[[Progress], None]] = None,
    **target_options: Any,
) -> Session:
    """Searches on from patches of one engine, which are rendered and ranked first. Returns the Session. The arguments
    are those of match()."""
    session = Session(
        _target(sound, target_options),
        engines=[engine],
        starts=list(starts),
        top=top,
        velocity=velocity,
        seed=seed,
        objective=objective,
        refines=True,
    )
    session.rank(on_progress)
    session.refine(renders=renders, seconds=seconds, on_progress=on_progress)
    return session
