"""What an installation can set, by environment variables with the prefix SLUICE_."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The folder `name` (migrations, policies): beside the package in a checkout, inside it in a
    wheel."""
    checkout = PACKAGE.parent / name
    return checkout if checkout.is_dir() else PACKAGE / f"_{name}"


class Settings(BaseSettings):
    """Every setting has a default that serves one machine; units stand in the names."""

    model_config = SettingsConfigDict(env_prefix="SLUICE_", extra="ignore", frozen=True)

    database_url: str = "sqlite:///sluice.db"
    database_pool_size: int = Field(default=10, ge=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8200, ge=0, le=65535)
    admin_token: str | None = Field(default=None, min_length=16)
    demo: bool = False
    policies: Path = Field(default_factory=lambda: resource("policies"))
    max_event_bytes: int = Field(default=10_000_000, ge=1_000)
    max_batch_bytes: int = Field(default=50_000_000, ge=1_000)
    max_body_bytes: int = Field(default=2_000_000, ge=1_000)
    max_queued_events: int = Field(default=10_000, ge=1)
    log_format: str = Field(default="json", pattern="^(json|console)$")
    log_level: str = "INFO"


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return Settings()
