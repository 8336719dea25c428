"""Names of the columns to be predicted, as people write them: one, or several with commas."""

from __future__ import annotations

from collections.abc import Sequence

from kerata.base.messages import did_you_mean

# One column by its name, several by theirs.
Target = str | tuple[str, ...]
# As it is asked for: a name, perhaps of several columns with commas, or a list.
Wanted = str | Sequence[str]


def named_targets(wanted: Wanted, names: Sequence[str], where: str = "", flag: str = "") -> Target:
    """Find the columns that are to be predicted.

    A column of exactly that name wins; else commas stand between names, which may hold commas
    themselves.

    Arguments:
        wanted: a name, names with commas between them, or a list of names.
        names: of the table's columns.
        where: what has the columns, to begin the message with; 'There is' by default.
        flag: by which they were asked for, for the message.

    Returns:
        The name, or several in the order in which they were given.

    Raises:
        ValueError: a name that is not there, with a suggestion; one that is given twice, or none.

    >>> named_targets("weight,size, cm", ["weight", "size, cm", "kind"])
    ('weight', 'size, cm')
    >>> named_targets("weight,kind", ["weight,kind", "weight", "kind"])
    'weight,kind'
    """
    if isinstance(wanted, str):
        found = [wanted] if wanted in names or "," not in wanted else _split(wanted, names)
    else:
        found = [str(name) for name in wanted]
    if not found or "" in found:
        raise ValueError(
            "A target has no name: name one column, or several with a comma between them, as in "
            "weight,size."
        )
    for name in found:
        if name not in names:
            said = f"{where} has" if where else "There is"
            by = flag or (f"of the {len(found)} targets" if len(found) > 1 else "")
            raise ValueError(
                f"{said} no column {name!r}{f' ({by})' * bool(by)}. {did_you_mean(name, names)}"
            )
        if found.count(name) > 1:
            raise ValueError(f"The target {name!r} is named twice: name each column once.")
    return found[0] if len(found) == 1 else tuple(found)


def each_target(target: Target) -> tuple[str, ...]:
    """Give the names one by one.

    >>> each_target("weight"), each_target(("weight", "size"))
    (('weight',), ('weight', 'size'))
    """
    return (target,) if isinstance(target, str) else tuple(target)


def names_all(wanted: Wanted, cells: Sequence[str]) -> bool:
    """Say whether a line of cells has all columns that are to be predicted."""
    try:
        named_targets(wanted, cells)
    except ValueError:
        return False
    return True


def _split(wanted: str, names: Sequence[str]) -> list[str]:
    """Split at commas, but not inside of a column's name."""
    pieces, found, first = wanted.split(","), [], 0
    while first < len(pieces):
        ends = range(len(pieces), first, -1)
        joined = {end: ",".join(pieces[first:end]).strip() for end in ends}
        end = next((end for end in ends if joined[end] in names), first + 1)
        found.append(joined[end])
        first = end
    return found
