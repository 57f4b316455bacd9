"""Who works at Northbank, and in which roles."""

from dataclasses import dataclass

from catalog.demo.organisation import Organisation

LABEL = "demo"
REASON = "the demo organisation"


@dataclass(frozen=True)
class Person:
    """A person or service; `grants` are (role, namespace) pairs, "" being everywhere."""

    subject: str
    about: str
    grants: tuple[tuple[str, str], ...]


def everybody(organisation: Organisation) -> list[Person]:
    """Everybody, those first whom a visitor will want to be."""
    names = organisation.namespaces
    models, warehouse = names["models"], names["warehouse"]
    everywhere = ("viewer", "")
    return [
        Person("user:ines", "data steward: classifies and certifies", (("steward", ""),)),
        Person("user:leo", "legal: reviews and signs", (("legal", ""),)),
        Person("user:mara", "owns the models", (("model-owner", models), everywhere)),
        Person("user:omar", "head of risk: approves", (("approver", models), everywhere)),
        Person("user:vera", "analyst: reads", (everywhere,)),
        Person("user:ada", "auditor: reads everything, the audit too", (("auditor", ""),)),
        Person("user:admin", "administrator: tokens and grants", (("admin", ""),)),
        Person("service:ci", "deployment: asks the gate", (("promoter", models), everywhere)),
        Person("service:dbt", "posts dbt's events", (("producer", "dbt"), ("producer", warehouse))),
        Person("service:spark", "posts Spark's events", (("producer", "spark"),)),
        Person("service:airflow", "posts Airflow's events", (("producer", "airflow"),)),
    ]
