"""Lists of providers: the NPI registry (NPPES), exclusions (LEIE), order and referring, opt-out, provider taxonomy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from denialml.codes.publishers.columns import Record, is_header, records
from denialml.codes.publishers.documents import Document
from denialml.codes.publishers.format import Edition, Filed, Format, edition_from_name
from denialml.codes.rows import Exclusion, OptOut, OrderRefer, Provider, Taxonomy
from denialml.codes.tables import name_key

_TAXONOMIES: Final = 15  # columns of them in the registry's file
_REGISTRY: Final = {
    "npi": "npi",
    "entity": "entity type code",
    "organization": r"provider organization name \(legal business name\)",
    "last": r"provider last name \(legal name\)",
    "first": "provider first name",
    "state": "provider business practice location address state name",
    "enumerated": "provider enumeration date",
    "deactivated": "npi deactivation date",
    "reactivated": "npi reactivation date",
    **{f"taxonomy{n}": f"?healthcare provider taxonomy code_{n}" for n in range(1, _TAXONOMIES + 1)},
}
_EXCLUSIONS: Final = {
    "last": "lastname",
    "first": "firstname",
    "business": "busname",
    "npi": "npi",
    "born": "dob",
    "state": "state",
    "basis": "excltype",
    "excluded": "excldate",
    "reinstated": "reindate",
}
_ORDERING: Final = {
    "npi": "npi",
    "part_b": "partb",
    "dme": "dme",
    "home_health": "hha",
    "power_mobility": "pmd",
    "hospice": "?hospice",
}
_OPTED_OUT: Final = {
    "npi": "npi",
    "last": "last name",
    "effective": "optout effective date",
    "end": "optout end date",
}
_SPECIALTIES: Final = {
    "code": "code",
    "grouping": "grouping",
    "classification": "classification",
    "specialization": "specialization",
    "section": "?section",
}
_DAY: Final = timedelta(days=1)


def _has(anchor: str, *titles: str) -> Callable[[Document], bool]:
    """Whether a document's header begins with an anchor and holds these titles."""

    def matches(document: Document) -> bool:
        headers = (cells for cells in document.first_rows if is_header(cells, anchor))
        return any(set(titles) <= {cell.lower() for cell in cells} for cells in headers)

    return matches


def _read_registry(document: Document) -> Iterator[Filed]:
    """A deactivated provider keeps only number and date in the file."""
    for record in records(document, "npi", _REGISTRY):
        deactivated, reactivated = record.day("deactivated"), record.day("reactivated")
        ended = deactivated and not (reactivated and reactivated >= deactivated)
        row = Provider(
            effective=record.day("enumerated") or date.min,
            end=deactivated - _DAY if deactivated and ended else None,
            person=record["entity"] == "1",
            name=record["last"] if record["entity"] == "1" else record["organization"],
            first_name=record["first"],
            taxonomies=tuple(code for n in range(1, _TAXONOMIES + 1) if (code := record[f"taxonomy{n}"])),
            state=record["state"],
        )
        yield "npi", record.code("npi", 10), row


def _read_exclusions(document: Document) -> Iterator[Filed]:
    """Filed by NPI where there is one, and always by name: most rows have no NPI."""
    for record in records(document, "lastname", _EXCLUSIONS):
        effective, reinstated = record.day("excluded"), record.day("reinstated")
        if effective is None:
            raise record.bad("excluded", "must be a date")
        row = Exclusion(
            effective=effective,
            end=reinstated - _DAY if reinstated else None,
            basis=record["basis"],
            name=(record["last"] or record["business"]).upper(),
            first_name=record["first"].upper(),
            born=record.day("born"),
            state=record["state"],
        )
        if record["npi"].strip("0"):
            yield "exclusion", record.code("npi", 10), row
        key = name_key(row.name, row.first_name)
        if key:
            yield "exclusion_name", key, row


def _read_ordering(document: Document) -> Iterator[Filed]:
    for record in records(document, "npi", _ORDERING):
        row = OrderRefer(
            part_b=_yes(record, "part_b"),
            dme=_yes(record, "dme"),
            home_health=_yes(record, "home_health"),
            power_mobility=_yes(record, "power_mobility"),
            hospice=_yes(record, "hospice"),
        )
        yield "order_refer", record.code("npi", 10), row


def _yes(record: Record, name: str) -> bool:
    if record[name].upper() not in {"Y", "N", ""}:
        raise record.bad(name, "is not Y or N")
    return record[name].upper() == "Y"


def _read_opted_out(document: Document) -> Iterator[Filed]:
    for record in records(document, "first name", _OPTED_OUT):
        row = OptOut(effective=record.day("effective") or date.min, end=record.day("end"), name=record["last"].upper())
        yield "opt_out", record.code("npi", 10), row


def _read_specialties(document: Document) -> Iterator[Filed]:
    for record in records(document, "code", _SPECIALTIES):
        row = Taxonomy(
            grouping=record["grouping"],
            classification=record["classification"],
            specialization=record["specialization"],
            individual=record["section"] != "Non-Individual",
        )
        yield "taxonomy", record.code("code", 10), row


def _day_edition(found: re.Match[str]) -> Edition:
    effective = date.fromisoformat(found[1])
    return Edition(effective.isoformat(), effective)


def _specialties_edition(found: re.Match[str]) -> Edition:
    """Version 24.0 stands from April of 2024, 24.1 from October."""
    return Edition(f"v{found[1]}.{found[2]}", date(2000 + int(found[1]), 10 if found[2] == "1" else 4, 1))


FORMATS: Final = (
    Format(
        "NPI registry",
        ("npi",),
        _has("npi", "entity type code"),
        _read_registry,
        edition_from_name(r"npidata_pfile_\d{8}-(\d{8})", _day_edition),
    ),
    Format(
        "exclusions (LEIE)",
        ("exclusion", "exclusion_name"),
        _has("lastname", "excltype", "excldate"),
        _read_exclusions,
        lambda _: None,
    ),
    Format(
        "order and referring list",
        ("order_refer",),
        _has("npi", "partb", "dme", "hha"),
        _read_ordering,
        edition_from_name(r"order.*referring.*?(\d{8})", _day_edition),
    ),
    Format(
        "opt-out affidavits",
        ("opt_out",),
        _has("first name", "optout effective date"),
        _read_opted_out,
        lambda _: None,
    ),
    Format(
        "provider taxonomy",
        ("taxonomy",),
        _has("code", "grouping", "classification", "specialization"),
        _read_specialties,
        edition_from_name(r"nucc_taxonomy_(\d\d)(\d)", _specialties_edition),
    ),
)
