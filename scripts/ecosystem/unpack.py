"""Writes the example DAGs of one wheel or source distribution below a folder: unpack.py ARCHIVE FOLDER."""

import pathlib
import re
import sys
import tarfile
import zipfile

EXAMPLE = re.compile(r"(?:^|/)(?:example_dags|tests/system)/.*\.(?:py|sh|sql)$")


def members(archive):
    """Yields (name, read) of the wanted files; a source distribution's own top folder is left out."""
    if archive.endswith(".whl"):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                yield name, lambda name=name: opened.read(name)
    else:
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.isfile():
                    yield member.name.partition("/")[2], lambda member=member: opened.extractfile(member).read()


archive, folder = sys.argv[1:]
for name, read in members(archive):
    # A name that would lead out of the folder is none of an example.
    if EXAMPLE.search(name) and ".." not in name.split("/") and not name.startswith("/"):
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(read())
