"""What processes beside the tests do with a store. A module of its own, so that a spawned process can import it."""

from denialml.store import open_store


def allocate_often(url: str) -> list[int]:
    """The first ids of twenty blocks of three, each allocated in a unit of its own."""
    store = open_store(url)
    firsts = []
    for _ in range(20):
        with store.unit() as unit:
            firsts.append(unit.allocate("claim", 3))
    store.close()
    return firsts
