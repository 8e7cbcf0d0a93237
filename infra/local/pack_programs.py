"""Packs the program of each folder into an archive beside it: python pack_programs.py FOLDER…

SAM packs folders too, at a compression that takes half a minute for all programs of a debug build.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FASTEST = 1


def pack(folder: Path):
    # With the date that all such entries have, so that a program makes the same archive whenever it is packed.
    entry = ZipInfo("bootstrap")
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o100755 << 16
    with ZipFile(f"{folder}.zip", "w") as archive:
        archive.writestr(entry, (folder / "bootstrap").read_bytes(), compresslevel=FASTEST)


def main():
    with ThreadPoolExecutor() as threads:
        for _ in threads.map(pack, map(Path, sys.argv[1:])):
            pass


if __name__ == "__main__":
    main()
