"""Downloads the jars of a lock file from Maven Central into a folder: python download_jars.py LOCK_FILE FOLDER

A line of the lock file is a digest and group:artifact:version. It has all dependencies: to resolve them would take minutes.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from jgo.maven import MavenContext

CONNECTIONS = 8


def main():
    lock_file, folder = map(Path, sys.argv[1:])
    names = [line.split()[1] for line in lock_file.read_text().splitlines()]
    with TemporaryDirectory(dir=folder.parent) as repository, ThreadPoolExecutor(CONNECTIONS) as threads:
        context = MavenContext(repo_cache=Path(repository), timeout=60)

        def download(name):
            group, artifact, version = name.split(":")
            jar = context.project(group, artifact).at_version(version).artifact().resolve()
            jar.rename(folder / jar.name)
            print(jar.name, flush=True)

        for _ in threads.map(download, names):
            pass


if __name__ == "__main__":
    main()
