"""What a user of the package sees: stubs that tell the truth, documented names, examples that run."""

import ast
import inspect
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parents[1] / "patchpilot"


def public_members(cls):
    own = {name for name in vars(cls) if not name.startswith("_")}
    return own | {name for name in ("__init__", "__len__", "__enter__", "__exit__") if name in vars(cls)}


def stub_members(node):
    return {one.name for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}


@pytest.mark.parametrize("name", ["_native", "_metrics"])
def test_stubs_name_what_there_is(pp, name):
    module = getattr(__import__("patchpilot.lib", fromlist=[name]), name)
    tree = ast.parse((FOLDER / "lib" / f"{name}.pyi").read_text())
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    there = {key: value for key, value in vars(module).items() if not key.startswith("_")}
    assert classes.keys() == {key for key, value in there.items() if inspect.isclass(value)}
    assert functions == {key for key, value in there.items() if not inspect.isclass(value)}
    for key, node in classes.items():
        stub, real = stub_members(node), public_members(there[key])
        real.discard("__init__")  # all classes have one, those that Python cannot make as well
        stub.discard("__init__")
        assert stub == real, key


def test_what_is_exported_is_there_and_documented(pp):
    for name in pp.__all__:
        value = getattr(pp, name)
        if inspect.isclass(value) or callable(value):
            assert value.__doc__, name


def test_properties_and_methods_of_sessions_are_documented(pp):
    for cls in (pp.Session, pp.Engine, pp.Space, pp.Library):
        for name in public_members(cls):
            if name not in ("name", "file", "target", "velocity", "__len__"):
                assert vars(cls)[name].__doc__, (cls, name)


def test_the_package_is_typed(pp):
    assert (pathlib.Path(pp.__file__).parent / "py.typed").exists()
