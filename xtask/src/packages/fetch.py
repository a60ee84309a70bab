"""Fetches one archive of a package index through pip, compares its hash, and unpacks it.

    fetch.py FOLDER NAME VERSION wheel|sdist SHA256

Nothing of the archive is run. A wheel comes with `pip download --no-deps`. pip would build the metadata
of a source archive, which can need half of the machine, so that one is looked up and fetched with
pip's own finder and session, which know the user's index, proxy and certificates.
Ends with 3 if the archive is not the pinned one, else with 1 and a reason if it did not come.
"""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile


def wheel(name, version, folder):
    # The platform is named so that every machine gets the same file.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--implementation", "cp", "--python-version", "3.11"]
    command += ["--platform", "manylinux2014_x86_64", "--dest", str(folder), f"{name}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        reasons = [line for line in done.stderr.splitlines() if "ERROR" in line]
        sys.exit(reasons[-1] if reasons else "pip is not installed or could not fetch it")
    return next(folder.glob("*.whl"))


def sdist(name, version, folder):
    from pip._internal.commands import create_command

    command = create_command("download")
    options, _ = command.parse_args([name, "--no-binary", ":all:", "--quiet"])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session)
        found = finder.find_all_candidates(name)
        links = [c.link for c in found if str(c.version) == version and not c.link.is_wheel]
        if not links:
            sys.exit("the index does not have it, or there is no network")
        answer = session.get(links[0].url_without_fragment)
        if answer.status_code != 200:
            sys.exit(f"the index answers {answer.status_code}")
        path = folder / links[0].filename
        path.write_bytes(answer.content)
        return path


def unpack(archive, folder):
    """Into `folder`, without the one folder that a source archive has at its top."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
        return folder
    with tarfile.open(archive) as tarred:
        tarred.extractall(folder, filter="data")
    tops = list(folder.iterdir())
    return tops[0] if len(tops) == 1 else folder


def main(folder, name, version, kind, sha256):
    target = pathlib.Path(folder)
    # Beside the target, so that it is moved there whole or not at all.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as work:
        work = pathlib.Path(work)
        (work / "archive").mkdir()
        archive = (wheel if kind == "wheel" else sdist)(name, version, work / "archive")
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != sha256:
            print(f"its sha256 is {found}, pinned is {sha256}", file=sys.stderr)
            sys.exit(3)
        content = unpack(archive, work / "content")
        if not target.exists():
            shutil.move(str(content), str(target))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        # Only the name: its text can hold the address of the index.
        sys.exit(f"it could not be fetched: {type(error).__name__}")
