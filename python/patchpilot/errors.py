"""The exceptions of Patch Pilot, one for each kind of error. Each message is one line that names the thing at fault,
the value found, and the remedy."""


class Error(Exception):
    """Any error of Patch Pilot's own. `code` is the exit code of the command line for it."""

    code: int = 1


class InternalError(Error, RuntimeError):
    """A fault of Patch Pilot itself."""

    code = 1


class UsageError(Error, ValueError):
    """A wrong argument, or arguments that contradict each other."""

    code = 2


class InputError(Error, ValueError):
    """A file that cannot be used: a sound, a preset, a space or a library."""

    code = 3


class PluginError(Error, RuntimeError):
    """A plug-in that is missing, or that fails."""

    code = 4


class MachineError(Error, OSError):
    """What the machine refuses: disk full, no permission to write, no LibTorch."""

    code = 5
