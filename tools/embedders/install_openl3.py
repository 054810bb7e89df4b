"""Installs openl3 without its weights: its setup fetches all six of them, and random ones are what is compared.

Run it in the environment of requirements-openl3.txt.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

# Loaded by the Python that runs openl3's setup: each weight file is an empty one.
STAND_IN = """
import gzip, urllib.request

def urlretrieve(url, path):
    with gzip.open(path, "wb"):
        pass

urllib.request.urlretrieve = urlretrieve
"""

with tempfile.TemporaryDirectory() as folder:
    (pathlib.Path(folder) / "sitecustomize.py").write_text(STAND_IN)
    for package, environment in (("kapre==0.3.7", {}), ("openl3==0.4.2", {"PYTHONPATH": folder})):
        subprocess.run([sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", package],
                       check=True, env={**os.environ, **environment})
