"""Compare the values an answer gave with the truth, and name the mistake.

This runs where no student's code runs. It needs the values alone: the inputs are drawn again from
the seed, and the truth and every known mistake are tried on them. The mistake whose values equal
the received ones is the one that was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from dlcourse.grading import diagnosis
from dlcourse.grading.bans import banned_uses
from dlcourse.grading.probes import find_probe
from dlcourse.grading.question import Question, Verdict
from dlcourse.grading.questions import find
from dlcourse.grading.trial import run
from dlcourse.grading.values import Value, Values, agree, dumps, loads, same, show

MOST_KNOWN = 1024  # a notebook's own checks draw a new seed each time


@dataclass(frozen=True)
class Known:
    """What the truth gives for a seed, the calls in words, and what known mistakes give."""

    values: Values
    inputs: dict[str, str]
    mistakes: dict[int, Values | None] = field(default_factory=dict)


_known: dict[tuple[str, int], Known] = {}


def expected(name: str, seed: int) -> str:
    """Return the text that `reveal` displays for a right answer to a question."""
    return dumps(known(name, seed).values)


def judge(name: str, text: str | None, seed: int, source: str | None = None) -> Verdict:
    """Return the verdict on the values that an answer gave (as `reveal` displayed them) for a seed.

    `source` is the text of the cell with the answer; without it, bans are not looked for.
    """
    question = find(name)
    banned = banned_uses(source, question) if source else []
    if banned:
        return Verdict(name, False, 0, hint=" ".join(banned), mistake="banned")
    truth = known(name, seed)
    received = loads(text) if text is not None else None
    if not received:
        hint = "The cell ended before the answer could be tried. Run it alone and read its error."
        return Verdict(name, False, 0, hint=hint, mistake="no_values")
    if _is_right(question, truth.values, received):
        return Verdict(name, True, question.points, _summary(truth.values))
    label = _first_difference(truth.values, received, question.rtol)
    mistake, hint = _diagnose(question, truth.values, received, label, seed)
    if mistake == "unanswered":
        return Verdict(name, False, 0, hint=hint, mistake=mistake)
    return Verdict(
        name,
        right=False,
        points=0,
        tried=_tried(truth, label),
        expected=_expected(question, truth, label),
        received=show(received.get(label)),
        hint=hint,
        mistake=mistake,
    )


def known(name: str, seed: int) -> Known:
    """Return what is known of a question for a seed: a class is graded with one, which is kept."""
    if (name, seed) not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        question = find(name)
        trial = run(find_probe(name), name, question.truth, seed)
        values = loads(dumps(trial.values)) or {}
        # A probe that fails on the truth fails on every answer alike, and would find them right.
        if not values or any("error" in value for value in values.values()):
            raise RuntimeError(f"{name}: the probe fails on the truth: {values}.")
        _known[name, seed] = Known(values, trial.inputs)
    return _known[name, seed]


def everything(names: Iterable[str], seed: int) -> list[dict[str, Any]]:
    """Return all that can be known of some questions for a seed, as data for JSON."""
    found = []
    for name in names:
        for number, mistake in enumerate(find(name).mistakes):
            if mistake.answer is not None and mistake.when is None:
                _of_mistake(name, number, seed)
        found.append({"name": name, "seed": seed, **asdict(known(name, seed))})
    return found


def learn(found: Iterable[dict[str, Any]]) -> None:
    """Take over what `everything` has found elsewhere."""
    for one in found:
        mistakes = {int(number): values for number, values in one["mistakes"].items()}
        _known[one["name"], one["seed"]] = Known(one["values"], one["inputs"], mistakes)


def forget() -> None:
    """Forget all that is known, for whoever changes a question."""
    _known.clear()


def _is_right(question: Question, truth: Values, received: Values) -> bool:
    if question.accept is not None:
        return received.keys() == truth.keys() and _refused(question, received) is None
    return agree(truth, received, question.rtol)


def _refused(question: Question, received: Values) -> str | None:
    """Return the mistake for which a question with many right answers refuses this one, or None."""
    if question.accept is None:
        return None
    try:
        return question.accept(received)
    except Exception:  # what was received can have any shape
        return "wrong_kind"


def _summary(truth: Values) -> str:
    return f"{len(truth)} values tried, all as expected." if len(truth) > 1 else ""


def _first_difference(truth: Values, received: Values, rtol: float) -> str:
    """Return the label of the first value that differs, is missing, or should not be there."""
    for label, value in received.items():
        if not same(truth.get(label), value, rtol):
            return label
    missing = [label for label in truth if label not in received]
    return missing[0] if missing else next(iter(received))


def _tried(truth: Known, label: str) -> str:
    """Return what was tried in words; nothing where the answer itself is the only value."""
    call = truth.inputs.get(label) or next(
        (text for known, text in truth.inputs.items() if label.startswith(known)), ""
    )
    if not call and len(truth.values) == 1:
        return ""
    return f"{label}: {call}" if call else label


def _expected(question: Question, truth: Known, label: str) -> str:
    if question.accept is not None or question.kind in ("predict", "read a curve"):
        return ""  # naming the right number would answer the question; of many, it would mislead
    if label in truth.values:
        return show(truth.values[label])
    if label.endswith(": arguments"):
        return "the arguments as they were"
    known = [name for name in truth.values if name.startswith(label)]
    return (
        f"{len(known)} values: {', '.join(n.removeprefix(label)[2:] for n in known)}"
        if known
        else ""
    )


def _diagnose(
    question: Question, truth: Values, received: Values, label: str, seed: int
) -> tuple[str, str]:
    """Return the name of the mistake and its hint: a known mistake first, then a general one."""
    if any(_unanswered(value) for value in received.values()):
        whole = all("unanswered" in value for value in received.values())
        return "unanswered", (
            "This question has no answer yet: replace the `...` in its answer cell."
            if whole
            else "A part of the answer is still missing: replace every `...` in its answer cell."
        )
    refused = _refused(question, received)
    for number, mistake in enumerate(question.mistakes):
        if mistake.name == refused or _makes(number, question, truth, received, seed):
            return mistake.name, mistake.hint
    return diagnosis.general(question.kind, truth, received, label)


def _unanswered(value: Value) -> bool:
    """Return whether a value is the `...` of a stub, or holds one."""
    return "unanswered" in value or any(_unanswered(part) for part in value.get("parts", ()))


def _makes(number: int, question: Question, truth: Values, received: Values, seed: int) -> bool:
    mistake = question.mistakes[number]
    if mistake.when is not None:
        if any("changed" in value for value in received.values()):
            return False  # the later values suffer from the changed arguments, and prove nothing
        try:
            return mistake.when(received, truth)
        except Exception:  # what was received can have any shape; then it is another mistake
            return False
    if mistake.answer is None:
        return False
    values = _of_mistake(question.name, number, seed)
    return values is not None and agree(values, received, question.rtol)


def _of_mistake(name: str, number: int, seed: int) -> Values | None:
    """Return the values that somebody gets who makes a known mistake."""
    found = known(name, seed).mistakes
    if number not in found:
        answer = find(name).mistakes[number].answer
        found[number] = loads(dumps(run(find_probe(name), name, answer, seed).values))
    return found[number]
