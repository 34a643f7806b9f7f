"""People and organisations as a claim names them. Whatever may identify a person has a masked ``repr``."""

from __future__ import annotations

from denialml.claims.parts import Reference
from denialml.claims.value import Value


class Phi(str):
    """Text that identifies a person (a member id). Its ``repr`` is masked, so no log or traceback shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Phi(***)"


class Address(Value, frozen=True):
    """A postal address (X12 N3 and N4). ``country`` and its ``subdivision`` are empty for the United States."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    subdivision: str = ""

    def __repr__(self) -> str:
        return "Address(***)"


class Contact(Value, frozen=True):
    """Whom to ask (X12 PER): function code, name, and numbers as (qualifier, number); ``TE`` is telephone."""

    function: str = "IC"
    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return "Contact(***)"


class Party(Value, frozen=True):
    """A person or an organisation (X12 NM1 or N1 with what follows it).

    ``name`` is the last name of a person or the name of an organisation. ``id_qualifier`` says what ``identifier`` is:
    ``XX`` an NPI, ``MI`` a member id, ``PI`` or ``XV`` a payer id, ``46`` a submitter id, ``FI`` a tax id.
    ``taxonomy`` is the provider taxonomy code (PRV03). ``references`` are the REF segments of the same loop.
    """

    name: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    is_person: bool = False
    id_qualifier: str = ""
    identifier: str = ""
    taxonomy: str = ""
    address: Address | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    prefix: str = ""

    def __repr__(self) -> str:
        return "Party(***)"

    @property
    def npi(self) -> str:
        """The National Provider Identifier, or empty."""
        return self.identifier if self.id_qualifier == "XX" else ""

    @property
    def tax_id(self) -> str:
        """The employer or social security number from REF*EI or REF*SY, or from the identifier itself, or empty."""
        for reference in self.references:
            if reference.qualifier in {"EI", "SY", "TJ"}:
                return reference.value
        return self.identifier if self.id_qualifier in {"FI", "24", "34"} else ""
