"""The check for personal data agrees with a simulation that carries data through the runs."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.checks import node
from tests.checks.story import Story, dataset

CHECK = "lineage.no_personal_data_in_features"
NAMES = ("a", "b", "c", "d")
PATHS = ("x", "y")
KEYS = [name + path for name in NAMES for path in ("", *PATHS)]
TAGS = st.sampled_from([(), (), ("pii",), ("not-personal",), ("other",)])
PLACES = st.tuples(st.sampled_from(NAMES), st.sampled_from(PATHS))


@dataclass(frozen=True)
class Job:
    """A run to be: `columns` None tells nothing; else (source, kind, target path or "")."""

    reads: frozenset[str]
    target: str
    columns: tuple[tuple[tuple[str, str], str, str], ...] | None
    appends: bool


JOBS = st.builds(
    Job,
    st.frozensets(st.sampled_from(NAMES), max_size=3),
    st.sampled_from(NAMES),
    st.none()
    | st.lists(
        st.tuples(PLACES, st.sampled_from([">", ">", "#>", "~>"]), st.sampled_from((*PATHS, ""))),
        min_size=1,
        max_size=4,
    ).map(tuple),
    st.booleans(),
)


@dataclass
class World:
    """What is in every column now: "personal", "unknown", both or neither."""

    tags: dict[str, tuple[str, ...]]
    now: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def entering(self, name: str, path: str) -> frozenset[str]:
        for tags in (self.tags[name + path], self.tags[name]):
            if "pii" in tags:
                return frozenset({"personal"})
            if "not-personal" in tags:
                return frozenset()
        return frozenset({"unknown"})

    def written(self, name: str, path: str, content: frozenset[str]) -> frozenset[str]:
        tagged = "pii" in self.tags[name + path] or "pii" in self.tags[name]
        return content | {"personal"} if tagged else content

    def begin(self) -> None:
        for name in NAMES:
            for path in PATHS:
                self.now[name, path] = self.entering(name, path)

    def run(self, job: Job) -> None:
        before = dict(self.now)
        for path in PATHS:
            entered, content = self._content(job, path, before)
            made = content if entered else self.written(job.target, path, content)
            kept = before[job.target, path] if job.appends else frozenset()
            self.now[job.target, path] = made | kept

    def _content(
        self, job: Job, path: str, before: dict[tuple[str, str], frozenset[str]]
    ) -> tuple[bool, frozenset[str]]:
        """Whether the column came in there, and what it then holds."""
        if job.columns is None and job.reads:
            read = [before[name, one] for name in job.reads for one in PATHS]
            return False, frozenset().union(*read)
        into = [one for one in job.columns or () if one[2] in (path, "")]
        carried = [before[source] for source, kind, _ in into if kind == ">"]
        told = any(target or kind != "~>" for _, kind, target in into)
        content = frozenset[str]().union(*carried)
        return not told, content if told else self.entering(job.target, path)


def story_of(tags: dict[str, tuple[str, ...]], jobs: list[Job]) -> Story:
    story = Story()
    for name in NAMES:
        story.source(name, {path: tags[name + path] for path in PATHS}, tags=list(tags[name]))
    for job in jobs:
        columns = None
        if job.columns is not None:
            columns = [
                f"{path}@{name} {kind} {target}@{job.target}"
                for (name, path), kind, target in job.columns
            ]
        story.run(
            f"make {job.target}",
            reads=sorted(job.reads),
            writes=[job.target],
            columns=columns,
            appends=job.appends,
        )
    return story


def read_first(job: Job) -> Job:
    """The same run, reading all that its column lineage names."""
    named = {source[0] for source, _, _ in job.columns or ()}
    return Job(job.reads | named, job.target, job.columns, job.appends)


@settings(max_examples=150, deadline=None)
@given(
    tags=st.fixed_dictionaries(
        {key: TAGS for name in NAMES for key in (name, f"{name}x", f"{name}y")}
    ),
    jobs=st.lists(JOBS, max_size=7).map(lambda jobs: [read_first(job) for job in jobs]),
    features=st.frozensets(st.sampled_from(NAMES), min_size=1),
)
def test_what_reaches_a_feature_is_what_a_simulation_carries_there(
    tags: dict[str, tuple[str, ...]], jobs: list[Job], features: frozenset[str]
) -> None:
    world, story = World(tags), story_of(tags, jobs)
    world.begin()
    for job in jobs:
        world.run(job)
    story.train(reads=sorted(features))
    expected = {
        (dataset(name), path): "personal" if "personal" in world.now[name, path] else "unknown"
        for name in features
        for path in PATHS
        if world.now[name, path]
    }
    found = {
        (dataset(node.parse(one.subject).name), node.parse(one.subject).detail or ""): (
            "unknown" if "classified by nobody" in one.message else "personal"
        )
        for one in story.check(CHECK).findings
    }
    assert found == expected
