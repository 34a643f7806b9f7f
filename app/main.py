"""The worklists in a browser. Start it with ``denialml app``, or ``cd app && python -m streamlit run main.py``."""

from __future__ import annotations

import streamlit as st

from context import guarded, person, settings
from denialml.service.clock import today
from formatting import plain


def main() -> None:
    """One frame around every page: navigation, whose home this is, who is at work."""
    st.set_page_config(page_title="denialml", page_icon=":material/receipt_long:", layout="wide")
    # Not in a folder named "pages": Streamlit would run those by themselves when their address is opened first.
    page = st.navigation(
        [
            st.Page("screens/before_sending.py", title="Before sending", icon=":material/outbox:", default=True),
            st.Page("screens/denials.py", title="Denials", icon=":material/assignment_return:", url_path="denials"),
            st.Page("screens/exceptions.py", title="Exceptions", icon=":material/rule:", url_path="exceptions"),
            st.Page("screens/claim.py", title="Claim", icon=":material/description:", url_path="claim"),
        ],
        position="top",
    )
    page.run()
    guarded(_footer)


def _footer() -> None:
    chosen = settings()
    with st.sidebar:
        st.divider()
        st.text_input("Signed as", value=person(), key="person-field", on_change=_sign)
        kind = "made-up practice" if chosen.demo else "practice"
        st.caption(f"{kind.capitalize()} in {plain(chosen.home.absolute().name)} · {today(chosen).isoformat()}")


def _sign() -> None:
    st.session_state["person"] = st.session_state["person-field"]


main()
