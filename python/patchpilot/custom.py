"""Base classes for methods, searchers and metrics of your own. They are called by duck typing: a class need not derive
from these, and a plain function serves as a proposer or a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .lib._native import Candidate, PatchLike, Target

Sound = NDArray[np.float32]
#: A candidate, or None if the patch could not be rendered.
Outcome = Optional["Candidate"]


@dataclass
class Proposal:
    """A patch that may sound like the target. A proposer may also return patches alone."""

    patch: "PatchLike"
    #: Place of its engine in `Session.engines`.
    engine: int = 0
    #: Where it came from, for people.
    origin: str = ""
    #: The proposer's own; smaller is better.
    score: float = 0.0
    #: MIDI note that it is played with; None: the target's.
    note: Optional[int] = None
    #: Seconds until the release of its note; None: as the target's.
    length: Optional[float] = None


class Proposer:
    """A method: a target in, patches out. What it proposes is rendered by the engines and ranked by what is heard."""

    #: How often `propose` is called in a session, each time with a share of the renders.
    rounds: int = 1

    def propose(self, target: "Target", count: int) -> "Iterable[PatchLike | Proposal]":
        """At most `count` patches or Proposals, likeliest first."""
        raise NotImplementedError

    def observe(self, candidates: "List[Candidate]") -> None:
        """Is told what came of the proposals of a round, those of other proposers included, nearest first."""


class Searcher:
    """A search by ask and tell, for `Session.search`."""

    def ask(self, most: int) -> "Iterable[PatchLike | Proposal]":
        """The next patches to render, 1 to `most`; none if the search has ended."""
        raise NotImplementedError

    def tell(self, outcomes: "Sequence[Outcome]") -> None:
        """Is told what came of them, in order. A candidate's `distance` is that of the session's objective; smaller is
        better."""
        raise NotImplementedError


class Metric:
    """A distance of two sounds, or their similarity, as an objective or a column of `evaluate`.

    compare: takes the target's and another sound, `(2, samples)` each, and returns a finite number. To prepare the
    target once, derive a class and override `prepare`.
    """

    def __init__(
        self,
        name: str,
        compare: Optional[Callable[[Sound, Sound], float]] = None,
        *,
        title: str = "",
        unit: str = "",
        higher_is_better: bool = False,
        perfect: float = 0.0,
        random_cost: float = 100.0,
    ) -> None:
        """perfect: its value for equal sounds. random_cost: how far a random patch is from that, about. As an objective
        it makes a candidate's distance 0 for equal sounds and 100 for a random patch; by default the distance is how
        far the value is from `perfect`."""
        self.name = name
        self.title = title or name
        self.unit = unit
        self.higher_is_better = higher_is_better
        self.perfect = perfect
        self.random_cost = random_cost
        self._compare = compare

    def prepare(self, target: Sound) -> Callable[[Sound], float]:
        """Returns a function that compares a sound with the target."""
        compare: Any = self._compare
        if compare is None:
            raise NotImplementedError("give a function to Metric(), or override prepare()")
        return lambda sound: compare(target, sound)
