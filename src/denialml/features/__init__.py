"""Point-in-time features over a columnar snapshot: declared one by one, computed by DuckDB, seen as of each line's day.

The tie rule, which every feature keeps: T is the day the line's claim was ready (``known_on``). The claim itself is
seen whole. Of other claims only those ready before T are seen, of remittances only those received before T; what
came on T itself is not, because nobody can say which of two things of one day came first.
"""

from denialml.features.build import FeatureTable, SnapshotFiles, build
from denialml.features.declarations import BY_NAME, FEATURES, counterpart, declaration_hash
from denialml.features.feature import Feature, Level
from denialml.features.levels import LEVELS
from denialml.features.vocabulary import FAMILIES, FAMILY_GROUPS, GROUPS

__all__ = [
    "BY_NAME",
    "FAMILIES",
    "FAMILY_GROUPS",
    "FEATURES",
    "GROUPS",
    "LEVELS",
    "Feature",
    "FeatureTable",
    "Level",
    "SnapshotFiles",
    "build",
    "counterpart",
    "declaration_hash",
]
