"""What every page needs: the settings in force, who is at work, and the filters of a queue in the sidebar."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from denialml import settings as home
from denialml.errors import DenialmlError, NotFoundError
from denialml.service.worklists import Choices, QueueFilters, Sort, Status
from denialml.settings import Settings
from formatting import plain

CLAIM_PAGE = "screens/claim.py"
CLAIM_PARAMETER = "claim"  # a control number: opaque, ten base-32 characters and a check character, nothing personal
_ANY = "All"


def settings() -> Settings:
    """The settings in force (DENIALML_HOME, DENIALML_DATABASE_URL, the home's own file).

    Raises:
        BadInputError: the home's file cannot be read.
    """
    return home.load()


def guarded(page: Callable[[], None]) -> None:
    """Run a page; a failed operation becomes a message with what to do, never a traceback."""
    try:
        page()
    except NotFoundError as error:
        st.info(plain(str(error)), icon=":material/info:")
    except DenialmlError as error:
        st.error(plain(str(error)), icon=":material/error:")


def person() -> str:
    """Who signs decisions: the account's name, until the browser's user gives another."""
    if "person" not in st.session_state:
        try:
            st.session_state["person"] = getpass.getuser()
        except OSError:  # an account without a name, as in some containers
            st.session_state["person"] = ""
    return str(st.session_state["person"])


@dataclass(frozen=True, slots=True)
class FilterWords:
    """What a queue calls its filters."""

    key: str
    group: str
    dollars: str
    probability: str
    sorts: dict[Sort, str]
    statuses: tuple[Status, ...]


def filter_sidebar(choices: Choices, filters_words: FilterWords) -> None:
    """The filters of a queue; their values are read back with :func:`filters`."""
    key = filters_words.key
    with st.sidebar:
        st.subheader("Filters")
        st.text_input("Claim number contains", key=f"{key}-text")
        _pick("Payer", choices.payers, f"{key}-payer")
        _pick(filters_words.group, choices.groups, f"{key}-group")
        _pick("Procedure", choices.procedures, f"{key}-procedure")
        _pick("Rendering provider (NPI)", choices.providers, f"{key}-provider")
        st.number_input(filters_words.dollars, min_value=0, step=25, key=f"{key}-dollars")
        st.slider(filters_words.probability, 0, 100, format="%d%%", key=f"{key}-probability")
        st.selectbox("Status", [*(status.value for status in filters_words.statuses), _ANY], key=f"{key}-status")
        st.selectbox("Sort by", list(filters_words.sorts.values()), key=f"{key}-sort")
        st.button("Clear filters", key=f"{key}-clear", on_click=_clear, args=(key,), width="stretch")


def filters(filters_words: FilterWords) -> QueueFilters:
    """The filters as the sidebar has them; on the first run the defaults."""
    key = filters_words.key

    def value(name: str) -> str:
        found = st.session_state.get(f"{key}-{name}")
        return "" if found in {None, _ANY} else str(found)

    by_label = {label: sort for sort, label in filters_words.sorts.items()}
    status = st.session_state.get(f"{key}-status", filters_words.statuses[0].value)
    return QueueFilters(
        payer=value("payer"),
        provider=value("provider"),
        procedure=value("procedure"),
        group=value("group"),
        minimum_cents=100 * int(st.session_state.get(f"{key}-dollars", 0)),
        minimum_probability=st.session_state.get(f"{key}-probability", 0) / 100,
        text=value("text"),
        status=None if status == _ANY else Status(status),
        sort=by_label.get(value("sort"), Sort.VALUE),
        page=int(st.session_state.get(f"{key}-page", 1)),
    )


def pager(pages: int, key: str) -> None:
    """A page chooser where a queue is longer than one page."""
    if pages > 1:
        name = f"{key}-page"
        st.session_state[name] = min(int(st.session_state.get(name, 1)), pages)  # a filter may have shortened the list
        st.number_input(f"Page of {pages}", 1, pages, key=name, width=220)


def _pick(label: str, options: Sequence[str], key: str) -> None:
    chosen = st.session_state.get(key)
    # What was chosen stays on offer although no row has it any more, or the choice would silently change.
    extra = [chosen] if chosen and chosen != _ANY and chosen not in options else []
    st.selectbox(label, [_ANY, *options, *extra], key=key)


def _clear(key: str) -> None:
    for name in [name for name in st.session_state if str(name).startswith(f"{key}-")]:
        del st.session_state[name]
