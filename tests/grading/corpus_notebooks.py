"""Notebooks that are odd, cannot be read, or whose checks were tampered with."""

import copy
from collections.abc import Callable

from hostile import (
    ANSWERS,
    CASES,
    EVERYTHING,
    STARTERS,
    VICTIM,
    WRONG,
    Case,
    before,
    cell_of,
    changed,
    dump,
    inside,
    marks,
    notebook,
    unreadable,
)

# Odd notebooks that deserve their marks.


def duplicate(data: dict, text: str | None = None) -> None:
    cell = copy.deepcopy(cell_of(data, VICTIM))
    if text is not None:
        cell["source"] = [text]
    data["cells"].append(cell)
    data["cells"].append(copy.deepcopy(cell_of(data, f"{VICTIM}_check")))


changed("duplicated_cells", duplicate, says="is there 2 times, with one answer")
changed(
    "duplicated_cell_with_another_answer",
    lambda data: duplicate(data, inside("return 0")),
    (VICTIM,),
    "is there 2 times with different answers",
)
changed(
    "duplicated_starter", lambda data: duplicate(data, STARTERS[VICTIM]), says="is there 2 times"
)
changed("every_cell_the_same_id", lambda data: [c.update(id="same") for c in data["cells"]])


def strip(data: dict, key: str) -> None:
    for cell in data["cells"]:
        cell.pop(key, None)
        if key == "nbgrader":
            cell["metadata"] = {}


changed("no_metadata", lambda data: strip(data, "nbgrader"))
changed(
    "no_metadata_and_no_ids",
    lambda data: [strip(data, name) for name in ("nbgrader", "id")],
    says="was found by what it defines",
)
changed("no_ids", lambda data: strip(data, "id"))


def version_3(data: dict) -> dict:
    cells = [
        {
            "cell_type": "code",
            "language": "python",
            "collapsed": False,
            "outputs": [],
            "input": cell["source"],
            "metadata": cell["metadata"],
        }
        if cell["cell_type"] == "code"
        else {"cell_type": "markdown", "source": cell["source"], "metadata": cell["metadata"]}
        for cell in data["cells"]
    ]
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


changed("nbformat_3", version_3)
changed(
    "unknown_kernelspec",
    lambda data: data["metadata"].update(
        kernelspec={"name": "my-conda-env", "display_name": "R", "language": "R"}
    ),
)
changed("no_notebook_metadata", lambda data: data.pop("metadata") and None)
changed("unicode_file_name", lambda data: None, file="Žofie Ångström – třetí pokus ☃.ipynb")
changed(
    "formula_as_a_name", lambda data: None, file='=HYPERLINK("x")<script>alert(1)<script>.ipynb'
)
changed("lone_surrogate", lambda data: None, answers={VICTIM: before("s = '\ud800'")})
changed("null_byte", lambda data: None, answers={VICTIM: before("s = '\0'")})
changed(
    "answer_as_markdown",
    lambda data: cell_of(data, VICTIM).update(cell_type="markdown"),
    says="had become a markdown cell and was read as code",
)
changed(
    "answer_cell_deleted",
    lambda data: data["cells"].remove(cell_of(data, VICTIM)),
    (VICTIM,),
    "its answer cell is not in the notebook",
)
changed("answer_cell_emptied", lambda data: None, (VICTIM,), "empty", answers={VICTIM: "  \n"})
changed(
    "helper_in_a_cell_of_their_own",
    lambda data: data["cells"].insert(
        2,
        {
            "cell_type": "code",
            "id": "own",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["def helper(x):\n", "    return x\n"],
        },
    ),
    (VICTIM,),
    "helper is defined in a cell of your own",
    answers={VICTIM: before("helper(1)")},
)
changed(
    "outputs_that_are_not_outputs",
    lambda data: cell_of(data, VICTIM).update(outputs={"a": [1]}, execution_count="x"),
)
CASES.append(
    Case("byte_order_mark", lambda: b"\xef\xbb\xbf" + dump(notebook()), file="byte order.ipynb")
)

# What cannot be read.
unreadable("truncated_json", lambda: dump(notebook())[:3000], "not valid JSON")
unreadable("empty_file", lambda: b"", "This file is empty")
unreadable("noise", lambda: bytes(range(256)) * 20, "not valid JSON")
unreadable("nested_too_deep", lambda: b'{"cells": ' + b"[" * 200_000, "not valid JSON")
unreadable("a_list", lambda: b"[1, 2]", "it has no list of cells")
unreadable(
    "too_much_code",
    lambda: dump(
        {"cells": [{"cell_type": "code", "source": "a = 1\n" * 2_000_000, "metadata": {}}]}
    ),
    "12 million characters of code",
)
unreadable("too_large", lambda: dump(notebook()) + b" " * 17_000_000, "at most 16 MB")
unreadable(
    "another_notebook",
    lambda: dump({"cells": [{"cell_type": "code", "source": ["1"], "metadata": {}}]}),
    "none of the questions of the course",
)

# Wrong answers with checks that were tampered with.


def tamper(name: str, change: Callable[[dict], object], says: str = "") -> None:
    def every_check(data: dict) -> None:
        for cell in [cell for cell in data["cells"] if marks(cell)["grade"]]:
            change(cell)

    changed(name, every_check, EVERYTHING, says, answers=WRONG)


changed(
    "checks_deleted",
    lambda data: data["cells"].__setitem__(
        slice(None), [cell for cell in data["cells"] if not marks(cell)["grade"]]
    ),
    EVERYTHING,
    answers=WRONG,
)
REMOVED = "Check cells were removed or changed"
tamper("checks_edited", lambda cell: cell.update(source=["print('right')"]), REMOVED)
tamper("checks_as_markdown", lambda cell: cell.update(cell_type="markdown"), REMOVED)
tamper("checks_tagged_to_be_skipped", lambda cell: cell["metadata"].update(tags=["nbval-skip"]))
tamper(
    "outputs_edited",
    lambda cell: cell.update(
        outputs=[{"output_type": "stream", "name": "stdout", "text": ["right, 1 point."]}],
        execution_count=1,
    ),
)


# Cells that are not what a notebook's cells are.
changed(
    "source_that_is_no_text",
    lambda data: cell_of(data, VICTIM).update(source=[1, None, {"a": []}, ["x"]]),
    (VICTIM,),
    "The answer cell is empty",
)
changed(
    "source_with_some_text",
    lambda data: cell_of(data, VICTIM).update(source=[None, ANSWERS[VICTIM], 5]),
)
changed("cells_that_are_no_cells", lambda data: data["cells"].extend([None, 5, "x", [], {}]))
changed(
    "names_that_are_no_names",
    lambda data: data["cells"].append(
        {"cell_type": ["code"], "id": {}, "metadata": {"nbgrader": {"grade_id": [1]}}, "source": 5}
    ),
)


def deep(levels: int) -> list:
    nested: list = []
    for _ in range(levels):
        nested = [nested]
    return nested


changed("deep_metadata", lambda data: cell_of(data, VICTIM)["metadata"].update(deep=deep(400)))


def look_alike(data: dict) -> None:
    """Give the answer's cell a name that looks like its own, with a Cyrillic letter."""
    cell = cell_of(data, VICTIM)
    marks(cell)["grade_id"] = cell["id"] = VICTIM.replace("a", "\u0430").replace("e", "\u0435")


changed("name_that_looks_like_another", look_alike, says="was found by what it defines")
