"""Names of datasets: the short form, and which other spellings may mean the same dataset."""

import re

_DEFAULT_PORTS = {
    "awsathena": "443",
    "cassandra": "9042",
    "db2": "50000",
    "hdfs": "8020",
    "kafka": "9092",
    "mssql": "1433",
    "mysql": "3306",
    "oracle": "1521",
    "postgres": "5432",
    "redshift": "5439",
    "trino": "8080",
}
_SCHEMES = {
    "postgresql": "postgres",
    "s3a": "s3",
    "s3n": "s3",
    "gcs": "gs",
    "abfs": "abfss",
    "wasb": "wasbs",
}
# Where names are keys or paths rather than dotted parts.
_OBJECT_STORES = {"s3", "gs", "abfss", "wasbs", "dbfs"}
_NAMESPACE = re.compile(r"(?:jdbc:)?([a-zA-Z][\w+.-]*)://(?:[^/@]*:[^/@]*@)?(.*)")
_SNOWFLAKE = ".snowflakecomputing.com"


def simple_name(name: str) -> str:
    """The last part of a dotted name or of a path: what people call the dataset."""
    path = name.rstrip("/")
    last = path.rpartition("/")[2] if "/" in path else path.rpartition(".")[2]
    return last.strip('"`') or name


def variants(namespace: str, name: str) -> tuple[tuple[str, str], ...]:
    """Other (namespace, name) that may mean the same dataset, the canonical one first.

    Candidates for aliases, to be looked up and confirmed: the spelling received is never rewritten.
    """
    canonical = (canonical_namespace(namespace), _canonical_name(namespace, name))
    canonical = _canonical_file(*canonical)
    found = dict.fromkeys([canonical, *_spellings(*canonical)])
    found.pop((namespace, name), None)
    return tuple(found)


def canonical_namespace(namespace: str) -> str:
    """The namespace as the naming specification spells it."""
    match = _NAMESPACE.fullmatch(namespace)
    if match is None:
        return namespace
    scheme = _SCHEMES.get(match[1].lower(), match[1].lower())
    authority = match[2] if scheme in {"file", "duckdb", "sqlite"} else match[2].rstrip("/")
    if scheme == "snowflake":
        authority = authority.removesuffix(_SNOWFLAKE)
    return f"{scheme}://{_with_port(scheme, authority)}"


def _with_port(scheme: str, authority: str) -> str:
    port = _DEFAULT_PORTS.get(scheme)
    host, _, rest = authority.partition("/")
    if port is None or not host or ":" in host or "," in host:
        return authority
    return f"{host}:{port}/{rest}" if rest else f"{host}:{port}"


def _canonical_name(namespace: str, name: str) -> str:
    if _scheme(canonical_namespace(namespace)) in _OBJECT_STORES:
        return name.strip("/") or "/"
    return name.rstrip("/") or name


def _canonical_file(namespace: str, name: str) -> tuple[str, str]:
    """Local files have the namespace `file` and an absolute path; Hadoop writes file:/x."""
    if namespace in {"file:", "file://", "file:///"}:
        return "file", name
    if namespace == "file":
        return "file", re.sub(r"^file:/+", "/", name)
    if namespace.startswith("file:/") and not namespace.startswith("file://"):
        return "file", f"{namespace.removeprefix('file:').rstrip('/')}/{name.lstrip('/')}"
    return namespace, name


def _spellings(namespace: str, name: str) -> list[tuple[str, str]]:
    """How else producers are known to write a canonical identity."""
    scheme = _scheme(namespace)
    rest = namespace.removeprefix(f"{scheme}://")
    authorities = [rest]
    port = _DEFAULT_PORTS.get(scheme)
    if port and rest.endswith(f":{port}"):
        authorities.append(rest.removesuffix(f":{port}"))
    schemes = [scheme, *(alias for alias, meant in _SCHEMES.items() if meant == scheme)]
    namespaces = [f"{each}://{authority}" for each in schemes for authority in authorities]
    if scheme == "snowflake":
        namespaces.append(f"{namespace}{_SNOWFLAKE}")
    if not scheme:
        namespaces = [namespace]
    names = [name, f"/{name}"] if scheme in _OBJECT_STORES else [name]
    spellings = [(each, spelling) for each in namespaces for spelling in names]
    if namespace == "file":
        spellings += [("file://", name), ("file", f"file:{name}")]
    return spellings


def _scheme(namespace: str) -> str:
    return namespace.partition("://")[0] if "://" in namespace else ""
