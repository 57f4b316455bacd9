"""What is handed out: the wheel, the container files, the locks, and no trace of one machine."""

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import httpx2
import pytest

from tools import check_web_lock, setup

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MAX_BYTES = 1_000_000

# In parts, so that this file does not name them itself.
INDEX_NAMES = ("pypi", "pythonhosted", "npmjs", "yarnpkg", "crates", "golang", "debian", "maven")
INDEX = re.compile(rf"\b(?:{'|'.join(INDEX_NAMES)})\.(?:org|com|io|net)\b")
MACHINE_PATH = re.compile(r"(?<![\w.*:/~-])/(?:root|work|home/\w+|Users/\w+)/[\w.]")


def tracked() -> list[Path]:
    """The files that are or would be committed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in answer.stdout.decode().split("\0") if (ROOT / name).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def run(*command: str | Path) -> None:
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    return next(folder.glob("sluice-*.whl"))


def test_the_wheel_carries_code_migrations_and_policies(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"catalog/settings.py", "catalog/_migrations/env.py"} <= names
    assert any(name.startswith("catalog/_migrations/versions/") for name in names)
    assert {"catalog/_policies/access.conf", "catalog/_policies/access.csv"} <= names
    assert any(name.startswith("catalog/_policies/gates/") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "web/"))]


@pytest.mark.skipif(
    not (ROOT / "catalog/static/index.html").is_file(), reason="the web is not built"
)
def test_the_wheel_carries_the_built_web(wheel: Path) -> None:
    built = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "catalog/static").rglob("*")
        if path.is_file()
    }
    assert built <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_installs_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    entry = next(name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert "sluice = catalog.cli:main" in archive.read(entry).decode()


def test_an_installed_wheel_finds_its_own_migrations_and_policies(
    wheel: Path, tmp_path: Path
) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = "from catalog import settings; print(settings.resource('migrations'))"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == str(tmp_path / "catalog" / "_migrations")


def test_an_installed_wheel_serves(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    url = f"http://127.0.0.1:{free_port()}"
    serving = subprocess.Popen(
        [sys.executable, "-c", "from catalog.cli import main; main()", "serve"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path / "installed"),
            "SLUICE_PORT": url.rpartition(":")[2],
            "SLUICE_DATABASE_URL": f"sqlite:///{tmp_path}/sluice.db",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert answers(f"{url}/readyz", serving)
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(url: str, process: subprocess.Popen[str]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"it ended: {process.communicate()[0]}")
        try:
            return httpx2.get(url).status_code == 200
        except httpx2.TransportError:
            time.sleep(0.1)
    return False


def test_the_compose_file_fits_the_compose_schema() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    run(BIN / "check-jsonschema", *schema, "docker-compose.yml")


def test_the_dockerfile_passes_its_linter() -> None:
    run(BIN / "hadolint", "Dockerfile")


def test_no_image_floats() -> None:
    files = ((ROOT / name).read_text() for name in ("Dockerfile", "docker-compose.yml"))
    images = re.findall(r"^(?:FROM|\s+image:)\s+(\S+)", "\n".join(files), re.MULTILINE)
    assert len(images) == 5
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


def test_the_container_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert int(users[-1]) > 0


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in text


def test_what_serves_is_what_is_tested() -> None:
    locks = {name: (ROOT / "requirements" / name).read_text() for name in ("run.txt", "dev.txt")}
    pins = {name: set(re.findall(r"^\S+==\S+", text, re.MULTILINE)) for name, text in locks.items()}
    assert pins["run.txt"] <= pins["dev.txt"]


def test_the_lock_knows_every_declared_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", line)[0] for line in project["dependencies"]}
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    assert declared <= set(locked)


@pytest.mark.skipif(not (ROOT / "web/package-lock.json").is_file(), reason="there is no web")
def test_the_web_lock_is_complete_on_every_platform() -> None:
    run(sys.executable, "tools/check_web_lock.py")


LOCKED: dict[str, check_web_lock.Entry] = {
    "": {"name": "web"},
    "node_modules/bundler": {"integrity": "sha512-x", "optionalDependencies": {"bundler-mac": "1"}},
    "node_modules/bundler-mac": {"integrity": "sha512-y"},
}


def test_a_web_lock_without_addresses_is_accepted() -> None:
    assert list(check_web_lock.complaints(LOCKED)) == []


def test_a_web_lock_with_an_address_is_refused() -> None:
    entry: check_web_lock.Entry = {"integrity": "sha512-y", "resolved": "somewhere"}
    (complaint,) = check_web_lock.complaints({**LOCKED, "node_modules/bundler-mac": entry})
    assert "bundler-mac carries the address" in complaint


def test_a_web_lock_that_lacks_a_platform_is_refused() -> None:
    lacking = {name: entry for name, entry in LOCKED.items() if not name.endswith("-mac")}
    (complaint,) = check_web_lock.complaints(lacking)
    assert complaint.startswith("bundler-mac, which node_modules/bundler needs")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("npm error code ENOTFOUND\nnpm error errno ENOTFOUND", "cannot be reached"),
        ("ERROR: No matching distribution found for numpy==2", "no ready-made package of numpy==2"),
    ],
)
def test_a_failed_set_up_says_why_in_one_line(output: str, said: str) -> None:
    reason = setup.reason("installing", output)
    assert said in reason
    assert "\n" not in reason


def test_set_up_says_how_it_is_called() -> None:
    answer = subprocess.run(
        [sys.executable, ROOT / "tools/setup.py"], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "setup: usage: python3 tools/setup.py run|dev|all\n"


def test_make_alone_lists_the_targets() -> None:
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z-]+)", answer.stdout, re.MULTILINE))
    assert {"run", "test", "test-fast", "test-all", "lint", "format", "check"} <= listed
    assert {"migration", "api", "bench", "lock", "clean"} <= listed


def test_no_file_names_a_package_index() -> None:
    assert lines_matching(INDEX) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert lines_matching(MACHINE_PATH) == []


def test_no_file_is_over_a_megabyte() -> None:
    assert [path for path in tracked() if path.stat().st_size > MAX_BYTES] == []


def test_what_is_built_is_not_committed() -> None:
    built = ("catalog/static/index.html", "web/node_modules/react", ".venv/bin", "uv.lock")
    answer = subprocess.run(
        ["git", "check-ignore", *built], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.stdout.split() == list(built)
